"""Long-lived processes: each in its own group, with a log and a pid file; stopped by pid."""

import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from .progress import Missing

END_SECONDS = 10.0
TICK_SECONDS = 0.05
LAST_LINES = 15
# Of the caller's environment; whatever else a process of ours reads from there could lead it elsewhere.
KEPT = ("PATH", "LANG", "LC_ALL", "TMPDIR", "TZ")
# Processes outlive this one by intent; while it lives, it must bury those that end.
CHILDREN: dict[int, "subprocess.Popen[bytes]"] = {}


@dataclass(frozen=True, slots=True)
class Processes:
    """The processes of one folder. `prefix` is put before every command, such as one that enters a namespace."""

    folder: Path
    prefix: tuple[str, ...] = field(default=())

    def start(self, name: str, command: Sequence[str | Path], env: Mapping[str, str] | None = None) -> int:
        """Start a process, unless it runs. Its environment is its own, and `env`."""
        if (running := self.pid(name)) is not None:
            return running

        logs = self.folder / "logs"
        logs.mkdir(parents=True, exist_ok=True)
        with self.log(name).open("ab") as log:
            process = subprocess.Popen(
                [*self.prefix, *map(str, command)],
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                env={**own_environment(self.folder), **(env or {})},
            )

        CHILDREN[process.pid] = process
        self.note(name, process.pid)
        return process.pid

    def note(self, name: str, pid: int) -> None:
        """Remember a process as one of these."""
        self._note(name).parent.mkdir(parents=True, exist_ok=True)
        self._note(name).write_text(f"{pid} {_born(pid)}")

    def pid(self, name: str) -> int | None:
        """The pid of a process that runs; a pid that was given to another process since does not count."""
        note = self._note(name)
        if not note.exists():
            return None

        pid, born = note.read_text().split()
        return int(pid) if born != "0" and _born(int(pid)) == born else None

    def names(self) -> list[str]:
        """Every process that was started, the oldest first."""
        notes = (self.folder / "pids").glob("*")
        return [note.name for note in sorted(notes, key=lambda note: note.stat().st_mtime_ns)]

    def running(self) -> list[str]:
        """Those that run."""
        return [name for name in self.names() if self.pid(name) is not None]

    def kill(self, name: str, number: signal.Signals = signal.SIGKILL) -> None:
        """Send a signal to a process group."""
        pid = self.pid(name)
        if pid is not None:
            _tell(pid, number)

    def stop(self, name: str) -> None:
        """End a process group, by force where it does not end by itself."""
        pid = self.pid(name)
        if pid is not None:
            _tell(pid, signal.SIGTERM)
            if not within(END_SECONDS, lambda: not lives(pid)):
                _tell(pid, signal.SIGKILL)
                within(END_SECONDS, lambda: not lives(pid))

        self._note(name).unlink(missing_ok=True)

    def stop_all(self) -> None:
        """End every process, the newest first."""
        for name in reversed(self.names()):
            self.stop(name)

    def log(self, name: str) -> Path:
        """Where a process writes."""
        return self.folder / "logs" / f"{name}.log"

    def wait(self, name: str, ready: Callable[[], bool], seconds: float) -> None:
        """Wait until a process serves. Raises Missing with its last words where it ends or is late."""
        if not within(seconds, lambda: ready() or self.pid(name) is None) or self.pid(name) is None:
            words = self.log(name).read_text(errors="replace").splitlines()[-LAST_LINES:]
            message = f"{name} did not start; the end of {self.log(name)}:\n" + "\n".join(words)
            raise Missing(message)

    def _note(self, name: str) -> Path:
        return self.folder / "pids" / name


def own_environment(folder: Path) -> dict[str, str]:
    """An environment that names no server, proxy or configuration but by the flags of a process.

    Traefik prefers KUBECONFIG to the server of its flags, and to every flag a file of its name that it finds in HOME.
    etcd reads ETCD_ variables, and Go's clients ask a proxy even for the node's address.
    """
    return {name: os.environ[name] for name in KEPT if name in os.environ} | {"HOME": str(folder)}


def within(seconds: float, done: Callable[[], bool]) -> bool:
    """Ask until it is done, or for so long. Processes tell nobody when they are ready or gone."""
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() > end:
            return False

        time.sleep(TICK_SECONDS)

    return True


def answers(address: str, *, seconds: float = 1) -> bool:
    """True where a page answers 200 in that time."""
    try:
        with urllib.request.urlopen(address, timeout=seconds) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _tell(pid: int, number: signal.Signals) -> None:
    """To the whole group of a process that leads one; a person's own shell leads the group of `make run`."""
    if os.getpgid(pid) == pid:
        os.killpg(pid, number)
    else:
        os.kill(pid, number)


def lives(pid: int) -> bool:
    """True while a process runs; its corpse does not."""
    if pid in CHILDREN and CHILDREN[pid].poll() is not None:
        del CHILDREN[pid]

    return _born(pid) != "0"


def _born(pid: int) -> str:
    """A process's start in kernel ticks; 0 where there is none, or only its corpse.

    While other threads of it still end it is none yet: they hold its ports.
    """
    try:
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return "0"

    state, threads, start = words[0], int(words[17]), words[19]
    return "0" if state == "Z" and threads <= 1 else start
