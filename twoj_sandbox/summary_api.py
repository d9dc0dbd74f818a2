"""What the 12 endpoints of the Summary API answer, once a request has passed its signature."""

import base64
import html
import random
from collections.abc import Callable
from typing import Any

import numpy as np

from twoj_sandbox import MCH_ID, SUB_MCH_ID, rows, rules
from twoj_sandbox.provider import SandboxProvider
from twoj_sandbox.rules import Data, Refused, RequestWindow
from twoj_sandbox.world.day import ROUND, Rounds, WorldDay
from twoj_sandbox.world.draws import Whole
from twoj_sandbox.world.games import GAMES, INDEX_OF, IS_SLOTS, WorldGame
from twoj_sandbox.world.stories import UNLISTED_GAME_ID

_COLORS = {
    "Slots": "#2F5BC2",
    "Multiplayer": "#A56D05",
    "Table": "#0B75AE",
    "Fish": "#641E6B",
    "Crypto": "#C22B68",
}


def all_list(_provider: SandboxProvider, _data: Data) -> Any:
    """`/api/all/list`."""
    return [
        {
            "game_id": game.game_id,
            "game_name": game.name,
            "game_type": game.game_type,
            "resource_url": _icon(game),
            "resource_with_name_url": f"https://games.example/icons/{game.game_id}-name.png",
        }
        for game in GAMES
        if game.game_id != UNLISTED_GAME_ID
    ]


def all_stage_summary(provider: SandboxProvider, data: Data) -> Any:
    """`/api/all/stage/summary`."""
    window, now = rules.window(data), provider.clock.now()
    days: list[dict[str, Any]] = []
    for day in provider.world.days_of(window.start, window.end, now):
        count, bet, gain = day.totals(window.start, window.end, now).sum(axis=1).tolist()
        if count:
            date = np.datetime64(day.day, "D")
            days.append({"date": str(date), **_sums(count, bet, gain)})
    totals = [sum(day[name] for day in days) for name in ("bet_count", "bet_amount", "gain_amount")]
    return {"day_list": days[::-1], "summary": _sums(*totals)}


def all_history(provider: SandboxProvider, data: Data) -> Any:
    """`/api/all/history`: oldest first, as in the documents' example."""
    window, now = rules.hour_window(data), provider.clock.now()
    page_size = rules.whole(data, "page_size", 1, 2000, 1000)
    page = rules.whole(data, "page", 1, 10**9, 1)
    games = [INDEX_OF[game_id] for game_id in rules.whole_list(data, "game_ids") if game_id in INDEX_OF]
    shown, found = np.zeros(0, np.int64), np.zeros(0, ROUND)
    for day in provider.world.days_of(window.start, window.end, now):
        shown = day.shown(window.start, window.end, now)
        if data.get("game_ids"):
            shown = shown[np.isin(day.rounds["game"][shown], games)]
        found = day.rounds[shown[(page - 1) * page_size : page * page_size]]
    items = rows.all_bets(found, provider.wallet.moved(found), provider.world.players.op_ids)
    return {"items": items, "total": len(shown), "page": page, "page_size": page_size}


def all_bonus_summary(provider: SandboxProvider, data: Data) -> Any:
    """`/api/all/bonus/summary`: sums over the grants created in the window."""
    now = provider.clock.now()
    mch_id = rules.whole(data, "mch_id", 1, 2**63 - 1)
    if mch_id not in (MCH_ID, SUB_MCH_ID):
        raise Refused("mch_id must be this merchant or its subordinate merchant")
    window = rules.window_or_latest(data, now)
    days = provider.world.day_numbers(window.start, window.end, now)
    grants = provider.world.bonuses.grants(days, window.start, window.end, now)
    for correction in provider.world.corrections:
        grants = correction.corrected(grants, "created_at", "win_amount")
    keep = grants["of_subordinate"] == (mch_id == SUB_MCH_ID)
    if data.get("user_id") is not None or data.get("op_id"):
        keep &= grants["player"] == _player(provider, data)
    for column, name in (
        ("game_id", "game_ids"),
        ("create_type", "create_type_list"),
        ("state", "state_list"),
    ):
        if wanted := rules.whole_list(data, name):
            keep &= np.isin(grants[column], wanted)
    grants = grants[keep]
    used = grants[grants["used"]]
    return {
        "release_count": len(grants),
        "used_count": len(used),
        "release_bonus": float(used["bonus"].sum()),
        "converted_cash": float(grants["converted_cash"].sum()),
        "bet_amount": int(grants["bet_amount"].sum()),
        "win_amount": int(grants["win_amount"].sum()),
    }


