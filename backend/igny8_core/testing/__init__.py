"""What tests of every room share; imported by tests only."""
