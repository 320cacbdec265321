"""The endpoints of the provider."""
