"""What a process uses, from the kernel's own books."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from tests.cluster.processes import Processes


@dataclass(frozen=True, slots=True)
class Usage:
    """Memory in bytes, and CPU time in seconds since the start."""

    rss: int
    cpu: float

    @classmethod
    def of(cls, processes: Processes, name: str) -> Self:
        """Of one that runs."""
        pid = processes.pid(name)
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks = int(words[11]) + int(words[12])
        return cls(int(words[21]) * os.sysconf("SC_PAGE_SIZE"), ticks / os.sysconf("SC_CLK_TCK"))
