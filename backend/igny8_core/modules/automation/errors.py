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


class RunStopped(Exception):
    """The run was cancelled, or went on without this step, while the step was at work."""
