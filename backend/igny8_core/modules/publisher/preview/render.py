"""The page of one post and the page for a wrong address, from frozen values to text; it never touches a file."""

from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from string import Template
from typing import Any

from igny8_core.modules.publisher.preview.byline import byline_full
from igny8_core.modules.publisher.preview.catalog import PageLink, PostLinks
from igny8_core.modules.publisher.preview.layout import Page, document, meta, meta_property, own_words
from igny8_core.modules.publisher.preview.markup import clean, esc, first_image, iso, json_for_script, line
from igny8_core.modules.publisher.preview.types import PreviewPost, PreviewSite

_SPECIMEN = PreviewPost(
    post_id="00000000-0000-0000-0000-000000000000",
    slug="specimen",
    title="Specimen",
    html='<p>Specimen <img src="https://specimen.invalid/a.png" alt=""></p>',
    excerpt="Specimen",
    meta_description="Specimen",
    head_keyword="specimen",
    category="Specimen",
    tags=("specimen",),
    author_name="Specimen",
    published_at=datetime(2020, 1, 1, tzinfo=UTC),
    updated_at=datetime(2020, 2, 1, tzinfo=UTC),
    word_count=1000,
)

_POST = Template("""\
<article class="post" data-post-id="$post_id">
<header class="post-header">
<nav class="breadcrumb" aria-label="Breadcrumb">
<ol>
<li><a href="$home">$site_name</a></li>
$category</ol>
</nav>
<h1>$title</h1>
$byline
</header>
<div class="prose">
$html
</div>
$tags</article>
$related""")


def post_page(site: PreviewSite, post: PreviewPost, *, links: PostLinks | None = None) -> str:
    """The page of one post, at `<slug>/`; `post.html` alone goes in unescaped, as the sanitiser left it."""
    links = links or PostLinks()
    main = _POST.substitute(
        post_id=esc(post.post_id),
        home=esc(site.path()),
        site_name=esc(site.name),
        category=_category(site, links.category),
        title=esc(post.title),
        byline=byline_full(site, post),
        html=clean(post.html).strip(),
        tags=_tags(site, post.tags),
        related=_related(site, links.related),
    )
    return document(site, Page(title=f"{post.title} – {site.name}", main=main, head=_head(site, post)))


def not_found_page(site: PreviewSite) -> str:
    """The page that the server shows for an address without a file; its links work from any depth."""
    main = (
        f'<header class="masthead">\n<h1>{own_words(site, "Page not found")}</h1>\n'
        f'<p class="lead">{own_words(site, "There is no page at this address.")}</p>\n'
        f'<p><a href="{esc(site.path())}">{own_words(site, "See all articles")}</a></p>\n</header>\n'
    )
    return document(site, Page(title=f"Page not found – {site.name}", main=main))


def fingerprint(site: PreviewSite) -> str:
    """A digest of how this site's post pages look now: another one later means that stored pages are out of date."""
    link = PageLink(path="specimen/", text="Specimen")
    page = post_page(site, _SPECIMEN, links=PostLinks(category=link, related=(link,)))
    return sha256(page.encode()).hexdigest()


def blog_posting(site: PreviewSite, post: PreviewPost) -> dict[str, Any]:
    """The schema.org BlogPosting of a post, without empty properties."""
    url = site.url(f"{post.slug}/")
    author = line(post.author_name) or line(site.name)
    value = {
        "@context": "https://schema.org",
        "@type": "BlogPosting",
        "mainEntityOfPage": {"@type": "WebPage", "@id": url},
        "url": url,
        "headline": line(post.title),
        "description": _description(post),
        "image": [image] if (image := first_image(post.html, page_url=url)) else None,
        "datePublished": iso(post.published_at),
        "dateModified": iso(max(post.updated_at, post.published_at)),
        "author": {"@type": "Person" if line(post.author_name) else "Organization", "name": author},
        "publisher": {"@type": "Organization", "name": line(site.name), "url": site.url()},
        "articleSection": line(post.category),
        "keywords": _keywords(post),
        "wordCount": post.word_count,
        "inLanguage": site.language,
    }
    return {name: content for name, content in value.items() if content}


def _head(site: PreviewSite, post: PreviewPost) -> str:
    url = site.url(f"{post.slug}/")
    image = first_image(post.html, page_url=url) or ""
    return "".join(
        [
            meta("description", _description(post)),
            meta("author", post.author_name),
            f'<link rel="canonical" href="{esc(url)}">\n',
            meta_property("og:type", "article"),
            meta_property("og:title", post.title),
            meta_property("og:description", _description(post)),
            meta_property("og:url", url),
            meta_property("og:site_name", site.name),
            meta_property("og:image", image),
            meta_property("article:published_time", iso(post.published_at)),
            meta_property("article:modified_time", iso(max(post.updated_at, post.published_at))),
            meta_property("article:section", post.category),
            *(meta_property("article:tag", tag) for tag in post.tags),
            meta("twitter:card", "summary_large_image" if image else "summary"),
            f'<script type="application/ld+json">{json_for_script(blog_posting(site, post))}</script>\n',
        ]
    )


def _description(post: PreviewPost) -> str:
    return line(post.meta_description) or line(post.excerpt)


def _keywords(post: PreviewPost) -> list[str]:
    given = (line(keyword) for keyword in (post.head_keyword, *post.tags))
    return list({keyword.casefold(): keyword for keyword in given if keyword}.values())


def _category(site: PreviewSite, category: PageLink | None) -> str:
    if category is None:
        return ""
    return f'<li><a class="category" href="{esc(site.path(category.path))}">{esc(category.text)}</a></li>\n'


def _tags(site: PreviewSite, tags: Sequence[str]) -> str:
    items = "".join(f"<li>{esc(tag)}</li>\n" for tag in tags if line(tag))
    if not items:
        return ""
    heading = f"<h2>{own_words(site, 'Tags')}</h2>"
    return f'<footer class="post-footer">\n{heading}\n<ul class="tags">\n{items}</ul>\n</footer>\n'


def _related(site: PreviewSite, related: Sequence[PageLink]) -> str:
    if not related:
        return ""
    items = "".join(
        f'<li><a href="{esc(site.path(link.path))}">{esc(link.text)}</a></li>\n' for link in related
    )
    heading = f'<h2 id="preview-related">{own_words(site, "Keep reading")}</h2>'
    return f'<nav class="related" aria-labelledby="preview-related">\n{heading}\n<ul>\n{items}</ul>\n</nav>\n'
