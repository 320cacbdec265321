"""The page for the person, and the interface for sites."""
