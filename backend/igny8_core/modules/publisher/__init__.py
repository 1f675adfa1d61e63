"""Puts articles on their destinations exactly once, and serves the built-in preview sites."""
