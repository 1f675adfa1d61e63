"""Bad files at the door: whole ones are refused with nothing written, bad rows are told one by one."""

import io
import zipfile
from pathlib import Path

import pytest

from igny8_core.common.errors import DomainError
from igny8_core.modules.planner.constants import ImportState
from igny8_core.modules.planner.exports.tests.samples import workbook, zipped
from igny8_core.modules.planner.models import Keyword, KeywordImport, KeywordMetric, KeywordRanking
from igny8_core.modules.planner.tests.samples import import_run, stored_files, upload
from igny8_core.testing.factories import Tenant

pytestmark = pytest.mark.django_db(transaction=True)

HEADER = "Keyword,Volume,Position,URL\n"
GOOD = "".join(f"keyword {number},{number + 1},3,https://shop.example/{number}\n" for number in range(2_000))


def sheet_damaged() -> bytes:
    """A workbook whose second half is not what its checksum says."""
    rows = [[f"keyword {number}", number] for number in range(2_000)]
    content = bytearray(workbook([["Keyword", "Volume"], *rows]))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheet = archive.getinfo("xl/worksheets/sheet1.xml")
    at = sheet.header_offset + sheet.compress_size * 3 // 4
    content[at : at + 200] = bytes(200)
    return bytes(content)


REFUSED = {
    "mixed encodings": (
        (HEADER + GOOD + "café crème,1,,\n").encode() + b"th\xe9 vert,1,,\n",
        "encoding_unsupported",
    ),
    "cut inside a cell": (HEADER + GOOD + '"moka po', "truncated"),
    "cut inside a character": ((HEADER + GOOD + "été,1,,\ncafé").encode()[:-1], "truncated"),
    "quote never closed": (HEADER + GOOD + '"moka pot,1,,\n' + GOOD, "record_too_long"),
    "zip bomb": (zipped({"a.csv": HEADER + "a,1,,\n" * 4_000_000}), "unsafe"),
    "workbook that breaks off": (workbook([["Keyword"], ["moka pot"]])[:-100], "damaged"),
    "sheet damaged in the middle": (sheet_damaged(), "damaged"),
    "row of 2,000 cells": (workbook([["Keyword"], *[["moka pot"]] * 50, ["x"] * 2_000]), "record_too_long"),
    "binary": (bytes(range(256)) * 20, "not_text"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_file_that_cannot_be_read_to_its_end_writes_nothing(
    tenant: Tenant, name: str, media_root: Path
) -> None:
    content, code = REFUSED[name]
    row = upload(tenant, content, filename="list.csv")
    with pytest.raises(DomainError) as refusal:
        import_run(tenant, row.pk)
    with tenant.work():
        row = KeywordImport.objects.get(pk=row.pk)
        written = [model.objects.count() for model in (Keyword, KeywordMetric, KeywordRanking)]
    assert (row.state, row.error_code) == (ImportState.FAILED, f"export_{code}")
    assert row.error_message == refusal.value.message
    assert row.error_message.endswith(".")
    assert '"list.csv"' in row.error_message
    assert len(row.error_message) < 250
    assert (written, row.row_count, row.rejects, stored_files(media_root)) == ([0, 0, 0], 0, [], [])


NOTES = ["Keyword", *(f"Note {number}" for number in range(48)), "Volume"]
# The file, the keywords that are imported, and line and reason of each row that is not.
TOLD = {
    "three header rows": (
        "All keywords,Demand,\nKeyword,Volume,KD\nwhat is asked,per month,0-100\nmoka pot,5,1\n",
        ["moka pot"],
        [(3, "number_unreadable")],
    ),
    "header in the middle": (
        "Keyword,Volume\nmoka pot,5\nKeyword,Volume\n",
        ["moka pot"],
        [(3, "header_repeated")],
    ),
    "50 columns": (
        ",".join(NOTES) + "\nmoka pot" + "," * 49 + "90\nkettle" + "," * 60 + "x\n",
        ["moka pot"],
        [(3, "cells_extra")],
    ),
    "2 MB in a cell": (
        f'Keyword,Notes\nmoka pot,x\nkettle,"{"a" * 2_000_000}"\nbeans,z\n',
        ["beans", "moka pot"],
        [(3, "record_too_long")],
    ),
    "NUL bytes": (
        "Keyword,Notes\n" + "moka pot,x\n" * 40 + "kettle,a\x00b\nbe\x00ans,z\n",
        ["kettle", "moka pot"],
        [(43, "control_character")],
    ),
    "formulas": (
        'Keyword,Volume\n=1+1 shoes,5\n@cmd,6\n\'=2+2 shoes,7\n"=HYPERLINK(""http://x"")",8\nkettle,=1+1\n',
        ["=1+1 shoes", "=2+2 shoes", '=HYPERLINK("http://x")', "@cmd"],
        [(6, "number_unreadable")],
    ),
    "a tool's last row cut off": (
        "Keyword,Volume,Keyword Difficulty,Competitive Density\nmoka pot,5,1,0.1\nkettle,6",
        ["moka pot"],
        [(3, "cells_missing")],
    ),
}


@pytest.mark.parametrize("name", TOLD)
def test_rows_that_cannot_be_used_are_told_and_the_others_imported(tenant: Tenant, name: str) -> None:
    content, texts, rejects = TOLD[name]
    row = upload(tenant, content, filename="list.csv")
    report = import_run(tenant, row.pk)
    with tenant.work():
        row = KeywordImport.objects.get(pk=row.pk)
        assert sorted(Keyword.objects.values_list("text", flat=True)) == texts
    assert (row.state, report.imported, report.rejected) == (ImportState.DONE, len(texts), len(rejects))
    assert [(reject["line_number"], reject["reason"]) for reject in row.rejects] == rejects
    assert all(reject["message"].endswith(".") and len(reject["raw"]) <= 200 for reject in row.rejects)
