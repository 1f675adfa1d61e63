"""The country and language codes that an export may name; it must never guess a code that it does not know."""

import re

from .refusals import CellRefused
from .rows import RejectReason

# ISO 3166-1 alpha-2.
_CODES = (
    "ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bl bm bn bo bq br bs bt bv bw by "
    "bz ca cc cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg eh er es et fi fj fk "
    "fm fo fr ga gb gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir "
    "is it je jm jo jp ke kg kh ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mf mg mh mk "
    "ml mm mn mo mp mq mr ms mt mu mv mw mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm "
    "pn pr ps pt pw py qa re ro rs ru rw sa sb sc sd se sg sh si sj sk sl sm sn so sr ss st sv sx sy sz tc td tf "
    "tg th tj tk tl tm tn to tr tt tv tw tz ua ug um us uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw"
).split()
COUNTRIES = frozenset(_CODES)

# ISO 3166-1 alpha-3, as Search Console has it, in the order of the codes above.
_THREE = (
    "and are afg atg aia alb arm ago ata arg asm aut aus abw ala aze bih brb bgd bel bfa bgr bhr bdi ben blm bmu brn "
    "bol bes bra bhs btn bvt bwa blr blz can cck cod caf cog che civ cok chl cmr chn col cri cub cpv cuw cxr cyp cze "
    "deu dji dnk dma dom dza ecu est egy esh eri esp eth fin fji flk fsm fro fra gab gbr grd geo guf ggy gha gib grl "
    "gmb gin glp gnq grc sgs gtm gum gnb guy hkg hmd hnd hrv hti hun idn irl isr imn ind iot irq irn isl ita jey jam "
    "jor jpn ken kgz khm kir com kna prk kor kwt cym kaz lao lbn lca lie lka lbr lso ltu lux lva lby mar mco mda mne "
    "maf mdg mhl mkd mli mmr mng mac mnp mtq mrt msr mlt mus mdv mwi mex mys moz nam ncl ner nfk nga nic nld nor npl "
    "nru niu nzl omn pan per pyf png phl pak pol spm pcn pri pse prt plw pry qat reu rou srb rus rwa sau slb syc sdn "
    "swe sgp shn svn sjm svk sle smr sen som sur ssd stp slv sxm syr swz tca tcd atf tgo tha tjk tkl tls tkm tun ton "
    "tur tto tuv twn tza ukr uga umi usa ury uzb vat vct ven vgb vir vnm vut wlf wsm yem myt zaf zmb zwe"
).split()

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

_COUNTRY_OF_THREE = dict(zip(_THREE, _CODES, strict=True))
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


def parse_country_three(cell: str) -> str | None:
    """A country as Search Console gives it ("deu"), or as everybody else does; None for what is no ISO country.

    Raises CellRefused.
    """
    code = cell.lower()
    if len(code) != 3 or code in _NO_COUNTRY:
        return parse_country(cell)
    if code in ("zzz", "xkk"):  # its unknown region, and Kosovo
        return None
    if code not in _COUNTRY_OF_THREE:
        raise CellRefused(RejectReason.COUNTRY_UNKNOWN, "not a three-letter country code")
    return _COUNTRY_OF_THREE[code]


def parse_language(cell: str) -> str | None:
    """A language cell ("en", "en-US"): its ISO 639-1 code. Raises CellRefused when it is none."""
    lowered = cell.lower()
    if lowered in _NO_LANGUAGE:
        return None
    if known := language_code(lowered):
        return known
    raise CellRefused(RejectReason.LANGUAGE_UNKNOWN, "not a two-letter language code")


def language_code(code: str) -> str | None:
    """The ISO 639-1 code in lower case of a language, whatever its region ("en-US"); None when there is none."""
    language = re.split("[-_]", code.lower(), maxsplit=1)[0]
    return language if language in LANGUAGES else None


def parse_only_language(cell: str) -> str | None:
    """The language of a cell that may list several or spell them out; None unless it is exactly one code.

    For a column whose notation the tool does not document: a keyword is not refused for it.
    """
    codes = [part.strip().lower() for part in _LIST.split(cell)]
    return codes[0] if len(codes) == 1 and codes[0] in LANGUAGES else None
