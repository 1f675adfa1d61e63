"""What the planner says when it refuses."""

from igny8_core.common.errors import DomainError, ErrorKind
from igny8_core.modules.planner.constants import MAX_UPLOAD_BYTES


class KeywordFileTooLarge(DomainError):
    """The upload is bigger than any keyword export."""

    kind = ErrorKind.TOO_LARGE
    code = "keyword_file_too_large"
    message = (
        f"A keyword file may have at most {MAX_UPLOAD_BYTES // 1024**2} MB; split it and upload the parts."
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


class KeywordTaken(DomainError):
    """The site has this keyword for this country."""

    kind = ErrorKind.CONFLICT
    code = "keyword_taken"
    message = "This site already has this keyword for this country."


class KeywordUnusable(DomainError):
    """The text has no letter or digit."""

    code = "keyword_unusable"
    message = "A keyword needs at least one letter or digit."


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
