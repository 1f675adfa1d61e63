"""What can keep the embedded runtime from starting, each as one sentence; never a stack trace for a newcomer."""

from igny8_core.common.errors import DomainError, ErrorKind


class RuntimeProblem(DomainError):
    """The base of every refusal of the runtime."""

    kind = ErrorKind.UNAVAILABLE
    code = "runtime_unavailable"


class BinariesMissing(RuntimeProblem):
    """No program for a server on this platform."""

    code = "runtime_binaries_missing"


class ServerStartFailed(RuntimeProblem):
    """A server did not become ready; the message names its log."""

    code = "runtime_server_start_failed"


class DataDirectoryRefused(RuntimeProblem):
    """The data directory belongs to another version, another place or another password."""

    kind = ErrorKind.CONFLICT
    code = "runtime_data_directory_refused"


class AlreadyRunning(RuntimeProblem):
    """Another process holds this state directory."""

    kind = ErrorKind.CONFLICT
    code = "runtime_already_running"


class SettingsIncomplete(RuntimeProblem):
    """The environment names some servers but not all that belong together."""

    kind = ErrorKind.INVALID
    code = "runtime_settings_incomplete"


class StepFailed(RuntimeProblem):
    """A step between the servers and the application failed; the message names its log."""

    code = "runtime_step_failed"
