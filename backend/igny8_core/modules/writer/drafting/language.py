"""Guesses a text's language from its commonest words; knows seven languages and says so when it cannot tell."""

from collections import Counter

from igny8_core.common.text import words

# Function words only, chosen so that each carries its language: what two languages share counts for both.
STOPWORDS: dict[str, frozenset[str]] = {
    "de": frozenset(
        "der die das und ist nicht ein eine einen einem zu mit auf für von den dem des im sich auch es wird werden "
        "sind bei aus wie oder aber nur noch nach wenn kann als durch man sie ich wir ihr sein haben hat dass".split()
    ),
    "en": frozenset(
        "the and is are of to in that it for with as on be this was by from or an at which you your can not have has "
        "will when more if but than they their its these also into how what should while".split()
    ),
    "es": frozenset(
        "el la los las de y que en un una es por con no para se del al como más pero sus le lo este esta son si ya "
        "muy sin sobre también hasta hay donde cuando puede entre todo tiene ser su".split()
    ),
    "fr": frozenset(
        "le la les des et est un une du de que qui dans pour pas sur au aux avec ce cette il elle sont plus par ou "
        "mais comme vous nous être votre vos ses sa son peut très également ainsi lorsque leur".split()
    ),
    "it": frozenset(
        "il lo la gli le di e che è un una per non con del della dei delle nel nella al alla si da come più anche sono "
        "ma questo questa o se dal ci essere può ha quando tra molto tutto".split()
    ),
    "nl": frozenset(
        "de het een en van is dat niet in op te zijn met voor er aan ook als maar om dan bij uit naar door wordt "
        "kunnen kan deze dit hebben heeft worden nog wel geen je u uw wat of".split()
    ),
    "pt": frozenset(
        "o a os as de e que em um uma é por com não para se do da dos das no na ao como mais mas seu sua este esta "
        "são ou já muito sem sobre também até quando pode entre tem ser você".split()
    ),
}
WORDS_MIN = 20
SHARE_MIN = 0.12
LEAD_MIN = 1.2


def language_guess(text: str) -> str | None:
    """The ISO 639-1 code of the text's language, or None when the text is short or two languages are close."""
    tokens = [word.casefold() for word in words(text)]
    if len(tokens) < WORDS_MIN:
        return None
    counts = Counter(
        {code: sum(token in stopwords for token in tokens) for code, stopwords in STOPWORDS.items()}
    )
    (best, best_count), (_, second_count) = counts.most_common(2)
    if best_count < SHARE_MIN * len(tokens) or best_count < LEAD_MIN * second_count:
        return None
    return best
