"""Pure reading of spreadsheets and normalising of their cells: bytes in, checked values out."""
