"""Areas, buildings, dwellings and the points where people work. Nothing here knows who lives where."""
