"""How often somebody may do something: token buckets in PostgreSQL, exact across all processes and hosts."""
