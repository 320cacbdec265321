"""The services one can find here: search and what a service's page says."""
