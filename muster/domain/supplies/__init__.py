"""The double-entry ledger of goods, needs and offers that meet, donations and the thanks for them."""
