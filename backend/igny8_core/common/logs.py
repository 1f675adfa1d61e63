"""Log records carry the request id; nothing here ever logs a body, a header or a secret."""

import logging

from igny8_core.common.request_id import current_request_id


class RequestIDFilter(logging.Filter):
    """Adds `request_id` to each record, `-` outside a request or job."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Never drops a record."""
        # Django writes its line about a refused request when the request is over, and hands it along.
        of_request = getattr(getattr(record, "request", None), "request_id", "")
        record.request_id = current_request_id.get() or of_request or "-"
        return True
