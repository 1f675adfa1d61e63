"""An account's profile, people, sites and keys, presented to the API; the tables and rules are igny8_core.auth's."""
