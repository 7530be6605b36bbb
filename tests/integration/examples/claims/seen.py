"""What several claims look at."""

from tests.cluster.api import Object

Pair = tuple[int, int]
AT_REST, ALL = (100, 0), (0, 100)
# How the course of a rollout ends well.
PROMOTED = [ALL, AT_REST]


def climb(*shares: int) -> list[Pair]:
    """The two weights of a rollout that is promoted: at rest, up by these shares, at rest again."""
    return [AT_REST, *((100 - share, share) for share in shares), ALL, AT_REST]


def weights(route: Object) -> Pair:
    """Stable's and the candidate's weight, in a route of any kind that names them in this order in its last rule."""
    spec = route["spec"]
    if "weighted" in spec:
        refs = spec["weighted"]["services"]
    else:
        refs = spec["http"][-1]["route"] if "http" in spec else spec["rules"][-1]["backendRefs"]

    stable, candidate = refs
    return stable.get("weight", 0), candidate.get("weight", 0)


def size_of(replica_set: Object) -> int:
    """The pods that it is to have."""
    return int(replica_set["spec"]["replicas"])


def owners(found: Object) -> list[str]:
    """The kinds that own an object."""
    return [owner["kind"] for owner in found["metadata"].get("ownerReferences") or ()]
