"""The way out, as docs/takeover.md tells it, and what there is of the team's own afterwards."""

import time
from dataclasses import dataclass, field

from tests.cluster.api import AUTOSCALERS, DEPLOYMENTS, PODS, RELEASES, ROUTES, SERVICES, Api, Object

from .git import EVERY_SECONDS, Git
from .screen import Screen
from .till import BACKENDS, NAME, NAMESPACE, OWN_BACKENDS, REPLICAS, route, scaler

SECONDS = 90.0
OF_TIDEGATE = "tidegate.dev/release"
# Longer than any request takes, and than the gateway needs for a route that it has accepted.
SETTLE_SECONDS = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedBack:
    """What the team has when the Release is gone. `left`: the objects in which Tidegate owns a field."""

    size: int = 0
    available: int = 0
    pods_of_tidegate: int = 0
    autoscaler_of: str = ""
    autoscaler_sees: int = 0
    backends: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)

    def complaints(self) -> list[str]:
        """Everything that is not as it was before the takeover."""
        found = []
        if (self.size, self.available) != (REPLICAS, REPLICAS):
            found.append(f"the Deployment has {self.available} of {self.size} pods, and had {REPLICAS}")

        if self.pods_of_tidegate:
            found.append(f"{self.pods_of_tidegate} pods of the Release are left")

        if (self.autoscaler_of, self.autoscaler_sees) != ("Deployment", REPLICAS):
            found.append(
                f"the autoscaler scales the {self.autoscaler_of or 'nothing'}, and sees {self.autoscaler_sees} pods"
            )

        if self.backends != [NAME]:
            found.append(f"the route leads to {self.backends}, not to Service {NAME}")

        if self.left:
            found.append(f"Tidegate still owns fields of {', '.join(self.left)}")

        return found

    def summary(self) -> str:
        """For people."""
        return (
            f"the Deployment has {self.available} of {self.size} pods, its autoscaler scales the {self.autoscaler_of} "
            f"and sees {self.autoscaler_sees}, the route leads to {', '.join(self.backends)}; "
            f"Tidegate owns {'fields of ' + ', '.join(self.left) if self.left else 'no field'}"
        )


def hand_back(api: Api, git: Git, screen: Screen) -> HandedBack:
    """Delete the Release; then the autoscaler and the route name what is the team's own again."""
    git.remove(RELEASES)
    api.gone(RELEASES, NAMESPACE, NAME, SECONDS)
    found = api.get(DEPLOYMENTS, NAMESPACE, NAME)
    screen.say(f"the Release is gone; the Deployment has {found['status'].get('availableReplicas', 0)} pods again")
    api.until(AUTOSCALERS, NAMESPACE, NAME, lambda found: not able(found), SECONDS)
    screen.say("the autoscaler scales nothing: it names the Release that is gone")
    git.commit(AUTOSCALERS, scaler("Deployment"))
    api.until(AUTOSCALERS, NAMESPACE, NAME, lambda found: able(found) and sees(found) == REPLICAS, SECONDS)
    screen.say(f"the autoscaler names the Deployment, and sees its {REPLICAS} pods")
    leave_services(api, git)
    screen.say("the route names the team's own Service, and those of the Release are deleted")
    # Git applies it all once more: what was handed back stays so.
    time.sleep(EVERY_SECONDS + 1)
    return handed_back(api, git)


def leave_services(api: Api, git: Git) -> None:
    """First the route names the own Service, and a while later the two of the Release go."""
    git.commit(ROUTES, route(OWN_BACKENDS))
    api.until(ROUTES, NAMESPACE, NAME, accepted, SECONDS)
    time.sleep(SETTLE_SECONDS)
    for backend in BACKENDS:
        api.delete(SERVICES, NAMESPACE, str(backend["name"]))


def handed_back(api: Api, git: Git) -> HandedBack:
    """As the cluster has it now."""
    found, scaled = api.get(DEPLOYMENTS, NAMESPACE, NAME), api.get(AUTOSCALERS, NAMESPACE, NAME)
    backends = api.get(ROUTES, NAMESPACE, NAME)["spec"]["rules"][0]["backendRefs"]
    declared = {kind.plural: api.get(kind, NAMESPACE, NAME) for kind, _ in git.declared.values()}
    return HandedBack(
        size=found["spec"]["replicas"],
        available=found["status"].get("availableReplicas", 0),
        pods_of_tidegate=len(api.all(PODS, NAMESPACE, OF_TIDEGATE)),
        autoscaler_of=scaled["spec"]["scaleTargetRef"]["kind"],
        autoscaler_sees=sees(scaled),
        backends=[backend["name"] for backend in backends],
        left=[plural for plural, each in declared.items() if owned_by_tidegate(each)],
    )


def owned_by_tidegate(found: Object) -> bool:
    """True where one of its managed fields is Tidegate's."""
    return any("tidegate" in entry["manager"] for entry in found["metadata"]["managedFields"])


def able(found: Object) -> bool:
    """True for an autoscaler that has found what it names."""
    states = (found.get("status") or {}).get("conditions") or ()
    return any(state["type"] == "AbleToScale" and state["status"] == "True" for state in states)


def sees(found: Object) -> int:
    """The pods that an autoscaler counts."""
    return int((found.get("status") or {}).get("currentReplicas") or 0)


def accepted(found: Object) -> bool:
    """True once every parent has accepted the route as it is declared now."""
    states = [state for parent in (found.get("status") or {}).get("parents") or () for state in parent["conditions"]]
    newest = [state for state in states if state.get("observedGeneration") == found["metadata"]["generation"]]
    return bool(states) and len(newest) == len(states) and all(state["status"] == "True" for state in states)
