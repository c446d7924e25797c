"""What every door shares: problem documents, strict JSON, paging, guards. Knows nothing of leads."""
