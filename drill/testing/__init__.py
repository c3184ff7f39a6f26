"""One round of testing, played twice over the same residents, sites and staff: with coverage lists and without."""
