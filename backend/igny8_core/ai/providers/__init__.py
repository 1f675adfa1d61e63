"""Adapters, one per wire protocol, behind the port; nothing outside `ai` imports them."""
