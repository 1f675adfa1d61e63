"""The request's frame: its id, and what it cost when staff ask."""
