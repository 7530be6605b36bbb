"""The operator as a process, for tests, demo and benches: started, killed and started again."""

import os
import signal
import sys
from dataclasses import dataclass, field
from pathlib import Path

from .control_plane import free_port
from .processes import Processes, answers

START_SECONDS = 60.0
ROOT = Path(__file__).parents[2]
# As users run it: from bytecode, whatever the environment of the tests says.
ENVIRONMENT = {"PYTHONPATH": str(ROOT / "operator"), "PYTHONDONTWRITEBYTECODE": ""}


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """One operator process against one cluster."""

    folder: Path
    kubeconfig: Path
    name: str = "operator"
    flags: tuple[str, ...] = ("--no-leader-election",)
    port: int = field(default_factory=free_port)

    @property
    def processes(self) -> Processes:
        """The one process."""
        return Processes(self.folder)

    @property
    def pages(self) -> str:
        """Where /healthz, /readyz and /metrics are."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        """One JSON line for each decision."""
        return self.processes.log(self.name)

    def start(self, *, wait: bool = True) -> None:
        """Start it, and wait until it is ready."""
        command: list[str | Path] = [
            sys.executable,
            "-m",
            "tidegate",
            "--kubeconfig",
            self.kubeconfig,
            "--http",
            f"127.0.0.1:{self.port}",
        ]
        # A given cluster's credentials may come from a program that reads the user's environment.
        self.processes.start(self.name, [*command, *self.flags], env={**os.environ, **ENVIRONMENT})
        if wait:
            self.processes.wait(self.name, lambda: answers(f"{self.pages}/readyz"), START_SECONDS)

    def kill(self) -> None:
        """SIGKILL: nothing is told to anyone."""
        self.processes.kill(self.name, signal.SIGKILL)
        self.processes.stop(self.name)

    def stop(self) -> None:
        """SIGTERM, and wait for its end."""
        self.processes.stop(self.name)
