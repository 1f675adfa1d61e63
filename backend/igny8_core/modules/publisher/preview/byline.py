"""The line under a title: author, dates, reading time; used by the post's page and by the lists."""

from igny8_core.modules.publisher.preview.layout import own_words
from igny8_core.modules.publisher.preview.markup import esc, iso, line, readable_date
from igny8_core.modules.publisher.preview.types import PreviewEntry, PreviewSite

_WORDS_PER_MINUTE = (
    238  # silent reading of English non-fiction: Brysbaert 2019, doi 10.1016/j.jml.2019.104047
)


def byline_short(site: PreviewSite, entry: PreviewEntry) -> str:
    """Day and reading time, for a list."""
    return _byline(_published(site, entry), _reading_time(site, entry))


def byline_full(site: PreviewSite, entry: PreviewEntry) -> str:
    """Author, day, day of the last change if it is another one, and reading time."""
    return _byline(_author(entry), _published(site, entry), _updated(site, entry), _reading_time(site, entry))


def _byline(*parts: str) -> str:
    return '<p class="byline">' + "\n".join(f"<span>{part}</span>" for part in parts if part) + "</p>"


def _author(entry: PreviewEntry) -> str:
    return f"<bdi>{esc(entry.author_name)}</bdi>" if line(entry.author_name) else ""


def _published(site: PreviewSite, entry: PreviewEntry) -> str:
    day = readable_date(entry.published_at, language=site.language)
    return f'<time datetime="{iso(entry.published_at)}">{day}</time>'


def _updated(site: PreviewSite, entry: PreviewEntry) -> str:
    day = readable_date(entry.updated_at, language=site.language)
    is_same_day = day == readable_date(entry.published_at, language=site.language)
    if is_same_day or entry.updated_at < entry.published_at:
        return ""
    return own_words(site, f'Updated <time datetime="{iso(entry.updated_at)}">{day}</time>')


def _reading_time(site: PreviewSite, entry: PreviewEntry) -> str:
    minutes = max(1, round(entry.word_count / _WORDS_PER_MINUTE))
    return own_words(site, f"{minutes} min read")
