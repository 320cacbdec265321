"""The back office: the desk of officials."""
