"""The country and language codes that an export may name; it must never guess a code that it does not know."""

import re

from .refusals import CellRefused
from .rows import RejectReason

# ISO 3166-1 alpha-2.
COUNTRIES = frozenset(
    (
        "ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bl bm bn bo bq br bs bt bv bw by "
        "bz ca cc cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg eh er es et fi fj fk "
        "fm fo fr ga gb gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir "
        "is it je jm jo jp ke kg kh ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mf mg mh mk "
        "ml mm mn mo mp mq mr ms mt mu mv mw mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm "
        "pn pr ps pt pw py qa re ro rs ru rw sa sb sc sd se sg sh si sj sk sl sm sn so sr ss st sv sx sy sz tc td tf "
        "tg th tj tk tl tm tn to tr tt tv tw tz ua ug um us uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw"
    ).split()
)

# ISO 639-1.
LANGUAGES = frozenset(
    (
        "aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el "
        "en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it "
        "iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt "
        "my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl "
        "sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo "
        "za zh zu"
    ).split()
)

_COUNTRY_ALIASES = {"uk": "gb"}  # the tools call the United Kingdom's database "uk"
_NO_COUNTRY = frozenset({"", "-", "n/a", "all", "global", "worldwide", "all countries"})
_NO_LANGUAGE = frozenset({"", "-", "n/a", "all"})
_LIST = re.compile(r"[,;|]")


def country_code(code: str) -> str | None:
    """The ISO 3166-1 alpha-2 code in lower case for a tool's market code, None when there is no such country."""
    lowered = code.lower()
    alias = _COUNTRY_ALIASES.get(lowered, lowered)
    return alias if alias in COUNTRIES else None


def parse_country(cell: str) -> str | None:
    """A country cell ("us", "UK", "mobile-us"); None when it stands for the whole world.

    "NA" is Namibia here, not an empty cell. Raises CellRefused for anything that is no country code.
    """
    code = cell.lower().removeprefix("mobile-")
    if code in COUNTRIES:
        return code
    if code in _NO_COUNTRY:
        return None
    if known := country_code(code):
        return known
    raise CellRefused(RejectReason.COUNTRY_UNKNOWN, "not a two-letter country code")


def parse_language(cell: str) -> str | None:
    """A language cell ("en", "en-US"): its ISO 639-1 code. Raises CellRefused when it is none."""
    lowered = cell.lower()
    if lowered in _NO_LANGUAGE:
        return None
    code = re.split("[-_]", lowered, maxsplit=1)[0]
    if code not in LANGUAGES:
        raise CellRefused(RejectReason.LANGUAGE_UNKNOWN, "not a two-letter language code")
    return code


def parse_only_language(cell: str) -> str | None:
    """The language of a cell that may list several or spell them out; None unless it is exactly one code.

    For a column whose notation the tool does not document: a keyword is not refused for it.
    """
    codes = [part.strip().lower() for part in _LIST.split(cell)]
    return codes[0] if len(codes) == 1 and codes[0] in LANGUAGES else None
