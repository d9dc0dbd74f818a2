"""The status of everything, in lines for people. Nothing here asks the provider more than twice a minute."""

import platform
from collections.abc import Mapping
from dataclasses import replace
from importlib.metadata import version
from typing import Final

import pandas as pd
from msgspec.structs import asdict

from dashboard.access.audit import ledger_frame
from dashboard.channels.data_sender import Sender
from dashboard.core import formats
from dashboard.core.text import later, sentences, text
from dashboard.jackpots.data_poller import Doing
from dashboard.jackpots.data_watch import Watch
from dashboard.jackpots.screens import condition
from dashboard.provider.merchant import Merchant
from dashboard.status import rows as status_rows
from dashboard.status.data_checks import Checks
from dashboard.status.rows import HealthState, Row
from ledger.database import LedgerAway
from ledger.payouts import refusals
from ledger.payouts.refusals import RefusalCount
from twoj_client.health import Api

_CALLS: Final = (
    {"endpoint": "string"}
    | dict.fromkeys(("calls_60s", "calls_900s"), "int64")
    | dict.fromkeys(("p50_ms", "p95_ms"), "Int64")
    | {"failures_900s": "int64", "failures": "string"}
    | dict.fromkeys(("calls", "hits", "misses", "stale"), "int64")
)
"""What `tables.CALLS` shows, and how it is kept."""
_PATIENCE_S: Final = 3
"""The first one on the page waits so long for answers; a call to the provider takes at most 2 s here."""
_SHOWN_BODY: Final = 500
_LIBRARIES: Final = ("streamlit", "pandas", "plotly", "httpx", "sqlalchemy", "diskcache", "redis")
_POLLER: Final = {
    Doing.RESTING: later("Rests: nobody looks at the pots."),
    Doing.ASKING: later("Asks for the pots, for all servers that share the cache."),
    Doing.HEARING: later("Another server asks for the pots; their answers come through the cache."),
    Doing.FAILING: later("Asks for the pots, and gets no answer."),
}
_APIS: Final = {
    Api.SUMMARY: later("Summary API"),
    Api.JACKPOT: later("Jackpot API"),
    Api.WALLET: later("Wallet API"),
}


def provider_rows(merchant: Merchant) -> list[Row]:
    """The provider's APIs, and its clock."""
    seen = merchant.running(Checks).apis(_PATIENCE_S)
    ahead_s = status_rows.ahead_of(seen.values())
    return [
        *(status_rows.api_row(_APIS[api], one, ahead_s) for api, one in seen.items()),
        status_rows.clock_row(ahead_s),
        status_rows.currency_row(merchant.currency, tuple(merchant.currencies)),
    ]


def cache_rows(merchant: Merchant) -> list[Row]:
    """Where answers are kept, and how many of them were enough."""
    stats = merchant.twoj.stats().values()
    return [
        status_rows.cache_row(merchant.running(Checks).cache(_PATIENCE_S)),
        status_rows.answers_row(
            sum(of.hits for of in stats), sum(of.misses for of in stats), sum(of.stale for of in stats)
        ),
    ]


def ledger_rows(merchant: Merchant) -> list[Row]:
    """The ledger's database, and the payouts in it."""
    return [
        status_rows.ledger_row(merchant.running(Checks).ledger(_PATIENCE_S)),
        status_rows.payouts_row(merchant.running(Checks).payouts(_PATIENCE_S), int(merchant.clock() * 1000)),
        status_rows.refused_row(refused(merchant), int(merchant.clock() * 1000)),
    ]


def refused(merchant: Merchant) -> list[RefusalCount] | None:
    """The payout calls that were not credited, one for each kind; None where the ledger does not say."""
    return merchant.running(Checks).refused(_PATIENCE_S)


def refused_calls(merchant: Merchant, count: int) -> pd.DataFrame:
    """The last of them that are kept, newest first, times in the business zone. Raises LedgerAway."""
    with merchant.ledger.reading() as books:
        calls = refusals.latest(books, count)
    return ledger_frame(calls, ("msg", "trans_no"), merchant.zone).assign(
        kind=[str(status_rows.REFUSED[call.kind][0]) for call in calls],
        body=[call.body[:_SHOWN_BODY].decode(errors="replace") for call in calls],
    )


def acknowledge_refused(merchant: Merchant, shown: Mapping[str, int], who: str) -> None:
    """Write that `who` has seen these calls, as many of each kind as were shown. Raises LedgerAway."""
    with merchant.ledger.writing() as books:
        refusals.acknowledge(books, shown, who, int(merchant.clock() * 1000))
    merchant.running(Checks).refused.forget()


def background_rows(merchant: Merchant) -> list[Row]:
    """What goes on without a page: the poller of the pots, the screens."""
    doing = merchant.running(Watch).poller.doing
    poller = Row(later("Jackpot poller"), HealthState.WELL, str(_POLLER[doing]))
    if doing is Doing.FAILING:
        advice = text("See the Jackpot API above; the walls show the last pots with their age.")
        poller = replace(poller, state=HealthState.FAILING, to_do=advice)
    return [poller, _screens(merchant), *_channels(merchant)]


def all_rows(merchant: Merchant) -> list[tuple[str, Row]]:
    """Every line, with the name of its group as it stands behind a line's own."""
    groups = (
        (text("provider"), provider_rows),
        (text("cache"), cache_rows),
        (text("ledger"), ledger_rows),
        (text("background"), background_rows),
    )
    return [(group, row) for group, rows in groups for row in rows(merchant)]


def calls(merchant: Merchant) -> pd.DataFrame:
    """What was asked of each endpoint of the provider, one a row, those first that are asked most."""
    stats = merchant.twoj.stats()
    rows = [
        {
            **asdict(of),
            "endpoint": endpoint,
            "p50_ms": _ms(of.p50_s),
            "p95_ms": _ms(of.p95_s),
            "failures": ", ".join(f"{count} {error}" for error, count in sorted(of.failures.items())),
        }
        for endpoint, of in stats.items()
    ]
    frame = pd.DataFrame(rows, columns=[*_CALLS])
    frame = frame.astype(_CALLS).sort_values(["calls_900s", "endpoint"], ascending=[False, True])
    return frame.reset_index(drop=True)


def versions(merchant: Merchant) -> dict[str, str]:
    """What runs here, since when, in which time zone."""
    return {
        text("Up"): formats.about_duration(merchant.running(Checks).up_s),
        text("Time zone"): formats.zone_name(merchant.zone),
        text("Build"): merchant.running(Watch).build,
        "Python": platform.python_version(),
        **{name: version(name) for name in _LIBRARIES},
    }


def _screens(merchant: Merchant) -> Row:
    here = merchant.running(Watch)
    try:
        screens = here.screens.all()
    except LedgerAway:
        return Row(later("Screens"), HealthState.UNKNOWN, text("The ledger does not say."))
    return status_rows.screens_row(
        [condition(one, here.limits, here.build, merchant.now().astimezone(merchant.zone)) for one in screens]
    )


def _channels(merchant: Merchant) -> list[Row]:
    seen = merchant.running(Checks).messages(_PATIENCE_S)
    said = {name: sentences(last.reason) for name, last in (seen.latest if seen else {}).items()}
    kinds = {name: channel.kind for name, channel in merchant.running(Sender).channels.items()}
    return status_rows.channel_rows(kinds, seen, said, int(merchant.clock() * 1000))


def _ms(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds * 1000)
