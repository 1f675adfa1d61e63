"""Questions that tell whether a program works; each answers soon and changes nothing."""

import urllib.error
import urllib.request
from collections.abc import Mapping

from celery import Celery
from kombu.exceptions import OperationalError

_PATIENCE_SECONDS = 1.0


def http_answers(url: str, *, headers: Mapping[str, str] | None = None) -> bool:
    """Whether a loopback address answers with success."""
    # A proxy of the environment knows nothing of our loopback.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    request = urllib.request.Request(url, headers=dict(headers or {}))  # noqa: S310 - callers pass http addresses
    try:
        with opener.open(request, timeout=_PATIENCE_SECONDS) as answer:
            return 200 <= int(answer.status) < 300
    except (urllib.error.URLError, OSError):
        return False


class WorkerProbe:
    """Whether a Celery worker of a given node name answers over the broker."""

    def __init__(self, *, broker_url: str, node: str) -> None:
        self._broker_url = broker_url
        self._node = node

    def __call__(self) -> bool:
        """Ask once; a node that does not answer is not ready."""
        # A fresh application each time: a pooled connection would not notice that the broker was restarted.
        with Celery(broker=self._broker_url, fixups=[], set_as_current=False) as application:
            application.conf.broker_connection_retry = False
            try:
                return bool(application.control.ping(destination=[self._node], timeout=_PATIENCE_SECONDS / 2))
            except (OperationalError, OSError):
                return False
