"""Turns a brief into an article, section by section, and keeps every version; it never stores an error as text."""
