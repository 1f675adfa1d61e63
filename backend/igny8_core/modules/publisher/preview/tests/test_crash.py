"""Many writers at once, and writers killed with SIGKILL: the pages stay whole and the next write heals."""

import os
import random
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

import igny8_core
from igny8_core.modules.publisher.preview.store import PreviewStore
from igny8_core.modules.publisher.preview.tests import writers
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
from igny8_core.modules.publisher.preview.types import PreviewPost

BASE = [make_post(number) for number in (1, 2, 4, 7)]
OTHER = make_post(5)
CHANGES: dict[str, tuple[str, list[PreviewPost]]] = {
    # kind: (the page that the change itself is about, the posts after it)
    "new": ("post-9/index.html", [*BASE, make_post(9, category="Fresh")]),
    "moved": (
        "moved/index.html",
        [*(post for post in BASE if post.post_id != post_id(4)), writers.moved_post()],
    ),
    "removed": ("", [post for post in BASE if post.post_id != post_id(4)]),
}

Killed = Callable[[str], list[Path]]


def start(*args: object) -> subprocess.Popen[str]:
    """One of the programs of `writers`, in a process of its own."""
    command = [sys.executable, "-m", "igny8_core.modules.publisher.preview.tests.writers", *map(str, args)]
    environment = os.environ | {"PYTHONPATH": str(Path(igny8_core.__file__).parents[1])}
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)


def finish(*processes: subprocess.Popen[str]) -> None:
    for process in processes:
        process.communicate()
        assert process.returncode == 0


