"""What a fresh baseline needs, and how its lack is told."""

import pytest

from tidegate.api import DataPlane, InvalidSpec, parse_spec
from tidegate.metrics.data_planes import COUNTS

BASE = {
    "template": {"spec": {"containers": [{"name": "web"}]}},
    "service": {"port": 80},
    "baseline": "Fresh",
}


@pytest.mark.parametrize("share", [{"podRatio": {"service": "web"}}, {"nodeRatio": {}}])
def test_without_a_router_it_would_take_a_share_from_the_candidate(share: dict[str, object]) -> None:
    with pytest.raises(InvalidSpec, match="baseline: Fresh needs a router"):
        parse_spec({**BASE, "traffic": share})


def test_the_data_planes_that_count_by_service_alone_are_known() -> None:
    apart = {plane for plane, counts in COUNTS.items() if counts.tells_pods_apart}

    assert apart == {DataPlane.APPLICATION, DataPlane.OPEN_TELEMETRY, DataPlane.ISTIO}
