"""The wall between accounts: three locks, each of which holds alone (docs/tenancy.md)."""
