"""Things that were built or downloaded live outside the checkout, by version: a second run starts in seconds."""

import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from .progress import Missing, step

Build = Callable[[Path], None]


def cache() -> Path:
    """The cache's folder: TIDEGATE_CACHE, or `tidegate` in the user's own cache."""
    own = os.environ.get("TIDEGATE_CACHE")
    root = Path(own) if own else Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tidegate"
    root.mkdir(parents=True, exist_ok=True)
    return root


def cached(name: str, what: str, build: Build) -> Path:
    """A folder of the cache, built whole or not at all; two processes build it once."""
    place = cache() / name
    if place.exists():
        return place

    with _lock(name):
        if not place.exists():
            with step(what):
                _build_whole(place, build)

    return place


def _build_whole(place: Path, build: Build) -> None:
    """Build beside the place, and move it there: a folder of the cache is whole or not there."""
    folder = Path(tempfile.mkdtemp(dir=cache()))
    try:
        build(folder)
        folder.rename(place)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


@contextmanager
def _lock(name: str) -> Iterator[None]:
    with (cache() / f"{name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def run(command: Sequence[str | Path], **options: object) -> str:
    """A command that must succeed; its output, or a Missing with its last words."""
    environment = {**os.environ, **options.pop("env", {})}  # type: ignore[dict-item]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment, **options)  # type: ignore[call-overload]
    except FileNotFoundError as error:
        message = f"{command[0]} is missing on this machine"
        raise Missing(message) from error
    except subprocess.CalledProcessError as error:
        words = (error.stderr or error.stdout or "").strip()[-2000:]
        message = f"{' '.join(map(str, command))} failed:\n{words}"
        raise Missing(message) from error

    return str(done.stdout)
