"""On-page scores: deterministic, explained, kept per version of an article; it never changes one."""
