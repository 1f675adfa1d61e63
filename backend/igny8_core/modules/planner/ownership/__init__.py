"""Finds which page answers a query and where two things chase one; pure, it must never need a database or a network."""
