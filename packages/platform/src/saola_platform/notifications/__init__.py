"""Notifications: notices in the site and by e-mail."""
