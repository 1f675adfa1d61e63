"""What the writer refuses."""

from igny8_core.common.errors import DomainError, ErrorKind


class TaskStateConflict(DomainError):
    """The task's state does not allow this."""

    kind = ErrorKind.CONFLICT
    code = "task_state_conflict"
    message = "The task's state does not allow this."


class TaskExists(DomainError):
    """Another task of the site writes for the same head keyword."""

    kind = ErrorKind.CONFLICT
    code = "task_exists"
    message = "This site already has an article or a task for this head keyword."


class TaskBusy(DomainError):
    """Somebody else writes this task; when they are done, the article is there."""

    kind = ErrorKind.CONFLICT
    code = "task_busy"
    message = "This task is being written already."
    is_retryable = True


class ArticleUnfit(DomainError):
    """What the model wrote must not be kept, also after a second try."""

    kind = ErrorKind.UNPROCESSABLE
    code = "article_unfit"
    message = "The model's text was not fit to keep."


class ReviewStateConflict(DomainError):
    """The article's review cannot become this."""

    kind = ErrorKind.CONFLICT
    code = "review_state_conflict"


class ArticleVersionStale(DomainError):
    """Somebody would approve a text that they have not read."""

    kind = ErrorKind.PRECONDITION_FAILED
    code = "article_version_stale"
    message = "The article was changed since you read it; read it again and decide then."


class ReviewCommentRequired(DomainError):
    """A rejection says what is wrong."""

    code = "review_comment_required"
    message = "Say in a comment what has to change."

    def __init__(self) -> None:
        super().__init__(fields={"comment": [self.message]})


class ArticleChanged(DomainError):
    """The article is not the version that the caller has seen."""

    kind = ErrorKind.CONFLICT
    code = "article_changed"
    message = "The article was changed meanwhile; read it again."
    is_retryable = True


class ArticleTextChanged(DomainError):
    """What was to change links alone changes more."""

    code = "article_text_changed"
    message = "Only links may change here; the text or its markup would change as well."


class ArticleEmpty(DomainError):
    """An edit left no text."""

    code = "article_empty"
    message = "An article needs text; nothing was left after unsafe markup was removed."
