"""How dates and times are written where Django's own habit would be a surprise (FORMAT_MODULE_PATH)."""
