"""Owns the conversation with one WordPress site; it must never repeat a write by itself."""

import base64
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape, unescape
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from igny8_core.modules.integration.outbound import OutboundClient, OutboundResponse
from igny8_core.modules.integration.outbound_errors import AddressInvalid, RemoteError
from igny8_core.modules.integration.wordpress.addresses import bare_host, route_address, split_query
from igny8_core.modules.integration.wordpress.answers import error_for, find_json, garbled
from igny8_core.modules.integration.wordpress.errors import (
    AccessBlocked,
    RequestRejected,
    RestDisabled,
    RouteMissing,
    TermExists,
    WordPressError,
    WordPressMoved,
    WordPressNotFound,
)
from igny8_core.modules.integration.wordpress.payloads import (
    ListedPost,
    Listing,
    RemotePost,
    RemoteSite,
    RemoteTerm,
    RemoteUser,
    WordPressPost,
    parse_listed_post,
    parse_post,
    parse_site,
    parse_term,
    parse_user,
)

READ_SECONDS = 20.0
WRITE_SECONDS = 60.0
PAGE_SIZE = 100
POST_FIELDS = "id,status,slug,link,title.raw,excerpt.raw,content.raw,categories,tags,modified_gmt"
INDEX_FIELDS = "name,url,home,namespaces,authentication"
ANY_STATUS = "any"  # every status but trash; plug-ins' own ones too
TRASH_STATUS = "trash"
_ADMIN_PATH = re.compile(r"/(wp-admin|wp-login\.php|wp-json|xmlrpc\.php|index\.php)(/.*)?$")
TERM_FIELDS = "id,name,slug,parent,count"
LISTED_FIELDS = "id,link,title.rendered,modified_gmt"
_PAGE_BEHIND_THE_LAST = "rest_post_invalid_page_number"
_WORDPRESS_MARK = re.compile(rb"/wp-(?:content|includes)/|content=[\"']WordPress", re.IGNORECASE)
_RPC_ACCEPTED = re.compile(rb"<methodResponse>\s*<params>")
_RPC_REFUSED = re.compile(rb"<methodResponse>\s*<fault>.*?<int>403</int>", re.DOTALL)
_API_LINK = re.compile(r'<([^>]+)>;\s*rel="?https://api\.w\.org/"?')

Parsed = TypeVar("Parsed")


@dataclass(frozen=True)
class _Term:
    id: int
    name: str
    is_root: bool


