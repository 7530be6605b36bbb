"""What was built is kept once; a command of the machine either answers in time, or is named."""

from pathlib import Path

import pytest

from tests.cluster.cache import cached, run
from tests.cluster.progress import Missing


def test_a_command_that_does_not_end_is_named_with_its_time() -> None:
    with pytest.raises(Missing, match=r"sleep 60 did not end within 0\.1 s"):
        run(["sleep", "60"], seconds=0.1)


def test_a_command_that_fails_is_named_with_its_last_words() -> None:
    with pytest.raises(Missing, match=r"sh -c .* failed:\nwhy"):
        run(["sh", "-c", "echo why >&2; exit 3"])


def test_a_command_that_is_not_there_is_named() -> None:
    with pytest.raises(Missing, match="no-such-program is missing on this machine"):
        run(["no-such-program"])


def test_of_what_changes_with_each_version_those_that_were_used_last_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIDEGATE_CACHE", str(tmp_path))
    other = cached("image-1", "another", lambda _: None)
    for name in ("operator-a", "operator-b", "operator-a", "operator-c"):
        cached(f"image-{name}", name, lambda _: None, keep=2)

    assert {place.name for place in tmp_path.iterdir() if place.is_dir()} == {
        other.name,
        "image-operator-a",
        "image-operator-c",
    }
