"""What a run refuses, and why one stops."""

from igny8_core.common.errors import DomainError, ErrorKind


class RunActive(DomainError):
    """The site has a run that is not finished."""

    kind = ErrorKind.CONFLICT
    code = "run_active"
    message = "This site already has a run that is not finished; wait for it, resume it or cancel it."


class RunStateConflict(DomainError):
    """The run's state does not allow this."""

    kind = ErrorKind.CONFLICT
    code = "run_state_conflict"


class RunIdeasExhausted(DomainError):
    """The run owes articles and no idea is left to write."""

    kind = ErrorKind.UNPROCESSABLE
    code = "run_ideas_exhausted"
    message = "No idea is left that could become an article; import more keywords or accept more ideas."


class RunCancelled(DomainError):
    """What is left at the item that a cancelled run was writing."""

    kind = ErrorKind.CONFLICT
    code = "run_cancelled"
    message = "The run was cancelled before this article was written."


class RunJobCancelled(DomainError):
    """Somebody cancelled the job of a run instead of the run."""

    kind = ErrorKind.CONFLICT
    code = "run_job_cancelled"
    message = "The run's job was cancelled; resume the run to go on."


class ArticlesWaiting(DomainError):
    """What a run says while articles of it wait for a person."""

    kind = ErrorKind.CONFLICT
    code = "articles_waiting"

    def __init__(self, count: int) -> None:
        super().__init__(
            "1 article waits for review." if count == 1 else f"{count} articles wait for review."
        )


class IdeasWaiting(DomainError):
    """Only accepted ideas are written here, and none is left while others wait for a decision."""

    kind = ErrorKind.CONFLICT
    code = "ideas_waiting"

    def __init__(self, count: int) -> None:
        wait = "1 idea waits" if count == 1 else f"{count} ideas wait"
        super().__init__(f"{wait} for your decision.")


class BudgetReached(DomainError):
    """The next article would cost more than the run's or the month's budget has left."""

    kind = ErrorKind.CONFLICT
    code = "budget_reached"

    def __init__(self, *, whose: str, budget: int, spent: int, price: int) -> None:
        super().__init__(
            f"{spent} of the {budget} credits of the {whose} budget are spent, and the next article costs {price}."
        )


class PipelineDisabled(DomainError):
    """The site's kill switch is off."""

    kind = ErrorKind.CONFLICT
    code = "pipeline_disabled"
    message = "Automation is switched off for this site; switch it on in its settings."


class PlanStopped(DomainError):
    """The account's plan runs no jobs."""

    kind = ErrorKind.FORBIDDEN
    code = "plan_inactive"
    message = "The account's plan does not run jobs."


class DestinationMissing(DomainError):
    """The run is to publish and nobody said where."""

    kind = ErrorKind.UNPROCESSABLE
    code = "destination_missing"
    message = "Choose a destination in the site's settings, or switch publishing off."


class SettingsInvalid(DomainError):
    """Settings that make no sense together; `fields` says which."""

    code = "settings_invalid"
    message = "The settings are not valid."


class SettingsVersionConflict(DomainError):
    """The settings changed since the caller read them."""

    kind = ErrorKind.PRECONDITION_FAILED
    code = "version_conflict"
    message = "The settings were changed since you read them; read them again and repeat your change."


class NothingFailed(DomainError):
    """A retry was asked for where nothing can be tried again."""

    kind = ErrorKind.CONFLICT
    code = "nothing_failed"
    message = "No item of this run can be tried again; a run that stopped itself goes on when it is resumed."


class RunStopped(Exception):
    """The run was cancelled, or went on without this step, while the step was at work."""
