"""Work items with many causes, verification lists, calls and visits, building sweeps."""
