"""Signing in: the browser session with identity, passkeys, and (in the demonstration alone) choosing a person."""
