"""Accounts of people, and the log of what happened to them."""
