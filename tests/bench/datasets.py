"""Where public data sets are: they are no part of the project, and a bench that needs one says how to give it."""

import os
from argparse import ArgumentParser
from pathlib import Path

VARIABLE = "TIDEGATE_DATA"


class Absent(Exception):
    """A data set is not where it was looked for, or nobody said where it is."""


def declare(parser: ArgumentParser) -> None:
    """Add `--data`; without it the environment says where the data sets are, and nothing else does."""
    told = os.environ.get(VARIABLE)
    parser.add_argument(
        "--data",
        type=Path,
        default=Path(told) if told else None,
        metavar="DIR",
        help=f"the folder with the data sets nab/, cloud-monitoring/ and petshop/ (default: ${VARIABLE})",
    )


def folder_of(name: str, data: Path | None) -> Path:
    """A data set's folder. Raises Absent."""
    if data is None:
        message = f"{name}/ is not given: name the folder that has it by --data DIR or {VARIABLE}=DIR"
        raise Absent(message)

    found = data / name
    if not found.is_dir():
        message = f"there is no {name}/ in {data}: name the folder that has it by --data DIR or {VARIABLE}=DIR"
        raise Absent(message)

    return found
