"""Benchmarks: each measures this project beside a named peer or floor in the same run and prints one line."""
