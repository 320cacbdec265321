"""The demonstration alone: be one of its made-up people by choosing them. Production refuses to start with it."""
