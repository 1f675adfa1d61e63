"""Owns the proof of the key of near duplicates, language by language."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from igny8_core.semantics.normalise import keyword_normalise
from igny8_core.semantics.variants import STEMMED_LANGUAGES, variant_key

ALIKE = {
    "en": [
        "coffee maker|makers, coffee|Coffee-Makers|the coffee maker",
        "colour scheme|color schemes",
        "organise desk|organizing desk|organised desk",
        "analyse data|analyze data",
        "e-mail template|email templates|e mail template|E-Mail Template",
        "t shirt|t-shirts|tshirt",
        "wi-fi router|wifi router|wi fi routers",
        "café menu|cafe menus",
        "travelling light|traveling light",
        "grey paint|gray paints",
        "jewellery box|jewelry boxes",
        "fibre optic|fiber optics",
        "defence lawyer|defense lawyers",
        "how to lose weight|losing weight",
        "running shoes for men|men's running shoe",
        "what size dog crate|dog crate size",
        "c++ tutorial|tutorials for C++",
        "24/7 plumber|plumber 24/7",
    ],
    "de": [
        "kaffeemaschine test|test kaffeemaschinen",
        "größe schuhe|groesse schuh|Größe der Schuhe",
        "häuser bauen|haus bauen",
        "straße|strasse|straßen",
    ],
    "es": [
        "zapato mujer|zapatos de mujer|mujer zapato",
        "canción infantil|canciones infantiles|cancion infantil",
        "luz led|luces led",
        "máquina de café|maquinas de cafe",
    ],
    "fr": [
        "vélo enfant|velos enfants|vélos pour enfants",
        "machine à café|machines a cafe",
        "cheval|chevaux",
        "jeu vidéo|jeux vidéos",
        "l'assurance auto|assurance auto|l’assurance auto",
        "bijou|bijoux",
    ],
    "it": [
        "scarpa donna|scarpe da donna",
        "città italiane|citta italiana",
        "l'acqua|acqua",
        "ufficio|uffici",
        "ricette dell'orto|ricetta orto",
    ],
    "pt": [
        "hotel lisboa|hotéis em lisboa|hoteis lisboa",
        "avião|aviões|aviao",
        "homem|homens",
        "lençol|lençóis",
        "pão|pães",
        "máquina de lavar|maquinas lavar",
    ],
}
DIFFERENT = {
    "en": [
        "usd to eur|eur to usd",
        "vitamin c serum|vitamin cserum",
        "c tutorial|c++ tutorial",
        "c++ tutorial|c# tutorial",
        "iphone 15|iphone 16",
        "keto with sugar|keto without sugar",
        "why is my dog shaking|when is my dog shaking",
    ],
    "de": [
        "euro in dollar|dollar in euro",
        "kaffee mit zucker|kaffee ohne zucker",
        "wann zittert ein hund|warum zittert ein hund",
    ],
    "es": ["año nuevo|ano nuevo", "euro a dolar|dolar a euro", "pan con gluten|pan sin gluten"],
    "fr": ["euro en dollar|dollar en euro", "thé avec sucre|thé sans sucre"],
    "it": ["euro in dollari|dollari in euro", "pane con glutine|pane senza glutine"],
    "pt": ["cão|caos", "real para euro|euro para real"],
}


@pytest.mark.parametrize(
    ("language", "texts"), [(language, line) for language, lines in ALIKE.items() for line in lines]
)
def test_variant_key_is_one_for_near_duplicates(language: str, texts: str) -> None:
    keys = {variant_key(text, language) for text in texts.split("|")}
    assert len(keys) == 1, keys
    assert keys != {""}


@pytest.mark.parametrize(
    ("language", "texts"), [(language, line) for language, lines in DIFFERENT.items() for line in lines]
)
def test_variant_key_tells_other_queries_apart(language: str, texts: str) -> None:
    assert len({variant_key(text, language) for text in texts.split("|")}) == 2


def test_variant_key_of_another_language_claims_no_grammar() -> None:
    assert variant_key("Ekspres do  kawy!", "pl") == "pl: ekspres do kawy"
    assert variant_key("kawy ekspres", "pl") != variant_key("ekspres kawy", "pl")


def test_variant_key_of_function_words_keeps_them() -> None:
    assert variant_key("how to be", "en") == "en: be how to"
    assert variant_key("?!", "en") == ""


@given(
    st.sampled_from(sorted(STEMMED_LANGUAGES)),
    st.lists(st.sampled_from("red blau verde bleu rosso azul 2024 pro".split()), min_size=1, max_size=5),
    st.randoms(use_true_random=False),
)
def test_variant_key_knows_no_order_and_no_case(language: str, words: list[str], chance: Random) -> None:
    shuffled = list(words)
    chance.shuffle(shuffled)
    assert variant_key(" ".join(words), language) == variant_key("  ".join(shuffled).upper() + "?", language)


@given(st.sampled_from([*sorted(STEMMED_LANGUAGES), "pl", ""]), st.text(max_size=60))
def test_variant_key_takes_any_text(language: str, text: str) -> None:
    assert variant_key(text, language) == variant_key(f" {text}\n", language)


@given(st.text())
def test_variant_key_is_the_same_for_a_text_and_its_exact_key(text: str) -> None:
    assert variant_key(keyword_normalise(text), "en") == variant_key(text, "en")
