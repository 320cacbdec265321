"""The engine of declarations: what a country says in files, read, checked and reckoned with."""
