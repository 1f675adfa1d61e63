"""Owns the proof that the space is frozen, complete and blind to order."""

import logging
import random
import socket

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from igny8_core.semantics import vectors
from igny8_core.semantics.numerics import Matrix
from igny8_core.semantics.vectors import KeywordSpace


@pytest.mark.parametrize(
    "texts",
    [
        ["running shoes"],
        ["running shoes", "espresso machine"],
        ["a", "b", "c"],
        ["x", "x", "x"],
        ["xyz", "qrs", "uvw"],
        ["xyz", "qrs", "uvw", "klm"],
        ["東京 ラーメン", "что такое", "कार बीमा"],
        ["?!", "..."],
        [""],
        ["running shoes", "", "??"],
    ],
)
def test_space_embeds_the_smallest_lists(texts: list[str]) -> None:
    rows = KeywordSpace.fit(texts).embed(texts)
    lengths = np.linalg.norm(rows, axis=1)
    has_content = np.array([any(map(str.isalnum, text)) for text in texts])
    assert rows.dtype == np.float32
    assert np.isfinite(rows).all()
    assert lengths == pytest.approx(has_content.astype(float), abs=1e-5)


def test_space_of_nothing_embeds_nothing() -> None:
    space = KeywordSpace.fit([])
    assert space.embed([]).shape == (0, space.dimensions)
    assert np.linalg.norm(space.embed(["running shoes"])) == pytest.approx(1.0, abs=1e-5)


def test_space_of_two_near_texts_finds_them_near() -> None:
    one, other = KeywordSpace.fit(["running shoes", "shoes for running"]).embed(
        ["running shoes", "shoes for running"]
    )
    assert one @ other > 0.5


def test_space_is_the_same_for_any_order_and_repetition(keywords: list[str]) -> None:
    shuffled = [*keywords, *keywords[:9]]
    random.Random(7).shuffle(shuffled)
    expected = KeywordSpace.fit(keywords).embed(keywords)
    assert np.array_equal(KeywordSpace.fit(shuffled).embed(keywords), expected)


def test_space_gives_a_text_the_same_row_beside_any_other(keywords: list[str]) -> None:
    space = KeywordSpace.fit(keywords)
    together = space.embed(["trail shoes", "espresso", *keywords])
    assert np.array_equal(together[0], space.embed(["trail shoes"])[0])
    assert np.array_equal(together[2:], space.embed(keywords))


def test_space_embeds_every_chunk(keywords: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    space = KeywordSpace.fit(keywords)
    expected = space.embed(keywords)
    monkeypatch.setattr(vectors, "_CHUNK_ROWS", 7)
    assert np.array_equal(space.embed(keywords), expected)


def test_space_ignores_case_and_punctuation(keywords: list[str]) -> None:
    one, other = KeywordSpace.fit(keywords).embed(["Running Shoes!", "running shoes"])
    assert np.array_equal(one, other)


def test_space_above_the_limit_learns_from_a_sample(
    keywords: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vectors, "FIT_LIMIT", 20)
    space = KeywordSpace.fit(keywords)
    assert space.dimensions - space.centre.size <= 20
    one, other, stranger = space.embed(["running shoes", "trail running shoes", "mortgage rates today"])
    assert one @ other > one @ stranger + 0.3


def test_space_relates_a_misspelled_word_to_the_right_one(keywords: list[str]) -> None:
    space = KeywordSpace.fit(keywords)
    rows = space.embed(["menopuase", "menopause", "mortgage"])
    wrong, right, stranger = rows[:, space.centre.size :]
    assert wrong @ right > wrong @ stranger + 0.05


def test_space_relates_words_it_never_saw_together(keywords: list[str]) -> None:
    one, other, stranger = KeywordSpace.fit(keywords).embed(["sneakers", "running shoes", "mortgage rates"])
    assert one @ other > one @ stranger + 0.1


def test_static_model_loads_without_network_or_logging_set_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the floor opened a socket")

    monkeypatch.setattr(socket, "socket", refuse)
    handlers = list(logging.getLogger().handlers)
    vectors._static_model.cache_clear()
    model = vectors._static_model()
    assert model.table.shape == (32_000, 256)
    assert vectors._static_model() is model
    assert logging.getLogger().handlers == handlers


def test_space_counts_letters_inside_words_as_scikit_learn_does(keywords: list[str]) -> None:
    peer = TfidfVectorizer(
        analyzer="char_wb", ngram_range=(3, 5), min_df=2, lowercase=False, sublinear_tf=True
    )
    known = peer.fit_transform(keywords).toarray()
    fresh = ["menopausal shoes", "shoe shoe shoes", "zzz"]
    letters = vectors._Letters.fit(keywords)
    assert np.allclose(letters.weigh(keywords).toarray(), known, atol=1e-6)
    assert np.allclose(letters.weigh(fresh).toarray(), peer.transform(fresh).toarray(), atol=1e-6)


def test_space_takes_the_rows_of_another_model_for_meaning(keywords: list[str]) -> None:
    subjects = ("shoe", "espresso", "mortgage")

    def model(keys: list[str]) -> Matrix:
        return np.array([[subject in key for subject in subjects] for key in keys], np.float32) * 3

    space = KeywordSpace.fit(keywords, meaning=model)
    near, other, far = space.embed(["shoe care", "running shoes", "mortgage care"])
    assert space.centre.size == len(subjects)
    assert near @ other > near @ far + 0.5
    assert np.array_equal(space.embed(["?!"])[0], np.zeros(space.dimensions))
