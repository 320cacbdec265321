"""Signatures of people: a site asks, the person sees what and decides with a PIN, the signer signs."""
