"""CPU of a list of 25 keywords through the full request path, as a ratio to a bare DRF ModelViewSet."""

import json

from bench.report import report
from bench.stage import backend_pids, django_start, rows_make

if __name__ == "__main__":
    django_start(routers=["bench.bare.BareRouter"], root_urlconf="bench.bare")
    from bench.api import Side, compare
    from bench.cpu import CpuClock
    from igny8_core.api import throttling
    from igny8_core.testing.factories import tokens_make

    throttling._RATES["planner"] = (10**6, 60)
    token = tokens_make(rows_make().owner).access
    ours = Side("ours", "/api/v1/planner/keywords/", token, None)
    bare = Side("bare", "/bare/keywords/", token, None)
    mine, theirs = (json.loads(side.request()[1]) for side in (ours, bare))
    assert mine["count"] == theirs["count"] == 900
    assert len(mine["results"]) == 25
    assert mine["results"] == theirs["results"], "both sides must do the same job"
    ratio = compare(ours, bare, clock=CpuClock(backend_pids()), requests=600, expected=200)
    report("api_list", ratio, unit="x_bare_drf_cpu", limit=0.70)
