"""The markers of one player among peers, from the rounds of the archive."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from archive.engine import Engine, Sources
from archive.questions import question
from dashboard.core.memo import memo
from dashboard.core.query import View
from dashboard.luck.data_monitor import RtpMonitor
from dashboard.luck.markers import Care, Marker, PlayerRounds, has_advantage, markers, percentiles
from dashboard.provider.archived import archive_of, epoch_s, from_archive
from dashboard.provider.merchant import Merchant
from dashboard.provider.reading import Reading
from twoj_client.windows import utc_day_of

_LONGEST: Final = timedelta(days=28)
_PEERS: Final = 300
_COLUMNS: Final = ("start_at", "game_id", "bet_amount", "gain_amount", "credit_before_bet", "credit")


def care(merchant: Merchant, view: View, user_id: int | None, op_id: str | None) -> Reading[Care | None]:
    """Measure a player over the period, its last 28 days at most, beside some 300 peers of the same time.

    None where the player has too few rounds. Raises NotArchived, LedgerAway.
    """
    archive_of(merchant)
    start = max(view.start, view.end - _LONGEST)
    measures = merchant.running(RtpMonitor)
    measures.course()
    limits = {game_id: each.over for game_id, each in measures.yardsticks(utc_day_of(epoch_s(start))).items()}

    def made(engine: Engine, start_s: int, end_s: int) -> Care | None:
        known = user_id if user_id is not None else _user_id(engine, start_s, end_s, op_id or "")
        if known is None:
            return None
        # Files never change: of the same ones it is the same.
        files = engine.sources(start_s, end_s)
        return memo(_care, engine, files, start_s, end_s, known, limits, merchant.zone)

    return from_archive(merchant, start, view.end, made)


def _user_id(engine: Engine, start_s: int, end_s: int, op_id: str) -> int | None:
    rows = engine.rows(question("players_of_op_id", start_s, end_s, op_id=op_id))
    return int(rows[0][0]) if rows and rows[0][0] is not None else None


def _care(
    engine: Engine,
    _files: Sources,
    start_s: int,
    end_s: int,
    user_id: int,
    limits: Mapping[int, float],
    zone: ZoneInfo,
) -> Care | None:
    ((players,),) = engine.numbers(question("player_count", start_s, end_s))
    every = max(players // _PEERS, 1)
    table = engine.table(question("rounds_of_some", start_s, end_s, every=every, user_id=user_id))
    columns = {name: table[name].to_numpy() for name in _COLUMNS}
    local = pd.to_datetime(columns["start_at"], unit="s", utc=True).tz_convert(zone)
    hours = local.hour.to_numpy().astype(np.int64)
    days = local.tz_localize(None).to_numpy().astype("datetime64[D]").astype(np.int64)
    users = table["user_id"].to_numpy()
    ids, firsts = np.unique(users, return_index=True)
    found: dict[int, dict[Marker, float]] = {}
    for number, (first, end) in enumerate(zip(firsts, [*firsts[1:], len(users)], strict=True)):
        part = slice(int(first), int(end))
        start_at, *others = (columns[name][part] for name in _COLUMNS)
        told = markers(PlayerRounds(start_at, hours[part], days[part], *others), limits)
        if told:
            found[int(ids[number])] = told
    own = found.pop(user_id, None)
    if own is None:
        return None
    peers = list(found.values())
    log_e = own.get(Marker.ADVANTAGE)
    return Care(
        own, percentiles(own, peers), len(peers), players, log_e is not None and has_advantage(log_e, players)
    )
