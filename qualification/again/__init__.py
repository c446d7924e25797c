"""Open leads scored again when the model or the playbook has changed."""
