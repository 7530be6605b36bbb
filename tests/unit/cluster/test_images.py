"""An image says for which machine it is."""

import platform

import pytest

from tests.cluster.images import architecture
from tests.cluster.progress import Missing


@pytest.mark.parametrize(("machine", "named"), [("x86_64", "amd64"), ("aarch64", "arm64")])
def test_an_image_is_for_the_architecture_of_its_machine(
    monkeypatch: pytest.MonkeyPatch, machine: str, named: str
) -> None:
    monkeypatch.setattr(platform, "machine", lambda: machine)

    assert architecture() == named


def test_an_architecture_without_all_parts_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "riscv64")

    with pytest.raises(Missing, match="no image can be made for riscv64"):
        architecture()
