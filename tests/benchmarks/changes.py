"""How often what changed is named, and how often something is in honest weeks: `… changes [seeds]`."""

import sys
from math import erfc, log, sqrt

import numpy as np

from dashboard.luck.changes import What, findings, odd_hours
from tests.changed import PLANTED, candidates, hours_world, more, world


def main() -> None:
    """Print the table."""
    seeds = range(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
    for players in (400, 1000, 3000):
        weeks = [world(seed, players) for seed in seeds]
        honest = [findings(candidates(*week)) for week in weeks]
        said = [f"{players} players: honest {_share(honest)}"]
        for times in (1.3, 2.0, 0.5):
            named = [
                {each.what for each in findings(candidates(*more(week, times))) if not each.of}
                for week in weeks
            ]
            said.append(
                f"volume ×{times} as bet amount {_share([What.BET_AMOUNT in each for each in named])},"
                f" as bets {_share([What.BETS in each for each in named])}"
            )
        sums = np.log([week[1].sum(axis=1) for week in weeks])
        noise = float(sums.std(axis=1, ddof=1).mean())
        z = log(1.3) / (noise * sqrt(8 / 7))
        said.append(f"a week's noise {noise:.1%}: ×1.3 is {z:.1f} of its errors (p {erfc(z / sqrt(2)):.3f})")
        sys.stdout.write("; ".join(said) + "\n")
    for times in (1.0, 0.0, 0.25, 0.5, 2.0, 4.0):
        found = [{each.of for each in odd_hours(*hours_world(seed, times))} for seed in seeds]
        others = [each - {PLANTED} for each in found]
        named = _share([PLANTED in each for each in found])
        sys.stdout.write(f"an hour ×{times}: named {named}, another {_share(others)}\n")


def _share(found: list[bool] | list[set[str]] | list[list[object]]) -> str:
    return f"{sum(map(bool, found)) / len(found):.0%}"


if __name__ == "__main__":
    main()
