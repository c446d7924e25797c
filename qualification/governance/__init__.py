"""Who judges, and whether it may: challengers in shadow, promotion, rollback, drift, fairness."""
