"""What is on its way out and what is public; trying again; sending an article to a destination."""

from collections.abc import Mapping
from typing import ClassVar
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from igny8_core.console.base import SiteActionView, SitePageView, id_of, ids_chosen
from igny8_core.console.lists import FilterForm, choice, page_number
from igny8_core.console.views.article_pages import ArticlePageView
from igny8_core.modules.integration.selectors import destinations_of
from igny8_core.modules.publisher import services
from igny8_core.modules.publisher.constants import PublicationState
from igny8_core.modules.publisher.selectors import publication_list
from igny8_core.modules.publisher.types import PublicationQuery
from igny8_core.modules.system.selectors import jobs_active
from igny8_core.modules.writer.selectors import writer_counts

JOB = "publisher.publish_article"


class PublicationFilterForm(FilterForm):
    """What the publications can be narrowed by."""

    state = choice(gettext_lazy("Any state"), PublicationState.choices)
    destination_id = choice(gettext_lazy("Any destination"), [])


class PublishingView(SitePageView):
    """The publications, newest first."""

    room, section = "publisher", "publishing"
    operations: ClassVar[Mapping[str, str]] = {"GET": "publication_list"}

    def get(self, request: HttpRequest, site_id: UUID) -> HttpResponse:
        """One page of them; those under way are asked for again while it is open."""
        destinations = destinations_of(site_id)
        filters = PublicationFilterForm.of(
            request, destination_id=[(str(one.id), one.name) for one in destinations]
        )
        query = PublicationQuery(site_id=site_id, **filters.values())
        page = publication_list(query, number=page_number(request))
        jobs = jobs_active(JOB, (row.id for row in page.rows))
        values = {
            "filters": filters,
            "page": page,
            "jobs": jobs,
            "polled": [str(row.id) for row in page.rows if str(row.id) in jobs],
            "destinations": destinations,
            "articles": writer_counts(site_id).articles,
            "states": dict(PublicationState.choices),
            "may_publish": self.may("publisher_publication_retry"),
        }
        return self.page("publishing/list.html", values)


class RetryView(SiteActionView):
    """Try publications again, or bring posts up to their articles' newest versions."""

    room, back_to, section = "publisher", "console:publishing", "publishing"
    operations: ClassVar[Mapping[str, str]] = {"POST": "publication_retry"}
    form_ids: ClassVar[Mapping[str, str]] = {"id": "publication", "only": "publication"}

    def post(self, request: HttpRequest, site_id: UUID) -> HttpResponseBase:
        """Start the jobs; what the gate holds waits for a person."""
        report = services.publications_retry(ids_chosen(request))
        if report.held:
            text = ngettext(
                "%(n)s article is held until a person approves it.",
                "%(n)s articles are held until a person approves them.",
                report.held,
            )
            messages.warning(request, text % {"n": report.held})
        if not report.started:
            return HttpResponseRedirect(self.back())
        text = ngettext("%(n)s post is being published.", "%(n)s posts are being published.", report.started)
        return self.done(text % {"n": report.started}, self.back())


class PublishView(ArticlePageView):
    """Where an article may go, what each destination asks for, and sending it there."""

    room, section = "publisher", "writing"
    operations: ClassVar[Mapping[str, str]] = {
        "GET": "publication_list",
        "POST": "publication_create",
    }
    form_ids: ClassVar[Mapping[str, str]] = {"destination_id": "destination"}

    def get(self, request: HttpRequest, site_id: UUID, article_id: UUID) -> HttpResponse:
        """Each destination with what its gate says."""
        values = {
            "article": self.article,
            "gates": services.gate_list(article_id),
            "may_publish": self.may("publisher_publication_create"),
        }
        return self.page("publishing/choose.html", values)

    def post(self, request: HttpRequest, site_id: UUID, article_id: UUID) -> HttpResponseBase:
        """Publish; what the gate holds is put before a person, and that is an answer, too."""
        asked = services.publication_request(
            article_id=article_id, destination_id=id_of(request.POST.get("destination_id", ""))
        )
        if asked.held is not None:
            return self.done(asked.held.reason, self.address(), level=messages.WARNING)
        return self.done(
            _("The article is being published."), reverse("console:publishing", kwargs={"site_id": site_id})
        )
