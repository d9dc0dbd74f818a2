"""What a player's page should say, from the world's own rounds; and how to read what it does say."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from dashboard.core import formats
from dashboard.players.player import PLAYER_METRICS
from tests.provider import CLOCK

DAY_S = 86_400
WEEK = ("2026-03-09", CLOCK)
"""The window of the default period."""


def midnight(day: str, zone: str = "UTC") -> int:
    return int(datetime.combine(date.fromisoformat(day), datetime.min.time(), ZoneInfo(zone)).timestamp())


def rounds_of(truth, character, start, end, zone="UTC"):
    """The world's rounds of a player in a window of days (the last one not included) or seconds."""
    edges = (edge if isinstance(edge, int) else midnight(edge, zone) for edge in (start, end))
    return truth.bets_of_player(character.index, *edges, CLOCK)


def head(bets, currency: str | None = None) -> dict[str, str]:
    """The exact cards of some rounds, added up one by one."""
    bet_li, gain_li = (sum(bets[name].tolist()) for name in ("bet_amount", "gain_amount"))
    wins = [
        bet + gain
        for bet, gain in zip(bets["bet_amount"].tolist(), bets["gain_amount"].tolist(), strict=True)
    ]
    return {
        "Bets": formats.count(len(bets)),
        "Bet amount": formats.money(bet_li, currency),
        "Net result": formats.money(gain_li, currency),
        "RTP": "–" if not bet_li else f"{(bet_li + gain_li) * 100 / bet_li:.2f}\u00a0%",
        "Biggest win": formats.money(max(wins), currency) if any(wins) else "–",
    }


def read(app):
    """Run a page until the rounds are read: they come in the background."""
    for _ in range(60):
        if not any("Reading the rounds" in each.proto.text for each in app.get("progress")):
            break
        app.run()
    assert not app.exception
    return app


def cards(app) -> dict[str, str]:
    """The exact value of each card, from the first line of its tooltip."""
    return {card.label: card.help.split("\n")[0].strip("*") for card in app.metric}


def sums(app) -> dict[str, str]:
    """The cards that are sums of rounds."""
    labels = {metric.label for metric in PLAYER_METRICS}
    return {label: value for label, value in cards(app).items() if label in labels}


def said(app) -> str:
    """Every sentence of warnings, errors and notes on the page."""
    assert not app.exception
    return "\n".join(each.value for each in (*app.error, *app.warning, *app.info))


def plain(app) -> list[str]:
    """Every line of plain text."""
    return [each.value for each in app.text]


SESSIONS, GAMES, GAPS, ROUNDS = "begun", "summary_gain_li", "cause", "event_id"
"""A column by which each table of the page is known."""
TABS = {SESSIONS: "sessions", GAMES: "games", GAPS: "balance", ROUNDS: "rounds"}


def open_tab(app, tab: str):
    """Open a tab of a player, unless it is open; the balance is at first."""
    if app.query_params.get("tab", ["balance"])[0] != tab:
        app.query_params["tab"] = tab
        read(app.run())
    return app


def table(app, column: str):
    """The data of the table that has this column, in its tab."""
    open_tab(app, TABS[column])
    (found,) = [each.value for each in app.dataframe if column in each.value]
    return found


def by_player(truth, start, end, zone="UTC") -> dict[int, list[int]]:
    """Of each player with rounds in a window: bets, bet amount and net result in li, first and last start."""
    edges = (edge if isinstance(edge, int) else midnight(edge, zone) for edge in (start, end))
    rounds = truth.bets(*edges, CLOCK)
    columns = (rounds[name].tolist() for name in ("user_id", "bet_amount", "gain_amount", "start_at"))
    found: dict[int, list[int]] = {}
    for user_id, bet_li, gain_li, start_at in zip(*columns, strict=True):
        of = found.setdefault(user_id, [0, 0, 0, start_at, start_at])
        of[:] = [of[0] + 1, of[1] + bet_li, of[2] + gain_li, min(of[3], start_at), max(of[4], start_at)]
    return found
