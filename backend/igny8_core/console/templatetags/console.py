"""What every page draws with: icons, states, numbers, and charts as SVG made here, so that no script is needed."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import template
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from igny8_core.modules.optimizer.types import PositionView

register = template.Library()

# Drawn on a grid of 16, by stroke alone.
_ICONS = {
    "home": "M2.5 7 8 2.5 13.5 7v6.5h-4V10h-3v3.5h-4z",
    "key": "M9 7a3.5 3.5 0 1 0-3 3.5L7.5 9H9v-1.5h1.5V6H12l1.5-1.5v-2H11z M5 8.5h.01",
    "map": "M4 4.5a2 2 0 1 0 0 .01zM12 3.5a1.5 1.5 0 1 0 0 .01zM11 12a2.5 2.5 0 1 0 0 .01zM5.5 6l3.5 4M6 4.3l4.5-.6",
    "bulb": "M6 11.5h4M6.5 13.5h3M8 2.5a4 4 0 0 0-2.2 7.3l.2 1.7h4l.2-1.7A4 4 0 0 0 8 2.5z",
    "pen": "M2.5 13.5 3.5 10 11 2.5l2.5 2.5L6 12.5z M9.5 4l2.5 2.5",
    "send": "M13.5 2.5 2.5 7l4.5 2 2 4.5z M7 9l3-3",
    "link": "M6.5 9.5l3-3M7 4.5l1.5-1.5a3 3 0 0 1 4.5 4.5L11.5 9M9 11.5 7.5 13A3 3 0 0 1 3 8.5L4.5 7",
    "flow": "M2.5 4h4v3h-4zM9.5 9h4v3h-4zM6.5 5.5H11V9",
    "plug": "M6 2.5v3M10 2.5v3M4 5.5h8V8a4 4 0 0 1-8 0zM8 12v2",
    "team": "M6 7.5a2.5 2.5 0 1 0 0-.01zM2 13.5a4 4 0 0 1 8 0M10.5 3a2.3 2.3 0 0 1 0 4.5M11.5 9.5a4 4 0 0 1 2.5 4",
    "coin": "M8 2.5a5.5 5.5 0 1 0 .01 0zM10 6c-.5-1-3.8-1-3.8.6 0 1.8 3.8 1 3.8 2.8 0 1.6-3.3 1.6-3.9.5M8 4.5v7",
    "clock": "M8 2.5a5.5 5.5 0 1 0 .01 0zM8 5v3.2l2.2 1.3",
    "list": "M5.5 4h8M5.5 8h8M5.5 12h8M2.5 4h.01M2.5 8h.01M2.5 12h.01",
    "bell": "M4 11.5V7.5a4 4 0 0 1 8 0v4l1 1H3zM7 14h2",
    "search": "M7 3a4 4 0 1 0 .01 0zM10 10l3.5 3.5",
    "plus": "M8 3v10M3 8h10",
    "check": "M3 8.5 6.5 12 13 4.5",
    "cross": "M4 4l8 8M12 4l-8 8",
    "warn": "M8 2.5 14 13H2zM8 6.5v3M8 11.3h.01",
    "out": "M9 3h4v4M13 3 7.5 8.5M11 9.5V13H3V5h3.5",
    "menu": "M2.5 4h11M2.5 8h11M2.5 12h11",
    "sun": "M8 5a3 3 0 1 0 .01 0zM8 1.5v1M8 13.5v1M1.5 8h1M13.5 8h1M3.5 3.5l.7.7M11.8 11.8l.7.7",
    "undo": "M6 4 3 7l3 3M3 7h6a3.5 3.5 0 0 1 0 7H7",
    "play": "M5 3.5v9l7-4.5z",
    "pause": "M5.5 3.5v9M10.5 3.5v9",
    "gear": "M3 4.5h6M12 4.5h1M3 11.5h1M7 11.5h6M10.5 3a1.5 1.5 0 1 0 .01 0zM5.5 10a1.5 1.5 0 1 0 .01 0z",
    "up": "M8 13V3M4 7l4-4 4 4",
}

# How a state looks: good, bad, warm (needs somebody), busy (is being worked on), still (nothing to do).
_TONES = {
    "good": "published done succeeded completed active approved ok finalized accepted captured sent open healthy good "
    "grant",
    "bad": "failed rejected suspended failing cancelled expired dead revoked absent bad error orphan",
    "warm": "paused review pending held past_due waiting unknown unassigned trialing warning weak ok_with_warnings",
    "busy": "running publishing writing scoring queued scheduled uploaded checking sending",
}
_TONE_OF = {state: tone for tone, states in _TONES.items() for state in states.split()}

# The linker's words for what keeps a link out.
_LINK_PROBLEMS = {
    "gone": "the words are not in the text any more",
    "linked": "the sentence or the target has a link already",
    "limit": "the article has as many links as it may have",
    "address": "the target is not published any more",
    "unsafe": "the text could not be changed safely here",
    "edited": "a person changed the link",
}


@register.simple_tag
def icon(name: str) -> SafeString:
    """An icon; it says nothing to a screen reader, the words beside it do."""
    return format_html(
        '<svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">'
        '<path d="{}"/></svg>',
        _ICONS[name],
    )


@register.simple_tag
def badge(state: Any, text: Any = "") -> SafeString:
    """A state in words, with a tone that never carries the meaning alone."""
    key = str(getattr(state, "value", state))
    return format_html(
        '<span class="badge {}">{}</span>',
        _TONE_OF.get(key, "still"),
        text or _(key.replace("_", " ").capitalize()),
    )


@register.filter
def short(value: Any) -> str:
    """A number as people say it: 1,234 · 12.3k · 4.5M; a dash when it is not known."""
    if value is None or value == "":
        return "–"
    number = float(value)
    for limit, divisor, mark in ((1e6, 1e6, "M"), (1e4, 1e3, "k")):
        if abs(number) >= limit:
            return f"{number / divisor:.1f}".rstrip("0").rstrip(".") + mark
    return f"{number:,.0f}"


@register.filter
def exact(value: int) -> str:
    """A number to its last digit: 1,234,567."""
    return f"{value:,}"


@register.simple_tag
def money(cents: int, currency: str) -> str:
    """An amount with its currency: USD 1,234.50."""
    return f"{currency} {cents / 100:,.2f}"


@register.filter
def known(value: Any) -> Any:
    """The value, or a dash when it is not known."""
    return "–" if value is None or value == "" else value


@register.simple_tag
def meter(value: Any, most: Any = 100, label: str = "") -> SafeString:
    """A bar from nothing to `most`; the number stands beside it in words."""
    top = max(float(most or 0), 1e-9)
    share = min(1.0, max(0.0, float(value or 0) / top))
    return format_html(
        '<svg class="meter" viewBox="0 0 100 6" preserveAspectRatio="none" role="img" aria-label="{}">'
        '<rect class="track" width="100" height="6" rx="3"/><rect class="fill" width="{}" height="6" rx="3"/></svg>',
        label or f"{share:.0%}",
        f"{share * 100:.1f}",
    )


@register.simple_tag
def score_ring(score: Any) -> SafeString:
    """A score from 0 to 100 as a ring; red to 49, amber to 69, green from 70."""
    if score in (None, ""):  # a template has an empty text where there is no score at all
        return format_html('<span class="score none" title="{}">–</span>', _("Not scored yet"))
    tone = "good" if score >= 70 else "warm" if score >= 50 else "bad"
    return format_html(
        '<svg class="score {}" viewBox="0 0 36 36" width="36" height="36" role="img" aria-label="{}">'
        '<circle class="track" cx="18" cy="18" r="15"/>'
        '<circle class="fill" cx="18" cy="18" r="15" pathLength="100" stroke-dasharray="{} 100"/>'
        '<text x="18" y="22">{}</text></svg>',
        tone,
        _("Score %(score)s of 100") % {"score": score},
        score,
        score,
    )


@register.simple_tag
def bars(points: Sequence[tuple[date, float]], label: str) -> SafeString:
    """A bar for every day, oldest first, on one scale; each bar says its day and value when pointed at."""
    if not points:
        return mark_safe("")
    top = max((value for _day, value in points), default=0) or 1
    step = 100 / len(points)
    drawn = format_html_join(
        "",
        '<rect class="{}" x="{}" y="{}" width="{}" height="{}" rx="0.6"><title>{}: {}</title></rect>',
        (
            (
                "some" if value else "none",
                f"{index * step + step * 0.12:.2f}",
                f"{32 - max(0.6, 30 * value / top):.2f}",
                f"{step * 0.76:.2f}",
                f"{max(0.6, 30 * value / top):.2f}",
                day.isoformat(),
                short(value),
            )
            for index, (day, value) in enumerate(points)
        ),
    )
    return format_html(
        '<svg class="bars" viewBox="0 0 100 32" preserveAspectRatio="none" role="img" aria-label="{}">{}</svg>',
        label,
        drawn,
    )


@register.simple_tag
def spark(values: Sequence[float], label: str) -> SafeString:
    """A line through a few values from 0 to 1, oldest first."""
    if len(values) < 2:
        return mark_safe("")
    step = 60 / (len(values) - 1)
    points = " ".join(f"{index * step:.1f},{15 - 14 * value:.1f}" for index, value in enumerate(values))
    return format_html(
        '<svg class="spark" viewBox="0 0 60 16" width="60" height="16" role="img" aria-label="{}">'
        '<polyline points="{}"/></svg>',
        label,
        points,
    )


@register.simple_tag(takes_context=True)
def with_page(context: Mapping[str, Any], number: int) -> str:
    """This page's query string with another page number."""
    query = context["request"].GET.copy()
    query["page"] = str(number)
    return "?" + str(query.urlencode())


