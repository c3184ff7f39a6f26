"""Stories across domains, one file each."""
