"""CPU time of this process and of the PostgreSQL backends that serve it; wall time says little on a shared machine."""

import time
from pathlib import Path


class CpuClock:
    """Sums CPU seconds of Python and of the given backends (by process id, on this machine)."""

    def __init__(self, backend_pids: list[int]) -> None:
        self._paths = [Path(f"/proc/{pid}/schedstat") for pid in backend_pids]

    def read(self) -> float:
        """CPU seconds used so far."""
        backends = sum(int(path.read_text().split()[0]) for path in self._paths)  # nanoseconds on a CPU
        return time.process_time() + backends / 1e9


def quartile(values: list[float]) -> float:
    """The lower quartile: what a request costs when nobody disturbs it."""
    return sorted(values)[len(values) // 4]