def games_user_history(provider: SandboxProvider, data: Data) -> Any:
    """`/api/games/user/history`."""
    rounds = _history_of_player(provider, data, slots=False)
    return rows.games_user_rounds(rounds, provider.wallet.moved(rounds), provider.world.players.op_ids)


def games_game_history(provider: SandboxProvider, data: Data) -> Any:
    """`/api/games/game/history`."""
    window, game = rules.window(data), _games_game(data)
    now = provider.clock.now()
    limit = rules.whole(data, "limit", 1, 500, 50)
    rounds = _cut(provider, window, limit, lambda day: day.shown_of_game(game, window.start, window.end, now))
    return rows.games_game_rounds(rounds, provider.wallet.moved(rounds), provider.world.players.op_ids)


def games_user_stage_summary(provider: SandboxProvider, data: Data) -> Any:
    """`/api/games/user/stage/summary`: all 0 where the window has no rounds (the documents do not say)."""
    rounds = _all_of_player(provider, data, slots=False)
    moved = provider.wallet.moved(rounds[[0, -1]]) if len(rounds) else np.zeros(2, np.int64)
    return {
        "bet_amount": int(rounds["bet_amount"].sum()),
        "gain_amount": int(rounds["gain_amount"].sum()),
        "credit_before_game": int(rounds["credit_before_bet"][0] + moved[0]) if len(rounds) else 0,
        "credit": int(rounds["credit"][-1] + moved[1]) if len(rounds) else 0,
    }


def games_game_stage_summary(provider: SandboxProvider, data: Data) -> Any:
    """`/api/games/game/stage/summary`. A player whose gains come to exactly 0 is no winner and no loser."""
    window, game = rules.window(data), _games_game(data)
    rounds = provider.world.bets_of_game(game, window.start, window.end, provider.clock.now())
    players, which = np.unique(rounds["player"], return_inverse=True)
    gains = np.zeros(len(players), np.int64)
    np.add.at(gains, which, rounds["gain_amount"])
    return {
        "bet_amount": int(rounds["bet_amount"].sum()),
        "gain_amount": int(rounds["gain_amount"].sum()),
        "user_count": len(players),
        "bet_count": len(rounds),
        "win_user_count": int((gains > 0).sum()),
        "lose_user_count": int((gains < 0).sum()),
    }


def slots_user_history(provider: SandboxProvider, data: Data) -> Any:
    """`/api/slots/user/history`."""
    rounds = _history_of_player(provider, data, slots=True)
    return rows.slots_rounds(rounds, provider.wallet.moved(rounds), provider.world.players.op_ids)


def slots_user_stage_summary(provider: SandboxProvider, data: Data) -> Any:
    """`/api/slots/user/stage/summary`: a row per game played, by game id."""
    rounds = _all_of_player(provider, data, slots=True)
    answer = []
    for game_id in np.unique(rounds["game_id"]).tolist():
        played = rounds[rounds["game_id"] == game_id]
        answer.append(
            {
                "user_id": int(played["user_id"][0]),
                "op_id": provider.world.players.op_ids[played["player"][0]],
                "game_id": game_id,
                "bet_count": len(played),
                "bet_amount": int(played["bet_amount"].sum()),
                "gain_amount": int(played["gain_amount"].sum()),
                "currency": rows.CURRENCY,
            }
        )
    return answer


def slots_game_stage_summary(provider: SandboxProvider, data: Data) -> Any:
    """`/api/slots/game/stage/summary`: a row per slots game with bets, by game id."""
    window = rules.window(data)
    totals = provider.world.totals(window.start, window.end, provider.clock.now()).T.tolist()
    return [
        {"game_id": game.game_id, **_sums(*of_game)}
        for game, of_game in zip(GAMES, totals, strict=True)
        if game.is_slots and of_game[0]
    ]


def slots_detail_url(provider: SandboxProvider, data: Data) -> Any:
    """`/api/slots/detail/url`."""
    game_id, draw_id = rules.whole(data, "game_id", 0, 10**9), rules.text(data, "draw_id")
    place, now = rows.place_of_draw(draw_id), provider.clock.now()
    if place and place[0] in provider.world.day_numbers(0, now + 1, now):
        day = provider.world.day(place[0])
        found = day.rounds[place[1] : place[1] + 1]
        found = found[(found["game_id"] == game_id) & (found["end_at"] <= now)]
        if rows.draw_ids(found) == [draw_id]:
            return {"url": f"https://rounds.example/slots/{game_id}/{draw_id}"}
    raise Refused("no such round of this game")


