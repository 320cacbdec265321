"""English: the day before the month, hours from 0 to 23."""
