"""What every site of the platform needs; README.md lists what may be in it."""
