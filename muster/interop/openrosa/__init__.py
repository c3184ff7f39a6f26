"""The OpenRosa door: telephones with ODK Collect fetch forms here and bring back what was filled in."""
