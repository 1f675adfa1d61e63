"""Opens ZIP archives without being harmed by them; it must never write a file where its name says."""

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryFile
from typing import IO, BinaryIO
from xml.parsers import expat

from .errors import ExportDamaged, ExportUnsafe

MAX_MEMBERS = 1_000
MAX_UNPACKED_BYTES = 1024 * 1024 * 1024
# A list of keywords packs to a tenth; what grows a hundredfold beyond a few megabytes is no list.
MAX_RATIO = 100
_RATIO_FREE_BYTES = 16 * 1024 * 1024
_CHUNK_BYTES = 1 << 18
_BROKEN = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    EOFError,
    OSError,
    NotImplementedError,
    ValueError,
)


def archive_open(stream: BinaryIO, *, name: str) -> zipfile.ZipFile:
    """An archive whose members are few, unlocked, and not much larger than they are packed.

    Every size is what the archive declares; a member that holds more than it declares is cut there and its checksum
    is wrong, so that it is refused when it is read. Raises ExportDamaged and ExportUnsafe.
    """
    try:
        archive = zipfile.ZipFile(stream)
    except _BROKEN as error:
        raise ExportDamaged(
            f"The file {name} is a ZIP archive or an Excel workbook that breaks off or is damaged."
        ) from error
    members = archive.infolist()
    if len(members) > MAX_MEMBERS:
        raise ExportUnsafe(
            f"The file {name} holds {len(members):,} files; at most {MAX_MEMBERS:,} can be read."
        )
    if any(member.flag_bits & 1 for member in members):
        raise ExportUnsafe(f"The file {name} is protected by a password. Save it without one.")
    _refuse_growth(members, name=name)
    return archive


def _refuse_growth(members: list[zipfile.ZipInfo], *, name: str) -> None:
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    is_bomb = unpacked > _RATIO_FREE_BYTES and unpacked > MAX_RATIO * max(packed, 1)
    if unpacked > MAX_UNPACKED_BYTES or is_bomb:
        raise ExportUnsafe(
            f"The file {name} would unpack to {unpacked / 1_000_000:,.0f} MB, far more than a keyword export has."
        )


@contextmanager
def damage_told(name: str) -> Iterator[None]:
    """Raise ExportDamaged for what reading a broken archive raises."""
    try:
        yield
    except (
        *_BROKEN,
        expat.ExpatError,
        SyntaxError,
        KeyError,
        TypeError,
        IndexError,
        AttributeError,
    ) as error:
        if isinstance(error, ExportUnsafe | ExportDamaged):
            raise
        raise ExportDamaged(f"The file {name} is damaged: a part of it cannot be read.") from error


def member_unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo, *, name: str) -> IO[bytes]:
    """A member as a temporary file of its own, which is gone when it is closed. Raises ExportDamaged."""
    unpacked = TemporaryFile()  # noqa: SIM115 - the caller closes it
    try:
        with damage_told(name), archive.open(member) as packed:
            while chunk := packed.read(_CHUNK_BYTES):
                unpacked.write(chunk)
    except ExportDamaged:
        unpacked.close()
        raise
    unpacked.seek(0)
    return unpacked


def markup_check(archive: zipfile.ZipFile, *, name: str) -> None:
    """Refuse a workbook whose parts declare entities of their own, before anything of them is expanded.

    Raises ExportUnsafe and ExportDamaged.
    """
    for member in archive.infolist():
        if member.filename.lower().endswith((".xml", ".rels")):
            with damage_told(name), archive.open(member) as part:
                _refuse_doctype(part, name=name)


def _refuse_doctype(part: IO[bytes], *, name: str) -> None:
    state = {"is_declared": False, "is_open": False}
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = lambda *args: state.update(is_declared=True)
    parser.StartElementHandler = lambda *args: state.update(is_open=True)
    while not state["is_open"] and not state["is_declared"] and (chunk := part.read(4096)):
        parser.Parse(chunk)
    if state["is_declared"]:
        raise ExportUnsafe(f"The file {name} declares entities, which no workbook of a keyword tool does.")
