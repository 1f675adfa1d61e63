"""The one way HTTP meets the rooms: authentication, scoping, envelope, limits; it never holds business rules."""
