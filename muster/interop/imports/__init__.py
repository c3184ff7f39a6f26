"""Import as an operation: a file, its columns, the people found in it, the run, the report per row, undo."""
