"""The look that every page shares."""
