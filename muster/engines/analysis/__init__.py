"""Questions over large tables, each written once and answered by DuckDB here or by Spark beyond one machine."""
