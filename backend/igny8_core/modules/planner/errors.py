"""What the planner says when it refuses."""

from collections.abc import Sequence

from igny8_core.common.errors import DomainError, ErrorKind
from igny8_core.modules.planner.constants import (
    MAX_PAGES_AT_ONCE,
    MAX_UPLOAD_BYTES,
    MAX_WORKBOOK_KEYWORDS,
)
from igny8_core.modules.planner.types import IdeaConflict


class KeywordFileTooLarge(DomainError):
    """The upload is bigger than any keyword export."""

    kind = ErrorKind.TOO_LARGE
    code = "keyword_file_too_large"
    message = (
        f"A keyword file may have at most {MAX_UPLOAD_BYTES // 1024**2} MB; split it and upload the parts."
    )


class KeywordExportTooLarge(DomainError):
    """More keywords than a workbook is made of."""

    code = "keyword_export_too_large"
    message = (
        f"A workbook holds at most {MAX_WORKBOOK_KEYWORDS:,} keywords; narrow the list, or export it as CSV."
    )


class KeywordFileMissing(DomainError):
    """The stored upload is gone."""

    kind = ErrorKind.UNPROCESSABLE
    code = "keyword_file_missing"
    message = "The uploaded file is no longer there; upload it again."


class ImportStateConflict(DomainError):
    """An import was asked to do what its state does not allow."""

    kind = ErrorKind.CONFLICT
    code = "import_state_conflict"
    message = "This import is finished; upload the file again."


class ImportExpired(DomainError):
    """Nobody started the import while its file was kept."""

    kind = ErrorKind.CONFLICT
    code = "import_expired"
    message = "This file was not imported within a day and is gone; upload it again."


class ImportNeedsMapping(DomainError):
    """An import was started whose keywords nobody can find."""

    kind = ErrorKind.CONFLICT
    code = "import_needs_mapping"
    message = "Say first which column of this file holds the keywords."


class ImportColumnUnknown(DomainError):
    """A mapping names a column that the file does not have, or one beyond those that can be mapped."""

    code = "import_column_unknown"
    message = "The file has fewer columns than this."


class ImportFieldUnknown(DomainError):
    """A mapping names a field that no column can be."""

    code = "import_field_unknown"
    message = "There is no such field."


class ImportFieldTwice(DomainError):
    """Two columns were said to be one field."""

    code = "import_field_twice"
    message = "Only one column can be read as a field."


class ImportKeywordMissing(DomainError):
    """A mapping without the one field that a keyword cannot do without."""

    code = "import_keyword_column_missing"
    message = "One column must hold the keywords."


class KeywordTaken(DomainError):
    """The site has this keyword for this country."""

    kind = ErrorKind.CONFLICT
    code = "keyword_taken"
    message = "This site already has this keyword for this country."


class KeywordUnusable(DomainError):
    """The text has no letter or digit."""

    code = "keyword_unusable"
    message = "A keyword needs at least one letter or digit."


class KeywordMarketUnknown(DomainError):
    """A country or language that there is not."""

    code = "keyword_market_unknown"
    message = "Country and language are two-letter codes of ISO 3166-1 and ISO 639-1, such as us and en."


class KeywordStatusConflict(DomainError):
    """The status does not fit the keyword's cluster."""

    kind = ErrorKind.CONFLICT
    code = "keyword_status_conflict"
    message = "A keyword without a cluster is new or archived; one with a cluster is not new."


class ClusterLocked(DomainError):
    """A locked cluster takes and gives no keywords."""

    kind = ErrorKind.CONFLICT
    code = "cluster_locked"
    message = "This cluster is locked; unlock it first."


class ClusterSectorMismatch(DomainError):
    """A cluster never crosses sectors."""

    kind = ErrorKind.CONFLICT
    code = "cluster_sector_mismatch"
    message = "The keyword and the cluster belong to different sectors."


class IdeaStateConflict(DomainError):
    """An idea was asked to do what its state does not allow."""

    kind = ErrorKind.CONFLICT
    code = "idea_state_conflict"
    message = "The idea's state does not allow this."


class IdeaTaken(DomainError):
    """Another open idea has this head keyword."""

    kind = ErrorKind.CONFLICT
    code = "idea_taken"
    message = "Another open idea of this site has the same head keyword."


