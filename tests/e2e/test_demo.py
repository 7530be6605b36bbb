"""The demo is the proof, so it is a test too."""

import json
import os
import subprocess
import sys

from tests.cluster.local import ROOT, Nodes
from tests.demo.__main__ import LOG
from tests.demo.shop import NAME, NAMESPACE, REPLICAS, VERSIONS
from tests.model.plans import Kind
from tests.model.replay import rollouts, strays, turns_of

LONGEST_SECONDS = 400


def test_every_version_ends_as_it_must_and_no_request_is_lost() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.demo"],
        cwd=ROOT,
        env={**os.environ, "CLUSTER": Nodes.REAL.value},
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
    handed_back = taken["handed_back"]
    assert (handed_back["autoscaler_of"], handed_back["size"], handed_back["available"]) == ("Deployment", 4, 4)
    assert (handed_back["backends"], handed_back["left"]) == (["till"], [])
    assert taken["sizes"]["v2"]["candidate"] == {"first": 2, "most": 3, "full": 4}
    outcomes = [(found["version"], found["outcome"], found["reason"]) for found in result["versions"]]
    turns = turns_of(LOG.read_text().splitlines(), NAMESPACE, NAME)
    runs = list(rollouts(turns, kind=Kind.DEMO, replicas=REPLICAS))
    assert len(runs) == len(VERSIONS)
    assert [strays(run) for run in runs] == [()] * len(runs), "turns that are no path of the model"
    assert outcomes == [(version.name, version.outcome, version.reason) for version in VERSIONS]
