"""How often honest games fall outside the 99.8 % band: `python -m tests.benchmarks.funnel`.

One cell a size of the sample: the share of honest runs outside the band over all lengths of period, 1500 runs
each, and (in brackets) how many of the runs were judged.
"""

import sys

from dashboard.games.luck import UNJUDGED, RtpVerdict
from tests.funnel import GAMES, PAYTABLES, PERIODS, SIZES, Source, judged


def main() -> None:
    """Print the table."""
    for games in (1, GAMES):
        for name, table in PAYTABLES.items():
            sigma, skewness = table.shape
            sys.stdout.write(f"\n{name}, σ {sigma:.1f}, skewness {skewness:.0f}, {games} of the type\n")
            for source in Source:
                cells = []
                for rounds in SIZES:
                    found = [
                        verdict
                        for period in PERIODS
                        for verdict in judged(table, rounds, period, source, period + rounds, games)
                    ]
                    told = sum(verdict not in UNJUDGED for verdict in found) / len(found)
                    share = found.count(RtpVerdict.OUTSIDE_998) / len(found)
                    cells.append(f"{rounds}: {share:.2%} ({told:.0%})")
                sys.stdout.write(f"  {source:<10} " + "  ".join(cells))


if __name__ == "__main__":
    main()
