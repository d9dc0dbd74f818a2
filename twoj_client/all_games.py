"""Methods about all games: ``twoj.all``."""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import msgspec

from twoj_client import arguments, endpoints
from twoj_client.arguments import When
from twoj_client.core import Core
from twoj_client.endpoints import Endpoint
from twoj_client.errors import BadArgument
from twoj_client.history import forwards, oldest_first
from twoj_client.hourly_pages import PAGE_SIZE, HourPages, P, Read, hourly_pages
from twoj_client.models import Bet, BetPage, BonusSummary, Game, StageAnswer, StageSummary
from twoj_client.reply import Answer, Reply, reply_of
from twoj_client.stage import StageSummaries
from twoj_client.windows import Window

if TYPE_CHECKING:
    from pyarrow import Table

    from twoj_client.columns import BetColumns

T = TypeVar("T")

# Inside the class, `list` is a method.
GameList = list[Game]
Bets = list[Bet]
Hours: TypeAlias = "list[Reply[Table]]"


class AllGames:
    """What the provider says about all games together."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._stages = StageSummaries(core)

    def list(self) -> Reply[GameList]:
        """Return all games."""
        answer = self._core.cache.read(endpoints.ALL_LIST, {})
        return reply_of([*answer.value], [answer])

    def stage_summary(self, *, start: When, end: When) -> Reply[StageSummary]:
        """Return the totals of each business day of the window and of the whole, in li.

        Days are those of the client's zone, oldest first; a day without bets is there with zeros, and the
        first and last day hold only what lies in the window. The window may have any length.

        Raises:
            BadArgument: the window is none.
            TwoJError: the provider failed.

        """
        return self._stages.read(arguments.window(start, end))

    def history(
        self,
        *,
        start: When,
        end: When,
        game_ids: Iterable[int] | None = None,
    ) -> Reply[Bets]:
        """Return all bets of the window, oldest first, amounts in li; only those of `game_ids`, if any.

        ``missing`` names the hours that stayed incomplete. Finished hours are kept in the cache.
        """
        cache, params = self._core.cache, _history_params(game_ids)
        window = arguments.window(start, end)
        hours = self._hours(endpoints.ALL_HISTORY, cache.read, cache.renew, _distinct, params, window)
        answered = ([bet for page in hour.pages for bet in page.value.items] for hour in hours)
        bets = [oldest_first(forwards(of_hour)) for of_hour in answered]
        changes = [
            change
            for hour, of_hour in zip(hours, bets, strict=True)
            if hour.complete
            for change in cache.compared(endpoints.ALL_HISTORY, params, hour.window, of_hour, hour.pages)
        ]
        reply = _reply([bet for of_hour in bets for bet in of_hour], hours)
        return msgspec.structs.replace(reply, changes=tuple(changes))

    def history_table(self, *, start: When, end: When) -> "Reply[Table]":
        """Return the bets of the window as an Arrow table, several times as quickly as :meth:`history`.

        The columns are the fields of :class:`~twoj_client.models.Bet`; amounts are 64-bit integers of li.
        Always asked anew, and not kept: some days of a busy operator would fill the cache.
        """
        # Arrow takes a while to load, and not everybody needs it.
        import pyarrow as pa  # noqa: PLC0415

        from twoj_client import columns  # noqa: PLC0415

        hours = self._pages(start, end)
        return _reply(pa.concat_tables([columns.rows(hour) for hour in hours]), hours)

    def history_hours(self, *, start: When, end: When) -> Hours:
        """Return the same by hour: each as it was told by its own pages, with its own age."""
        from twoj_client import columns  # noqa: PLC0415

        return [_reply(columns.rows(hour), [hour]) for hour in self._pages(start, end)]

    def _pages(self, start: When, end: When) -> "Sequence[HourPages[BetColumns]]":
        from twoj_client import columns  # noqa: PLC0415

        ask, distinct = self._core.ask, columns.distinct
        params, window = _history_params(None), arguments.window(start, end)
        return self._hours(columns.ALL_HISTORY_COLUMNS, ask, ask, distinct, params, window)

    def sums(self, *, start: When, end: When) -> Reply[StageAnswer]:
        """Return the provider's own sums of a window, and of each UTC date in it, in li.

        Always asked anew, in one request. Raises BadArgument where the window is longer than 60 days.
        """
        window = arguments.window(start, end)
        endpoint = endpoints.ALL_STAGE_SUMMARY
        if endpoint.longest_s and window.end - window.start > endpoint.longest_s:
            raise BadArgument("The provider sums up 60 days at most.")
        answer = self._core.ask(endpoint, {"time_start": window.start, "time_end": window.end})
        return reply_of(answer.value, [answer])

    def _hours(
        self,
        endpoint: Endpoint[P],
        read: Callable[..., Answer[P]],
        renew: Callable[..., Answer[P]],
        distinct: Callable[[Sequence[P]], int],
        params: dict[str, Any],
        window: Window,
    ) -> Sequence[HourPages[P]]:
        def page_of(ask: Callable[..., Answer[P]]) -> Read[P]:
            return lambda page, hour: ask(endpoint, params | {"page": page}, hour)

        return [*hourly_pages(self._core.workers, page_of(read), page_of(renew), distinct, window)]

    def bonus_summary(
        self,
        *,
        start: When | None = None,
        end: When | None = None,
        mch_id: int | None = None,
        user_id: int | None = None,
        op_id: str | None = None,
        game_ids: Iterable[int] | None = None,
        create_types: Iterable[int] | None = None,
        states: Iterable[int] | None = None,
    ) -> Reply[BonusSummary]:
        """Return what became of the bonuses created in the window (of all, without one), in li.

        `mch_id` is the client's own merchant unless a subordinate one is named. `create_types`: 1 API,
        2 backend, 3 official. `states`: 1 active, 2 wagering, 3 completed, 4 cancelled, 5 expired.
        """
        endpoint = endpoints.ALL_BONUS_SUMMARY
        lists = {
            "game_ids": arguments.ids("game_ids", game_ids),
            "create_type_list": arguments.ids("create_types", create_types),
            "state_list": arguments.ids("states", states),
        }
        params: dict[str, Any] = {
            "mch_id": self._core.mch_id if mch_id is None else arguments.positive("mch_id", mch_id)
        }
        params |= arguments.optional_player(user_id, op_id)
        params |= {name: values for name, values in lists.items() if values}
        if start is None and end is None:
            answer = self._core.cache.read(endpoint, params)
            return reply_of(answer.value, [answer])
        if start is None or end is None:
            raise BadArgument("Give both start and end, or neither.")
        return self._core.read_joined(endpoint, params, start, end)


def _history_params(game_ids: Iterable[int] | None) -> dict[str, Any]:
    params: dict[str, Any] = {"page_size": PAGE_SIZE}
    wanted = arguments.ids("game_ids", game_ids)
    return params | {"game_ids": wanted} if wanted else params


def _reply(data: T, hours: Sequence[HourPages[Any]]) -> Reply[T]:
    answers = [page for hour in hours for page in hour.pages]
    return reply_of(data, answers, [hour.window for hour in hours if not hour.complete])


def _distinct(pages: Sequence[BetPage]) -> int:
    return len({bet.event_id for page in pages for bet in page.items})
