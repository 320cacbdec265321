"""Pages of the desk. A view is parse, one call, render."""