class WordPressClient:
    """Calls one site as one user. Thread-safe once `discover` has run.

    `rest_root` from an earlier `discover` saves the search. Every method raises RemoteError's subclasses.
    """

    def __init__(
        self,
        base_url: str,
        username: str,
        application_password: str,
        *,
        http: OutboundClient,
        rest_root: str | None = None,
    ) -> None:
        self.base_url = site_address(base_url)
        self.username = username.strip()
        self._http = http
        self._rest_root = rest_root
        login = f"{self.username}:{application_password}".encode()
        self._password = application_password
        self._authorization = "Basic " + base64.b64encode(login).decode("ascii")
        bare = application_password.replace(" ", "")
        secrets = (application_password, bare, self._authorization.removeprefix("Basic "))
        self._secrets = tuple(secret.encode() for secret in secrets if secret)

    def __repr__(self) -> str:
        return f"WordPressClient({self.base_url!r}, {self.username!r})"

    def discover(self) -> RemoteSite:
        """Find the REST root and keep it: pretty permalinks, then the plain form, then what the front page links to.

        A root on another host raises WordPressMoved, `www.` before the same name apart: the password goes only where
        the user sent it.
        """
        failures: list[WordPressError] = []
        for root in (f"{self.base_url}/wp-json/", f"{self.base_url}/?rest_route=/"):
            try:
                return self._kept(self._index(root))
            except (AccessBlocked, RouteMissing, WordPressNotFound) as error:
                failures.append(error)
        front = self._send("GET", self.base_url + "/", is_anonymous=True)
        linked = self._linked_root(front)
        if linked is None:
            raise _most_telling(failures, front)
        return self._kept(self._index(linked))

    def me(self) -> RemoteUser:
        """The user behind the credentials; the only cheap call that proves them, since public reads ignore them."""
        return self._read_one("users/me", parse_user, params={"context": "edit"})

    def body_login_works(self) -> bool | None:
        """Whether the site accepts this login where it stands in a request's body; None when that cannot be told.

        XML-RPC takes the same application passwords without an Authorization header: the one difference that shows
        from outside that a web server removes the header. It reads, and changes nothing.
        """
        values = "".join(
            f"<param><value><string>{escape(text)}</string></value></param>"
            for text in (self.username, self._password)
        )
        call = f"<methodCall><methodName>wp.getUsersBlogs</methodName><params>{values}</params></methodCall>"
        try:
            response = self._http.request(
                "POST",
                url=f"{self.base_url}/xmlrpc.php",
                headers={"Content-Type": "text/xml"},
                content=call.encode(),
                timeout_seconds=READ_SECONDS,
            )
        except RemoteError:
            return None
        if _RPC_ACCEPTED.search(response.content):
            return True
        return False if _RPC_REFUSED.search(response.content) else None

    def list_terms(self, route: str, *, page: int) -> Listing[RemoteTerm]:
        """One page of the site's `categories` or `tags`, oldest first."""
        return self._list(route, parse_term, page=page, fields=TERM_FIELDS)

    def list_posts(self, route: str, *, page: int) -> Listing[ListedPost]:
        """One page of what is public of the site's `posts` or `pages`, oldest first; empty behind the last one."""
        try:
            return self._list(route, parse_listed_post, page=page, fields=LISTED_FIELDS, status="publish")
        except RequestRejected as error:
            if page == 1 or error.remote_code != _PAGE_BEHIND_THE_LAST:
                raise
            return Listing(items=(), is_last=True, total=None, pages=None)

    def ensure_category(self, name: str) -> int:
        """The id of the category of this name, created when missing."""
        return self._ensure_term("categories", name)

    def ensure_tag(self, name: str) -> int:
        """The id of the tag of this name, created when missing."""
        return self._ensure_term("tags", name)

    def create_draft(self, post: WordPressPost) -> RemotePost:
        """Create the post as a draft. An error with `outcome_unknown` may have left one: look it up by its marker."""
        return self._write("posts", {**post.as_fields(), "status": "draft"})

    def update_post(self, post_id: int, *, post: WordPressPost) -> RemotePost:
        """Replace title, slug, content, excerpt and terms; the status stays."""
        return self._write(f"posts/{post_id}", post.as_fields())

    def publish(self, post_id: int) -> RemotePost:
        """Release a post; on one that is released already it changes nothing."""
        return self._write(f"posts/{post_id}", {"status": "publish"})

    def get_post(self, post_id: int) -> RemotePost:
        """The post as it is stored, in whatever status; raises PostMissing when it was deleted for good."""
        return self._read_one(
            f"posts/{post_id}", parse_post, params={"context": "edit", "_fields": POST_FIELDS}
        )

    def find_posts(
        self, *, slug: str = "", search: str = "", status: str = ANY_STATUS, newest: int = PAGE_SIZE
    ) -> list[RemotePost]:
        """Posts of any status that this user may edit, oldest id first.

        `slug` matches exactly, `search` looks into the stored content, `newest` keeps that many with the highest ids.
        """
        params = {
            "context": "edit",
            "status": status,
            "orderby": "id",
            "order": "desc",
            "per_page": str(newest),
            "_fields": POST_FIELDS,
        }
        if slug:
            params["slug"] = slug
        if search:
            params |= {"search": search, "search_columns": "post_content"}
        posts = self._read_many("posts", parse_post, params=params)
        return sorted(posts, key=lambda post: post.id)

    def _ensure_term(self, route: str, name: str) -> int:
        wanted = " ".join(name.split())
        found = self._find_term(route, wanted)
        if found is not None:
            return found
        try:
            created = self._call("POST", route, body={"name": wanted}, params={"_fields": "id"})
        except TermExists as error:
            if error.term_id is None:
                raise
            return error.term_id
        return self._parsed(created, _term_id, expected=dict, is_write=True)

    def _find_term(self, route: str, name: str) -> int | None:
        """Looks before it creates: an author may use every category and create none.

        WordPress stores names HTML-escaped and searches the stored form.
        """
        params = {
            "search": escape(name, quote=False),
            "per_page": str(PAGE_SIZE),
            "_fields": "id,name,parent",
        }
        terms = self._read_many(route, _parse_term, params=params)
        same = [term for term in terms if term.name.casefold() == name.casefold()]
        first = min(same, key=lambda term: (not term.is_root, term.id), default=None)
        return None if first is None else first.id

    def _index(self, root: str) -> RemoteSite:
        """The site behind a possible root; a site that hides its index from guests is asked again with the login."""
        params = {"_fields": INDEX_FIELDS}
        response = self._send("GET", root, params=params, is_anonymous=True)
        root = self._root_after(response, asked=root)
        if response.status_code in {401, 403}:
            response = self._send("GET", root, params=params)
        if not 200 <= response.status_code < 300:
            raise error_for(self._redacted(response), is_write=False)
        has_noise = not response.content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")
        payload = find_json(response.content, expected=dict) or {}
        site = parse_site(payload, rest_root=root, has_noise=has_noise)
        if "wp/v2" not in site.namespaces:
            raise WordPressNotFound(status_code=response.status_code)
        return site

    def _root_after(self, response: OutboundResponse, *, asked: str) -> str:
        """The root that answered: `asked`, or where the site redirected to."""
        before, after = urlsplit(asked), urlsplit(response.url)
        if bare_host(before.hostname) != bare_host(after.hostname) or (before.scheme, after.scheme) == (
            "https",
            "http",
        ):
            address = f"{after.scheme}://{after.netloc}"
            raise WordPressMoved(f"The site redirects to {address}: enter that address if it is yours.")
        route = [(name, value) for name, value in parse_qsl(after.query) if name == "rest_route"]
        query = f"rest_route={route[0][1]}" if route else ""
        return urlunsplit((after.scheme, after.netloc, after.path, query, ""))

    def _linked_root(self, front: OutboundResponse) -> str | None:
        match = _API_LINK.search(front.headers.get("link", ""))
        if match is None:
            return None
        linked = str(match.group(1))
        return (
            linked
            if bare_host(urlsplit(linked).hostname) == bare_host(urlsplit(self.base_url).hostname)
            else None
        )

    def _kept(self, site: RemoteSite) -> RemoteSite:
        self._rest_root = site.rest_root
        return site

    def _read_one(self, route: str, parse: Callable[[Any], Parsed], *, params: Mapping[str, str]) -> Parsed:
        return self._parsed(self._call("GET", route, params=params), parse, expected=dict, is_write=False)

    def _read_many(
        self, route: str, parse: Callable[[Any], Parsed], *, params: Mapping[str, str]
    ) -> Sequence[Parsed]:
        response = self._call("GET", route, params=params)
        return self._parsed(
            response, lambda items: [parse(item) for item in items], expected=list, is_write=False
        )

    def _list(
        self, route: str, parse: Callable[[Any], Parsed], *, page: int, fields: str, **narrowed: str
    ) -> Listing[Parsed]:
        """By id, so that what is added while the pages are read comes last; some sites hide their totals."""
        order = {"orderby": "id", "order": "asc", "per_page": str(PAGE_SIZE), "page": str(page)}
        response = self._call("GET", route, params={**order, "_fields": fields, **narrowed})
        items = self._parsed(
            response, lambda found: tuple([parse(item) for item in found]), expected=list, is_write=False
        )
        pages, total = (_count(response.headers.get(f"x-wp-{name}", "")) for name in ("totalpages", "total"))
        is_last = len(items) < PAGE_SIZE if pages is None else page >= pages
        return Listing(items=items, is_last=is_last, total=total, pages=pages)

    def _write(self, route: str, body: Mapping[str, Any]) -> RemotePost:
        response = self._call("POST", route, body=body, params={"_fields": POST_FIELDS})
        return self._parsed(response, parse_post, expected=dict, is_write=True)

    def _parsed(
        self, response: OutboundResponse, parse: Callable[[Any], Parsed], *, expected: type, is_write: bool
    ) -> Parsed:
        payload = find_json(response.content, expected=expected)
        if payload is None:
            raise garbled(response, is_write=is_write)
        try:
            return parse(payload)
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise garbled(response, is_write=is_write) from error

    def _call(
        self, method: str, route: str, *, params: Mapping[str, str], body: Mapping[str, Any] | None = None
    ) -> OutboundResponse:
        root = self._rest_root or self.discover().rest_root
        address, query = route_address(root, route)
        response = self._send(method, address, params={**query, **params}, body=body)
        if 200 <= response.status_code < 300:
            return response
        raise error_for(self._redacted(response), is_write=method != "GET")

    def _send(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        is_anonymous: bool = False,
    ) -> OutboundResponse:
        headers = {"Accept": "application/json"}
        if not is_anonymous:
            headers["Authorization"] = self._authorization
        if body is not None:
            headers["Content-Type"] = "application/json"
        address, query = split_query(url)
        return self._http.request(
            method,
            url=address,
            headers=headers,
            params={**query, **(params or {})},
            content=None if body is None else json.dumps(body).encode(),
            timeout_seconds=READ_SECONDS if method == "GET" else WRITE_SECONDS,
        )

    def _redacted(self, response: OutboundResponse) -> OutboundResponse:
        """The answer without the password, should the site echo it: its text goes into messages and logs."""
        content = response.content
        for secret in self._secrets:
            content = content.replace(secret, b"[hidden]")
        return replace(response, content=content)


