"""Registers: versioned records of one owner, read and written only over the exchange."""
