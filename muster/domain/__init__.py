"""What responders do, one package per part of the work."""
