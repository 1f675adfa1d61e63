"""Pure functions over keyword text and vectors; must never import Django, know a tenant or touch the network."""
