"""How the names of pods follow from a Release's name and a revision, as the API server makes them."""

import re

from tidegate.api.names import pod_names, pod_prefix

# As seen on Kubernetes 1.37: the ReplicaSet's name of 63 letters is cut to 58, the dash with it.
LONGEST, REVISION = "w" * 52, "ncq8cdccvv"
CUT = f"{LONGEST}-ncq8cjn5xp"


def test_a_pod_is_known_by_its_revision() -> None:
    assert re.fullmatch(pod_names("web", REVISION), "web-ncq8cdccvv-x2v9z")
    assert "web-ncq8cdccvv-x2v9z".startswith(pod_prefix("web", REVISION))


def test_a_name_that_kubernetes_cuts_is_still_known() -> None:
    assert re.fullmatch(pod_names(LONGEST, REVISION), CUT)
    assert CUT.startswith(pod_prefix(LONGEST, REVISION))


def test_a_pod_of_another_revision_is_not_known() -> None:
    assert not re.fullmatch(pod_names(LONGEST, "bcdfghjklm"), CUT)
    assert not re.fullmatch(pod_names("web", "bcdfghjklm"), "web-ncq8cdccvv-x2v9z")
