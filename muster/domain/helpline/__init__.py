"""Telephone lines, calls, requests with a promised time, counselling notes and other support."""
