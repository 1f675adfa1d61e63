"""Pages that show how far a job of theirs is, and load themselves anew when it has ended."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.http import HttpResponse

from igny8_core.console.base import SitePageView
from igny8_core.modules.system.selectors import job_newest
from igny8_core.modules.system.types import JobView


class JobPageView(SitePageView):
    """A page of a site that includes `job_progress.html` for the newest job of `kinds`."""

    kinds: ClassVar[tuple[str, ...]] = ()
    shown: JobView | None

    def begin(self, **kwargs: Any) -> None:
        """The job is read before the rows: one that ends in between is shown at work, and the next look has it all."""
        super().begin(**kwargs)
        self.shown = self.job()

    def job(self) -> JobView | None:
        """The job to show."""
        return job_newest(self.site.pk, kinds=self.kinds)

    def page(
        self, template: str, context: Mapping[str, Any] | None = None, *, status: int = 200
    ) -> HttpResponse:
        """The page with the job; whoever polled it to its end gets all of the page again."""
        job = self.shown
        values = {"job": job, "may_cancel_job": self.may("system_job_cancel"), **(context or {})}
        answer = super().page(template, values, status=status)
        if self.request.headers.get("HX-Target") == "job" and (job is None or job.finished_at is not None):
            answer["HX-Refresh"] = "true"
        return answer
