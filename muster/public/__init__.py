"""Pages for everybody: no account, no cookie but the language, nothing to search in."""
