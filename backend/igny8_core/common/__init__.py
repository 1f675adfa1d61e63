"""Pure helpers without models or tenant."""
