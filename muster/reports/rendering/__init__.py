"""An edition as text, workbook and PDF, all from one neutral sheet."""
