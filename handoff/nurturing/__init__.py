"""Leads that marketing keeps warm: the programmes and their queues."""
