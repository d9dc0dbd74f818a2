"""What rules watch, as it is now and as it was: from the archive, the ledger and this server."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from math import ceil, floor
from statistics import median
from typing import Any, Final

import numpy as np
from sqlalchemy import func, select

from archive.engine import Engine, Sources
from archive.questions import question
from dashboard.alerts import series
from dashboard.alerts.rules import AlertRule, AlertScope
from dashboard.alerts.series import QUARTER_S, UNKNOWN, Quarters
from dashboard.bonus.data import bonuses_and_gain
from dashboard.bonus.numbers import BonusQuery
from dashboard.core.frames import game_types
from dashboard.core.memo import memo
from dashboard.core.metrics import BONUS_METRIC, Unit
from dashboard.core.periods import business_day, day_end, day_start
from dashboard.games.data_table import players_of_games
from dashboard.jackpots.data import matches
from dashboard.jackpots.data_watch import Watch
from dashboard.jackpots.pots import HitVerdict
from dashboard.jackpots.screens import screen_is_off
from dashboard.luck import data_investigations
from dashboard.provider.archived import epoch_s, from_archive, held_of, lacking, whole_from_archive
from dashboard.provider.merchant import Merchant
from dashboard.status.data import all_rows
from dashboard.status.rows import HealthState
from ledger.database import Books
from ledger.payouts import refusals
from ledger.schema import payouts, pending, pot_samples, restatements
from twoj_client.windows import DAY_S, HOUR_S, hour_of

HISTORY_DAYS: Final = 60
"""So far back what is usual is looked for, and rules are tried on the past."""
_HISTORY: Final = timedelta(days=HISTORY_DAYS)
_LATE_S: Final = 2700
"""A quarter of an hour that is so long over, with none after it in the archive, says nothing of now."""
_SILENT_S: Final = 6 * HOUR_S
_USUAL_DAYS: Final = 14
_SHARE: Final = 10_000


@dataclass(frozen=True, slots=True)
class Measured:
    """A value in its metric's unit, None where it is not known; of what moment, and what it was made of."""

    value: int | None
    at_s: int
    evidence: Mapping[str, Any] = field(default_factory=dict)


Values = Mapping[str, Measured]
"""Values by what they are of: "" for the whole, or the id of a game or a screen."""
Past = Mapping[str, list[tuple[int, int | None]]]
"""The same as they were: (epoch s, value), oldest first."""


def values(merchant: Merchant, rule: AlertRule) -> Values:
    """Return what a rule watches as it is now. Raises NotArchived, LedgerAway, TwoJError."""
    found = _NOW.get(rule.metric)
    return found(merchant, rule) if found else _flow_now(merchant, rule)


def past(merchant: Merchant, rule: AlertRule) -> Past:
    """Return what it was in the last days, as far as it is known. Raises as `values` does."""
    return _PAST.get(rule.metric, _flow_past)(merchant, rule)


def _flow_now(merchant: Merchant, rule: AlertRule) -> Values:
    found = _flow(merchant, rule)
    ends, known = found[0], np.flatnonzero(found[1] != UNKNOWN)
    if not len(known) or ends[known[-1]] < merchant.clock() - _LATE_S:
        return {"": Measured(None, int(merchant.clock()))}
    at_s, value = int(ends[known[-1]]), int(found[1][known[-1]])
    window = {"from_s": at_s - rule.window_min * 60, "to_s": at_s}
    return {"": Measured(value, at_s, window)}


def _flow_past(merchant: Merchant, rule: AlertRule) -> Past:
    ends, found = _flow(merchant, rule)
    told = zip(ends.tolist(), found.tolist(), strict=True)
    return {"": [(at_s, None if value == UNKNOWN else value) for at_s, value in told]}


