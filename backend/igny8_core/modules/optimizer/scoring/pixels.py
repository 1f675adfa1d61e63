"""How wide a title prints in a list of search results; an estimate, it never loads a font."""

import unicodedata

TITLE_FONT_PIXELS = 20
_DEFAULT_LOWER = 556
_DEFAULT_UPPER = 667
_FULL_WIDTH = 1000

# Advance widths of Arial and its metric twins in thousandths of the font size.
_WIDTHS_BY_CHARACTERS = {
    191: "'",
    222: "ijl’‘‚",
    260: "|",
    278: " !,./:;I[]\\ft\u00a0·",
    333: "()-`r{}“”„",
    355: '"',
    389: "*",
    400: "°",
    469: "^",
    500: "Jckszvxy",
    556: "#$0123456789?L_abdeghnopqu–€£«»",
    584: "+<=>~×",
    611: "FTZß",
    667: "&ABEKPSVXY",
    722: "CDHNRUw",
    778: "GOQ",
    833: "Mm",
    889: "%æ",
    944: "Wœ",
    1000: "—…™Æ",
    1015: "@",
}
_WIDTHS = {
    character: width for width, characters in _WIDTHS_BY_CHARACTERS.items() for character in characters
}


def title_width(title: str) -> int:
    """The width of `title` in pixels, Arial at 20 px as on a desktop result page, rounded up."""
    return -(-sum(map(_width, title)) * TITLE_FONT_PIXELS // 1000)


def characters_within(title: str, pixels: int) -> int:
    """How many characters of `title` are shown in so many pixels."""
    total = 0
    for count, character in enumerate(title):
        total += _width(character)
        if total * TITLE_FONT_PIXELS > pixels * 1000:
            return count
    return len(title)


def _width(character: str) -> int:
    """The width of one character: its own, else its base letter's, else one by its class."""
    width = _WIDTHS.get(character)
    return _width_unlisted(character) if width is None else width


def _width_unlisted(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    base = unicodedata.normalize("NFKD", character)[0]
    if base in _WIDTHS:
        return _WIDTHS[base]
    if unicodedata.east_asian_width(character) in "WF":
        return _FULL_WIDTH
    return _DEFAULT_UPPER if character.isupper() else _DEFAULT_LOWER
