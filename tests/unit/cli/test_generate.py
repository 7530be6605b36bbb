"""What is generated is what is committed."""

from pathlib import Path

import pytest

from tidegate.cli.generate import files


@pytest.mark.parametrize("path", sorted(files()), ids=lambda path: path.name)
def test_a_generated_file_is_current(path: Path) -> None:
    assert path.read_text() == files()[path], "run `make generate`"
