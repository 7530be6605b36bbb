"""What a person reads at the end of `make up`."""

import os
from pathlib import Path

import pytest

from tests.cluster.__main__ import show_lack_of_operator
from tests.cluster.processes import Processes


def test_a_cluster_without_an_operator_says_so_and_how_to_start_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    show_lack_of_operator(Processes(tmp_path))

    told = capsys.readouterr().err
    assert "no operator runs beside it yet" in told
    assert "`make run` starts one" in told


def test_one_that_runs_is_not_told_as_lacking(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    operators = Processes(tmp_path)
    operators.note("run", os.getpid())

    show_lack_of_operator(operators)

    assert capsys.readouterr().err == ""