def _flow(merchant: Merchant, rule: AlertRule) -> tuple[series.Ints, series.Ints]:
    """Return the ends of quarters of an hour, and the values of the windows that end there."""
    quarters = _quarters(merchant, rule)
    return quarters.ends_s(), _measured(quarters, rule.metric, rule.window_min * 60 // QUARTER_S)


def _measured(quarters: Quarters, metric: str, count: int) -> series.Ints:
    if metric == "rtp":
        return series.rtp(quarters, count)
    if metric == "hold":
        rtp = series.rtp(quarters, count)
        return np.where(rtp == UNKNOWN, UNKNOWN, _SHARE - rtp)
    if metric == "average_bet":
        return series.average_bet(quarters, count)
    if metric == "gain_noise":
        return series.gain_noise(quarters, count)
    if metric == "bets_noise":
        return series.bets_noise(quarters, count)
    of = {
        "bet": quarters.bet_li,
        "gain": quarters.gain_li,
        "net_result": -quarters.gain_li,
        "bets": quarters.bets,
    }[metric]
    return series.summed(of, quarters.known, count)


def _quarters(merchant: Merchant, rule: AlertRule) -> Quarters:
    """Return the last days by quarters of an hour, of what a rule watches."""
    end_s = int(merchant.clock()) // QUARTER_S * QUARTER_S
    start_s = end_s - HISTORY_DAYS * DAY_S
    start, end = datetime.fromtimestamp(start_s, UTC), datetime.fromtimestamp(end_s, UTC)

    def asked(engine: Engine, start_s: int, end_s: int) -> Any:
        if rule.scope is AlertScope.PLAYER:
            return _of_player(engine, start_s, end_s, int(rule.scope_id))
        games = _games(merchant, engine, rule, start_s, end_s)
        if games == []:
            return ()
        return engine.numbers(question("quarters", start_s, end_s, games=games or ()))

    rows = np.array(from_archive(merchant, start, end, asked).value, np.int64).reshape(-1, 4)
    count = (end_s - start_s) // QUARTER_S
    columns = np.zeros((3, count), np.int64)
    columns[:, (rows[:, 0] - start_s) // QUARTER_S] = rows[:, 1:].T
    return Quarters(start_s, columns[0], columns[1], -columns[2], _known(merchant, start_s, count, QUARTER_S))


def _of_player(engine: Engine, start_s: int, end_s: int, user_id: int) -> Any:
    rounds = engine.table(question("rounds_of_player", start_s, end_s, user_id=user_id))
    at, bet, gain = (
        rounds[name].to_numpy().astype(np.int64) for name in ("start_at", "bet_amount", "gain_amount")
    )
    quarters, places = np.unique(at - at % QUARTER_S, return_inverse=True)
    sums = np.zeros((3, len(quarters)), np.int64)
    for row, of in zip(sums, (np.ones_like(bet), bet, gain), strict=True):
        np.add.at(row, places, of)
    return np.vstack((quarters, sums)).T


def _games(merchant: Merchant, engine: Engine, rule: AlertRule, start_s: int, end_s: int) -> list[int] | None:
    """The ids of the games that count; None where all do."""
    if rule.scope is AlertScope.GAME:
        return [int(rule.scope_id)]
    if rule.scope is not AlertScope.TYPE:
        return None
    ids = [row[0] for row in engine.numbers(question("games", start_s, end_s))]
    types = game_types(ids, merchant.twoj.all.list().data)
    return [game_id for game_id in ids if types[game_id] == rule.scope_id]


def _known(merchant: Merchant, start_s: int, count: int, step_s: int) -> series.Bools:
    """Return which steps from a time on are wholly in the archive."""
    known = np.ones(count, np.bool_)
    end_s = start_s + count * step_s
    start, end = datetime.fromtimestamp(start_s, UTC), datetime.fromtimestamp(end_s, UTC)
    for from_s, to_s in lacking(merchant, start, end):
        known[(from_s - start_s) // step_s : -(-(to_s - start_s) // step_s)] = False
    return known


def _silence_now(merchant: Merchant, _rule: AlertRule) -> Values:
    now_s = int(merchant.clock())
    hour_s = hour_of(now_s)
    start, now = (datetime.fromtimestamp(each, UTC) for each in (now_s - _SILENT_S, now_s))
    held = held_of(merchant, start, now)
    as_of_s = min(held.as_of_ms // 1000, now_s)
    if now_s - as_of_s > 300:  # the archive is late: another rule says so
        return {"": Measured(None, now_s)}
    first_s = hour_s - HISTORY_DAYS * DAY_S
    engine = merchant.running(Engine)
    usual = memo(
        _Usual,
        engine,
        engine.sources(first_s, hour_s),
        first_s,
        hour_s,
        lacking(merchant, *_utc(first_s, hour_s)),
    )
    steps = engine.numbers(question("steps", now_s - _SILENT_S, now_s, step_s=60))
    last_s = steps[-1][0] + 60 if steps else now_s - _SILENT_S
    rate = usual.rate(as_of_s)
    lacked = sum(usual.rate(each) for each in range(last_s, as_of_s, 60))
    limit = usual.limit(rate)
    if not np.isfinite(limit):
        return {"": Measured(None, as_of_s)}
    told = {"last_bet_s": last_s, "usual_an_hour": round(rate * 60), "lacking": round(lacked)}
    told |= {"found_after_min": ceil(limit / rate)}
    return {"": Measured(int(lacked / limit * _SHARE), as_of_s, told)}


class _Usual:
    """What is usual of bets a minute at the end of a window of the archive."""

    def __init__(
        self, engine: Engine, _files: Sources, start_s: int, end_s: int, lacks: tuple[tuple[int, int], ...]
    ) -> None:
        self._end_s = end_s
        self.minutes, self.expected = _minutes(engine, start_s, end_s, lacks)
        self._last_day = self.expected[-24 * 60 :]
        ends = np.flatnonzero((self.minutes[1:] > 0) & (self.minutes[:-1] == 0))
        self._lacked = series.lacking(self.minutes, self.expected)[ends]
        self._busy = self.expected[ends]

    def rate(self, at_s: int) -> float:
        """Usual bets a minute at a time of day."""
        return float(self._last_day[(at_s - self._end_s) % DAY_S // 60])

    def limit(self, rate: float) -> float:
        """How many bets may lack."""
        return series.silence_limit(self._lacked, self._busy, len(self.minutes), rate)


def _minutes(
    engine: Engine, start_s: int, end_s: int, lacks: tuple[tuple[int, int], ...]
) -> tuple[series.Ints, series.Floats]:
    """Return the bets of each minute and how many are usual. What is not known counts as if it were usual."""
    count = (end_s - start_s) // 60
    rows = np.array(engine.numbers(question("steps", start_s, end_s, step_s=60)), np.int64).reshape(-1, 4)
    minutes = np.zeros(count, np.int64)
    minutes[(rows[:, 0] - start_s) // 60] = rows[:, 1]
    known = np.ones(count, np.bool_)
    for from_s, to_s in lacks:
        known[(from_s - start_s) // 60 : -(-(to_s - start_s) // 60)] = False
    minutes[~known] = 1
    whole = count // 15 * 15
    of_quarters = minutes[:whole].reshape(-1, 15).sum(1)
    nothing = np.zeros_like(of_quarters)
    quarters = Quarters(start_s, of_quarters, nothing, nothing, known[:whole].reshape(-1, 15).min(1))
    return minutes[:whole], np.repeat(series.usual_minutes(quarters), 15)


def _silence_past(merchant: Merchant, _rule: AlertRule) -> Past:
    end_s = hour_of(merchant.clock())
    start_s = end_s - HISTORY_DAYS * DAY_S
    lacks = lacking(merchant, *_utc(start_s, end_s))

    def asked(engine: Engine, start_s: int, end_s: int) -> tuple[series.Ints, series.Floats]:
        return _minutes(engine, start_s, end_s, lacks)

    minutes, expected = from_archive(merchant, *_utc(start_s, end_s), asked).value
    found = series.silences(minutes, expected).tolist()
    told = [
        (start_s + 60 * place, None if value == UNKNOWN else value) for place, value in enumerate(found, 1)
    ]
    return {"": told}


def _share_now(merchant: Merchant, _rule: AlertRule) -> Values:
    now = merchant.now()
    today = business_day(now, merchant.zone)
    start = day_start(today, merchant.zone)
    held_of(merchant, start, now)
    return {"": _share(merchant, start, now)}


def _share(merchant: Merchant, start: datetime, end: datetime) -> Measured:
    """The share of the player who bet most on a day so far, once it has half of what is usual."""
    engine, start_s, end_s = merchant.running(Engine), epoch_s(start), epoch_s(end)
    if start_s >= end_s:
        return Measured(None, end_s)
    day = business_day(start, merchant.zone)
    before = [day - timedelta(days=number) for number in range(_USUAL_DAYS, 0, -1)]
    days = [tuple(epoch_s(of(each, merchant.zone)) for of in (day_start, day_end)) for each in before]
    rows = engine.numbers(question("days", days[0][0], start_s, days=[(one, other) for one, other in days]))
    usual_li = median([row[2] for row in rows]) if len(rows) >= _USUAL_DAYS // 2 else None
    ((_, bet_li, _),) = engine.numbers(question("sums", start_s, end_s))
    if usual_li is None or bet_li * 2 < usual_li or not bet_li:
        return Measured(0 if usual_li is not None else None, end_s)
    top = engine.rows(question("top_players", start_s, end_s, rank="bet", most=1))
    if not top:
        return Measured(0, end_s)
    user_id, op_id, _, of_top_li = top[0][:4]
    assert isinstance(of_top_li, int)  # noqa: S101 - for the types
    told = {"user_id": user_id, "op_id": op_id, "bet_li": of_top_li, "day": day.isoformat()}
    return Measured(of_top_li * _SHARE // bet_li, end_s, told)


def _share_past(merchant: Merchant, _rule: AlertRule) -> Past:
    today = business_day(merchant.now(), merchant.zone)
    days = [today - timedelta(days=number) for number in range(HISTORY_DAYS, 0, -1)]
    found = []
    for day in days:
        start, end = day_start(day, merchant.zone), day_end(day, merchant.zone)
        value = None if lacking(merchant, start, end) else _share(merchant, start, end).value
        found.append((epoch_s(end), value))
    return {"": found}


def _players(merchant: Merchant, rule: AlertRule) -> Values:
    """How many players a game had, how many of them won and lost, as the archive counts them."""
    now, game_id = merchant.now(), int(rule.scope_id)

    def asked(engine: Engine, start_s: int, end_s: int) -> int | None:
        found = players_of_games(engine, start_s, end_s, [game_id]).get(game_id, (0, 0, 0))
        return found[("players", "winners", "losers").index(rule.metric)]

    known = whole_from_archive(merchant, now - timedelta(minutes=rule.window_min), now, asked)
    if known is None or known.as_of < now - timedelta(seconds=_LATE_S):
        return {"": Measured(None, epoch_s(now))}
    return {"": Measured(known.value, epoch_s(known.as_of))}


def _bonus(merchant: Merchant, rule: AlertRule) -> Values:
    """A metric of the bonuses created in a window that ends with a quarter of an hour. Raises TwoJError."""
    end_s = int(merchant.clock()) // QUARTER_S * QUARTER_S
    start, end = _utc(end_s - rule.window_min * 60, end_s)
    known = bonuses_and_gain(merchant, BonusQuery(), start, end)
    metric = BONUS_METRIC[rule.metric]
    value = None if known.stale_reason else metric.of(known.value)
    per_one = _SHARE if metric.unit is Unit.RATIO else 1
    window = {"from_s": epoch_s(start), "to_s": end_s}
    return {"": Measured(None if value is None else floor(value * per_one), end_s, window)}


def _line(merchant: Merchant, rule: AlertRule) -> Values:
    """Whether a line of Status needs a look, or fails; not known where it is not there any more."""
    states = {row.id: row.state for _, row in all_rows(merchant)}
    state = states.get(rule.scope_id, HealthState.UNKNOWN)
    value = None if state is HealthState.UNKNOWN else int(state is not HealthState.WELL)
    return {"": Measured(value, int(merchant.clock()))}


def _pots(merchant: Merchant, rule: AlertRule) -> Values:
    newest = select(pot_samples.c.pot_li, pot_samples.c.at_ms).where(pot_samples.c.pot == rule.scope_id)
    with merchant.ledger.reading() as books:
        row = books.execute(newest.order_by(pot_samples.c.at_ms.desc()).limit(1)).one_or_none()
    now_s = int(merchant.clock())
    if row is None or now_s - row.at_ms // 1000 > _LATE_S:
        return {"": Measured(None, now_s)}
    return {"": Measured(row.pot_li, row.at_ms // 1000)}


def _of_ledger(read: Callable[[Books, int, AlertRule], int]) -> Callable[[Merchant, AlertRule], Values]:
    def found(merchant: Merchant, rule: AlertRule) -> Values:
        now_s = int(merchant.clock())
        with merchant.ledger.reading() as books:
            return {"": Measured(read(books, now_s, rule), now_s)}

    return found


def _refused(books: Books, _now_s: int, _rule: AlertRule) -> int:
    return sum(each.unseen for each in refusals.read(books))


def _unmatched(merchant: Merchant, rule: AlertRule) -> Values:
    """How many hits and payouts lack each other; of hits not known where no payout has ever come here."""
    end, now_s = merchant.now(), int(merchant.clock())
    found = [each.verdict for each in matches(merchant, end - timedelta(minutes=rule.window_min), end)]
    count = found.count(HitVerdict.UNPAID) + found.count(HitVerdict.UNSEEN)
    with merchant.ledger.reading() as books:
        is_known = not count or books.scalar(select(func.count()).select_from(payouts))
    return {"": Measured(count if is_known else None, now_s)}


def _waiting(books: Books, now_s: int, _rule: AlertRule) -> int:
    oldest_ms = books.scalar(select(func.min(payouts.c.received_at_ms)).select_from(pending.join(payouts)))
    return 0 if oldest_ms is None else max(now_s - oldest_ms // 1000, 0) // 60


def _restated(books: Books, now_s: int, rule: AlertRule) -> int:
    since_ms = (now_s - rule.window_min * 60) * 1000
    return int(
        books.scalar(
            select(func.count()).select_from(restatements).where(restatements.c.seen_at_ms > since_ms)
        )
    )


def _restated_past(merchant: Merchant, rule: AlertRule) -> Past:
    end_s = int(merchant.clock()) // QUARTER_S * QUARTER_S
    start_s, window_s = end_s - HISTORY_DAYS * DAY_S, rule.window_min * 60
    with merchant.ledger.reading() as books:
        seen = select(restatements.c.seen_at_ms).where(
            restatements.c.seen_at_ms > (start_s - window_s) * 1000
        )
        at_s = np.sort(np.array([*books.scalars(seen)], np.int64) // 1000)
    ends = np.arange(start_s, end_s + 1, QUARTER_S)
    counts = np.searchsorted(at_s, ends, "right") - np.searchsorted(at_s, ends - window_s, "right")
    return {"": list(zip(ends.tolist(), counts.tolist(), strict=True))}


def _late(merchant: Merchant, _rule: AlertRule) -> Values:
    now = merchant.now()
    now_s = epoch_s(now)
    as_of_s = held_of(merchant, now - _HISTORY, now).as_of_ms // 1000
    return {"": Measured(max(now_s - as_of_s, 0) // 60, now_s, {"as_of_s": as_of_s})}


def _screens_off(merchant: Merchant, rule: AlertRule) -> Values:
    """How long screens have been silent that should be on: not outside their opening hours, nor just then."""
    watch, now_s = merchant.running(Watch), int(merchant.clock())
    now = merchant.now().astimezone(merchant.zone)
    found = {}
    for screen in watch.screens.all():
        if screen.revoked_at_ms is None and screen.beat and _is_watched(rule, str(screen.id)):
            silent_ms = screen.beat.age_ms or 0 if screen_is_off(screen, now) else 0
            found[str(screen.id)] = Measured(silent_ms // 60_000, now_s, {"screen": screen.name})
    return found or _nothing(now_s)


def _disk(merchant: Merchant, _rule: AlertRule) -> Values:
    now_s = int(merchant.clock())
    if merchant.archive is None:
        return {"": Measured(None, now_s)}
    return {"": Measured(merchant.archive.folder.free_bytes() // 10**6, now_s)}


def _broken(merchant: Merchant, rule: AlertRule) -> Values:
    """How many alarms of each game's RTP nobody has looked into."""
    now_s, found = int(merchant.clock()), dict[str, Measured]()
    for each in data_investigations.of_merchant(merchant):
        game = str(each.of.game_id)
        if each.looked_at_ms is None and each.closed_at_ms is None and _is_watched(rule, game):
            count = (found[game].value or 0) + 1 if game in found else 1
            told = {"sign": each.of.sign, "alarmed_s": each.alarmed_s, "log_m": round(each.log_m, 2)}
            found[game] = Measured(count, now_s, told)
    return found or _nothing(now_s)


def _broken_past(merchant: Merchant, rule: AlertRule) -> Past:
    changes: dict[str, list[tuple[int, int]]] = {}
    for each in data_investigations.of_merchant(merchant):
        if _is_watched(rule, str(each.of.game_id)):
            seen_ms = [at_ms for at_ms in (each.looked_at_ms, each.closed_at_ms) if at_ms is not None]
            of_game = changes.setdefault(str(each.of.game_id), [])
            of_game += [(each.alarmed_s, 1), *[(at_ms // 1000, -1) for at_ms in seen_ms[:1]]]
    since_s, found = int(merchant.clock()) - HISTORY_DAYS * DAY_S, dict[str, list[tuple[int, int | None]]]()
    for game, of_game in changes.items():
        times = sorted(of_game)
        counts = accumulate(change for _, change in times)
        found[game] = [
            (at_s, count) for (at_s, _), count in zip(times, counts, strict=True) if at_s >= since_s
        ]
    return found or {"": [(since_s, 0)]}


def _is_watched(rule: AlertRule, subject: str) -> bool:
    return rule.scope is AlertScope.WHOLE or subject == rule.scope_id


def _nothing(now_s: int) -> Values:
    """There is none of what is watched."""
    return {"": Measured(0, now_s)}


def _utc(*times_s: int) -> tuple[datetime, datetime]:
    start, end = (datetime.fromtimestamp(each, UTC) for each in times_s)
    return start, end


_NOW: Final[Mapping[str, Callable[[Merchant, AlertRule], Values]]] = {
    "silence": _silence_now,
    "top_player": _share_now,
    "broken": _broken,
    "pot": _pots,
    "unmatched": _unmatched,
    "refused": _of_ledger(_refused),
    "waiting": _of_ledger(_waiting),
    "restated": _of_ledger(_restated),
    "late": _late,
    "screen_off": _screens_off,
    "disk": _disk,
    "line": _line,
    **dict.fromkeys(("players", "winners", "losers"), _players),
    **dict.fromkeys(BONUS_METRIC, _bonus),
}
_PAST: Final[Mapping[str, Callable[[Merchant, AlertRule], Past]]] = {
    "silence": _silence_past,
    "top_player": _share_past,
    "broken": _broken_past,
    "restated": _restated_past,
}
