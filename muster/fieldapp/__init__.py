"""The telephone's side: one write path for phones, desks, imports and the drill."""
