"""The gateway and the registry: signed messages between organisations, and the evidence of them."""
