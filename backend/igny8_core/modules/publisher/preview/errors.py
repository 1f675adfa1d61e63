"""What the preview site refuses; holds no state and never touches a file."""

from igny8_core.common.errors import DomainError, ErrorKind


class PreviewTokenInvalid(DomainError):
    """The site token is not one that this product could have made."""

    code = "preview_token_invalid"
    message = "The preview site's token is not valid."


class PreviewSlugInvalid(DomainError):
    """The slug could not stand as one folder name in a URL."""

    code = "preview_slug_invalid"
    message = "A slug is made of lower-case letters, digits and hyphens, at most 200 of them."


class PreviewSlugTaken(DomainError):
    """Another post, or a page of the site itself, already stands at that address.

    `suggestion` is the lowest free `slug-2`, `slug-3`, …; asked again for the same post it is the same.
    """

    kind = ErrorKind.CONFLICT
    code = "preview_slug_taken"

    def __init__(self, slug: str, *, suggestion: str) -> None:
        self.slug = slug
        self.suggestion = suggestion
        super().__init__(f"The address “{slug}” is taken on the preview site; “{suggestion}” is free.")


class PreviewDamaged(DomainError):
    """A stored copy can no longer be read, so that the pages cannot all be made again."""

    kind = ErrorKind.UNAVAILABLE
    code = "preview_damaged"

    def __init__(self, post_id: str) -> None:
        self.post_id = post_id
        super().__init__(
            f"The preview site's copy of post {post_id} cannot be read; publish that post again or remove it."
        )