def site_address(text: str) -> str:
    """The address of a site from what a person pastes: scheme and trailing paths of the admin pages are optional.

    Raises AddressInvalid.
    """
    text = text.strip()
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        parts.port  # noqa: B018  # reading it is how urllib checks it
    except ValueError as error:
        raise AddressInvalid from error
    if parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc:
        raise AddressInvalid
    path = _ADMIN_PATH.sub("", parts.path).rstrip("/")
    return urlunsplit((parts.scheme, parts.netloc.lower(), path, "", ""))


def _most_telling(failures: Sequence[WordPressError], front: OutboundResponse) -> WordPressError:
    """Why no REST interface was found: "blocked" is a setting, "switched off" a fact, "not found" a guess."""
    blocked = next((error for error in failures if isinstance(error, AccessBlocked)), None)
    if blocked is not None:
        return blocked
    if _WORDPRESS_MARK.search(front.content):
        return RestDisabled(status_code=failures[0].status_code)
    return failures[0]


def _count(header: str) -> int | None:
    return int(header[:9]) if header.isdecimal() else None


def _term_id(payload: Mapping[str, Any]) -> int:
    return int(payload["id"])


def _parse_term(payload: Mapping[str, Any]) -> _Term:
    """A category or tag; tags have no parent."""
    return _Term(
        id=int(payload["id"]), name=unescape(str(payload["name"])), is_root=not payload.get("parent")
    )
