"""Makes keyword rows from the records of one layout; the hot path of an import, it must never touch the file."""

from collections.abc import Sequence
from typing import Any

from .layouts import Layout
from .numbers import Volume, volume_bucket
from .refusals import CellRefused, quoted
from .rows import KeywordRow, RejectReason

_AT = {name: at for at, name in enumerate(KeywordRow._fields)}
_LINE, _COUNTRY = _AT["line_number"], _AT["country"]
_VOLUME, _MIN, _MAX = (_AT[name] for name in ("volume", "volume_min", "volume_max"))
_CPC, _CURRENCY = _AT["cpc"], _AT["cpc_currency"]


class RowRefused(ValueError):
    """One record is no keyword, and why."""

    def __init__(self, reason: RejectReason, message: str) -> None:
        self.reason = reason
        self.message = message
        super().__init__(message)


class RowBuilder:
    """Makes keyword rows from records of one layout."""

    def __init__(
        self,
        layout: Layout,
        *,
        default_country: str | None,
        has_buckets: bool = False,
        allows_short_rows: bool = False,
    ) -> None:
        self._layout = layout
        self._plan = [(item.index, item.column.parse, _AT[item.column.field]) for item in layout.columns]
        self._groups = [(group.indexes, group.read, _AT[group.field]) for group in layout.groups]
        self._text_index = next(item.index for item in layout.columns if item.column.field == "text")
        self._width = layout.width
        self._header = list(layout.header)
        self._allows_short_rows = allows_short_rows or layout.format.allows_short_rows
        self._has_buckets = has_buckets
        blank: list[Any] = list(KeywordRow(0, "", layout.format.tool))
        blank[_COUNTRY] = default_country
        self._blank = blank

    def build(self, cells: list[str], *, line_number: int) -> KeywordRow | None:
        """The keyword of one record, None for a blank one. Raises RowRefused."""
        if len(cells) != self._width:
            if not any(map(str.strip, cells)):
                return None
            cells = self._fitted(cells)
        if not cells[self._text_index].strip():
            if not any(map(str.strip, cells)):
                return None
            raise RowRefused(RejectReason.KEYWORD_EMPTY, "The row has no keyword.")
        if cells == self._header:
            raise RowRefused(RejectReason.HEADER_REPEATED, "The row repeats the header.")
        return self._row(cells, line_number)

    def _fitted(self, cells: list[str]) -> list[str]:
        surplus = len(cells) - self._width
        if surplus > 0 and any(map(str.strip, cells[self._width :])):
            raise RowRefused(
                RejectReason.CELLS_EXTRA,
                f"The row has {len(cells)} cells under {self._width} headers: a cell that holds the delimiter "
                "must stand in quotes.",
            )
        if surplus < 0 and not self._allows_short_rows:
            raise RowRefused(
                RejectReason.CELLS_MISSING, f"The row has only {len(cells)} of {self._width} cells."
            )
        return cells[: self._width] + [""] * -surplus

    def _row(self, cells: list[str], line_number: int) -> KeywordRow:
        values = self._blank.copy()
        values[_LINE] = line_number
        index = 0
        try:
            for index, parse, slot in self._plan:
                if cell := cells[index].strip():
                    values[slot] = parse(cell)
        except CellRefused as refusal:
            raise _refused(self._layout.header[index], cells[index].strip(), refusal) from None
        if self._groups:
            self._grouped(values, cells)
        if values[_VOLUME].__class__ is Volume:
            self._spread(values)
        if values[_CPC] is not None:
            self._price(values)
        return KeywordRow._make(values)

    def _grouped(self, values: list[Any], cells: Sequence[str]) -> None:
        for indexes, read, slot in self._groups:
            found = [cells[index].strip() for index in indexes]
            try:
                values[slot] = read(found)
            except CellRefused as refusal:
                names = ", ".join(self._layout.header[index] for index in indexes[:2])
                raise _refused(names, " ".join(found[:2]), refusal) from None

    def _spread(self, values: list[Any]) -> None:
        volume = volume_bucket(values[_VOLUME]) if self._has_buckets else values[_VOLUME]
        values[_VOLUME], values[_MIN], values[_MAX] = volume

    def _price(self, values: list[Any]) -> None:
        money = values[_CPC]
        values[_CPC] = money.amount
        values[_CURRENCY] = money.currency or values[_CURRENCY] or self._layout.cpc_currency


def _refused(header: str, cell: str, refusal: CellRefused) -> RowRefused:
    message = f"The cell {quoted(header)} holds {quoted(cell)}, which is {refusal.complaint}."
    return RowRefused(refusal.reason, message)