@register.filter
def undo_address(message: Any) -> str:
    """Where a POST takes back what a message tells, or nothing."""
    tags = str(message.extra_tags or "")
    return tags.removeprefix("undo ") if tags.startswith("undo ") else ""


@register.simple_tag(takes_context=True)
def sort_link(context: Mapping[str, Any], name: str, ordering: str, title: str) -> SafeString:
    """A column's title that orders by it, largest first at the first click, the other way round at the second."""
    query = context["request"].GET.copy()
    query["ordering"] = name if ordering == f"-{name}" else f"-{name}"
    query.pop("page", None)
    current = {f"-{name}": "descending", name: "ascending"}.get(ordering, "")
    mark = format_html(' data-sorted="{}"', current) if current else ""
    return format_html('<a href="?{}"{}>{}</a>', query.urlencode(), mark, _(title))


@register.simple_tag
def line_offset(index: int, lines: Sequence[str]) -> str:
    """How far line `index` of a label stands from the middle of its circle, in em."""
    return f"{(index - (len(lines) - 1) / 2) * 1.15 + 0.35:.2f}em"


@register.filter
def words(name: str) -> str:
    """A key of ours as words."""
    return name.replace("_", " ").capitalize()


@register.filter
def is_number(value: Any) -> bool:
    """Whether a value is a number."""
    return isinstance(value, int | float)


