"""`make down` ends what was started, looks, and says what it saw."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster import foreign, local, versions, whole
from tests.cluster.choice import Choice
from tests.cluster.processes import Processes, within
from tests.cluster.progress import Missing
from tests.unit.cluster.programs import program, said

SLEEPER = [sys.executable, "-c", "import signal; signal.pause()"]
# As kind: it knows what it was told to create, even where that failed.
KIND = """
case "$1 $2" in
  "get clusters") [ ! -e "$0.made" ] || cat "$0.made" ;;
  "create cluster") echo tidegate > "$0.made"; echo "no room" >&2; exit 1 ;;
  "delete cluster") rm "$0.made" ;;
esac
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / ".cluster"
    found.mkdir()
    return found


@pytest.fixture
def kind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A kind that cannot make a cluster whole, in a cache of its own."""
    monkeypatch.setenv("TIDEGATE_CACHE", str(tmp_path / "cache"))
    place = tmp_path / "cache" / f"kind-{versions.KIND}"
    place.mkdir(parents=True)
    return program(place, "kind", KIND)


@pytest.fixture
def silent(kind: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A kind whose Docker does not answer."""
    return program(kind.parent, "kind", "echo 'Cannot connect to the Docker daemon' >&2; exit 1")


@pytest.fixture
def stranger(folder: Path) -> Iterator[int]:
    """A process of a person's that watches the cluster."""
    found = subprocess.Popen([*SLEEPER, f"{folder}/kubeconfig"])
    # A program that has just begun has no command line for a moment.
    assert within(5, lambda: bool(Path(f"/proc/{found.pid}/cmdline").read_bytes()))
    yield found.pid
    found.kill()
    found.wait()


def test_an_operator_that_was_left_running_ends_with_its_cluster(folder: Path) -> None:
    operator = Processes(folder / "operator")
    operator.start("operator", SLEEPER)

    sentence = whole.take_down(folder)

    assert operator.pid("operator") is None
    assert sentence.startswith("Down: looked")
    assert not folder.exists()


def test_an_operator_in_the_group_of_a_persons_shell_ends_alone(folder: Path) -> None:
    """As `make run`: a signal to its group would reach this test."""
    with subprocess.Popen(SLEEPER) as process:
        local.operators(folder).note("run", process.pid)

        whole.take_down(folder)

        assert process.wait(timeout=10) != 0


def test_what_is_still_there_is_told_and_the_folder_stays(
    folder: Path, stranger: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.cluster.leftovers.END_SECONDS", 0.1)

    with pytest.raises(Missing, match=f"process {stranger}: "):
        whole.take_down(folder)

    assert folder.exists()


def test_where_nothing_was_up_nothing_is_claimed(tmp_path: Path) -> None:
    assert whole.take_down(tmp_path / "none") == "Nothing is up here"


def test_a_kind_cluster_that_came_up_by_half_is_taken_down(folder: Path, kind: Path) -> None:
    with pytest.raises(Missing, match="no room"):
        foreign.up_kind(folder)

    sentence = whole.take_down(folder)

    assert "delete cluster --name tidegate" in said(kind)
    assert sentence == "Down: kind lists the cluster no more"
    assert not folder.exists()


def test_a_cluster_that_is_folder_is_in_the_way_of_the_tests(folder: Path, kind: Path) -> None:
    foreign.note("kind", folder / "kubeconfig", folder)

    assert "a cluster is up here (kind): `make down` first" in whole.in_the_way(folder)


def test_kind_without_docker_is_refused_before_a_running_cluster_goes(folder: Path, silent: Path) -> None:
    running = foreign.note("local", folder / "kubeconfig", folder)

    with pytest.raises(Missing, match=r"kind needs Docker, which does not answer: start it[^$]*Cannot connect"):
        whole.bring_up(Choice("kind", "CLUSTER=kind"), folder)

    assert local.current(folder) == running
    assert said(silent) == ["get clusters"]


def test_kind_without_docker_is_not_noted(folder: Path, silent: Path) -> None:
    with pytest.raises(foreign.Silent):
        foreign.up_kind(folder)

    assert local.current(folder) is None


def test_real_pods_that_cannot_be_are_refused_before_a_running_cluster_goes(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 65534)
    running = foreign.note("kwok", folder / "kubeconfig", folder)

    with pytest.raises(Missing, match="not root"):
        whole.bring_up(Choice("local", "CLUSTER=local"), folder)

    assert local.current(folder) == running


def test_a_given_cluster_that_does_not_answer_is_refused_before_a_running_cluster_goes(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tmp_path, "kubectl", "echo 'connection refused' >&2; exit 1")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    running = foreign.note("kwok", folder / "kubeconfig", folder)

    with pytest.raises(Missing, match=r"CLUSTER=/given: its server does not answer[^$]*connection refused"):
        whole.bring_up(Choice("/given", "CLUSTER names a kubeconfig"), folder)

    assert local.current(folder) == running


def test_a_kind_cluster_is_forgotten_where_docker_does_not_answer_and_its_end_is_told(
    folder: Path, silent: Path
) -> None:
    foreign.note("kind", folder / "kubeconfig", folder)

    sentence = whole.take_down(folder)

    assert sentence.startswith("Docker does not answer: the kind cluster is forgotten, not deleted.")
    assert sentence.endswith("kind delete cluster --name tidegate")
    assert not folder.exists()
    assert whole.take_down(folder) == "Nothing is up here"


def test_what_goes_with_another_cluster_is_told_before_it_goes(
    folder: Path, silent: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    foreign.note("kind", folder / "kubeconfig", folder)

    whole.make_way(Choice("kwok", "CLUSTER=kwok"), folder)

    told = capsys.readouterr().err.splitlines()
    assert told[0] == (
        "Another cluster is up here (kind), and goes first, with every namespace and Release;"
        " an operator that runs beside it ends"
    )
    assert told[1].startswith("Docker does not answer")
