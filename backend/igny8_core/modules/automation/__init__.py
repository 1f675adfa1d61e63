"""Pipelines: one run per site that drives the rooms from a keyword export to published posts; it owns no content."""
