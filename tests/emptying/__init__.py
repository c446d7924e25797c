"""PostgreSQL for tests: Django's own backend, only quicker in emptying the database after a test."""
