"""Where articles are published: destinations, their secrets and the calls to tenants' servers."""
