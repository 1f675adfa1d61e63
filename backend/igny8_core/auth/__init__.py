"""Who somebody is and for which account: identity tables, credentials, plans; rooms ask its services and selectors."""
