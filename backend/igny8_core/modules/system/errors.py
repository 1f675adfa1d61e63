"""What the system room says when it refuses."""

from igny8_core.common.errors import DomainError, ErrorKind, NotFound


class PromptUnknown(NotFound):
    """No prompt of this key ships with the product."""

    message = "There is no such prompt."


class PromptTextInvalid(DomainError):
    """An override lost a placeholder that the prompt needs, or names one that nothing fills."""

    code = "prompt_text_invalid"
    message = "The prompt's text is not valid."


class PromptScopeForbidden(DomainError):
    """An override for every site was to be changed by somebody who sees some of them."""

    kind = ErrorKind.FORBIDDEN
    code = "prompt_scope_forbidden"
    message = "Only somebody with access to all sites can change a prompt for all of them; name a site."


class PromptVersionConflict(DomainError):
    """The prompt changed since the caller read it."""

    kind = ErrorKind.PRECONDITION_FAILED
    code = "version_conflict"
    message = "The prompt was changed since you read it; read it again and repeat your change."


class PromptFileInvalid(RuntimeError):
    """A prompt file of this installation cannot be read: a defect of the release, never user input."""


class BrandProfileInvalid(DomainError):
    """A part of a brand profile is longer than it may be."""

    code = "brand_profile_invalid"
    message = "The brand profile is not valid."


class BrandProfileVersionConflict(DomainError):
    """The profile changed since the caller read it."""

    kind = ErrorKind.PRECONDITION_FAILED
    code = "version_conflict"
    message = "The brand profile was changed since you read it; read it again and repeat your change."


class CatalogueFileInvalid(RuntimeError):
    """The catalogue of this installation cannot be read: a defect of the release, never user input."""
