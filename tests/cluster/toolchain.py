"""What builds and fetches: Go, uv, Debian's archive. Each is found, or fetched into the cache."""

import json
import os
import re
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from . import versions
from .cache import BUILD_SECONDS, FETCH_SECONDS, cache, cached, run
from .progress import Missing, say

ROOT = Path(__file__).parents[2]


def uv() -> Path:
    """uv, as the Makefile found or installed it."""
    own = sorted(cache().glob("uv-*/bin/uv"))
    found = os.environ.get("UV") or shutil.which("uv") or (own[-1] if own else None)
    if found is None:
        message = "uv is missing: run this by `make`, which installs it"
        raise Missing(message)

    return Path(found)


def go() -> Path:
    """Go of the needed version: the machine's own, or the wheel of the lock."""
    own = shutil.which("go")
    if own and _version(run([own, "version"])) >= _version(versions.GO):
        return Path(own)

    return next(wheels("go").rglob("bin/go"))


def _version(text: str) -> tuple[int, ...]:
    found = re.search(r"(\d+)\.(\d+)(?:\.(\d+))?", text)
    return tuple(int(part or 0) for part in found.groups()) if found else (0,)


def go_install(package: str, version: str, folder: Path, tags: str) -> None:
    """Build one program from Go's module proxy into a folder."""
    command: list[str | Path] = [go(), "install", "-ldflags", "-s -w", "-tags", tags, f"{package}@v{version}"]
    run(command, seconds=BUILD_SECONDS, env={"GOBIN": str(folder), "CGO_ENABLED": "0"})


def go_module(module: str, folder: Path, expected: str) -> Path:
    """Where a module of Go's proxy lies, by version and, where it is given, by the sum of its content.

    Asked in a folder outside every module, so that Go does not look for one.
    """
    answer = json.loads(run([go(), "mod", "download", "-json", module], seconds=FETCH_SECONDS, cwd=folder))
    if expected and answer["Sum"] != expected:
        message = f"{module} has the sum {answer['Sum']}, not {expected}"
        raise Missing(message)

    return Path(answer["Dir"])


def wheels(group: str) -> Path:
    """The packages of a dependency group of the lock, unpacked."""
    locked = run([uv(), "export", "--locked", "--only-group", group, "--no-emit-project", "-q"], cwd=ROOT)
    name = f"wheels-{group}-{abs(hash_of(locked)):x}"

    def build(folder: Path) -> None:
        requirements = folder / "requirements.txt"
        requirements.write_text(locked)
        command: list[str | Path] = [uv(), "pip", "install", "-q", "--python", sys.executable, "--target", folder]
        run([*command, "--require-hashes", "-r", requirements], seconds=FETCH_SECONDS)

    return cached(name, f"Fetching {group} from PyPI", build)


def hash_of(text: str) -> int:
    """The same number for the same text in every process."""
    import hashlib

    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6])


def debian(name: str, packages: Sequence[str]) -> Path:
    """Debian packages unpacked into the cache: nothing is installed, no service is started."""
    if not shutil.which("apt-get"):
        message = f"{', '.join(packages)}: no Debian here; use CLUSTER=kwok, or the kubeconfig of a cluster"
        raise Missing(message)

    def build(folder: Path) -> None:
        with_archive(["apt-get", "download", *packages], folder)
        for archive in folder.glob("*.deb"):
            run(["dpkg", "-x", archive, folder])
            archive.unlink()

    return cached(f"debian-{name}", f"Fetching {', '.join(packages)} from Debian", build)


def with_archive(command: Sequence[str], folder: Path) -> None:
    """A command that reads Debian's archive; its lists are fetched where they are missing or too old."""
    try:
        run(command, seconds=FETCH_SECONDS, cwd=folder)
    except Missing as error:
        if os.geteuid() != 0:
            message = f"{error}\nThe lists of packages may be too old: run `sudo apt-get update`, and this again"
            raise Missing(message) from error

        say("Fetching Debian's lists of packages: those of this machine are missing or too old")
        run(["apt-get", "update", "-q"], seconds=FETCH_SECONDS)
        run(command, seconds=FETCH_SECONDS, cwd=folder)


def installed(programs: Sequence[str], packages: Sequence[str], why: str) -> None:
    """Small tools without a service of their own, from the machine's package manager: it is told before, and why."""
    lacking = [program for program in programs if not shutil.which(program)]
    if not lacking:
        return

    told = f"{', '.join(lacking)} {'is' if len(lacking) == 1 else 'are'} missing on this machine, and {why}"
    command = ["apt-get", "install", "-q", "-y", "--no-install-recommends", *packages]
    if not shutil.which("apt-get"):
        message = f"{told}: install {', '.join(packages)}, or use CLUSTER=kwok"
        raise Missing(message)

    if os.geteuid() != 0:
        message = f"{told}. Install it, and run this again:\n  sudo {' '.join(command)}"
        raise Missing(message)

    say(f"{told}. Installing it: {' '.join(command)}")
    with_archive(command, Path("/"))
