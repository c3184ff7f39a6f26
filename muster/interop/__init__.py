"""Machine doors: spreadsheets in and out, OpenRosa, CAP and Atom, calendars, bots."""
