"""Owns the proof of the language guess: on queries that nobody chose the rules by, and on what it must not claim."""

import pytest

from igny8_core.semantics.languages import language_guess

QUERIES = {
    "en": "best coffee maker|running shoes for women|how to clean a moka pot|cheap flights to rome"
    "|garden hose reel|office chair|dog food|what is seo|car insurance quotes|wood stain colors"
    "|protein powder|kitchen sink",
    "de": "kaffeemaschine test|laufschuhe damen|günstige flüge nach rom|gartenschlauch"
    "|bürostuhl ergonomisch|hundefutter|auto versicherung vergleich|küchenspüle|haus bauen kosten"
    "|fahrrad kinder 20 zoll|winterreifen günstig|schuhe",
    "es": "mejor cafetera|zapatillas running mujer|vuelos baratos a roma|manguera de jardin"
    "|silla de oficina|comida para perros|seguro de coche|fregadero de cocina|recetas con pollo"
    "|zapatos|neumaticos invierno|colores de madera",
    "fr": "meilleure machine à café|chaussures de course femme|vols pas chers rome|tuyau d'arrosage"
    "|chaise de bureau|croquettes chien|assurance auto|evier cuisine|recette poulet|chaussures"
    "|pneus hiver|poele en fonte",
    "it": "migliore macchina caffè|scarpe da corsa donna|voli economici roma|tubo da giardino"
    "|sedia ufficio|cibo per cani|assicurazione auto|lavello cucina|ricette con pollo"
    "|bicicletta bambino|gomme invernali|padella in ghisa",
    "pt": "melhor cafeteira|tenis de corrida feminino|voos baratos para roma|mangueira de jardim"
    "|cadeira de escritório|ração para cachorro|seguro de carro|pia de cozinha|receitas com frango"
    "|sapatos|pneus de inverno|cores de madeira",
}
OTHERS = {
    "pl": "ekspres do kawy|tanie loty do rzymu|karma dla psa|ubezpieczenie samochodu|młynek do kawy|opony zimowe",
    "nl": "koffiezetapparaat test|goedkope vluchten naar rome|hondenvoer|koffiemolen|recepten met kip|winterbanden",
}


@pytest.mark.parametrize("language", QUERIES)
def test_language_guess_knows_the_site_s_own(language: str) -> None:
    found = [language_guess(text, site_language=language) for text in QUERIES[language].split("|")]
    assert {code for code in found if code} == {language}  # nothing else is ever claimed
    assert found.count(language) >= 10


@pytest.mark.parametrize("language", ["de", "fr", "it", "pt"])
def test_language_guess_finds_half_of_another_language_on_an_english_site(language: str) -> None:
    found = [language_guess(text, site_language="en") for text in QUERIES[language].split("|")]
    assert found.count(language) >= 6


@pytest.mark.parametrize("language", OTHERS)
def test_language_guess_claims_none_of_the_six_for_others(language: str) -> None:
    texts = OTHERS[language].split("|")
    assert {language_guess(text, site_language=language) for text in texts} == {language}
    assert not {language_guess(text, site_language="en") for text in texts} & QUERIES.keys() - {"en"}


def test_language_guess_of_a_site_in_a_language_that_the_model_does_not_know() -> None:
    assert language_guess("laufschuhe damen größe 42", site_language="xx") == "de"
    assert language_guess("", site_language="xx") == ""
