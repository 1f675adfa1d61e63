"""What needs a person on a site, most urgent first; each entry leads to the page where it is settled."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from igny8_core.auth.models import Site
from igny8_core.console.shell import Shell
from igny8_core.modules.planner.types import PlannerCounts
from igny8_core.modules.publisher.types import PublisherCounts
from igny8_core.modules.writer.types import WriterCounts

LOW_CREDITS = 100


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that waits for a person; `tone` as the badges have it."""

    tone: str
    text: str
    url: str


def needs_of(
    site: Site, *, shell: Shell, plan: PlannerCounts, written: WriterCounts, posts: PublisherCounts
) -> list[Need]:
    """Everything that waits for somebody on this site."""
    here = {"site_id": site.pk}
    found = []
    if posts.failed:
        text = ngettext(
            "%(n)s post could not be published", "%(n)s posts could not be published", posts.failed
        )
        address = reverse("console:publishing", kwargs=here) + "?state=failed"
        found.append(Need("bad", text % {"n": posts.failed}, address))
    if written.tasks_failed:
        text = ngettext(
            "%(n)s article could not be written", "%(n)s articles could not be written", written.tasks_failed
        )
        address = reverse("console:writing", kwargs=here) + "?state=failed"
        found.append(Need("bad", text % {"n": written.tasks_failed}, address))
    if written.in_review:
        text = ngettext(
            "%(n)s article waits for your review", "%(n)s articles wait for your review", written.in_review
        )
        address = reverse("console:writing", kwargs=here) + "?review_state=pending"
        found.append(Need("warm", text % {"n": written.in_review}, address))
    if plan.ideas_new:
        text = ngettext(
            "%(n)s idea waits for your decision", "%(n)s ideas wait for your decision", plan.ideas_new
        )
        found.append(
            Need("warm", text % {"n": plan.ideas_new}, reverse("console:ideas", kwargs=here) + "?state=new")
        )
    if shell.balance.available < LOW_CREDITS:
        text = _("%(n)s credits are left") % {"n": shell.balance.available}
        found.append(Need("warm", text, reverse("console:billing")))
    return found
