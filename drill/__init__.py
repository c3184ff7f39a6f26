"""The drill: an outside client that plays a scenario through the HTTP interface. It imports nothing of muster."""
