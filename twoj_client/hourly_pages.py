"""Walks the betting history of all games: hour by hour, page by page, several requests at once."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future
from typing import Generic, NamedTuple, Protocol, TypeVar

from twoj_client.endpoints import ALL_HISTORY
from twoj_client.errors import WrongShape
from twoj_client.reply import Answer
from twoj_client.windows import HOUR_S, Window, cut

PAGE_SIZE = 2000
# Ten million bets in an hour are more than any provider has.
_MOST_PAGES = 5000
# Pages that may be on their way beyond the hour at the front: some 40 MB.
_PAGES_AHEAD = 64
_HOURS_AHEAD = 16


class Page(Protocol):
    """What the walk needs to know of a page."""

    @property
    def total(self) -> int: ...  # noqa: D102
    @property
    def page_size(self) -> int: ...  # noqa: D102
    def __len__(self) -> int: ...


P = TypeVar("P", bound=Page)

Read = Callable[[int, Window], Answer[P]]
"""Reads the page with this number of this hour."""


class HourPages(NamedTuple, Generic[P]):
    """The pages of one hour, in order."""

    window: Window
    pages: list[Answer[P]]
    complete: bool
    """False where the pages do not hold as many different rows as they say there are."""


class _PendingHour(Generic[P]):
    """An hour whose pages are on their way: the first page tells of the others, and has them asked for."""

    def __init__(self, workers: Executor, read: Read[P], window: Window) -> None:
        self.window = window
        self._workers = workers
        self._read = read
        self._others: list[Future[Answer[P]]] = []
        self._first = workers.submit(self._begin)

    def _begin(self) -> Answer[P]:
        first = self._read(1, self.window)
        for number in _other_pages(first.value):
            self._others.append(self._workers.submit(self._read, number, self.window))
        return first

    def pages(self) -> list[Answer[P]]:
        pages = [self._first.result()]
        for other in self._others:
            if not len(pages[-1].value):  # nothing comes after an empty page, whatever the total says
                other.cancel()
                continue
            pages.append(other.result())
        return pages

    @property
    def waiting(self) -> int:
        return 1 + len(self._others)

    def cancel(self) -> None:
        for page in (self._first, *self._others):
            page.cancel()


def hourly_pages(
    workers: Executor, read: Read[P], renew: Read[P], distinct: Callable[[list[P]], int], window: Window
) -> Iterator[HourPages[P]]:
    """Yield the hours of `window`, oldest first.

    `read` reads a page, `renew` past any cache; `distinct` counts the different rows of some pages.
    """

    def is_complete(pages: list[Answer[P]]) -> bool:
        return {page.value.total for page in pages} == {distinct([page.value for page in pages])}

    todo = deque(cut(window, HOUR_S))
    begun: deque[_PendingHour[P]] = deque()
    try:
        while todo or begun:
            while todo and _has_room(begun):
                begun.append(_PendingHour(workers, read, todo.popleft()))
            hour = begun.popleft()
            pages = hour.pages()
            complete = is_complete(pages)
            if not complete:
                # Rows came in while we paged, or an old page was kept: once more, past the cache.
                again = _again(renew, hour.window)
                complete = is_complete(again)
                pages = again if complete else pages + again
            yield HourPages(hour.window, pages, complete)
    finally:
        for hour in begun:
            hour.cancel()


def _has_room(begun: Sequence[_PendingHour[P]]) -> bool:
    if not begun:
        return True
    return len(begun) <= _HOURS_AHEAD and sum(hour.waiting for hour in begun) < _PAGES_AHEAD


def _again(renew: Read[P], window: Window) -> list[Answer[P]]:
    pages = [renew(1, window)]
    for number in _other_pages(pages[0].value):
        if not len(pages[-1].value):
            break
        pages.append(renew(number, window))
    return pages


def _other_pages(first: Page) -> range:
    """Return the numbers of the pages after the first."""
    # A provider that gives smaller pages than asked for says so.
    size = len(first) if len(first) == first.page_size else PAGE_SIZE
    if len(first) < size or not size:
        return range(0)
    count = -(-first.total // size)
    if count > _MOST_PAGES:
        raise WrongShape(
            "The provider's answer says that an hour has {total} bets, which cannot be.",
            endpoint=ALL_HISTORY.path,
            total=first.total,
        )
    return range(2, count + 1)
