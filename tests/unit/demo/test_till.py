"""The team's manifests."""

from tests.demo.till import BAD, GOOD, LEAST, OLD, REPLICAS, deployment, scaler


def test_every_version_of_the_deployment_has_the_same_settings_so_that_two_appliers_leave_none_behind() -> None:
    names = {
        tuple(
            each["name"]
            for each in deployment(version, "run", None)["spec"]["template"]["spec"]["containers"][0]["env"]
        )
        for version in (OLD, GOOD, BAD)
    }

    assert len({frozenset(each) for each in names}) == 1


def test_the_autoscalers_least_is_below_the_size_that_carries_the_load() -> None:
    assert scaler("Release")["spec"]["minReplicas"] == LEAST < REPLICAS
