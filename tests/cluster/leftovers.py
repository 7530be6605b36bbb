"""What of a cluster is still there after its end: looked for, not remembered."""

from pathlib import Path

from . import network
from .processes import END_SECONDS, within


def left_by(folder: Path) -> list[str]:
    """Every process, mount, namespace and interface that still has to do with this folder, in words.

    What was killed is given a moment to be buried.
    """
    within(END_SECONDS, lambda: not _look(folder))
    return _look(folder)


def _look(folder: Path) -> list[str]:
    mounts = Path("/proc/mounts")
    lines = mounts.read_text().splitlines() if mounts.exists() else []
    mounted = [f"mount {line.split()[1]}" for line in lines if f"{folder}/" in line]
    return [*_processes(folder), *mounted, *network.left(folder)]


def _processes(folder: Path) -> list[str]:
    """Those whose command names a file in the folder: the cluster's own, and a person's that watch it."""
    found = []
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = place.read_text(errors="replace").replace("\0", " ").strip()
        except OSError:
            # It ended while it was looked at.
            continue

        if f"{folder}/" in command:
            found.append(f"process {place.parent.name}: {command[:120]}")

    return sorted(found)
