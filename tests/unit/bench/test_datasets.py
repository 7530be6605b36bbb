"""A data set is where the command or the environment says, and nowhere else."""

from argparse import ArgumentParser
from pathlib import Path

import pytest

from tests.bench import nab
from tests.bench.datasets import VARIABLE, Absent, declare, folder_of
from tests.bench.judge.gauges import gauges
from tests.bench.judge.replays import replays
from tests.bench.judge.table import replayed, scored


def told(*arguments: str) -> Path | None:
    parser = ArgumentParser()
    declare(parser)
    found: Path | None = parser.parse_args(arguments).data
    return found


def test_the_command_outranks_the_environment_and_without_both_there_is_no_folder(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(VARIABLE, "/by/environment")
    assert told("--data", "/by/command") == Path("/by/command")
    assert told() == Path("/by/environment")

    monkeypatch.delenv(VARIABLE)
    assert told() is None


def test_a_data_set_is_a_folder_of_its_name(tmp_path: Path) -> None:
    (tmp_path / "nab").mkdir()

    assert folder_of("nab", tmp_path) == tmp_path / "nab"


@pytest.mark.parametrize("data", [None, Path("/nowhere")], ids=["not given", "not there"])
def test_what_is_absent_says_its_name_and_how_to_give_it(data: Path | None) -> None:
    with pytest.raises(Absent, match=f"petshop/.*--data DIR or {VARIABLE}=DIR"):
        folder_of("petshop", data)


def test_the_table_of_the_judge_says_how_to_give_the_recorded_traffic() -> None:
    assert f"--data DIR or {VARIABLE}=DIR" in replayed(replays(1, None))


def test_the_table_of_the_judge_says_how_to_give_the_recorded_gauges() -> None:
    assert f"nab/ is not given: name the folder that has it by --data DIR or {VARIABLE}=DIR" in scored(gauges(None))


def test_a_folder_without_the_recordings_says_which_is_missing(tmp_path: Path) -> None:
    (tmp_path / "petshop").mkdir()

    assert "metrics.csv does not exist" in replayed(replays(1, tmp_path))


def test_labelled_series_that_are_absent_end_the_bench_with_a_word(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setattr("sys.argv", ["nab"])

    assert nab.main() == nab.ABSENT
    assert "nab/ is not given" in capsys.readouterr().err
