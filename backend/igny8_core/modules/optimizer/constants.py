"""The room's few limits."""

MAX_HTML = 200_000  # characters of a text that is only tried; no article is a tenth of it
