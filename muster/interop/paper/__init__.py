"""What is printed to be carried: passes, place codes, and packs of sheets for the hour when nothing else works."""
