"""What every domain stands on: errors, ids, the clock, access, the vault, facts, the journal, receipts."""
