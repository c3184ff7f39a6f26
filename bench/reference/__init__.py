"""What the product is measured against, written by hand."""
