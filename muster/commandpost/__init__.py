"""The desk of a command post: one module per screen."""