SUMMARY_ENDPOINTS: dict[str, Callable[[SandboxProvider, Data], Any]] = {
    "/api/all/list": all_list,
    "/api/all/stage/summary": all_stage_summary,
    "/api/all/history": all_history,
    "/api/all/bonus/summary": all_bonus_summary,
    "/api/games/user/history": games_user_history,
    "/api/games/game/history": games_game_history,
    "/api/games/user/stage/summary": games_user_stage_summary,
    "/api/games/game/stage/summary": games_game_stage_summary,
    "/api/slots/user/history": slots_user_history,
    "/api/slots/user/stage/summary": slots_user_stage_summary,
    "/api/slots/game/stage/summary": slots_game_stage_summary,
    "/api/slots/detail/url": slots_detail_url,
}


def _sums(count: int, bet: int, gain: int) -> dict[str, int]:
    return {"bet_count": count, "bet_amount": bet, "gain_amount": gain, "company_gain_amount": -gain}


def _player(provider: SandboxProvider, data: Data) -> int:
    """Return the index of the player whom `user_id` or `op_id` names; given both, they must agree."""
    players = provider.world.players
    named: list[int | None] = []
    if data.get("user_id") is not None:
        named.append(players.by_user_id.get(rules.whole(data, "user_id", 0, 2**63 - 1)))
    if data.get("op_id"):
        named.append(players.by_op_id.get(rules.text(data, "op_id")))
    if not named:
        raise Refused("either user_id or op_id must be provided")
    player = named[0]
    if player is None or named[-1] is None:
        raise Refused("user does not exist")
    if named[-1] != player:
        raise Refused("user_id and op_id name different users")
    return player


def _games_game(data: Data) -> int:
    game = INDEX_OF.get(rules.whole(data, "game_id", 0, 10**9))
    if game is None or GAMES[game].is_slots:
        raise Refused("game_id is no game of the Games types")
    return game


def _history_of_player(provider: SandboxProvider, data: Data, *, slots: bool) -> Rounds:
    player, window, now = _player(provider, data), rules.window(data), provider.clock.now()

    def positions(day: WorldDay) -> Whole:
        shown = day.shown_of_player(player, window.start, window.end, now)
        wanted: Whole = shown[IS_SLOTS[day.rounds["game"][shown]] == slots]
        return wanted

    return _cut(provider, window, rules.whole(data, "limit", 1, 500, 50), positions)


def _all_of_player(provider: SandboxProvider, data: Data, *, slots: bool) -> Rounds:
    player, window = _player(provider, data), rules.window(data)
    rounds = provider.world.bets_of_player(player, window.start, window.end, provider.clock.now())
    wanted: Rounds = rounds[IS_SLOTS[rounds["game"]] == slots]
    return wanted


def _cut(
    provider: SandboxProvider, window: RequestWindow, limit: int, positions: Callable[[WorldDay], Whole]
) -> Rounds:
    """Return at most `limit` rounds of the window, those and in the order that the provider's manner says.

    `positions` finds the wanted rounds in a day. Days are read only until there are enough.
    """
    manner = provider.manner
    days = provider.world.day_numbers(window.start, window.end, provider.clock.now())
    pieces: list[Rounds] = []
    found = 0
    for number in reversed(days) if manner.keep == "newest" else days:
        day = provider.world.day(number)
        piece = day.rounds[positions(day)]
        pieces.append(piece)
        found += len(piece)
        if found >= limit and manner.keep != "random":
            break
    if manner.keep == "newest":
        pieces.reverse()
    rounds = np.concatenate([np.zeros(0, ROUND), *pieces])
    return _ordered(provider, _kept(provider, rounds, limit))


def _kept(provider: SandboxProvider, rounds: Rounds, limit: int) -> Rounds:
    if provider.manner.keep == "oldest":
        return rounds[:limit]
    if provider.manner.keep == "newest":
        return rounds[-limit:]
    chosen = random.Random(len(rounds)).sample(range(len(rounds)), min(limit, len(rounds)))
    return rounds[sorted(chosen)]


def _ordered(provider: SandboxProvider, rounds: Rounds) -> Rounds:
    if provider.manner.order == "oldest":
        return rounds
    if provider.manner.order == "newest":
        return rounds[::-1]
    return rounds[random.Random(len(rounds)).sample(range(len(rounds)), len(rounds))]


def _icon(game: WorldGame) -> str:
    """Return the icon as a data URL (RFC 2397): the name's initials on a tile coloured by type."""
    words = [word for word in game.name.split() if word[0].isalnum()] or [game.name]
    initials = html.escape("".join(word[0] for word in words[:2]).upper())
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40" width="80" height="80">'
        f'<rect width="40" height="40" rx="9" fill="{_COLORS[game.game_type]}"/>'
        '<text x="20" y="26" font-family="sans-serif" font-size="16" font-weight="600" fill="#fff"'
        f' text-anchor="middle">{initials}</text></svg>'
    )
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"
