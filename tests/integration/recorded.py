"""Objects as an earlier Tidegate left them, put into a cluster of today."""

import re
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import yaml

from tests.cluster.api import RELEASES, REPLICA_SETS, ROUTES, SERVICES, Api, Object

FOLDER = Path(__file__).parent
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")
KINDS = {"Release": RELEASES, "ReplicaSet": REPLICA_SETS, "Service": SERVICES, "HTTPRoute": ROUTES}


def put_back(api: Api, namespace: str, path: str) -> Object:
    """The objects of a file, as if they had been written just now; the Release among them, with its status."""
    manifests = list(yaml.safe_load_all(_moved_to_now((FOLDER / path).read_text())))
    release = next(found for found in manifests if found["kind"] == "Release")
    created = _release(api, namespace, release)
    for manifest in manifests:
        if manifest is not release:
            metadata = manifest["metadata"] | {"namespace": namespace}
            owner = metadata["ownerReferences"][0] | {"uid": created["metadata"]["uid"]}
            api.create(KINDS[manifest["kind"]], manifest | {"metadata": metadata | {"ownerReferences": [owner]}})

    return created


def _release(api: Api, namespace: str, manifest: Object) -> Object:
    """At the generation that its status tells of: every edit of a spec counts one."""
    metadata, spec = manifest["metadata"] | {"namespace": namespace}, manifest["spec"]
    api.create(RELEASES, manifest | {"metadata": metadata, "spec": spec | {"replicas": spec["replicas"] + 1}})
    for edits_left in reversed(range(metadata["generation"] - 1)):
        api.merge(RELEASES, namespace, metadata["name"], {"spec": {"replicas": spec["replicas"] + edits_left}})

    return api.merge(RELEASES, namespace, f"{metadata['name']}/status", {"status": manifest["status"]})


def _moved_to_now(text: str) -> str:
    """The same text with every instant as long ago as it was when the last of them was written."""
    newest = max(datetime.fromisoformat(found) for found in INSTANT.findall(text))
    later = datetime.fromtimestamp(time.time(), UTC) - newest
    return INSTANT.sub(lambda found: _moved(found[0], later), text)


def _moved(text: str, later: timedelta) -> str:
    shape = "%Y-%m-%dT%H:%M:%S.%fZ" if "." in text else "%Y-%m-%dT%H:%M:%SZ"
    return (datetime.fromisoformat(text) + later).strftime(shape)
