"""Proves the language guess on ordinary prose of each language it knows."""

import pytest

from igny8_core.modules.writer.drafting.language import STOPWORDS, language_guess

SAMPLES = {
    "en": "A burr grinder crushes the beans between two plates, and the distance of the plates decides how fine the "
    "coffee is. It costs more than a blade grinder, but you can repeat the same setting every morning.",
    "de": "Eine Kaffeemühle mit Mahlwerk zerkleinert die Bohnen zwischen zwei Scheiben, und der Abstand der Scheiben "
    "bestimmt, wie fein der Kaffee wird. Sie kostet mehr als eine einfache Mühle, aber man kann sie wiederholen.",
    "fr": "Un moulin à meules écrase les grains entre deux disques, et la distance entre eux décide de la finesse "
    "du café. Il coûte plus cher qu'un moulin à lames, mais vous pouvez répéter le même réglage chaque matin.",
    "es": "Un molino de muelas tritura los granos entre dos discos, y la distancia de los discos decide la finura del "
    "café. Es más caro que un molino de cuchillas, pero se puede repetir el mismo ajuste todas las mañanas.",
    "it": "Un macinacaffè con macine schiaccia i chicchi tra due dischi, e la distanza decide la finezza del "
    "caffè. Costa di più di un macinino a lame, ma si può ripetere la stessa regolazione ogni mattina.",
    "nl": "Een koffiemolen met maalschijven plet de bonen tussen twee schijven, en de afstand van die schijven bepaalt "
    "hoe "
    "fijn de koffie wordt. Hij kost meer dan een molen met messen, maar je kan de instelling elke ochtend herhalen.",
    "pt": "Um moedor de mós esmaga os grãos entre dois discos, e a distância dos discos decide a finura do café. Custa "
    "mais do que um moedor de lâminas, mas você pode repetir o mesmo ajuste todas as manhãs.",
}


def test_samples_cover_every_known_language() -> None:
    assert SAMPLES.keys() == STOPWORDS.keys()


@pytest.mark.parametrize("language", sorted(SAMPLES))
def test_guess_names_the_language(language: str) -> None:
    assert language_guess(SAMPLES[language]) == language


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Espresso, Ristretto, Lungo",
        "Кофе мелют между двумя дисками, и расстояние между дисками решает, насколько мелким будет кофе; такая "
        "мельница "
        "стоит дороже, но настройку можно повторить каждое утро.",
    ],
)
def test_guess_stays_open_where_it_cannot_tell(text: str) -> None:
    assert language_guess(text) is None
