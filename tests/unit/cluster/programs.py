"""Programs of a machine that a test stands in for: scripts on a PATH of its own."""

from pathlib import Path


def program(folder: Path, name: str, script: str) -> Path:
    """A shell script by the name of a program; `$0.said` collects the words that it is given."""
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f'#!/bin/sh\necho "$@" >> "$0.said"\n{script}\n')
    path.chmod(0o755)
    return path


def said(path: Path) -> list[str]:
    """Each call of such a program."""
    words = path.with_name(f"{path.name}.said")
    return words.read_text().splitlines() if words.exists() else []
