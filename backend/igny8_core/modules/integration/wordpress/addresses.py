"""Takes a WordPress site's addresses apart and puts its routes together; it must never ask one."""

from urllib.parse import parse_qsl, urlsplit, urlunsplit


def route_address(root: str, route: str) -> tuple[str, dict[str, str]]:
    """Where a route stands under a pretty root (`.../wp-json/`) or a plain one (`...?rest_route=/`)."""
    address, query = split_query(root)
    if "rest_route" in query:
        return address, {**query, "rest_route": f"{query['rest_route'].rstrip('/')}/wp/v2/{route}"}
    return f"{address.rstrip('/')}/wp/v2/{route}", query


def split_query(url: str) -> tuple[str, dict[str, str]]:
    """An address without its query, and the query."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc, parts.path, "", "")), dict(parse_qsl(parts.query))


def bare_host(host: str | None) -> str:
    """A host's name in lower case, without `www.`."""
    return (host or "").lower().removeprefix("www.")
