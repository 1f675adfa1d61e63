"""The HTML document around every page: head, header, footer, stylesheet; it knows nothing of posts or lists."""

from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from string import Template

from igny8_core.modules.publisher.preview.markup import esc, is_english
from igny8_core.modules.publisher.preview.types import PreviewSite

_NOTICE = "Search engines are asked not to list these pages."
_THEME_PARTS = ("tokens", "base", "lists", "post", "print")  # in the order in which later rules win
_RIGHT_TO_LEFT = frozenset({"ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})

# noindex: the preview shows the same text as the real site will; indexed, the two would compete for one query and the
# real page could lose as the duplicate. no-referrer: the token in the address is the only key to these pages, and a
# click on a link in the text must not hand it to a stranger.
_DOCUMENT = Template("""\
<!doctype html>
<html lang="$language" dir="$direction">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title>
<meta name="robots" content="noindex, nofollow">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
$head<link rel="icon" href="data:,">
<link rel="stylesheet" href="$stylesheet">
<link rel="alternate" type="application/rss+xml" title="$site_name" href="$feed">
</head>
<body>
<a class="skip-link" href="#preview-main">$skip</a>
<header class="site-header">
<div class="bar">
$brand
<p class="badge">$badge</p>
</div>
</header>
<main id="preview-main" tabindex="-1">
$main</main>
<footer class="site-footer">
<div class="bar">
<p>$notice</p>
<p><a href="$feed">$feed_name</a></p>
</div>
</footer>
</body>
</html>
""")


@dataclass(frozen=True, kw_only=True)
class Page:
    """One page before the document is put around it; `head` and `main` are finished HTML, the rest plain text."""

    title: str
    main: str
    head: str = ""
    is_home: bool = False


def document(site: PreviewSite, page: Page) -> str:
    """The finished HTML5 document."""
    return _DOCUMENT.substitute(
        language=esc(site.language),
        direction=_direction(site.language),
        title=esc(page.title),
        head=page.head,
        stylesheet=esc(site.path(f"style.css?v={_style_version()}")),
        site_name=esc(site.name),
        feed=esc(site.path("feed.xml")),
        skip=own_words(site, "Skip to content"),
        badge=own_words(site, "Preview"),
        brand=_brand(site, is_home=page.is_home),
        notice=own_words(site, f"Preview of <bdi>{esc(site.domain)}</bdi>. {_NOTICE}"),
        feed_name=own_words(site, "RSS feed"),
        main=page.main,
    )


def own_words(site: PreviewSite, html: str) -> str:
    """The theme's own English words, set apart where the site is in another language or runs right to left."""
    return html if is_english(site.language) else f'<bdi lang="en">{html}</bdi>'


def meta(name: str, content: str) -> str:
    """A named meta element; nothing for an empty content."""
    return f'<meta name="{name}" content="{esc(content)}">\n' if esc(content) else ""


def meta_property(name: str, content: str) -> str:
    """An Open Graph property; nothing for an empty content."""
    return f'<meta property="{name}" content="{esc(content)}">\n' if esc(content) else ""


@cache
def stylesheet() -> str:
    """The one stylesheet of every page, `style.css`."""
    folder = Path(__file__).with_name("theme")
    return "\n".join((folder / f"{part}.css").read_text(encoding="utf-8") for part in _THEME_PARTS)


@cache
def _style_version() -> str:
    # In the address, so that a browser never shows new pages in an old dress.
    return sha256(stylesheet().encode()).hexdigest()[:12]


def _direction(language: str) -> str:
    return "rtl" if language.lower().split("-")[0] in _RIGHT_TO_LEFT else "ltr"


def _brand(site: PreviewSite, *, is_home: bool) -> str:
    # The home page's heading is the site's name; said twice it would only push the articles down.
    if is_home:
        return f'<p class="brand"><bdi>{esc(site.domain)}</bdi></p>'
    return f'<p class="brand"><a href="{esc(site.path())}">{esc(site.name)}</a></p>'
