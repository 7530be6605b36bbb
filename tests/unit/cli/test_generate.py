"""What is generated is what is committed."""

from tidegate.cli.generate import files


def test_every_generated_file_is_current() -> None:
    stale = [path.name for path, text in files().items() if path.read_text() != text]

    assert not stale, "run `make generate`"
