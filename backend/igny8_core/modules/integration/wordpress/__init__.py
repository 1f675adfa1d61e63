"""Speaks WordPress's REST protocol for the integration room; it keeps no rows and must never start work by itself."""
