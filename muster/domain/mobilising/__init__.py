"""Call-outs, batches between areas, posts, shifts, rest, meals and hand-overs."""
