"""Filters of the signing page."""
