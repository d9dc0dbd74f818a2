"""All questions that pages ask of the archive: each once, as SQL over one merchant's bets or roll-ups.

Sums are exact integers of li; b is the stake, w what the player got back. `{days}` stands for rows of
`day_s` and `end_s`, the business days of a zone; `{utc_days}` for such rows with each UTC day that they touch
(its start, `utc_day_s`); other braces for nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from archive.engine import Asked, RollUp
from twoj_client.windows import DAY_S, utc_day_of

_SUMMED: Final = ("bets", "bet_li", "gain_li")
_SUMS: Final = ", ".join(f"CAST(sum({name}) AS BIGINT) AS {name}" for name in _SUMMED)
_SUMS_OR_0: Final = ", ".join(f"CAST(coalesce(sum({name}), 0) AS BIGINT) AS {name}" for name in _SUMMED)
# Of the roll-up by its name: in ClickHouse the sums' own names come first.
_B, _W = "CAST(games.bet_li AS HUGEINT)", "CAST(games.bet_li + games.gain_li AS HUGEINT)"
# A row of the roll-up is all of a game in a quarter.
_SQUARES: Final = ", ".join(
    f"CAST(sum({of}) AS HUGEINT) AS {name}"
    for name, of in {
        "bet_bet": "bet_bet",
        "bet_won": "bet_won",
        "won_won": "won_won",
        "quarters_bet_bet": f"{_B} * {_B}",
        "quarters_bet_won": f"{_B} * {_W}",
        "quarters_won_won": f"{_W} * {_W}",
    }.items()
)
_ALL_KNOWN: Final = "CASE WHEN count(*) = count(user_id)"
_OF_BETS: Final = (
    "count(*) AS bets, CAST(sum(bet_amount) AS BIGINT) AS bet_li, CAST(sum(gain_amount) AS BIGINT) AS gain_li"
)

_KNOWN_PLAYERS: Final = (
    f"SELECT user_id, max(op_id) AS op_id, {_SUMS}, min(first_s) AS first_s, max(last_s) AS last_s"
    " FROM players WHERE user_id IS NOT NULL GROUP BY user_id"
)
_USER: Final = "CAST(user_id AS VARCHAR)"


# Few quarters are looked for among the days; the many rows then find theirs by a hash.
_DAY_OF_QUARTER: Final = (
    "SELECT quarter_s, day_s FROM (SELECT DISTINCT quarter_s FROM games) AS quarters"
    " JOIN ({days}) AS days ON quarter_s >= day_s AND quarter_s < end_s"
)
# A UTC day touches two business days at most: whoever played in it from one into the other played on both.
_VISITED_DAYS: Final = (
    "visits JOIN ({utc_days}) AS days"
    " ON visits.day_s = utc_day_s AND first_s < days.end_s AND last_s >= days.day_s"
)


@dataclass(frozen=True, slots=True)
class Question:
    """A SELECT over `bets`, or over a roll-up; `about` says what a row is."""

    sql: str
    about: str
    of: RollUp | None = None


QUESTIONS: Final[Mapping[str, Question]] = {
    "sums": Question(f"SELECT {_SUMS_OR_0} FROM games", "the whole window", RollUp.GAMES),
    "games": Question(
        f"SELECT game_id, {_SUMS} FROM games GROUP BY game_id ORDER BY game_id", "a game", RollUp.GAMES
    ),
    "days": Question(
        f"SELECT day_s, {_SUMS} FROM (SELECT quarter_s, {_SUMS} FROM games GROUP BY quarter_s) AS quarters"
        " JOIN ({days}) AS days ON quarter_s >= day_s AND quarter_s < end_s GROUP BY day_s ORDER BY day_s",
        "a business day with bets",
        RollUp.GAMES,
    ),
    "days_of_games": Question(
        f"SELECT game_id, day_s, {_SUMS} FROM games JOIN ({_DAY_OF_QUARTER}) AS dated USING (quarter_s)"
        " GROUP BY game_id, day_s ORDER BY game_id, day_s",
        "a game on a business day",
        RollUp.GAMES,
    ),
    "squares_of_days": Question(
        f"SELECT game_id, day_s, {_SUMS}, CAST(sum(bet_bet) AS HUGEINT) AS bet_bet FROM games"
        f" JOIN ({_DAY_OF_QUARTER}) AS dated USING (quarter_s)"
        " GROUP BY game_id, day_s ORDER BY game_id, day_s",
        "a game on a business day, with Σb² of its bets",
        RollUp.GAMES,
    ),
    "quarters": Question(
        f"SELECT quarter_s, {_SUMS} FROM games GROUP BY quarter_s ORDER BY quarter_s",
        "a quarter of an hour with bets",
        RollUp.GAMES,
    ),
    "spreads": Question(
        f"SELECT game_id, {_SUMS}, {_SQUARES} FROM games GROUP BY game_id ORDER BY game_id",
        "a game with Σb², Σbw and Σw², of its bets and of its quarters of an hour",
        RollUp.GAMES,
    ),
    "players_of_games": Question(
        f"SELECT game_id, {_ALL_KNOWN} THEN count(*) END AS players,"
        f" {_ALL_KNOWN} THEN CAST(sum(CASE WHEN gain_li > 0 THEN 1 ELSE 0 END) AS BIGINT) END AS winners,"
        f" {_ALL_KNOWN} THEN CAST(sum(CASE WHEN gain_li < 0 THEN 1 ELSE 0 END) AS BIGINT) END AS losers"
        " FROM (SELECT game_id, user_id, sum(gain_li) AS gain_li FROM players GROUP BY game_id, user_id)"
        " AS by_player GROUP BY game_id ORDER BY game_id",
        "a game with its distinct players, and how many won and lost; not known where some were forgotten",
        RollUp.PLAYERS,
    ),
    "player_count": Question(
        "SELECT count(DISTINCT user_id) AS players FROM visits", "the whole window", RollUp.VISITS
    ),
    "players_of_days": Question(
        f"SELECT days.day_s, count(DISTINCT user_id) AS players FROM {_VISITED_DAYS}"
        " GROUP BY days.day_s ORDER BY days.day_s",
        "a business day with its distinct players",
        RollUp.VISITS,
    ),
    "players": Question(
        f"SELECT user_id, max(op_id) AS op_id, {_SUMS}, min(first_s) AS first_s, max(last_s) AS last_s"
        " FROM players GROUP BY user_id ORDER BY user_id",
        "a player",
        RollUp.PLAYERS,
    ),
    "top_players": Question(
        f"SELECT * FROM (SELECT user_id, max(op_id) AS op_id, {_SUMS}, max(most_won_li) AS most_won_li"
        " FROM players WHERE user_id IS NOT NULL GROUP BY user_id) AS summed"
        " WHERE $rank = 'bet' OR ($rank = 'won' AND gain_li > 0) OR ($rank = 'lost' AND gain_li < 0)"
        " ORDER BY CASE $rank WHEN 'bet' THEN -bet_li WHEN 'won' THEN -gain_li ELSE gain_li END, user_id"
        " LIMIT $most",
        "a player, by what they bet, won or lost in sum the most first",
        RollUp.PLAYERS,
    ),
    "games_of_player": Question(
        f"SELECT game_id, {_SUMS}, CAST(sum(sessions) AS BIGINT) AS sessions FROM players"
        " WHERE user_id = $user_id GROUP BY game_id ORDER BY game_id",
        "a game that a player played",
        RollUp.PLAYERS,
    ),
    "player_of_user_id": Question(
        "SELECT user_id, max(op_id) AS op_id FROM players WHERE user_id = $user_id GROUP BY user_id",
        "the player of one id, with the other",
        RollUp.PLAYERS,
    ),
    "players_of_op_id": Question(
        "SELECT user_id, max(op_id) AS op_id FROM (SELECT * FROM players WHERE op_id = $op_id) AS found"
        " GROUP BY user_id ORDER BY user_id",
        "a player of the operator's id: one, as long as no two share it",
        RollUp.PLAYERS,
    ),
    "find_players": Question(
        f"SELECT user_id, op_id, bets, last_s FROM ({_KNOWN_PLAYERS}) AS known"
        f" WHERE position(lower($part) IN lower(op_id)) > 0 OR position($part IN {_USER}) > 0"
        f" ORDER BY CASE WHEN lower(op_id) = lower($part) OR {_USER} = $part THEN 0 ELSE 1 END, bets DESC,"
        " user_id LIMIT $most",
        "a player one of whose ids holds a text, whatever its case; whoever has it as a whole comes first",
        RollUp.PLAYERS,
    ),
    "ranked_players": Question(
        "SELECT user_id, op_id, bets, bet_li, gain_li, first_s, last_s,"
        f" CAST(count(*) OVER () AS BIGINT) AS players FROM ({_KNOWN_PLAYERS}) AS known"
        " WHERE first_s >= $since_s AND ($by <> 'won' OR gain_li > 0) AND ($by <> 'lost' OR gain_li < 0)"
        " ORDER BY CASE $by WHEN 'won' THEN -gain_li WHEN 'lost' THEN gain_li WHEN 'unseen' THEN last_s"
        " ELSE -bet_li END, user_id LIMIT $most",
        "a player whose first bet came no sooner: most bet, or `$by` won, lost, unseen (longest) first;"
        " and how many there are",
        RollUp.PLAYERS,
    ),
    "standing_of_player": Question(
        "SELECT bets, bet_li, gain_li, bet_rank, gain_rank, players, all_bet_li FROM ("
        "SELECT user_id, bets, bet_li, gain_li,"
        " CAST(rank() OVER (ORDER BY bet_li DESC) AS BIGINT) AS bet_rank,"
        " CAST(rank() OVER (ORDER BY gain_li DESC) AS BIGINT) AS gain_rank,"
        " CAST(count(*) OVER () AS BIGINT) AS players, CAST(sum(bet_li) OVER () AS BIGINT) AS all_bet_li"
        f" FROM ({_KNOWN_PLAYERS}) AS known) AS ranked WHERE user_id = $user_id",
        "a player's sums with the ranks by bet amount and by net result, of how many, and what all bet",
        RollUp.PLAYERS,
    ),
    "plays_of_players": Question(
        "SELECT user_id, game_id, CAST(sum(draws.bets) AS BIGINT) AS bets,"
        " CAST(sum(draws.bet_li) AS BIGINT) AS bet_li, CAST(sum(draws.gain_li) AS BIGINT) AS gain_li,"
        " CAST(sum(CAST(draws.bet_li AS HUGEINT) * draws.bet_li) AS HUGEINT) AS bet_bet FROM ("
        "SELECT user_id, game_id, coalesce(draw_id, event_id) AS draw, count(*) AS bets,"
        " CAST(sum(bet_amount) AS BIGINT) AS bet_li, CAST(sum(gain_amount) AS BIGINT) AS gain_li"
        " FROM bets WHERE user_id IS NOT NULL GROUP BY user_id, game_id, draw) AS draws"
        " GROUP BY user_id, game_id ORDER BY user_id, game_id",
        "a player in a game, with Σb² of the bets, those of one draw being one",
    ),
    "cohorts": Question(
        "SELECT cohort_s, day_s, CAST(count(*) AS BIGINT) AS players FROM ("
        "SELECT user_id, day_s, min(day_s) OVER (PARTITION BY user_id) AS cohort_s FROM ("
        f"SELECT DISTINCT visits.user_id AS user_id, days.day_s AS day_s FROM {_VISITED_DAYS}"
        " WHERE visits.user_id IS NOT NULL) AS played) AS cohort GROUP BY cohort_s, day_s"
        " ORDER BY cohort_s, day_s",
        "a span of days on which players bet whose first bet lies in another one, and how many",
        RollUp.VISITS,
    ),
    "round": Question(
        "SELECT * FROM bets WHERE event_id = $id ORDER BY start_at LIMIT 1", "the round of an event"
    ),
    "rounds_of_id": Question(
        "SELECT event_id, game_id, start_at FROM bets WHERE event_id = $id OR draw_id = $id"
        " ORDER BY start_at DESC, event_id LIMIT $most",
        "a round of an event or of a draw, the newest first",
    ),
    "rounds": Question("SELECT * FROM bets ORDER BY start_at, event_id", "a round, the oldest first"),
    "rounds_of_player": Question(
        "SELECT * FROM bets WHERE user_id = $user_id ORDER BY start_at, event_id", "a round of a player"
    ),
    "rounds_of_some": Question(
        "SELECT user_id, start_at, game_id, bet_amount, gain_amount, credit_before_bet, credit FROM bets"
        " WHERE user_id % $every = 0 OR user_id = $user_id ORDER BY user_id, start_at, event_id",
        "a round of one player in so many, and of one player",
    ),
    "newest_rounds": Question(
        "SELECT * FROM bets ORDER BY start_at DESC, event_id DESC LIMIT $most", "a round, the newest first"
    ),
    "biggest_wins": Question(
        "SELECT * FROM bets WHERE bet_amount + gain_amount >= $least_li"
        " ORDER BY bet_amount + gain_amount DESC, start_at DESC, event_id LIMIT $most",
        "a round that gave back that much or more, the most first",
    ),
    "days_of_wins": Question(
        "SELECT day_s, most_won_li FROM players WHERE most_won_li > 0"
        " ORDER BY most_won_li DESC, day_s DESC LIMIT $most",
        "a UTC day on which a player's biggest win in a game is among the biggest of all",
        RollUp.PLAYERS,
    ),
    "luck_sample": Question(
        "SELECT start_at - start_at % 3600 AS hour_s, game_id,"
        " CASE WHEN draw_id = '' THEN event_id ELSE draw_id END AS draw_id, bet_amount, gain_amount FROM bets"
        " WHERE (start_at - start_at % 3600 - $first_s) * $stride % $all_s < $some_s AND draw_id IS NOT NULL"
        " ORDER BY hour_s, game_id, draw_id, event_id",
        "a round of some of the hours from $first_s on, taken in strides, of forgotten players none; without"
        " a draw it is one by itself",
    ),
    "returns": Question(
        "SELECT game_id, nullif(draw_id, '') AS draw_id, user_id, start_at, bet_amount, gain_amount FROM bets"
        " ORDER BY start_at, user_id, game_id, bet_amount DESC, gain_amount, draw_id",
        "what a round of a draw gave back, the oldest first; free ones behind what was paid in that second",
    ),
    "steps": Question(
        f"SELECT start_at - start_at % $step_s AS step_s, {_OF_BETS} FROM bets"
        " GROUP BY step_s ORDER BY step_s",
        "a step of time with bets",
    ),
    "sizes": Question(
        "SELECT what, from_li, CAST(sum(bets) AS BIGINT) AS bets, CAST(sum(amount_li) AS BIGINT) AS amount_li"
        " FROM sizes GROUP BY what, from_li ORDER BY what, from_li",
        "a bin of sizes of bets, or of wins, that has some",
        RollUp.SIZES,
    ),
}


def question(
    name: str,
    start_s: int,
    end_s: int,
    *,
    days: Sequence[tuple[int, int]] = (),
    games: Sequence[int] = (),
    **values: int | str,
) -> Asked:
    """Return a question about `start_s <= start_at < end_s`, for one of the engine's ways to answer.

    `days` are the business days of the zone, as (start, end) in epoch s; `games` the ids of the only games
    that count, none: all of them; `values` fill the `$name` places.
    """
    of = QUESTIONS[name]
    return Asked(with_days(of.sql, days), start_s, end_s, of.of, games, values)


def with_days(sql: str, days: Sequence[tuple[int, int]]) -> str:
    """Return SQL with the days in it, whole numbers alone."""
    by_utc = [(at_s, *day) for day in days for at_s in range(utc_day_of(day[0]), day[1], DAY_S)]
    sql = sql.replace("{utc_days}", _rows(("utc_day_s", "day_s", "end_s"), by_utc))
    return sql.replace("{days}", _rows(("day_s", "end_s"), days))


def _rows(names: Sequence[str], rows: Iterable[Sequence[int]]) -> str:
    columns = ", ".join(f"CAST({name} AS BIGINT) AS {name}" for name in names)
    values = ", ".join(f"({', '.join(str(int(each)) for each in row)})" for row in rows)
    return f"SELECT {columns} FROM (VALUES {values}) AS given({', '.join(names)})"
