"""Writing, changing, removing and reading back posts, one writer at a time."""

import json
import os
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from igny8_core.modules.publisher.preview.errors import PreviewSlugTaken, PreviewTokenInvalid
from igny8_core.modules.publisher.preview.store import PreviewStore
from igny8_core.modules.publisher.preview.tests.samples import (
    SITE,
    TOKEN,
    dangling_links,
    fresh_tree,
    make_post,
    parse,
    post_id,
    tree,
)
from igny8_core.modules.publisher.preview.types import PageFacts, PreviewPost


def times(root: Path) -> dict[str, int]:
    site = root / TOKEN
    return {path: (site / path).stat().st_mtime_ns for path in tree(root)}


def listed(store: PreviewStore) -> list[str]:
    home = parse(tree(store.root)["index.html"].decode())
    return [node.text() for node in home.css(".card h2")]


class TestWritePost:
    def test_first_post_makes_a_whole_site(self, store: PreviewStore) -> None:
        url = store.write_post(SITE, make_post(1))
        assert url == f"{SITE.base_url}/post-1/"
        files = tree(store.root)
        assert set(files) == {
            "404.html",
            "category/equipment/index.html",
            "feed.xml",
            "index.html",
            "post-1/index.html",
            "robots.txt",
            "sitemap.xml",
            "style.css",
        }
        assert dangling_links(files) == []
        assert not (store.root / TOKEN / ".state" / "unfinished").exists()
        assert list((store.root / TOKEN / ".state" / "tmp").iterdir()) == []

    def test_same_post_twice_is_once_and_touches_no_page(self, store: PreviewStore) -> None:
        store.write_post(SITE, make_post(1))
        before, moments = tree(store.root), times(store.root)
        assert store.write_post(SITE, make_post(1)) == f"{SITE.base_url}/post-1/"
        assert tree(store.root) == before
        assert times(store.root) == moments
        assert listed(store) == ["Post 1"]

    def test_change_shows_everywhere(self, store: PreviewStore, tmp_path: Path) -> None:
        posts = [make_post(1), make_post(4)]
        for post in posts:
            store.write_post(SITE, post)
        changed = make_post(1, title="Changed", excerpt="Other.", category="New")
        store.write_post(SITE, changed)
        assert tree(store.root) == fresh_tree(tmp_path / "fresh", [posts[1], changed])
        assert "category/new/index.html" in tree(store.root)

    def test_changed_slug_removes_the_old_page(self, store: PreviewStore) -> None:
        store.write_post(SITE, make_post(1))
        store.write_post(SITE, make_post(4))
        store.write_post(SITE, make_post(1, slug="better"))
        files = tree(store.root)
        assert "better/index.html" in files
        assert not (store.root / TOKEN / "post-1").exists()
        assert dangling_links(files) == []
        assert b"/better/" in files["post-4/index.html"]

    def test_last_post_of_a_category_takes_its_pages_along(self, store: PreviewStore) -> None:
        store.write_post(SITE, make_post(1))
        store.write_post(SITE, make_post(1, category=""))
        assert not (store.root / TOKEN / "category").exists()

    def test_twenty_first_post_opens_a_second_page(self, store: PreviewStore) -> None:
        for number in range(1, 22):
            store.write_post(SITE, make_post(number, category="All"))
        files = tree(store.root)
        assert {"page/2/index.html", "category/all/page/2/index.html"} <= set(files)
        assert dangling_links(files) == []
        store.remove_post(SITE, post_id(21))
        assert {"page/2/index.html", "category/all/page/2/index.html"}.isdisjoint(tree(store.root))
        assert not (store.root / TOKEN / "page").exists()

    def test_no_list_ever_leads_to_a_page_that_is_not_there(
        self, store: PreviewStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for number in range(1, 21):
            store.write_post(SITE, make_post(number, category="All"))
        dangling: list[list[tuple[str, str]]] = []
        rename, unlink = os.replace, os.unlink

        def look_after_rename(source: Path, target: Path) -> None:
            rename(source, target)
            dangling.append(dangling_links(tree(store.root)))

        def look_after_unlink(file: Path) -> None:
            unlink(file)
            dangling.append(dangling_links(tree(store.root)))

        monkeypatch.setattr(os, "replace", look_after_rename)
        monkeypatch.setattr(os, "unlink", look_after_unlink)
        store.write_post(SITE, make_post(21, category="All"))
        store.remove_post(SITE, post_id(21))
        assert len(dangling) == 20
        assert dangling == [[]] * len(dangling)

    def test_unrelated_pages_are_left_alone(self, store: PreviewStore) -> None:
        store.write_post(SITE, make_post(1))
        moment = times(store.root)["post-1/index.html"]
        store.write_post(SITE, make_post(2))
        assert times(store.root)["post-1/index.html"] == moment

    def test_sites_do_not_share_anything(self, store: PreviewStore) -> None:
        other = replace(SITE, token="x" * 22, name="Other")
        store.write_post(SITE, make_post(1))
        before = tree(store.root)
        store.write_post(other, make_post(2, slug="post-1"))
        assert tree(store.root) == before
        assert b"Kettle" not in b"".join(tree(store.root, "x" * 22).values())

    def test_lone_surrogate_is_dropped_and_stored_as_given(self, store: PreviewStore) -> None:
        store.write_post(SITE, make_post(1, title="a\ud800b", html="<p>\udfff\x00c</p>"))
        assert listed(store) == ["ab"]
        store.rebuild(SITE)
        assert listed(store) == ["ab"]

    def test_files_are_readable_for_another_server(self, store: PreviewStore) -> None:
        store.write_post(SITE, make_post(1))
        umask = os.umask(0o022)
        os.umask(umask)
        assert (store.root / TOKEN / "index.html").stat().st_mode & 0o777 == 0o644 & ~umask

    def test_page_is_on_disk_before_it_is_listed(
        self, store: PreviewStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        store.write_post(SITE, make_post(1))
        calls: list[tuple[str, str]] = []
        rename = os.replace

        def note_sync(descriptor: int) -> None:
            path = os.readlink(f"/proc/self/fd/{descriptor}")
            calls.append(("sync", path.removeprefix(f"{store.root / TOKEN}/")))

        def note_rename(source: Path, target: Path) -> None:
            assert calls[-1] == ("sync", str(source.relative_to(store.root / TOKEN)))
            calls.append(("rename", str(target.relative_to(store.root / TOKEN))))
            rename(source, target)

        monkeypatch.setattr(os, "fsync", note_sync)
        monkeypatch.setattr(os, "replace", note_rename)
        store.write_post(SITE, make_post(4))
        renamed = [path for kind, path in calls if kind == "rename"]
        assert renamed == [
            f".state/posts/{post_id(4)}.json",
            "post-4/index.html",
            "post-1/index.html",
            ".state/posts.json",
            "category/equipment/index.html",
            "index.html",
            "feed.xml",
            "sitemap.xml",
        ]
        for path in renamed[:4]:
            folder = str(Path(path).parent)
            assert calls[calls.index(("rename", path)) + 1] == ("sync", folder)

    def test_mark_is_on_disk_before_anything_changes(
        self, store: PreviewStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        store.write_post(SITE, make_post(1))
        state = store.root / TOKEN / ".state"
        synced: list[tuple[str, bool]] = []

        def note_sync(descriptor: int) -> None:
            synced.append((os.readlink(f"/proc/self/fd/{descriptor}"), (state / "unfinished").exists()))

        monkeypatch.setattr(os, "fsync", note_sync)
        store.write_post(SITE, make_post(4))
        assert synced[1] == (str(state), True)  # the first is the scratch folder, made again
        assert synced[-1] == (str(state), False)
        assert all(is_marked for _, is_marked in synced[1:-1])


class TestSlugTaken:
    @pytest.mark.parametrize(
        ("slug", "suggestion"), [("post-1", "post-1-2"), ("category", "category-2"), ("page", "page-2")]
    )
    def test_second_post_is_refused_and_nothing_changes(
        self, store: PreviewStore, slug: str, suggestion: str
    ) -> None:
        store.write_post(SITE, make_post(1))
        before = tree(store.root)
        with pytest.raises(PreviewSlugTaken) as caught:
            store.write_post(SITE, make_post(2, slug=slug))
        assert (caught.value.code, caught.value.slug, caught.value.suggestion) == (
            "preview_slug_taken",
            slug,
            suggestion,
        )
        assert tree(store.root) == before
        assert store.read_back(SITE, post_id(2)) is None

    def test_suggestion_stays_the_posts_own(self, store: PreviewStore) -> None:
        store.write_post(SITE, make_post(1, slug="tea"))
        store.write_post(SITE, make_post(2, slug="tea-2"))
        for number, suggestion in ((2, "tea-2"), (3, "tea-3")):
            with pytest.raises(PreviewSlugTaken) as caught:
                store.write_post(SITE, make_post(number, slug="tea"))
            assert caught.value.suggestion == suggestion

    def test_slug_is_free_again_after_removal(self, store: PreviewStore) -> None:
        store.write_post(SITE, make_post(1, slug="tea"))
        store.remove_post(SITE, post_id(1))
        assert store.write_post(SITE, make_post(2, slug="tea")) == f"{SITE.base_url}/tea/"


class TestRemovePost:
    def test_page_and_every_mention_go(self, store: PreviewStore, tmp_path: Path) -> None:
        for number in (1, 4, 7):
            store.write_post(SITE, make_post(number))
        assert store.remove_post(SITE, post_id(4)) is True
        assert tree(store.root) == fresh_tree(tmp_path / "fresh", [make_post(1), make_post(7)])
        assert store.read_back(SITE, post_id(4)) is None

    def test_unknown_post_changes_nothing(self, store: PreviewStore) -> None:
        store.write_post(SITE, make_post(1))
        moments = times(store.root)
        assert store.remove_post(SITE, post_id(9)) is False
        assert times(store.root) == moments

    def test_site_that_was_never_written_stays_unwritten(self, store: PreviewStore) -> None:
        assert store.remove_post(SITE, post_id(1)) is False
        assert not (store.root / TOKEN).exists()

    def test_last_post_leaves_an_empty_site(self, store: PreviewStore) -> None:
        store.write_post(SITE, make_post(1))
        store.remove_post(SITE, post_id(1))
        assert set(tree(store.root)) == {
            "404.html",
            "feed.xml",
            "index.html",
            "robots.txt",
            "sitemap.xml",
            "style.css",
        }


class TestReadBack:
    def test_facts_come_from_the_written_page(self, store: PreviewStore) -> None:
        store.write_post(SITE, make_post(1, title="Tea & <sugar>", category="Hot & cold"))
        assert store.read_back(SITE, post_id(1)) == PageFacts(
            post_id=post_id(1),
            url=f"{SITE.base_url}/post-1/",
            title="Tea & <sugar>",
            canonical_url=f"{SITE.base_url}/post-1/",
            category="Hot & cold",
            is_listed=True,
        )

    def test_what_is_not_there_is_not_confirmed(self, store: PreviewStore) -> None:
        assert store.read_back(SITE, post_id(1)) is None
        assert not store.root.exists()
        store.write_post(SITE, make_post(1))
        assert store.read_back(SITE, post_id(2)) is None
        page = store.root / TOKEN / "post-1" / "index.html"
        page.write_text(page.read_text().replace(post_id(1), post_id(3)))
        assert store.read_back(SITE, post_id(1)) is None
        page.unlink()
        assert store.read_back(SITE, post_id(1)) is None

    def test_writing_again_mends_a_page_that_was_tampered_with(self, store: PreviewStore) -> None:
        store.write_post(SITE, make_post(1))
        (store.root / TOKEN / "post-1" / "index.html").write_text("<h1>Tampered</h1>")
        store.write_post(SITE, make_post(1))
        facts = store.read_back(SITE, post_id(1))
        assert facts is not None
        assert facts.title == "Post 1"


class TestSiteRemove:
    def test_nothing_of_the_site_is_left(self, store: PreviewStore) -> None:
        other = replace(SITE, token="x" * 22)
        for site in (SITE, other):
            store.write_post(site, make_post(1))
        store.site_remove(TOKEN)
        assert sorted(path.name for path in store.root.iterdir()) == [".locks", "x" * 22]
        assert store.resolve(f"{TOKEN}/") is None
        assert store.read_back(SITE, post_id(1)) is None

    def test_twice_is_once_and_the_site_may_come_back(self, store: PreviewStore) -> None:
        store.write_post(SITE, make_post(1))
        store.site_remove(TOKEN)
        store.site_remove(TOKEN)
        store.write_post(SITE, make_post(2))
        assert listed(store) == ["Post 2"]

    def test_half_done_removal_is_finished(self, store: PreviewStore) -> None:
        store.write_post(SITE, make_post(1))
        (store.root / TOKEN).rename(store.root / f".removed-{TOKEN}")
        assert store.resolve(f".removed-{TOKEN}/index.html") is None
        store.site_remove(TOKEN)
        assert [path.name for path in store.root.iterdir()] == [".locks"]


@pytest.mark.parametrize("token", ["", "..", "../" * 8, "a" * 21, ".removed-" + "a" * 22])
def test_every_door_refuses_a_token_that_walks(store: PreviewStore, token: str) -> None:
    store.write_post(SITE, make_post(1))
    with pytest.raises(PreviewTokenInvalid):
        store.site_remove(token)
    assert store.resolve(f"{token}/index.html") is None
    assert sorted(path.name for path in store.root.iterdir()) == [".locks", TOKEN]


def test_post_id_that_walks_is_refused(store: PreviewStore) -> None:
    store.write_post(SITE, make_post(1))
    for call in (store.remove_post, store.read_back):
        with pytest.raises(ValueError, match="UUID"):
            call(SITE, "../../../../x")
    assert (
        json.loads((store.root / TOKEN / ".state" / "posts.json").read_text())["posts"][0]["slug"] == "post-1"
    )


CHANGES = st.lists(
    st.tuples(
        st.integers(1, 5),
        st.sampled_from(["write", "remove"]),
        st.sampled_from(["A", "B", ""]),
        st.sampled_from(["a", "b", "c", "category"]),
        st.integers(0, 3),
    ),
    min_size=1,
    max_size=10,
)


@settings(max_examples=25, deadline=None)
@given(changes=CHANGES)
def test_any_history_ends_as_if_only_its_end_had_happened(
    changes: list[tuple[int, str, str, str, int]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = PreviewStore(Path(folder) / "one")
        model: dict[int, PreviewPost] = {}
        store.rebuild(SITE)
        for number, kind, category, slug, day in changes:
            _apply(
                store,
                model,
                number,
                kind,
                make_post(number, category=category, slug=slug, title=f"{slug} {day}"),
            )
        fresh = PreviewStore(Path(folder) / "two")
        fresh.rebuild(SITE)
        expected = fresh_tree(fresh.root, list(model.values()))
        assert tree(store.root) == expected
        assert dangling_links(expected) == []


def _apply(
    store: PreviewStore, model: dict[int, PreviewPost], number: int, kind: str, post: PreviewPost
) -> None:
    if kind == "remove":
        assert store.remove_post(SITE, post.post_id) is (model.pop(number, None) is not None)
        return
    try:
        store.write_post(SITE, post)
    except PreviewSlugTaken:
        assert post.slug in {"category", *(other.slug for key, other in model.items() if key != number)}
    else:
        model[number] = post
