"""What every door shares: problem documents, the strict JSON parser, paging, guards. Knows nothing of leads."""
