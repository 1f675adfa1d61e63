"""Guesses where a table begins and what its columns mean, for a person to confirm; nothing is read by a guess."""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from difflib import get_close_matches

from .formats import FORMATS, PLAIN_LIST
from .layouts import header_trimmed
from .mapping import MAPPABLE

_NEAR = 0.8  # "Keywrod" is near "keyword", "CTR" is not near "cpc"
_WORD = re.compile(r"\w+")
_LETTERS = re.compile(r"[^\W\d_]{2}")
_ADDRESS = re.compile(r"\w+://|www\.")
# How people call the two columns that matter most in tables of their own, in the languages that are asked for most.
_ELSEWHERE: Mapping[str, str] = {
    "suchbegriff": "text",
    "suchbegriffe": "text",
    "schlüsselwort": "text",
    "schlagwort": "text",
    "mot clé": "text",
    "mots clés": "text",
    "requête": "text",
    "palabra clave": "text",
    "palabras clave": "text",
    "consulta": "text",
    "parola chiave": "text",
    "palavra chave": "text",
    "zoekwoord": "text",
    "zoekterm": "text",
    "słowo kluczowe": "text",
    "suchvolumen": "volume",
    "nachfrage": "volume",
    "volume de recherche": "volume",
    "volumen de búsqueda": "volume",
    "volume di ricerca": "volume",
    "volume de pesquisa": "volume",
    "zoekvolume": "volume",
    "land": "country",
    "pays": "country",
    "país": "country",
    "sprache": "language",
    "langue": "language",
    "idioma": "language",
}


def _known() -> dict[str, str]:
    names = dict(_ELSEWHERE)
    for export_format in FORMATS:
        for column in export_format.columns:
            if column.field in MAPPABLE:
                spoken = (one for one in column.headers if len(one) > 2 or export_format is PLAIN_LIST)
                names |= {_plain(one): column.field for one in spoken}
    return names


def _plain(name: str) -> str:
    """A header's words, in lower case."""
    return " ".join(_WORD.findall(unicodedata.normalize("NFKC", name).casefold().replace("_", " ")))


_FIELD_OF = _known()
_LONGEST = max(map(len, _FIELD_OF))


def field_guesses(header: Sequence[str], rows: Sequence[Sequence[str]]) -> tuple[str | None, ...]:
    """The likeliest field of each column, no field twice; `rows` are the first rows below the header.

    A header that is a known name counts before one that holds it, and that before one that is misspelt. When no
    header speaks of keywords, the column with the most different texts is taken for them.
    """
    found: dict[int, str] = {}
    names = [_plain(cell) for cell in header]
    for likely in (_FIELD_OF.get, _field_inside, _field_near):
        for index, name in enumerate(names):
            field = likely(name) if index not in found else None
            if field and field not in found.values():
                found[index] = field
    if "text" not in found.values():
        texts = {index: _texts(rows, index) for index in range(len(header)) if index not in found}
        best = max(texts, key=lambda index: texts[index], default=None)
        if best is not None and texts[best]:
            found[best] = "text"
    return tuple(found.get(index) for index in range(len(header)))


def _field_inside(name: str) -> str | None:
    """The field of the longest known name that stands in this one as whole words."""
    if len(name) > 3 * _LONGEST:
        return None
    inside = [known for known in _FIELD_OF if f" {known} " in f" {name} "]
    return _FIELD_OF[max(inside, key=len)] if inside else None


def _field_near(name: str) -> str | None:
    if not 4 <= len(name) <= 2 * _LONGEST:
        return None
    near = get_close_matches(name, _FIELD_OF, n=1, cutoff=_NEAR)
    return _FIELD_OF[near[0]] if near else None


def _texts(rows: Sequence[Sequence[str]], index: int) -> int:
    """How many different texts with letters stand in a column; addresses are none."""
    cells = {row[index].strip() for row in rows if index < len(row)}
    return sum(1 for cell in cells if _LETTERS.search(cell) and not _ADDRESS.match(cell))


def table_width(records: Sequence[tuple[int, list[str]]]) -> int:
    """The number of cells that most of these records have, of equally many the larger."""
    widths = Counter(len(header_trimmed(cells)) for _line, cells in records)
    return max(widths, key=lambda width: (widths[width], width), default=0)


def header_likely(records: Sequence[tuple[int, list[str]]]) -> tuple[int, list[str]] | None:
    """The first record as long as most are wide, and more than half of it filled: titles above a table are not."""
    width = table_width(records)
    long = [record for record in records if len(record[1]) >= width > 0]
    filled = (record for record in long if 2 * sum(1 for cell in record[1] if cell.strip()) > width)
    return next(filled, long[0] if long else None)
