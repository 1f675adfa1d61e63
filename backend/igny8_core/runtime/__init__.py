"""The embedded runtime: real servers from wheels under one small supervisor; no room may import it."""
