"""Decides from the bytes whether a file is text and in which encoding; it must never hold more than a chunk of it."""

import codecs
import re
from collections.abc import Iterator
from os import SEEK_END
from typing import BinaryIO

from .errors import ExportEmpty, ExportEncodingUnsupported, ExportNotText, ExportTooLarge, ExportTruncated

_CHUNK_BYTES = 1 << 18
_HEAD_BYTES = 4096
_HEADER_START_BYTES = (
    16  # every tool's first line starts with eight ASCII characters: "Keyword" and a delimiter
)
_MAX_CONTROL_SHARE = 0.05
_FEW_CONTROLS = 4  # stray bytes in a short list: its rows are refused one by one
_MAX_FOREIGN_SHARE = 0.1
_SAVE_AS = 'Save it as "CSV UTF-8" and upload it again.'
_EXPORT_AS = "Export it from the tool as CSV and upload that file."

_SIGNATURES = (
    (b"%PDF", "a PDF document"),
    (b"\xd0\xcf\x11\xe0", "an old Excel or Office document"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"{\\rtf", "an RTF document"),
    (b"SQLite format 3", "a database file"),
)
_WEB_PAGE = re.compile(rb"\s*<(?:!doctype html|html|\?xml)", re.IGNORECASE)
_UTF32_BOMS = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_CONTROL_BYTES = bytes(set(range(32)) - set(b"\t\n\x0b\x0c\r"))
# Bytes that read as Windows-1252 would be letters and signs in an order that no Western language writes: damaged
# UTF-8, runs of three (Cyrillic, Greek, Thai, Chinese, Japanese code pages), a sign inside a word (Polish code page).
_FOREIGN = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\x80-\xff]{3,}|(?<=[A-Za-z])[\xa2\xa3\xa5\xb3\xb9\xbc\xbe\xbf](?=[a-z])"
)
_HIGH = re.compile(rb"[\x80-\xff]")


def detect_encoding(stream: BinaryIO, *, name: str, max_bytes: int) -> str:
    """The codec that reads the whole of a seekable file: utf-8, utf-8-sig, utf-16, utf-16-le, utf-16-be or cp1252.

    Reads the file once, chunk by chunk, so that the answer holds for its last line too. Raises ExportEmpty,
    ExportTooLarge, ExportNotText, ExportEncodingUnsupported or ExportTruncated, each naming the file as `name`.
    """
    size = stream.seek(0, SEEK_END)
    if size > max_bytes:
        limit = f"{max_bytes / 1_000_000:,.3g} MB"
        raise ExportTooLarge(f"The file {name} is too large: at most {limit} can be read.")
    stream.seek(0)
    head = stream.read(_HEAD_BYTES)
    if not head.strip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n"):
        _refuse_blank(stream, name=name)
    if encoding := _unicode_mark(head, name=name):
        return _verified(stream, encoding=encoding, name=name)
    _refuse_binary(head, name=name)
    return _unmarked(stream, name=name)


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    stream.seek(0)
    while chunk := stream.read(_CHUNK_BYTES):
        yield chunk


def _refuse_blank(stream: BinaryIO, *, name: str) -> None:
    if not any(chunk.strip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n") for chunk in _chunks(stream)):
        raise ExportEmpty(f"The file {name} is empty.")


def _unicode_mark(head: bytes, *, name: str) -> str | None:
    """The Unicode form that a byte-order mark states, or that the zero bytes of a UTF-16 header row give away."""
    if head.startswith(_UTF32_BOMS):
        raise ExportEncodingUnsupported(f"The file {name} is in UTF-32, which cannot be read. {_SAVE_AS}")
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    start = head[:_HEADER_START_BYTES]
    if not any(start[1::2]) and all(start[0::2]):
        return "utf-16-le"
    return "utf-16-be" if not any(start[0::2]) and all(start[1::2]) else None


def _refuse_binary(head: bytes, *, name: str) -> None:
    if looks := _describe_binary(head):
        raise ExportNotText(f"The file {name} looks like {looks}, not a text export. {_EXPORT_AS}")


def _describe_binary(head: bytes) -> str | None:
    if head.startswith(b"PK\x03\x04"):
        is_workbook = b"[Content_Types].xml" in head or b"xl/" in head
        return "an Excel workbook (.xlsx)" if is_workbook else "a ZIP archive or an Excel workbook (.xlsx)"
    if _WEB_PAGE.match(head):
        return "a web page"
    for signature, description in _SIGNATURES:
        if head.startswith(signature):
            return description
    controls = len(head) - len(head.translate(None, _CONTROL_BYTES))
    return "binary data" if controls > max(_FEW_CONTROLS, len(head) * _MAX_CONTROL_SHARE) else None


def _decodes(stream: BinaryIO, *, encoding: str, name: str) -> bool:
    """Whether every byte decodes. Raises ExportTruncated when only the last character is cut off.

    A lone last byte is no proof of that in a file without any other character outside ASCII: "café" in Windows-1252.
    """
    decoder = codecs.getincrementaldecoder(encoding)()
    is_ascii = True
    try:
        for chunk in _chunks(stream):
            is_ascii &= decoder.decode(chunk).isascii()
    except UnicodeDecodeError:
        return False
    if not decoder.getstate()[0]:
        return True
    if is_ascii and encoding == "utf-8":
        return False
    raise ExportTruncated(f"The file {name} ends in the middle of a character, so it is incomplete.")


def _verified(stream: BinaryIO, *, encoding: str, name: str) -> str:
    if not _decodes(stream, encoding=encoding, name=name):
        form = encoding.removesuffix("-sig").upper()
        raise ExportEncodingUnsupported(f"The file {name} is damaged: it is not valid {form}. {_SAVE_AS}")
    return encoding


def _unmarked(stream: BinaryIO, *, name: str) -> str:
    if _decodes(stream, encoding="utf-8", name=name):
        return "utf-8"
    if _is_western(stream) and _decodes(stream, encoding="cp1252", name=name):
        return "cp1252"
    raise ExportEncodingUnsupported(
        f"The file {name} is neither UTF-8 nor UTF-16 nor Windows-1252 text. {_SAVE_AS}"
    )


def _is_western(stream: BinaryIO) -> bool:
    """Whether the bytes above 127 stand where Windows-1252 text has its letters and signs."""
    high = foreign = 0
    for chunk in _chunks(stream):
        high += len(_HIGH.findall(chunk))
        foreign += sum(map(len, _FOREIGN.findall(chunk)))
    return foreign <= high * _MAX_FOREIGN_SHARE
