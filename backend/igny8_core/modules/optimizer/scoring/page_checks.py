"""The checks of an article's size, links, images and search snippet; none of them needs a keyword."""

from igny8_core.modules.optimizer.scoring.context import Context
from igny8_core.modules.optimizer.scoring.findings import KEEP, Judgement, Place, Position
from igny8_core.modules.optimizer.scoring.links import LinkKind, link_kind
from igny8_core.modules.optimizer.scoring.pixels import characters_within, title_width

META_MIN, META_MAX = 121, 156
TITLE_MAX_PIXELS = 600
# (words from, points), best first
LENGTHS = ((300, 9), (250, 6), (200, 3), (100, -10), (0, -20))
CORNERSTONE_LENGTHS = ((900, 9), (400, 6), (300, 3), (0, -20))


def text_length(context: Context) -> Judgement:
    """Words: 300 9, 250 6, 200 3, 100 -10, fewer -20; a cornerstone article: 900 9, 400 6, 300 3, fewer -20."""
    table = CORNERSTONE_LENGTHS if context.page.is_cornerstone else LENGTHS
    words = context.document.word_count
    points = next(points for least, points in table if words >= least)
    enough = table[0][0]
    return Judgement(
        points=points,
        value=words,
        threshold=f"at least {enough} words",
        reason=f"The text has {words} words.",
        advice=KEEP
        if words >= enough
        else f"Write at least {enough - words} more words that help the reader.",
    )


def meta_description_length(context: Context) -> Judgement:
    """Characters of the meta description: 121-156 9, any other length 6, none 1."""
    size = len(context.page.meta_description.strip())
    good = META_MIN <= size <= META_MAX
    if not size:
        points, reason, advice = 1, "There is no meta description.", "Write a meta description."
    else:
        points, reason = 9 if good else 6, f"The meta description has {size} characters."
        advice = "Say more in the meta description." if size < META_MIN else "Shorten the meta description."
    return Judgement(
        points=points,
        value=size,
        threshold=f"{META_MIN} to {META_MAX} characters",
        reason=reason,
        advice=KEEP if good else advice,
        position=Position(Place.CHARACTER, META_MAX) if size > META_MAX else None,
    )


def width_of_title(context: Context) -> Judgement:
    """Width of the title: 1-600 px 9, wider 3, none 1."""
    width = title_width(context.page.title.strip())
    threshold = f"at most {TITLE_MAX_PIXELS} px"
    if not width:
        return Judgement(
            points=1, value=0, threshold=threshold, reason="There is no title.", advice="Write a title."
        )
    good = width <= TITLE_MAX_PIXELS
    return Judgement(
        points=9 if good else 3,
        value=width,
        threshold=threshold,
        reason=f"The title is about {width} px wide in a list of search results.",
        advice=KEEP if good else "Shorten the title, or it will be cut off.",
        position=None
        if good
        else Position(Place.CHARACTER, characters_within(context.page.title, TITLE_MAX_PIXELS)),
    )


def outbound_links(context: Context) -> Judgement:
    """Links to other sites: none 3, all nofollow 7, some 8, all followed 9."""
    return _links(context, LinkKind.OUTBOUND, advice="Link to a source that supports what you say.")


def internal_links(context: Context) -> Judgement:
    """Links to pages of the same site: none 3, all nofollow 7, some 8, all followed 9."""
    return _links(context, LinkKind.INTERNAL, advice="Link to related pages of this site.")


def _links(context: Context, kind: LinkKind, *, advice: str) -> Judgement:
    host = context.page.site_host
    links = [
        (index, link.is_followed)
        for index, link in enumerate(context.document.links)
        if link_kind(link.href, site_host=host) is kind
    ]
    followed = sum(is_followed for _, is_followed in links)
    unfollowed = next((index for index, is_followed in links if not is_followed), None)
    if links:
        advice = KEEP if unfollowed is None else "Let search engines follow the links that you stand behind."
    return Judgement(
        points=link_points(len(links), followed=followed),
        value=len(links),
        threshold="at least 1 followed link",
        reason=f"The article has {len(links)} {kind.value} links, {followed} of them followed.",
        advice=advice,
        position=None if unfollowed is None else Position(Place.LINK, unfollowed),
    )


def link_points(count: int, *, followed: int) -> int:
    """The points of so many links, so many of them followed."""
    if not count:
        return 3
    if not followed:
        return 7
    return 9 if followed == count else 8


def single_h1(context: Context) -> Judgement:
    """An H1 in the text besides the title: 1, none 9; an H1 that opens the text is the title itself."""
    document = context.document
    opens = bool(document.blocks) and document.blocks[0].level == 1
    extra = [i for i, block in enumerate(document.headings) if block.level == 1 and not (opens and i == 0)]
    if not extra:
        return Judgement(
            points=9, value=0, threshold="no H1 in the text", reason="The title is the only H1.", advice=KEEP
        )
    return Judgement(
        points=1,
        value=len(extra),
        threshold="no H1 in the text",
        reason=f"The text has {len(extra)} H1 besides the title.",
        advice="Make it an H2.",
        position=Position(Place.HEADING, extra[0]),
    )


def images(context: Context) -> Judgement:
    """Images in the text: none 3, any 9."""
    count = len(context.document.image_alts)
    return Judgement(
        points=9 if count else 3,
        value=count,
        threshold="at least 1 image",
        reason=f"The article has {count} images.",
        advice=KEEP if count else "Add an image that shows what the text says.",
    )
