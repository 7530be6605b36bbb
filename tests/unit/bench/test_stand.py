"""The stand of a bench leaves no operator behind, whatever comes of the question."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.bench.stand import running
from tests.cluster.operator import Operator


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted(Operator):
    """An operator that notes what is asked of it."""

    able: bool = True
    asked: list[str] = field(default_factory=list)

    def start(self, *, wait: bool = True) -> None:
        self.asked.append("start" if wait else "start, do not wait")
        if not self.able:
            raise TimeoutError

    def stop(self) -> None:
        self.asked.append("stop")


def test_the_operator_is_stopped_where_the_question_fails(tmp_path: Path) -> None:
    operator = Noted(folder=tmp_path, kubeconfig=tmp_path / "kubeconfig")

    with pytest.raises(TimeoutError), running(operator):
        raise TimeoutError

    assert operator.asked == ["start", "stop"]


def test_the_operator_is_stopped_where_it_does_not_come_up(tmp_path: Path) -> None:
    operator = Noted(folder=tmp_path, kubeconfig=tmp_path / "kubeconfig", able=False)

    with pytest.raises(TimeoutError), running(operator):
        pytest.fail("it is not up")

    assert operator.asked == ["start", "stop"]


def test_the_operator_is_stopped_when_all_is_answered(tmp_path: Path) -> None:
    operator = Noted(folder=tmp_path, kubeconfig=tmp_path / "kubeconfig")

    with running(operator):
        assert operator.asked == ["start"]

    assert operator.asked == ["start", "stop"]
