"""The files of one preview site: atomic writes, the stored posts, the manifest, the sweep; it renders nothing.

`<root>/<token>/` holds the finished pages; `<root>/<token>/.state/`, never served, what they are made from.
"""

import fcntl
import json
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from igny8_core.modules.publisher.preview.errors import PreviewDamaged
from igny8_core.modules.publisher.preview.types import PreviewEntry, PreviewPost, post_id_check, token_check

_MANIFEST_VERSION = 1


@contextmanager
def site_lock(root: Path, token: str, *, is_shared: bool = False) -> Iterator[None]:
    """Hold the site's lock, across processes and threads; the kernel lets go of it when the holder dies.

    The lock file stands outside the site's folder, so that removing a site never removes a lock somebody waits for.
    """
    locks = root / ".locks"
    make_directory(locks)
    descriptor = os.open(locks / token_check(token), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH if is_shared else fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


@dataclass(frozen=True)
class SiteFolder:
    """The folder of one site; every method but the reading ones is called by the holder of the lock only."""

    path: Path

    @property
    def _state(self) -> Path:
        return self.path / ".state"

    @property
    def _scratch(self) -> Path:
        return self._state / "tmp"

    @property
    def _marker(self) -> Path:
        return self._state / "unfinished"

    @property
    def _manifest(self) -> Path:
        return self._state / "posts.json"

    def begin(self) -> None:
        """Mark, durably, that pages and manifest may disagree from here on, and clear what a killed writer left."""
        shutil.rmtree(self._scratch, ignore_errors=True)
        make_directory(self._scratch)
        self._marker.touch()
        _sync(self._state)

    def finish(self) -> None:
        """Take the mark away: every page now says what the manifest says."""
        self._marker.unlink()
        _sync(self._state)

    def is_unfinished(self) -> bool:
        """Whether a writer was killed, or failed, between `begin` and `finish`."""
        return self._marker.exists()

    def read(self, relative: str) -> str | None:
        """A finished file's text."""
        return _read(self.path / relative)

    def write(self, relative: str, text: str) -> None:
        """Put a whole file in place at once, on disk before this returns; an unchanged file keeps its time."""
        target = self.path / relative
        data = text.encode("utf-8")
        if _read_bytes(target) == data:
            return
        make_directory(target.parent)
        temporary = self._scratch / secrets.token_hex(8)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
        with open(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(descriptor)
        os.replace(temporary, target)
        _sync(target.parent)

    def sweep(self, keep: Iterable[str]) -> None:
        """Remove every page that is not in `keep`, and the folders that this leaves empty."""
        kept = {str(self.path / relative) for relative in keep}
        for folder, _, names in os.walk(self.path, topdown=False):
            if Path(folder).is_relative_to(self._state):
                continue
            for name in names:
                if (file := os.path.join(folder, name)) not in kept:
                    os.unlink(file)
            if folder != str(self.path) and not os.listdir(folder):
                os.rmdir(folder)

    def post(self, post_id: str) -> PreviewPost | None:
        """A stored post; None when there is none, PreviewDamaged when it cannot be read."""
        text = _read(self._state / _post_name(post_id))
        if text is None:
            return None
        try:
            return PreviewPost.from_json(json.loads(text))
        except (KeyError, TypeError, ValueError) as error:
            raise PreviewDamaged(post_id) from error

    def posts(self, *, except_id: str | None = None) -> Iterator[PreviewPost]:
        """Every stored post but one: the one about to be replaced or removed may be unreadable."""
        for file in sorted((self._state / "posts").glob("*.json")):
            if file.stem != except_id and (post := self.post(file.stem)) is not None:
                yield post

    def post_ids(self) -> set[str]:
        """The ids of the stored posts, readable or not."""
        return {file.stem for file in (self._state / "posts").glob("*.json")}

    def post_write(self, post: PreviewPost) -> None:
        """Store a post: from here on a killed write ends with this post when it is healed."""
        self.write(f".state/{_post_name(post.post_id)}", _dump(post.as_json()))

    def post_remove(self, post_id: str) -> bool:
        """Forget a stored post, if it is there: from here on a killed removal is healed to its end."""
        file = self._state / _post_name(post_id)
        if not file.exists():
            return False
        file.unlink()
        _sync(file.parent)
        return True

    def manifest(self, *, fingerprint: str | None = None) -> tuple[PreviewEntry, ...] | None:
        """The listed posts; None when unreadable or, with `fingerprint`, when the pages were made to another look."""
        try:
            value = json.loads(_read(self._manifest) or "")
            if value["version"] != _MANIFEST_VERSION or fingerprint not in (None, value["fingerprint"]):
                return None
            return tuple(PreviewEntry.from_json(one) for one in value["posts"])
        except (KeyError, TypeError, ValueError):
            return None

    def manifest_write(self, entries: Iterable[PreviewEntry], *, fingerprint: str) -> None:
        """Store the listed posts and the look that their pages have."""
        posts = [entry.as_json() for entry in entries]
        value = {"version": _MANIFEST_VERSION, "fingerprint": fingerprint, "posts": posts}
        self.write(".state/posts.json", _dump(value))


def make_directory(path: Path) -> None:
    """Make a folder and those above it, each on disk in its parent before this returns."""
    if path.is_dir():
        return
    make_directory(path.parent)
    path.mkdir(exist_ok=True)
    _sync(path.parent)


def _post_name(post_id: str) -> str:
    return f"posts/{post_id_check(post_id)}.json"


def _dump(value: dict[str, Any]) -> str:
    # Escaped to ASCII: a lone surrogate in a title is dropped from the page, it must not stop the write.
    return json.dumps(value, indent=1, sort_keys=True)


def _read_bytes(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None


def _read(path: Path) -> str | None:
    data = _read_bytes(path)
    return None if data is None else data.decode("utf-8")


def _sync(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