# What a user agent calls itself, the telling names first: every browser claims to be others too.
_BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


@register.filter
def device(user_agent: str) -> str:
    """A user agent as people know it: the browser and what it runs on, else its own first word."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or user_agent.partition(" ")[0][:60] or _("Unknown device")


@register.filter
def of(names: Mapping[Any, str], key: Any) -> str:
    """The name of a key, or a dash."""
    return names.get(key, "–")


@register.simple_tag
def item_title(item: Any, site_id: Any) -> SafeString:
    """An item of a run by its title, leading to its article once there is one, else to its idea."""
    names = {"article_id": item.article_id} if item.article_id else {"idea_id": item.idea_id}
    address = reverse(
        "console:article" if item.article_id else "console:idea", kwargs={"site_id": site_id, **names}
    )
    return format_html('<a class="title" href="{}">{}</a>', address, item.title)


@register.filter
def at(rows: Mapping[Any, Any], key: Any) -> Any:
    """What stands under a key, be it an id or its text; nothing when there is nothing."""
    return rows.get(key) or rows.get(str(key))


@register.filter
def place(position: PositionView) -> str:
    """Where a finding is, as people count."""
    return f"{_(position.place.capitalize())} {position.index + 1}"


@register.filter
def without_scheme(address: str) -> str:
    """An address as people read it."""
    return address.removeprefix("https://").removeprefix("http://")


@register.filter
def link_problem(problem: str) -> str:
    """Why a link could not be put in, in words."""
    return _(_LINK_PROBLEMS.get(problem, problem))


@register.simple_tag
def linked_sentence(sentence: str, anchor: str, address: str) -> SafeString:
    """A sentence with the words that become a link marked, and where it leads."""
    before, found, after = sentence.partition(anchor)
    if not found:
        return format_html("{}", sentence)
    return format_html("{}<ins>{} ⟨{}⟩</ins>{}", before, found, address, after)
