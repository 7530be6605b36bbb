"""Requests by user, verb and resource, from the API server's own audit log."""

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

USER = "tidegate"


@dataclass(frozen=True, slots=True)
class Requests:
    """What one client asked in a time."""

    counts: Counter[tuple[str, str]]

    def total(self, *, events: bool = False) -> int:
        """All of them; Events and the Lease apart."""
        return sum(
            count
            for (_, resource), count in self.counts.items()
            if resource != "leases" and (resource == "events") is events
        )

    def watches(self) -> int:
        """Watches that were opened or renewed; the Lease and Events apart."""
        return self.by_verb().get("watch", 0)

    def by_verb(self) -> dict[str, int]:
        """Sums by verb, without Events and the Lease."""
        found: Counter[str] = Counter()
        for (verb, resource), count in self.counts.items():
            if resource not in {"events", "leases"}:
                found[verb] += count

        return dict(sorted(found.items()))


def refused(path: Path, user: str) -> list[str]:
    """What the API server did not let a user do."""
    entries = (json.loads(line) for line in path.read_text().splitlines())
    return [
        f"{entry['verb']} {entry['requestURI']}"
        for entry in entries
        if entry["user"]["username"] == user and (entry.get("responseStatus") or {}).get("code") == 403
    ]


@dataclass(slots=True)
class Audit:
    """Reads on from where it last stopped."""

    path: Path
    place: int = 0

    def skip(self) -> None:
        """Count from here."""
        self.place = self.path.stat().st_size

    def read(self, user: str = USER) -> Requests:
        """What a user asked since the last call."""
        counts: Counter[tuple[str, str]] = Counter()
        with self.path.open("rb") as file:
            file.seek(self.place)
            for line in file:
                if not line.endswith(b"\n"):
                    break

                self.place += len(line)
                entry = json.loads(line)
                if entry["user"]["username"] == user:
                    place = entry.get("objectRef") or {}
                    resource = "/".join(part for part in (place.get("resource"), place.get("subresource")) if part)
                    counts[entry["verb"], resource or entry["requestURI"]] += 1

        return Requests(counts)
