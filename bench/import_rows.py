"""Imports an export of a million rows, beside a bare COPY of the rows that it left into a table with the same indexes.

Counted on our side: reading the file, checking every cell, the exact key, the upsert under the policies, the row of
figures over time, the report, and the commit. On the floor's side: the owner role's COPY of the finished rows, and its
commit. Memory is the peak of the importing process, at a tenth of the rows and at all of them. IMPORT_ROWS makes a
quicker run.
"""

import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from typing import BinaryIO

from bench.report import report
from bench.stage import django_start

ROWS = int(os.environ.get("IMPORT_ROWS", "1000000"))
RATIO, GROWTH = 0.30, 1.10
HEADER = (
    "Keyword,Intent,Volume,Trend,Keyword Difficulty,CPC (USD),Competitive Density,SERP Features,"
    "Number of Results\n"
)
FIRST = (
    "best cheap buy small large used new white black organic electric portable vintage wireless heavy".split()
)
SECOND = (
    "moka pot,dog collar,office chair,running shoes,garden hose,coffee table,desk lamp,rain jacket".split(",")
)
THIRD = (
    "review,near me,for beginners,vs,price,how to clean,ideas,size guide,replacement parts,under 50".split(
        ","
    )
)
INTENTS = ("Informational", "Commercial", "Transactional", "Informational, Commercial", "Navigational")
FEATURES = (
    "Sitelinks",
    "Image pack",
    "People also ask",
    "Reviews",
    "Video",
    "Featured snippet",
    "AI overview",
)
WITHOUT_INTENT = 0.03  # as in real exports; for these the rules guess
WITHOUT_DIFFICULTY = 0.10


def export_write(file: BinaryIO, count: int) -> None:
    """Write an export of so many different keywords, with a long tail of volumes."""
    chance = random.Random(count)
    file.write(HEADER.encode())
    for number in range(count):
        words = f"{chance.choice(FIRST)} {chance.choice(SECOND)} {chance.choice(THIRD)} {number}"
        intent = "" if chance.random() < WITHOUT_INTENT else chance.choice(INTENTS)
        difficulty = "" if chance.random() < WITHOUT_DIFFICULTY else chance.randrange(101)
        trend = ",".join(f"{chance.randrange(1, 101) / 100:.2f}" for _ in range(12))
        features = ", ".join(chance.sample(FEATURES, chance.randrange(5)))
        volume = int(10 * chance.paretovariate(0.9)) // 10 * 10
        line = (
            f'{words},"{intent}",{min(volume, 10**8)},"{trend}",{difficulty},{chance.randrange(2000) / 100:.2f},'
            f'{chance.randrange(101) / 100:.2f},"{features}",{chance.randrange(10**9)}\n'
        )
        file.write(line.encode())


def child(account_id: int, import_id: str) -> None:
    """Import one upload in this process and print what it took."""
    from igny8_core.modules.planner import services
    from igny8_core.tenancy.context import ALL_SITES, TenantContext, tenant_scope

    context = TenantContext(account_id=account_id, site_ids=ALL_SITES, actor_id=None, request_id="")
    start, start_cpu = time.perf_counter(), time.process_time()
    with tenant_scope(context):
        done = services.keyword_import_run(import_id, progress=lambda *args: None)
    figures = {
        "seconds": time.perf_counter() - start,
        "cpu_seconds": time.process_time() - start_cpu,
        "peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        "imported": done.imported,
    }
    print(json.dumps(figures))


def imported(tenant, count: int) -> dict[str, float]:
    """What importing so many rows took, in a process of its own."""
    from igny8_core.modules.planner import services

    with tempfile.TemporaryFile() as file:
        export_write(file, count)
        with tenant.work():
            row = services.keyword_import_create(
                site_id=tenant.site.pk,
                sector_id=tenant.sector.pk,
                filename="bench_broad-match_us_2026-05-01.csv",
                content=file,
            )
    command = [sys.executable, "-m", "bench.import_rows", str(tenant.account.pk), str(row.pk)]
    answer = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout
    figures: dict[str, float] = json.loads(answer.splitlines()[-1])
    assert figures["imported"] == count
    return figures


def floor(tenant) -> float:
    """Seconds of a COPY of the account's finished rows into an empty copy of the table, by its owner."""
    from igny8_core.testing.db import owner_connection

    with tempfile.TemporaryFile() as file, owner_connection() as owner:
        owner.execute("DROP TABLE IF EXISTS bench_floor")
        owner.execute("CREATE TABLE bench_floor (LIKE planner_keyword INCLUDING ALL)")
        rows = f"SELECT * FROM planner_keyword WHERE account_id = {tenant.account.pk} ORDER BY id"
        with owner.cursor().copy(f"COPY ({rows}) TO STDOUT") as copy:
            for block in copy:
                file.write(block)
        file.seek(0)
        start = time.perf_counter()
        with owner.cursor().copy("COPY bench_floor FROM STDIN") as copy:
            while block := file.read(1 << 16):
                copy.write(block)
        seconds = time.perf_counter() - start
        owner.execute("DROP TABLE bench_floor")
    return seconds


def main() -> None:
    """Import a tenth, then all, then lay the floor."""
    django_start()
    from igny8_core.auth.models import Plan
    from igny8_core.testing.factories import tenant_make

    Plan.objects.filter(code="agency").update(max_keywords=100 * ROWS)
    tenth, whole = tenant_make(), tenant_make()
    small = imported(tenth, ROWS // 10)
    large = imported(whole, ROWS)
    seconds = floor(whole)
    print(
        f"import_rows: {ROWS:,} rows in {large['seconds']:.1f} s ({large['cpu_seconds']:.1f} s of them CPU here), "
        f"{ROWS / large['seconds']:,.0f} rows/s; bare COPY {seconds:.1f} s, {ROWS / seconds:,.0f} rows/s; "
        f"peak {small['peak_bytes'] / 2**20:.0f} MB at {ROWS // 10:,} rows, "
        f"{large['peak_bytes'] / 2**20:.0f} MB at {ROWS:,}"
    )
    report("import_rows", seconds / large["seconds"], unit="of a bare COPY", limit=RATIO, at_most=False)
    growth = large["peak_bytes"] / small["peak_bytes"]
    report("import_rows_memory", growth, unit="of the peak at a tenth of the rows", limit=GROWTH)


if __name__ == "__main__":
    os.environ.setdefault("MEDIA_ROOT", tempfile.mkdtemp())
    if len(sys.argv) == 3:
        import django

        django.setup()
        child(int(sys.argv[1]), sys.argv[2])
    else:
        main()
