"""Turns a cluster's keywords into content ideas by rules; pure, it must never need a model, a network or a database."""
