"""The demo is the proof, so it is a test too."""

import json
import subprocess
import sys

from tests.cluster.local import ROOT
from tests.demo.__main__ import LOG
from tests.demo.shop import NAMESPACE, VERSIONS
from tests.model.replay import strays, turns_of

LONGEST_SECONDS = 400


def test_every_version_ends_as_it_must_and_no_request_is_lost() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.demo"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=LONGEST_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-3000:]
    result = json.loads((ROOT / ".demo" / "result.json").read_text())
    assert result["lost"] == 0
    assert result["sent"] == result["answered"] == result["counted_by_pods"] + result["made_by_gateway"]
    taken = result["takeover"]
    assert (taken["lost"], taken["made_by_gateway"]) == (0, 0)
    assert taken["sent"] == taken["answered"] == taken["counted_by_pods"]
    outcomes = [(found["version"], found["outcome"], found["reason"]) for found in result["versions"]]
    assert len(list(turns_of(LOG, NAMESPACE))) > 20
    assert not strays(LOG, NAMESPACE), "turns that the model does not know"
    assert outcomes == [(version.name, version.outcome, version.reason) for version in VERSIONS]
