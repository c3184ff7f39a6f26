"""The responders domain."""
