"""Cases, contacts, and their follow-up by the pack in force."""
