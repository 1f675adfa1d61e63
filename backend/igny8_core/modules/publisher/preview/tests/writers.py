"""Programs that the crash and concurrency tests start and kill; run with `-m`, it asserts nothing."""

import os
import random
import shutil
import signal
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path

from igny8_core.modules.publisher.preview.store import PreviewStore
from igny8_core.modules.publisher.preview.tests.samples import SITE, TOKEN, make_post, post_id
from igny8_core.modules.publisher.preview.types import PreviewPost

# What changes the disk. A process killed before one of these calls has done exactly those before it.
_STEPS = ("mkdir", "open", "write", "fsync", "replace", "rename", "unlink", "rmdir")


def change_new(store: PreviewStore) -> None:
    """A new post in a category of its own."""
    store.write_post(SITE, make_post(9, category="Fresh"))


def change_moved(store: PreviewStore) -> None:
    """A known post with another slug, title and category."""
    store.write_post(SITE, moved_post())


def change_removed(store: PreviewStore) -> None:
    """A known post taken away."""
    store.remove_post(SITE, post_id(4))


def change_site_removed(store: PreviewStore) -> None:
    """The whole site taken away."""
    store.site_remove(TOKEN)


def moved_post() -> PreviewPost:
    return make_post(4, slug="moved", title="Moved", category="Brewing")


def kill_at_every_step(before: Path, work: Path, change: Callable[[PreviewStore], None]) -> None:
    """Copy the site and start the change, killed at its first step, then at its second, until one run ends whole."""
    for number in count(1):
        root = work / str(number)
        shutil.copytree(before, root)
        child = os.fork()
        if child == 0:
            _kill_at(number)
            change(PreviewStore(root))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if not os.WIFSIGNALED(status):
            sys.exit(os.waitstatus_to_exitcode(status))


def write_forever(root: Path, seed: int) -> None:
    """Say "ready", then write and remove posts at random until killed."""
    choice, store = random.Random(seed), PreviewStore(root)
    print("ready", flush=True)  # noqa: T201 - the tests wait for this line
    while True:
        number = choice.randint(1, 6)
        if choice.random() < 0.2:
            store.remove_post(SITE, post_id(number))
        else:
            slug = f"post-{number}-{choice.randint(1, 3)}"
            store.write_post(
                SITE, make_post(number, slug=slug, html=f"<p>{'text ' * choice.randint(1, 5000)}</p>")
            )


def write_range(root: Path, first: int, last: int) -> None:
    """Write these posts, one after the other."""
    for number in range(first, last + 1):
        PreviewStore(root).write_post(SITE, make_post(number))


def _kill_at(number: int) -> None:
    steps = count(1)
    for name in _STEPS:
        setattr(os, name, _counting(getattr(os, name), steps, number))


def _counting(call: Callable[..., object], steps: "count[int]", number: int) -> Callable[..., object]:
    def counted(*args: object, **kwargs: object) -> object:
        if next(steps) == number:
            os.kill(os.getpid(), signal.SIGKILL)
        return call(*args, **kwargs)

    return counted


def main(kind: str, *args: str) -> None:
    """Run one of the above from the command line."""
    if kind == "kill":
        kill_at_every_step(Path(args[0]), Path(args[1]), globals()[f"change_{args[2]}"])
    elif kind == "forever":
        write_forever(Path(args[0]), int(args[1]))
    else:
        write_range(Path(args[0]), int(args[1]), int(args[2]))


if __name__ == "__main__":
    main(*sys.argv[1:])
