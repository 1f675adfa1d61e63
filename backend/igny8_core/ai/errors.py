"""What can go wrong at the door to a model, each with a stable code; never carries a key or a provider's prose."""

from igny8_core.ai.types import Usage
from igny8_core.common.errors import DomainError, ErrorKind


class ModelError(DomainError):
    """The base: `is_retryable` says that the same request may succeed later without anybody's help.

    `usage` holds the tokens that were spent before the failure, so that they can be accounted for.
    """

    kind = ErrorKind.UNAVAILABLE
    code = "model_failed"
    message = "The language model failed."
    is_retryable = False

    def __init__(self, message: str | None = None, *, usage: Usage | None = None) -> None:
        super().__init__(message)
        self.usage = usage or Usage()


class ModelNotConfigured(ModelError):
    """Nobody said which model to use."""

    code = "model_not_configured"
    message = "No language model is configured: set LLM_BASE_URL and LLM_MODEL."


class ModelUnreachable(ModelError):
    """No connection could be made to the provider."""

    code = "model_unreachable"
    message = "The language model's server cannot be reached."
    is_retryable = True


class ModelTimedOut(ModelError):
    """No complete answer came within the request's time budget."""

    code = "model_timed_out"
    message = "The language model did not answer in time."
    is_retryable = True


class ModelAnswerBroken(ModelError):
    """The connection was cut or what arrived is not an answer of the protocol."""

    code = "model_answer_broken"
    message = "The language model's answer arrived incomplete or garbled."
    is_retryable = True


class ModelServerFailed(ModelError):
    """The provider answered with a fault of its own (5xx)."""

    code = "model_server_failed"
    message = "The language model's server reported a fault of its own."
    is_retryable = True


class ModelRateLimited(ModelError):
    """The provider asks us to slow down; `retry_after_seconds` is its wish, None when it named no time."""

    code = "model_rate_limited"
    message = "The language model's provider is limiting the rate of requests; try again later."
    is_retryable = True

    def __init__(self, *, retry_after_seconds: float | None = None) -> None:
        super().__init__()
        self.retry_after_seconds = retry_after_seconds


class ModelQuotaExhausted(ModelError):
    """The provider's prepaid quota is used up: waiting does not help, paying does."""

    code = "model_quota_exhausted"
    message = "The quota at the language model's provider is used up."


class ModelAuthenticationFailed(ModelError):
    """The provider refuses the configured key (401, 403)."""

    code = "model_authentication_failed"
    message = "The language model's provider refused the configured API key."


class ModelNotFound(ModelError):
    """The provider does not know the configured model or address (404)."""

    code = "model_not_found"
    message = "The provider does not know the configured language model."


class ModelBadRequest(ModelError):
    """The provider calls the request malformed: a fault in our code or in the model's configuration."""

    kind = ErrorKind.UNPROCESSABLE
    code = "model_bad_request"
    message = "The language model's provider rejected the request as malformed."


class ModelContextOverflow(ModelBadRequest):
    """The prompt does not fit into the model's context window."""

    code = "model_context_overflow"
    message = "The text is too long for the configured language model."


class ModelOutputTruncated(ModelError):
    """The answer reached its token limit before it was complete (`finish_reason` is `length`)."""

    kind = ErrorKind.UNPROCESSABLE
    code = "model_output_truncated"
    message = "The language model's answer was cut off at its length limit."


class ModelRefused(ModelError):
    """The model or its content filter declined to answer."""

    kind = ErrorKind.UNPROCESSABLE
    code = "model_refused"
    message = "The language model declined to answer this request."


class ModelOutputEmpty(ModelError):
    """The model answered with nothing."""

    code = "model_output_empty"
    message = "The language model returned an empty answer."
    is_retryable = True


class ModelOutputInvalid(ModelError):
    """The answer broke its schema, also after the one re-ask."""

    kind = ErrorKind.UNPROCESSABLE
    code = "model_output_invalid"
    message = "The language model's answer does not have the required structure."
