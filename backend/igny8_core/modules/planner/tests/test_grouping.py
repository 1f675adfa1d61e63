"""Grouping: pure decisions over vectors, tested on small spaces made by hand."""

import numpy as np
import pytest

from igny8_core.modules.planner.grouping import cohesion, group_keywords, member_similarities
from igny8_core.semantics.numerics import Matrix, unit_rows


def rows(*values: tuple[float, ...]) -> Matrix:
    return unit_rows(np.array(values, np.float32))


TWO_TOPICS = rows((1, 0.1, 0), (1, 0.2, 0), (1, 0, 0.1), (-1, 0.1, 0.1), (-1, 0, 0.2), (-1, 0.1, 0))
TEXTS = ["a", "b", "c", "x", "y", "z"]


class TestGroup:
    def test_grouping_forms_topics_named_by_volume(self) -> None:
        found = group_keywords(TWO_TOPICS, texts=TEXTS, volumes=[1, 9, 2, 3, 4, 50], labels=[None] * 6)
        assert {topic.members: topic.head for topic in found.topics} == {(0, 1, 2): 1, (3, 4, 5): 5}
        assert found.joined == {}

    def test_grouping_joins_existing_topics_and_never_moves_a_member(self) -> None:
        found = group_keywords(
            TWO_TOPICS, texts=TEXTS, volumes=[None] * 6, labels=["old", None, None, "old", "new", None]
        )
        assert set(found.joined) == {1, 2, 5}
        assert found.topics == ()

    def test_grouping_outcome_is_a_fixed_point(self) -> None:
        first = group_keywords(TWO_TOPICS, texts=TEXTS, volumes=[None] * 6, labels=[None] * 6)
        labels: list[int | None] = [None] * 6
        for number, topic in enumerate(first.topics):
            for row in topic.members:
                labels[row] = number
        again = group_keywords(TWO_TOPICS, texts=TEXTS, volumes=[None] * 6, labels=labels)
        assert (again.joined, again.topics) == ({}, ())

    def test_grouping_locked_topic_takes_none_and_gets_no_rival(self) -> None:
        found = group_keywords(
            TWO_TOPICS[:3], texts=TEXTS[:3], volumes=[None] * 3, labels=["old", None, None], locked=["old"]
        )
        assert (found.joined, found.topics) == ({}, ())

    @pytest.mark.parametrize(("volume", "topics"), [(999, 0), (1000, 1)])
    def test_grouping_lone_keyword_needs_volume(self, volume: int, topics: int) -> None:
        vectors = rows((1, 0), (0.35, 1))
        found = group_keywords(vectors, texts=["a", "b"], volumes=[10, volume], labels=["old", None])
        assert len(found.topics) == topics

    def test_grouping_lone_stranger_stays_alone(self) -> None:
        vectors = rows((1, 0), (0.1, 1))
        found = group_keywords(vectors, texts=["a", "b"], volumes=[10, 90_000], labels=["old", None])
        assert found.topics == ()

    def test_grouping_nothing_is_nothing(self) -> None:
        found = group_keywords(np.zeros((0, 3), np.float32), texts=[], volumes=[], labels=[])
        assert (found.joined, found.topics) == ({}, ())


class TestFigures:
    def test_cohesion_is_the_mean_cosine_of_pairs(self) -> None:
        assert cohesion(rows((1, 0), (0, 1))) == 0.0
        assert cohesion(rows((1, 0), (1, 0), (0, 1))) == 0.3333
        assert cohesion(rows((1, 0))) == 1.0

    def test_member_similarity_leaves_the_row_itself_out(self) -> None:
        near = member_similarities(rows((1, 0), (1, 0), (0, 1)))
        assert near.tolist() == pytest.approx([0.7071, 0.7071, 0.0], abs=1e-4)
