"""Pages that are out of date, damaged or half written, and the write that mends them."""

import errno
import os
from dataclasses import replace
from pathlib import Path

import pytest

from igny8_core.modules.publisher.preview import layout
from igny8_core.modules.publisher.preview.errors import PreviewDamaged
from igny8_core.modules.publisher.preview.store import PreviewStore
from igny8_core.modules.publisher.preview.tests.samples import (
    SITE,
    TOKEN,
    fresh_tree,
    make_post,
    post_id,
    tree,
)


class TestOutOfDate:
    POSTS = (make_post(1), make_post(3), make_post(4))

    @pytest.fixture(autouse=True)
    def _written(self, store: PreviewStore) -> None:
        for post in self.POSTS:
            store.write_post(SITE, post)

    def test_new_site_facts_reach_every_page_with_the_next_write(
        self, store: PreviewStore, tmp_path: Path
    ) -> None:
        renamed = replace(SITE, name="Leaf Only", base_url="https://new.example/preview/" + TOKEN)
        store.write_post(renamed, make_post(1))
        assert tree(store.root) == fresh_tree(tmp_path / "fresh", list(self.POSTS), site=renamed)
        assert all(b"app.example" not in data for data in tree(store.root).values())

    def test_new_site_facts_reach_every_page_with_a_rebuild(
        self, store: PreviewStore, tmp_path: Path
    ) -> None:
        renamed = replace(SITE, description="New.")
        store.rebuild(renamed)
        assert tree(store.root) == fresh_tree(tmp_path / "fresh", list(self.POSTS), site=renamed)

    def test_new_theme_reaches_every_page(self, store: PreviewStore, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(layout, "_style_version", lambda: "000000000000")
        store.write_post(SITE, make_post(1))
        pages = [data for path, data in tree(store.root).items() if path.endswith(".html")]
        assert [b"style.css?v=000000000000" in data for data in pages] == [True] * len(pages)

    @pytest.mark.parametrize("content", ["", "{", "[]", '{"version": 2}', '{"version": 1, "posts": [{}]}'])
    def test_unreadable_manifest_is_made_anew_from_the_posts(self, store: PreviewStore, content: str) -> None:
        before = tree(store.root)
        (store.root / TOKEN / ".state" / "posts.json").write_text(content)
        (store.root / TOKEN / "index.html").write_text("lost")
        store.write_post(SITE, make_post(1))
        assert tree(store.root) == before

    def test_foreign_files_are_swept(self, store: PreviewStore) -> None:
        before = tree(store.root)
        (store.root / TOKEN / "old" / "deep").mkdir(parents=True)
        (store.root / TOKEN / "old" / "deep" / "index.html").write_text("x")
        store.rebuild(SITE)
        assert tree(store.root) == before
        assert not (store.root / TOKEN / "old").exists()


class TestDamaged:
    @pytest.fixture(autouse=True)
    def _damaged(self, store: PreviewStore) -> None:
        for number in (1, 4):
            store.write_post(SITE, make_post(number))
        (store.root / TOKEN / ".state" / "posts" / f"{post_id(4)}.json").write_text('{"post_id": 1')

    def test_neighbour_that_needs_the_damaged_post_says_which(self, store: PreviewStore) -> None:
        with pytest.raises(PreviewDamaged) as caught:
            store.write_post(SITE, make_post(1, title="Changed"))
        assert (caught.value.code, caught.value.post_id) == ("preview_damaged", post_id(4))

    def test_writing_the_damaged_post_again_heals(self, store: PreviewStore, tmp_path: Path) -> None:
        with pytest.raises(PreviewDamaged):
            store.write_post(SITE, make_post(1, title="Changed"))
        store.write_post(SITE, make_post(4))
        expected = fresh_tree(tmp_path / "fresh", [make_post(4), make_post(1, title="Changed")])
        assert tree(store.root) == expected

    def test_removing_the_damaged_post_heals(self, store: PreviewStore, tmp_path: Path) -> None:
        store.remove_post(SITE, post_id(4))
        assert tree(store.root) == fresh_tree(tmp_path / "fresh", [make_post(1)])

    def test_lost_copy_of_a_listed_post_is_damage_too(self, store: PreviewStore) -> None:
        (store.root / TOKEN / ".state" / "posts" / f"{post_id(4)}.json").unlink()
        with pytest.raises(PreviewDamaged) as caught:
            store.write_post(SITE, make_post(1, title="Changed"))
        assert caught.value.post_id == post_id(4)


class TestDiskFull:
    def test_failed_write_is_not_confirmed_and_the_next_one_heals(
        self, store: PreviewStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        store.write_post(SITE, make_post(1))
        rename = os.replace

        def refuse_the_feed(source: Path, target: Path) -> None:
            if target.name == "feed.xml":
                raise OSError(errno.ENOSPC, "No space left on device")
            rename(source, target)

        with monkeypatch.context() as patch:
            patch.setattr(os, "replace", refuse_the_feed)
            with pytest.raises(OSError, match="No space left"):
                store.write_post(SITE, make_post(2))
        facts = store.read_back(SITE, post_id(2))
        assert facts is not None
        assert facts.is_listed is False
        store.write_post(SITE, make_post(3))
        assert tree(store.root) == fresh_tree(tmp_path / "fresh", [make_post(1), make_post(2), make_post(3)])
        healed = store.read_back(SITE, post_id(2))
        assert healed is not None
        assert healed.is_listed is True
