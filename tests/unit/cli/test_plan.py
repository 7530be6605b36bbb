"""`tidegate plan` without a cluster: tables, and what is wrong with what it is given."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from tidegate.cli.plan import NOT_SEEN, SEEN, WRONG, main

RELEASE: dict[str, Any] = {
    "apiVersion": "tidegate.dev/v1alpha1",
    "kind": "Release",
    "metadata": {"name": "checkout"},
    "spec": {
        "replicas": 2,
        "template": {"spec": {"containers": []}},
        "service": {"port": 80},
        "traffic": {"gateway": {"parentRefs": [{"name": "public"}]}},
        "steps": [{"name": "first", "weight": 5, "dwell": "5m"}, {"name": "half", "weight": 50, "dwell": "10m"}],
        "objectives": [{"name": "errors", "errorRatio": {"max": "1%"}}],
    },
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A Release beside something else."""
    return written(tmp_path, RELEASE["spec"])


def written(folder: Path, spec: object) -> Path:
    found = folder / "release.yaml"
    found.write_text(yaml.safe_dump_all([{"kind": "Service"}, {**RELEASE, "spec": spec}]))
    return found


def test_each_step_is_a_row_and_the_last_line_says_where_the_fault_is_seen(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["-f", str(file), "--rate", "400", "--bad", "1%"]) == SEEN

    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "checkout, errors: 400 requests/s, 1 % bad (as told)"
    assert lines[1].startswith("to be seen: 2 times as many, 1 % → 2 % bad; ")
    assert [line.split()[0] for line in lines[3:6]] == ["STEP", "first", "half"]
    assert lines[-1] == "seen in half; too short alone: first"


def test_a_plan_that_shows_nothing_is_told_by_its_exit_code(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["-f", str(file), "--rate", "1", "--bad", "0.001"]) == NOT_SEEN

    assert "not seen by all steps together" in capsys.readouterr().out


def test_a_fault_that_is_not_seen_is_promoted_only_where_no_pass_is_waited_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    late = [{**step, "deadline": "1h"} for step in RELEASE["spec"]["steps"]]
    for declared, then in (
        ({"advanceOn": "NoBreach"}, "it would be promoted"),
        ({"advanceOn": "Pass"}, "each waits longer, for a pass (advanceOn)"),
        (
            {"advanceOn": "Pass", "onInconclusive": "RollBack", "steps": late},
            "each waits longer, for a pass (advanceOn)",
        ),
        ({"advanceOn": "Pass", "onInconclusive": "Promote", "steps": late}, "it would be promoted"),
    ):
        file = written(tmp_path, {**RELEASE["spec"], **declared})
        assert main(["-f", str(file), "--rate", "1", "--bad", "0.1%"]) == NOT_SEEN

        assert f"not seen by all steps together: {then}; too short alone: first, half" in capsys.readouterr().out


def test_where_no_step_has_traffic_of_both_sides_there_is_no_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path, {**RELEASE["spec"], "steps": [{"name": "preview", "weight": 0, "dwell": "5m"}]})

    assert main(["-f", str(file), "--rate", "400", "--bad", "1%"]) == NOT_SEEN
    assert capsys.readouterr().out.splitlines()[1:] == [
        "no step gives both sides a share of the traffic: nothing is foreseen before full weight"
    ]


def test_a_pause_lasts_as_long_as_a_person_likes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    steps = [{"name": "first", "weight": 5, "pause": "UntilPromoted"}]

    paused = written(tmp_path, {**RELEASE["spec"], "steps": steps})

    assert main(["-f", str(paused), "--rate", "1", "--bad", "1%"]) == SEEN
    assert "until promoted" in capsys.readouterr().out


def test_without_a_bad_request_there_is_nothing_to_multiply(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["-f", str(file), "--rate", "1", "--bad", "0"]) == NOT_SEEN

    assert "the bound alone is judged" in capsys.readouterr().out


@pytest.mark.parametrize("bad", ["60%", "100%"])
def test_no_more_than_all_can_be_bad(file: Path, capsys: pytest.CaptureFixture[str], bad: str) -> None:
    assert main(["-f", str(file), "--rate", "400", "--bad", bad]) == NOT_SEEN

    assert "2 times as many would be more than all" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"steps": [{"name": "first", "weight": 500}]}, "spec.steps[0].weight"),
        ({"objectives": []}, "no objective counts bad requests"),
        ({"objectivesFrom": [{"kind": "ObjectiveSet", "name": "team"}]}, "name the Release instead of -f"),
    ],
    ids=["a wrong field", "no objective", "a set"],
)
def test_a_release_that_tells_nothing_is_said_to_with_the_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], changes: dict[str, object], words: str
) -> None:
    spec = {**RELEASE["spec"], **changes}

    assert main(["-f", str(written(tmp_path, spec)), "--rate", "1", "--bad", "1%"]) == WRONG
    assert words in capsys.readouterr().err


def test_a_file_without_a_release_or_no_file_at_all_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    empty, broken = tmp_path / "empty.yaml", tmp_path / "broken.yaml"
    empty.write_text("kind: Service")
    broken.write_text("{")

    for found, words in ((empty, "no Release in it"), (broken, "expected"), (tmp_path / "gone", "No such file")):
        assert main(["-f", str(found), "--rate", "1", "--bad", "1%"]) == WRONG
        assert words in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"kind: Release\nspec: [1]", "must be mappings"),
        (b"kind: Release\nspec: some", "must be mappings"),
        (b"kind: Release\nmetadata: [1]", "must be mappings"),
        (b"kind: Release\nspec: {steps: 5}", "spec.service"),
        (b"\xff\xfe\x00", "no YAML file of Kubernetes objects"),
        (b"kind: Release\nspec: " + b"[" * 1_000, "no YAML file of Kubernetes objects"),
    ],
    ids=["a list", "a word", "a list as metadata", "a wrong field", "no text", "nested too deep"],
)
def test_a_file_of_another_shape_is_told_in_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes, words: str
) -> None:
    file = tmp_path / "release.yaml"
    file.write_bytes(content)

    assert main(["-f", str(file), "--rate", "1", "--bad", "1%"]) == WRONG
    assert words in capsys.readouterr().err


def test_the_releases_of_a_list_are_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "releases.yaml"
    file.write_text(yaml.safe_dump({"kind": "List", "items": [RELEASE]}))

    assert main(["-f", str(file), "--rate", "400", "--bad", "1%"]) == SEEN
    assert capsys.readouterr().out.startswith("checkout, errors")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "name a Release of the cluster, or a file"),
        (["web", "-f", "x"], "name a Release of the cluster, or a file"),
        (["-f", "x", "--rate", "1"], "needs --rate and --bad"),
        (["web", "--rate", "1"], "are for a file"),
        (["-f", "x", "--rate", "1", "--bad", "lots"], "is no share"),
        (["-f", "x", "--rate", "1", "--bad", "300%"], "is no share"),
        (["-f", "x", "--rate", "-1", "--bad", "1%"], "is no rate"),
        (["-f", "x", "--rate", "nan", "--bad", "1%"], "is no rate"),
    ],
)
def test_a_command_line_that_does_not_fit_says_what_would(
    capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)

    assert ended.value.code == WRONG
    assert words in capsys.readouterr().err
