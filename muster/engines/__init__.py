"""Engines: tables or problems in, tables or plans out. Pure: no Django, no database of the house."""
