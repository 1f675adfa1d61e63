"""Grouping: pure decisions over vectors, tested on small spaces made by hand."""

import numpy as np
import pytest

from igny8_core.modules.planner.grouping import Grouping, cohesion, group_keywords, member_similarities
from igny8_core.semantics.numerics import Matrix, unit_rows


def rows(*values: tuple[float, ...]) -> Matrix:
    return unit_rows(np.array(values, np.float32))


TWO_TOPICS = rows((1, 0.1, 0), (1, 0.2, 0), (1, 0, 0.1), (-1, 0.1, 0.1), (-1, 0, 0.2), (-1, 0.1, 0))
TEXTS = ["a", "b", "c", "x", "y", "z"]


def lone(*, nearness: float, volume: int) -> Grouping:
    """A keyword that is near to one of the ten different ones of a topic, and to nothing else."""
    vectors = np.eye(11, dtype=np.float32)
    vectors[10, 0] = nearness
    return group_keywords(
        unit_rows(vectors),
        texts=[f"keyword {number}" for number in range(11)],
        volumes=[*[10] * 10, volume],
        labels=[*["old"] * 10, None],
    )


class TestGroup:
    def test_grouping_forms_groups_named_by_volume(self) -> None:
        found = group_keywords(TWO_TOPICS, texts=TEXTS, volumes=[1, 9, 2, 3, 4, 50], labels=[None] * 6)
        assert {group.members: group.head for group in found.groups} == {(0, 1, 2): 1, (3, 4, 5): 5}
        assert found.joined == {}

    def test_grouping_joins_existing_groups_and_never_moves_a_member(self) -> None:
        found = group_keywords(
            TWO_TOPICS, texts=TEXTS, volumes=[None] * 6, labels=["old", None, None, "new", "new", None]
        )
        assert found.joined == {1: "old", 2: "old", 5: "new"}
        assert found.groups == ()

    def test_grouping_outcome_is_a_fixed_point(self) -> None:
        first = group_keywords(TWO_TOPICS, texts=TEXTS, volumes=[None] * 6, labels=[None] * 6)
        labels: list[int | None] = [None] * 6
        for number, group in enumerate(first.groups):
            for row in group.members:
                labels[row] = number
        again = group_keywords(TWO_TOPICS, texts=TEXTS, volumes=[None] * 6, labels=labels)
        assert (again.joined, again.groups) == ({}, ())

    def test_grouping_locked_group_takes_none_and_gets_no_rival(self) -> None:
        found = group_keywords(
            TWO_TOPICS[:3], texts=TEXTS[:3], volumes=[None] * 3, labels=["old", None, None], locked=["old"]
        )
        assert (found.joined, found.groups) == ({}, ())

    @pytest.mark.parametrize(("volume", "groups"), [(999, 0), (1000, 1)])
    def test_grouping_lone_keyword_needs_volume(self, volume: int, groups: int) -> None:
        found = lone(nearness=0.35, volume=volume)
        assert (len(found.groups), found.joined) == (groups, {})

    def test_grouping_lone_stranger_stays_alone(self) -> None:
        found = lone(nearness=0.25, volume=90_000)
        assert (found.groups, found.joined) == ((), {})

    def test_grouping_lone_keywords_that_are_apart_found_a_group_each(self) -> None:
        vectors = np.eye(12, dtype=np.float32)
        vectors[10, 0] = vectors[11, 1] = 0.35  # each near to one of the group, and to nothing else
        found = group_keywords(
            unit_rows(vectors),
            texts=[f"keyword {number}" for number in range(12)],
            volumes=[*[10] * 10, 9000, 9000],
            labels=[*["old"] * 10, None, None],
        )
        assert [group.members for group in found.groups] == [(10,), (11,)]
        assert found.joined == {}

    def test_grouping_nothing_is_nothing(self) -> None:
        found = group_keywords(np.zeros((0, 3), np.float32), texts=[], volumes=[], labels=[])
        assert (found.joined, found.groups) == ({}, ())


class TestFigures:
    def test_cohesion_is_the_mean_cosine_of_pairs(self) -> None:
        assert cohesion(rows((1, 0), (0, 1))) == 0.0
        assert cohesion(rows((1, 0), (1, 0), (0, 1))) == 0.3333
        assert cohesion(rows((1, 0))) == 1.0

    def test_member_similarity_leaves_the_row_itself_out(self) -> None:
        near = member_similarities(rows((1, 0), (1, 0), (0, 1)))
        assert near.tolist() == pytest.approx([0.7071, 0.7071, 0.0], abs=1e-4)
