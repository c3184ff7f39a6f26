"""Two ways of calling through one book of events: Muster's queue and a spreadsheet split among callers."""
