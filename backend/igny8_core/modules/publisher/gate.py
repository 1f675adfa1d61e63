"""Whether an article may go to a destination: by its score, or because a person said so; it publishes nothing."""

from uuid import UUID

from igny8_core.modules.integration import selectors as integration
from igny8_core.modules.integration.types import DestinationView
from igny8_core.modules.optimizer import services as optimizer
from igny8_core.modules.publisher.errors import ArticleHeld, DestinationPaused
from igny8_core.modules.publisher.selectors import publications_of
from igny8_core.modules.publisher.types import DestinationGate, GateDecision
from igny8_core.modules.writer import selectors as writer
from igny8_core.modules.writer import services as writer_services
from igny8_core.modules.writer.types import ArticleDocument, ArticleReview


def gate_check(*, article_id: UUID, destination_id: UUID) -> GateDecision:
    """Say whether the article as it is now may go to a destination, and why; it is scored when it has no score yet.

    Open: no minimum is set, the score reaches it, or a person approved this very version. A version that a person
    rejected is closed everywhere. Raises NotFound.
    """
    document = writer.article_document_get(article_id)
    return gate_decide(document, destination=integration.destination_get(destination_id))


def gate_decide(document: ArticleDocument, *, destination: DestinationView) -> GateDecision:
    """The decision on one version of an article: `document` is what was read, and what will be sent."""
    review, minimum = writer.article_review_get(document.article_id), destination.minimum_score
    score = None if minimum is None else optimizer.document_score(document).total
    return _decision(document, destination=destination, review=review, score=score)


def gate_list(article_id: UUID) -> tuple[DestinationGate, ...]:
    """What the gate of each destination of the site would say of the article as it is now; keeps no score.

    A fixed number of queries however many destinations there are. Raises NotFound.
    """
    document = writer.article_document_get(article_id)
    destinations = integration.destinations_of(document.site_id)
    review, there = writer.article_review_get(article_id), publications_of(article_id)
    is_scored = any(one.minimum_score is not None for one in destinations)
    score = optimizer.article_analyze(article_id).total if is_scored else None
    return tuple(
        DestinationGate(
            destination_id=one.id,
            name=one.name,
            platform=one.platform,
            base_url=one.base_url,
            is_paused=one.is_paused,
            decision=_decision(document, destination=one, review=review, score=score),
            publication=there.get(one.id),
        )
        for one in destinations
    )


def _decision(
    document: ArticleDocument, *, destination: DestinationView, review: ArticleReview, score: int | None
) -> GateDecision:
    minimum = destination.minimum_score
    is_decided = review.reviewed_version == document.version
    score = None if minimum is None else score
    figures = f"The article scores {score} of 100 and “{destination.name}” asks for {minimum}"
    if is_decided and review.state == "rejected":
        is_open, reason = False, "A person rejected this version of the article: edit it, or approve it."
    elif minimum is None or score is None:
        is_open, reason = True, f"“{destination.name}” asks for no score."
    elif score >= minimum:
        is_open, reason = True, f"{figures}."
    elif is_decided and review.state == "approved":
        is_open, reason = True, f"{figures}, but a person approved this version."
    else:
        is_open, reason = False, f"{figures}: it waits for review."
    return GateDecision(
        article_id=document.article_id,
        destination_id=destination.id,
        is_open=is_open,
        minimum_score=minimum,
        score=score,
        reason=reason,
    )


def gate_pass(document: ArticleDocument, *, destination: DestinationView) -> None:
    """Let an open article through.

    Raises DestinationPaused, and ArticleHeld, after which the caller asks with `article_hold`.
    """
    if destination.is_paused:
        raise DestinationPaused(destination.name)
    decision = gate_decide(document, destination=destination)
    if not decision.is_open:
        raise ArticleHeld(decision)


def article_hold(decision: GateDecision) -> None:
    """Ask for the review of an article that the gate held, in a transaction that no refusal rolls back."""
    writer_services.article_review_request(decision.article_id, reason=decision.reason)
