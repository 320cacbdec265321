"""Turns dossiers into what the pages show: words, colours, rows. No rules of any procedure."""
