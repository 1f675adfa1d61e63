"""CPU of creating one keyword through the full request path, as a ratio to a bare DRF ModelViewSet."""

import itertools

from bench.report import report
from bench.stage import backend_pids, django_start, rows_make

if __name__ == "__main__":
    django_start(routers=["bench.bare.BareRouter"], root_urlconf="bench.bare")
    from bench.api import Side, compare
    from bench.cpu import CpuClock
    from igny8_core.api import throttling
    from igny8_core.testing.factories import tokens_make

    throttling._RATES["planner"] = (10**6, 60)
    caller = rows_make()
    token, numbers = tokens_make(caller.owner).access, itertools.count()

    def body() -> dict[str, object]:
        """One new keyword."""
        return {
            "site": str(caller.site.pk),
            "sector": str(caller.sector.pk),
            "text": f"burr grinder {next(numbers)}",
            "country": "us",
            "volume": 100,
            "difficulty": 30,
        }

    ours = Side("ours", "/api/v1/planner/keywords/", token, body)
    bare = Side("bare", "/bare/keywords/", token, body)
    ratio = compare(ours, bare, clock=CpuClock(backend_pids()), requests=600, expected=201)
    report("api_create", ratio, unit="x_bare_drf_cpu", limit=1.00)
