"""Reads columns as a person said that they mean; it must never decide what a file means by itself."""

import hashlib
import unicodedata
from collections.abc import Mapping, Sequence
from itertools import count

from .cells import parse_day, parse_intent_codes, parse_monthly_volumes, parse_shares
from .columns import PLAIN_LIST, Column
from .layouts import BoundColumn, Layout, column_names, currency_of, header_trimmed, match_layout
from .numbers import parse_count, parse_currency, parse_position
from .places import parse_country_three
from .refusals import CellRefused

MAX_MAPPED_COLUMNS = 200
# By the name of a column, or by the place of each in a file that has no header; a column without a field is ignored.
ColumnFields = Mapping[str, str | None] | Sequence[str | None]


def _trend(cell: str) -> tuple[float, ...]:
    try:
        return parse_shares(cell)
    except CellRefused:
        return parse_monthly_volumes(cell)


# Cells as any tool writes them: nobody has said which tool a mapped column is of.
_BEYOND_PLAIN = (
    Column("country", parse_country_three, ()),
    Column("volume_min", parse_count, ()),
    Column("volume_max", parse_count, ()),
    Column("cpc_currency", parse_currency, ()),
    Column("intents", parse_intent_codes, ()),
    Column("trend", _trend, ()),
    Column("previous_position", parse_position, ()),
    Column("seen_on", parse_day, ()),
)
MAPPABLE: Mapping[str, Column] = {
    column.field: column for column in (*PLAIN_LIST.columns, *_BEYOND_PLAIN) if column.field != "tags"
}


def mappable_fields() -> tuple[str, ...]:
    """The fields that a person may give to a column, the keyword first."""
    return tuple(MAPPABLE)


def header_signature(header: Sequence[str]) -> str:
    """What two files with the same header row have in common: 64 hexadecimal digits."""
    names = "\x1f".join(unicodedata.normalize("NFKC", name).casefold() for name in header)
    return hashlib.sha256(names.encode()).hexdigest()


def map_layout(cells: Sequence[str], fields: Mapping[str, str | None], *, filename: str) -> Layout | None:
    """The layout that a person gave to a header row, field by name of the column; None when it is another row.

    Where a tool's layout gives a column the same field, its cells are read as that tool writes them; what only the
    layout can read, such as a trend in twelve columns, stays unless the person said otherwise.
    """
    header = header_trimmed(cells)
    places = {name: index for index, name in enumerate(column_names(header))}
    if not fields.keys() <= places.keys():
        return None
    said = {places[name] for name in fields}
    chosen = {places[name]: field for name, field in fields.items() if field}
    base = match_layout(cells, filename=filename) or Layout(PLAIN_LIST, (), (), header, None)
    own = {bound.index: bound for bound in base.columns}
    kept = [bound for bound in base.columns if bound.column.field not in MAPPABLE and bound.index not in said]
    bound = (*(_bound(index, header[index], field, own) for index, field in chosen.items()), *kept)
    groups = tuple(
        group
        for group in base.groups
        if group.field not in chosen.values() and said.isdisjoint(group.indexes)
    )
    return Layout(base.format, bound, groups, header, currency_of(bound))


def place_layout(fields: Sequence[str | None], *, width: int) -> Layout | None:
    """The layout that a person gave to a file without a header, field by place; None when it has fewer columns."""
    if len(fields) > width:
        return None
    header = tuple(f"Column {place}" for place in range(1, width + 1))
    bound = tuple(
        _bound(index, name, field, {})
        for index, name, field in zip(count(), header, fields, strict=False)
        if field
    )
    return Layout(PLAIN_LIST, bound, (), header, None)


def _bound(index: int, header: str, field: str, own: Mapping[int, BoundColumn]) -> BoundColumn:
    if index in own and own[index].column.field == field:
        return own[index]
    return BoundColumn(index, header, MAPPABLE[field])
