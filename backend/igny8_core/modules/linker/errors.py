"""What the linker refuses."""

from igny8_core.common.errors import DomainError, ErrorKind


class LinkStateConflict(DomainError):
    """The suggestion's or batch's state does not allow this."""

    kind = ErrorKind.CONFLICT
    code = "link_state_conflict"
    message = "The state does not allow this."


class LinkSiteConflict(DomainError):
    """A batch belongs to one site."""

    kind = ErrorKind.CONFLICT
    code = "link_site_conflict"
    message = "All links of a batch must belong to one site."


class LinksNone(DomainError):
    """Nothing was named."""

    code = "links_none"
    message = "Name at least one suggestion."
