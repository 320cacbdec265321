"""Django's PostgreSQL backend, which waits a moment for a database that is being restarted."""
