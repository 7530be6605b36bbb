"""Things that were built or downloaded live outside the checkout, by version: a second run starts in seconds."""

import fcntl
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .progress import Missing, step

Build = Callable[[Path], None]
# Longer than kubectl and Helm wait for anything by themselves.
ANSWER_SECONDS = 300.0
# What a network and a compiler may take on a slow machine.
FETCH_SECONDS, BUILD_SECONDS = 900.0, 3600.0


def cache() -> Path:
    """The cache's folder: TIDEGATE_CACHE, or `tidegate` in the user's own cache."""
    own = os.environ.get("TIDEGATE_CACHE")
    root = Path(own) if own else Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tidegate"
    root.mkdir(parents=True, exist_ok=True)
    return root


def cached(name: str, what: str, build: Build, *, keep: int | None = None) -> Path:
    """A folder of the cache, built whole or not at all; two processes build it once.

    Of those that differ in the last part of their name alone, so many are kept: those that were used last.
    """
    place = cache() / name
    if not place.exists():
        with _lock(name):
            if not place.exists():
                with step(what):
                    _build_whole(place, build)

    if keep is not None:
        now = time.time_ns()
        os.utime(place, ns=(now, now))
        _forget_all_but(keep, name.rpartition("-")[0])

    return place


def _forget_all_but(keep: int, stem: str) -> None:
    places = (place for place in cache().glob(f"{stem}-*") if place.is_dir())
    for place in sorted(places, key=lambda place: place.stat().st_mtime)[:-keep]:
        shutil.rmtree(place, ignore_errors=True)


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


def run(
    command: Sequence[str | Path],
    *,
    seconds: float = ANSWER_SECONDS,
    env: Mapping[str, str] | None = None,
    **options: Any,
) -> str:
    """A command that must succeed in so many seconds; its output, or a Missing with its last words."""
    words = {"capture_output": True, "text": True, "timeout": seconds, "env": {**os.environ, **(env or {})}, **options}
    try:
        done = subprocess.run(command, check=True, **words)
    except FileNotFoundError as error:
        message = f"{command[0]} is missing on this machine"
        raise Missing(message) from error
    except subprocess.TimeoutExpired as error:
        message = f"{' '.join(map(str, command))} did not end within {seconds:g} s"
        raise Missing(message) from error
    except subprocess.CalledProcessError as error:
        last = (error.stderr or error.stdout or "").strip()[-2000:]
        message = f"{' '.join(map(str, command))} failed:\n{last}"
        raise Missing(message) from error

    return str(done.stdout)
