"""Signing in and out, presented to the API; the tables and rules are igny8_core.auth's."""
