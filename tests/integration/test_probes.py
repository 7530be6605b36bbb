"""The probes of a real process: what the kubelet is told while the operator starts, lives and cannot read."""

import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster.operator import START_SECONDS, Operator
from tests.cluster.processes import answers, within
from tests.integration.conftest import Setup
from tests.integration.proxy import Proxy


@pytest.fixture
def started(setup: Setup, proxy: Proxy, through: Path) -> Iterator[Operator]:
    """An operator that is not waited for; the API server refuses it one list."""
    proxy.refusing = ("/httproutes$", 503)
    operator = Operator(folder=setup.folder / "probes", kubeconfig=through)
    operator.start(wait=False)
    yield operator
    operator.kill()


def said(operator: Operator, page: str) -> tuple[int, str]:
    """Status and words of a page; 0 where nobody answers."""
    try:
        with urllib.request.urlopen(f"{operator.pages}{page}", timeout=START_SECONDS) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError:
        return 0, ""


def test_an_operator_that_may_not_list_one_kind_is_alive_and_not_ready_until_it_may(
    proxy: Proxy, started: Operator
) -> None:
    assert within(START_SECONDS, lambda: said(started, "/readyz") == (503, "not heard of: httproutes\n"))
    assert within(START_SECONDS, lambda: said(started, "/healthz")[0] == 200)

    proxy.refusing = None

    assert within(START_SECONDS, lambda: answers(f"{started.pages}/readyz"))


def test_an_operator_that_was_ready_stays_so_through_a_cut_of_every_stream(proxy: Proxy, started: Operator) -> None:
    proxy.refusing = None
    assert within(START_SECONDS, lambda: answers(f"{started.pages}/readyz"))

    proxy.cut_streams()

    end = time.monotonic() + 3
    while time.monotonic() < end:
        assert said(started, "/readyz")[0] == 200
