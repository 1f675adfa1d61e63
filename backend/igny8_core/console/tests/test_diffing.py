"""What changed between two texts, word by word."""

import time

from igny8_core.console.diffing import Difference, Passage, Piece, difference, readable, word_pieces


def test_words_that_went_and_came_are_told_apart() -> None:
    assert word_pieces("Boil the water.", "Boil fresh water!") == (
        Piece("same", "Boil "),
        Piece("del", "the"),
        Piece("ins", "fresh"),
        Piece("same", " water"),
        Piece("del", "."),
        Piece("ins", "!"),
    )


def test_pieces_make_both_texts_again() -> None:
    before, after = "One two, three\nfour five.", "Two three\nfour, six five!"
    pieces = word_pieces(before, after)
    assert "".join(piece.text for piece in pieces if piece.kind != "ins") == before
    assert "".join(piece.text for piece in pieces if piece.kind != "del") == after


def test_unchanged_lines_beside_a_change_are_counted() -> None:
    before = [f"line {number}" for number in range(10)]
    after = [*before[:5], "new", *before[5:]]
    assert difference(before, after) == Difference(
        (Passage((Piece("ins", "new"),), skipped=5), Passage((Piece("same", "line 5"),))), skipped=4
    )


def test_same_texts_have_no_difference() -> None:
    assert difference(["a", "b"], ["a", "b"]).is_empty
    assert difference([], []).is_empty
    assert not difference([], ["a"]).is_empty
    assert not difference(["a"], []).is_empty


def test_lines_of_html_say_where_links_lead() -> None:
    html = '<h2>A</h2><p>See <a href="https://x.example/">this</a>,\n  then<br>that <img alt="pot"></p>'
    assert readable(html) == ["A", "See this ⟨https://x.example/⟩, then", "that [pot]"]


def test_huge_texts_take_little_time() -> None:
    before, after = ["a b " * 20_000], ["b a " * 20_000]
    lines = ["x"] * 20_000
    began = time.process_time()
    [passage] = difference(before, after).passages
    assert [piece.kind for piece in passage.pieces] == ["del", "ins"]
    assert [one.is_changed for one in difference(lines, ["y", *lines]).passages] == [True]
    assert time.process_time() - began < 2
