"""The streaming detector, which only advises, on recorded gauges: by NAB's standard profile. No chance is used."""

from pathlib import Path
from typing import Any

from tests.bench import windowed_gaussian
from tests.bench.datasets import Absent, folder_of
from tests.bench.labelled import nab
from tests.bench.nab import Setting, alarms, held_out, table
from tests.bench.scoring import score, tally


def gauges(data: Path | None) -> dict[str, Any]:
    """The scores, and that of NAB's own baseline; without the data, `absent` says how to give them."""
    try:
        corpus = nab(folder_of("nab", data))
    except Absent as absent:
        return {"absent": str(absent)}

    others = held_out(table(corpus))
    return {
        "each half of the series by what is best on the other": score(each for _, _, here in others for each in here),
        "as shipped, which saw all of them": score(tally(each, list(alarms(each, Setting()))) for each in corpus),
        "windowed Gaussian": score(tally(each, windowed_gaussian.alarms(each.values)) for each in corpus),
    }