@pytest.fixture(scope="module")
def killed_once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The folder of the sites that `kind` left when it was killed at each of its steps; made once, to be copied."""

    @cache
    def kill(kind: str) -> Path:
        folder = tmp_path_factory.mktemp(kind)
        fresh_tree(folder / "before", BASE)
        finish(start("kill", folder / "before", folder / "work", kind))
        return folder / "work"

    return kill


@pytest.fixture
def killed_sites(killed_once: Callable[[str], Path], tmp_path: Path) -> Callable[[str], list[Path]]:
    """The base site after `kind` was killed at each of its steps, in order; the last one ran whole."""

    def copy(kind: str) -> list[Path]:
        sites = shutil.copytree(killed_once(kind), tmp_path / "killed").iterdir()
        return sorted(sites, key=lambda folder: int(folder.name))

    return copy


@pytest.mark.parametrize("kind", CHANGES)
class TestKilledAtEveryStep:
    def test_every_page_is_whole_and_every_list_is_true(
        self, tmp_path: Path, killed_sites: Killed, kind: str
    ) -> None:
        own_page, posts = CHANGES[kind]
        old, new = fresh_tree(tmp_path / "old", BASE), fresh_tree(tmp_path / "new", posts)
        *killed, whole = killed_sites(kind)
        assert len(killed) >= 30  # fewer would mean that the killing has missed the writing
        assert tree(whole) == new
        for site in killed:
            files = tree(site)
            assert set(old) & set(new) <= set(files) <= set(old) | set(new)
            for path, data in files.items():
                assert data in (old.get(path), new.get(path)), path
            # The page itself may be there before the page of its new category is: nothing leads to either yet.
            assert dangling_links(files, ignore=own_page) == []

    def test_same_change_again_completes_it(self, tmp_path: Path, killed_sites: Killed, kind: str) -> None:
        new = fresh_tree(tmp_path / "new", CHANGES[kind][1])
        for site in killed_sites(kind):
            getattr(writers, f"change_{kind}")(PreviewStore(site))
            assert tree(site) == new

    def test_any_other_write_heals_to_before_or_after(
        self, tmp_path: Path, killed_sites: Killed, kind: str
    ) -> None:
        before = fresh_tree(tmp_path / "old", [*BASE, OTHER])
        after = fresh_tree(tmp_path / "new", [*CHANGES[kind][1], OTHER])
        ends = []
        for site in killed_sites(kind):
            PreviewStore(site).write_post(SITE, OTHER)
            ends.append(tree(site))
            assert ends[-1] in (before, after)
            assert list((site / TOKEN / ".state" / "tmp").iterdir()) == []
        # Once a step is late enough to be kept, every later one is: there is one point of no return.
        kept = [end == after for end in ends]
        assert kept == sorted(kept)
        assert (kept[0], kept[-1]) == (False, True)

    def test_page_is_confirmed_only_when_it_is_listed(
        self, tmp_path: Path, killed_sites: Killed, kind: str
    ) -> None:
        new = fresh_tree(tmp_path / "new", CHANGES[kind][1])
        for site in killed_sites(kind):
            facts = PreviewStore(site).read_back(SITE, post_id(9 if kind == "new" else 4))
            if facts is not None and facts.is_listed and tree(site) != new:
                assert kind != "new"
                assert facts.title == "Post 4"


class TestKilledFirstWrite:
    def test_first_post_of_a_site_survives_a_kill_at_every_step(self, tmp_path: Path) -> None:
        (tmp_path / "before").mkdir()
        finish(start("kill", tmp_path / "before", tmp_path / "work", "new"))
        new = fresh_tree(tmp_path / "new", [make_post(9, category="Fresh")])
        for site in (tmp_path / "work").iterdir():
            writers.change_new(PreviewStore(site))
            assert tree(site) == new


class TestKilledSiteRemoval:
    def test_half_a_site_is_never_served(self, tmp_path: Path, killed_sites: Killed) -> None:
        old = fresh_tree(tmp_path / "old", BASE)
        for site in killed_sites("site_removed"):
            assert tree(site) in (old, {})
            PreviewStore(site).site_remove(TOKEN)
            assert [path.name for path in site.iterdir()] == [".locks"]


class TestKilledAtAnyMoment:
    @pytest.mark.parametrize("seed", range(6))
    def test_site_stays_consistent_and_heals(self, tmp_path: Path, seed: int) -> None:
        writer = start("forever", tmp_path, seed)
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
        threading.Event().wait(random.Random(seed).uniform(0.05, 0.4))  # the moment is the test's variable
        writer.kill()
        writer.communicate()
        for path, data in tree(tmp_path).items():
            assert data.endswith((b"</html>\n", b"</rss>\n", b"</urlset>\n", b"}\n", b"sitemap.xml\n")), path
        PreviewStore(tmp_path).write_post(SITE, make_post(10))
        files = tree(tmp_path)
        assert dangling_links(files) == []
        linked = {node.attributes["href"] for node in parse(files["index.html"].decode()).css(".card a")}
        pages = {path for path in files if path.startswith("post-")}
        assert {f"/preview/{TOKEN}/{path.removesuffix('index.html')}" for path in pages} == linked
        assert "post-10/index.html" in pages


class TestManyWriters:
    def test_four_processes_lose_nothing(self, tmp_path: Path) -> None:
        processes = [start("range", tmp_path / "shared", first, first + 4) for first in (1, 6, 11, 16)]
        finish(*processes)
        expected = fresh_tree(tmp_path / "alone", [make_post(number) for number in range(1, 21)])
        assert tree(tmp_path / "shared") == expected
        assert len(parse(expected["index.html"].decode()).css(".card")) == 20

    def test_two_processes_with_the_same_posts_make_them_once(self, tmp_path: Path) -> None:
        finish(*[start("range", tmp_path / "shared", 1, 5) for _ in range(2)])
        expected = fresh_tree(tmp_path / "alone", [make_post(number) for number in range(1, 6)])
        assert tree(tmp_path / "shared") == expected

    def test_threads_wait_for_each_other(self, tmp_path: Path) -> None:
        threads = [threading.Thread(target=writers.write_range, args=(tmp_path, n, n + 1)) for n in (1, 3, 5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        expected = fresh_tree(tmp_path / "alone", [make_post(number) for number in range(1, 7)])
        assert tree(tmp_path) == expected