class ClusterChanged(DomainError):
    """Somebody changed the cluster since the caller read it."""

    kind = ErrorKind.PRECONDITION_FAILED
    code = "cluster_changed"
    message = "Somebody changed this cluster since you opened it; look at it again and repeat your change."


class PageAddressInvalid(DomainError):
    """The text is no address of a web page."""

    code = "page_address_invalid"
    message = "Enter the page's whole address, such as https://example.com/guide; at most 500 characters."


class PageElsewhere(DomainError):
    """The page is of another domain than the site's."""

    code = "page_elsewhere"
    message = "This page is not on the site's domain."


class PageTaken(DomainError):
    """The site has this page already."""

    kind = ErrorKind.CONFLICT
    code = "page_taken"
    message = "This page is known already."


class PagesTooMany(DomainError):
    """More addresses than one request may bring."""

    code = "pages_too_many"
    message = f"At most {MAX_PAGES_AT_ONCE:,} addresses at a time; bring them in parts."


class PageChanged(DomainError):
    """Somebody changed the page since the caller read it."""

    kind = ErrorKind.PRECONDITION_FAILED
    code = "page_changed"
    message = "Somebody changed this page since you opened it; look at it again and repeat your change."


class OwnerElsewhere(DomainError):
    """A page of another site, or one that is gone, owns nothing here."""

    kind = ErrorKind.CONFLICT
    code = "owner_elsewhere"
    message = "This page is not on the cluster's site any more."


class IdeaDuplicates(DomainError):
    """The idea's query is served already; who accepts it all the same says so."""

    kind = ErrorKind.CONFLICT
    code = "idea_duplicates"
    message = "Something of this site answers this query already; confirm to accept it all the same."

    def __init__(self, conflicts: Sequence[IdeaConflict]) -> None:
        first = conflicts[0].sentence if conflicts else ""
        more = f" And {len(conflicts) - 1} more." if len(conflicts) > 1 else ""
        super().__init__(
            f"{first}{more} Confirm to accept all the same.".strip(),
            fields={"confirm": [one.sentence for one in conflicts]},
        )
        self.conflicts = tuple(conflicts)


class IdeaImproves(DomainError):
    """The idea asks for work on a page that is there; a second page would compete with it."""

    kind = ErrorKind.CONFLICT
    code = "idea_improves"
    message = "This idea improves a page that exists; work on that page instead of writing another one."


class FindingStateConflict(DomainError):
    """A finding was asked to do what its state does not allow."""

    kind = ErrorKind.CONFLICT
    code = "finding_state_conflict"
    message = "The finding's state does not allow this."


class TopicChanged(DomainError):
    """Somebody changed the topic since the caller read it."""

    kind = ErrorKind.PRECONDITION_FAILED
    code = "topic_changed"
    message = "Somebody changed this topic since you opened it; look at it again and repeat your change."


class TopicLocked(DomainError):
    """A locked topic takes and gives no clusters."""

    kind = ErrorKind.CONFLICT
    code = "topic_locked"
    message = "This topic is locked; unlock it first."


class TopicSectorMismatch(DomainError):
    """A topic never crosses sectors."""

    kind = ErrorKind.CONFLICT
    code = "topic_sector_mismatch"
    message = "The cluster and the topic belong to different sectors."


class ClustersSectorMismatch(DomainError):
    """Clusters of different sectors are never merged."""

    kind = ErrorKind.CONFLICT
    code = "clusters_sector_mismatch"
    message = "These clusters belong to different sectors; a cluster never crosses them."


class ClusterUnsplittable(DomainError):
    """A split must leave keywords on both sides."""

    code = "cluster_unsplittable"
    message = "Both parts need at least one keyword of this cluster."


class ClusterInUse(DomainError):
    """An article of the cluster is being written, or is written."""

    kind = ErrorKind.CONFLICT
    code = "cluster_in_use"
    message = (
        "An idea of this cluster is being written or is written; merge the cluster into another one instead."
    )


class EditOvertaken(DomainError):
    """What an edit left has changed since, so that it cannot be taken back."""

    kind = ErrorKind.CONFLICT
    code = "edit_overtaken"
    message = "What this edit left has changed since; nothing was undone."
