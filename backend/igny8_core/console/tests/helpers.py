"""What every page's test asks of it."""

import re
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

_INLINE = re.compile(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)", re.IGNORECASE)


def page_text(client: Client, address: str, *, status: int = 200, **headers: str) -> str:
    """The page's markup, which must hold nothing that the policy refuses."""
    answer = client.get(address, headers=headers)
    assert answer.status_code == status, answer.content.decode()[:500]
    body: str = answer.content.decode()
    assert not _INLINE.search(body), _INLINE.search(body)
    return body


def said(answer: Any, client: Client) -> str:
    """The messages that stand on the page to which an action leads."""
    assert answer.status_code == 302, answer.content.decode()[:500]
    body = client.get(answer["Location"]).content.decode()
    return " ".join(re.findall(r'<div class="flash [a-z]*">.*?<p>(.*?)</p>', body, re.DOTALL))


def queries_of(client: Client, address: str) -> int:
    """How many statements a page costs, everything of the request included."""
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def queries_with_1_and_50(client: Client, address: str, fill: Callable[[int], None]) -> tuple[int, int]:
    """How many statements a page costs with 1 row and with 50; `fill(n)` makes n more rows."""
    fill(1)
    few = queries_of(client, address)
    fill(49)
    return few, queries_of(client, address)
