"""A browser tab without a browser: opens a page over Streamlit's own websocket, changes widgets, waits.

It does what the browser does as far as the server sees it: one websocket a tab, the state of its pickers with
each rerun, the timers of parts that refresh themselves, and large messages kept so that they are sent once.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Delta_pb2 import Delta
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

PATIENCE_S = 60.0
_KEPT_RUNS = 2


@dataclass(eq=False)
class Run:
    """One run of a page's script, from the request to its end, with what the parts drew in it."""

    requested_at: float
    seconds: float = 0.0
    messages: int = 0
    bytes: int = 0
    is_cut: bool = False
    """Whether the server never said that it is over: where a part asks to be drawn before Streamlit's event
    loop has passed a run's last messages on, these are lost."""


class _Drawn(NamedTuple):
    begun: int
    """How many runs had begun when it was drawn."""
    fragment_id: str
    element: Element


class _Kept(NamedTuple):
    used_in: int
    """Number of the run that last needed it."""
    message: ForwardMsg


@dataclass
class Tab:
    """A page in one browser tab. Made by `opened`."""

    url: str
    page: str = ""
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    scheme: Literal["light", "dark"] = "light"

    runs: list[Run] = field(default_factory=list)
    """Runs of the whole page that are over."""
    session_id: str = ""

    def __post_init__(self) -> None:
        self._socket: ClientConnection | None = None
        self._listener: asyncio.Task[None] | None = None
        self._drawn: dict[tuple[int, ...], _Drawn] = {}
        self._widgets: dict[str, str | list[str]] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._kept: dict[str, _Kept] = {}
        self._run: Run | None = None
        self._is_running = False
        self._begun = 0
        self._run_id = self._page_hash = ""
        self._changed = asyncio.Event()

    # What is on the page

    @property
    def elements(self) -> list[Element]:
        """Everything on the page, in the order of its places."""
        return [self._drawn[path].element for path in sorted(self._drawn)]

    def of_type(self, kind: str) -> list[Any]:
        """The elements of a kind, such as `metric`, `markdown`, `plotly_chart`, `dataframe`."""
        return [getattr(each, kind) for each in self.elements if each.WhichOneof("type") == kind]

    @property
    def texts(self) -> list[str]:
        """What stands on the page in words: titles, cards, sentences."""
        cards = [f"{card.label} {card.body}" for card in self.of_type("metric")]
        titles = [title.body for title in self.of_type("heading")]
        return titles + cards + [each.body for kind in ("markdown", "alert") for each in self.of_type(kind)]

    @property
    def errors(self) -> list[str]:
        """What the page says in red: failures and uncaught exceptions."""
        alerts = [alert.body for alert in self.of_type("alert") if alert.format == Alert.Format.ERROR]
        return alerts + [f"{each.type}: {each.message}" for each in self.of_type("exception")]

    @property
    def is_connected(self) -> bool:
        """Whether the server still holds the line."""
        return self._listener is not None and not self._listener.done()

    # What a person does

    async def choose(self, label: str, option: str, patience_s: float = PATIENCE_S) -> Run:
        """Pick an option of a selectbox or of pills, by what is shown."""
        boxes = {box.label: box.id for box in self.of_type("selectbox")}
        pills = {group.label: group.id for group in self.of_type("button_group")}
        if label in boxes:
            self._widgets[boxes[label]] = option
        else:
            self._widgets[pills[label]] = [option]
        return await self.rerun(patience_s=patience_s)

    async def rerun(self, query: str | None = None, patience_s: float = PATIENCE_S) -> Run:
        """Run the whole page again, with another query if one is given, and wait until it is over."""
        self.query = self.query if query is None else query
        self._run = run = Run(time.perf_counter())
        self._run_id = ""  # the end of an earlier run may be on its way
        await self._send()
        await self._wait(lambda: run in self.runs, patience_s)
        return run

    async def until(self, is_so: Callable[[], bool], patience_s: float = PATIENCE_S) -> None:
        """Wait until something is so of a page that is not being drawn.

        Raises TimeoutError after `patience_s`, ConnectionError where the server has gone.
        """
        await self._wait(lambda: not self._is_running and is_so(), patience_s)

    async def _wait(self, is_so: Callable[[], bool], patience_s: float) -> None:
        async with asyncio.timeout(patience_s):
            while not is_so():
                if not self.is_connected:
                    raise ConnectionError(f"{self.url}: the server has closed the line.")
                self._changed.clear()
                await self._changed.wait()

    async def connect(self) -> None:
        """Open the line, or open it again as a browser does after a break, and run the page."""
        await self.close()
        protocols = ["streamlit", "no-token", *([self.session_id] if self.session_id else [])]
        self._socket = await connect(
            f"{self.url.replace('http', 'ws', 1)}/_stcore/stream",
            subprotocols=protocols,  # type: ignore[arg-type] # they are plain text at run time
            additional_headers=self.headers,
            max_size=None,
            compression=None,
            proxy=None,
        )
        self._listener = asyncio.create_task(self._listen(self._socket))
        await self.rerun()

    async def close(self) -> None:
        """Close the line."""
        self._stop_timers()
        if self._socket and self._listener:
            await self._socket.close()
            await self._listener

    # What the browser does by itself

    async def _send(self, fragment_id: str = "") -> None:
        message = BackMsg()
        state = message.rerun_script
        state.query_string, state.page_script_hash = self.query, self._page_hash
        if not self._page_hash:
            state.page_name = self.page
        state.fragment_id, state.is_auto_rerun = fragment_id, bool(fragment_id)
        for widget_id, value in self._widgets.items():
            widget = state.widget_states.widgets.add(id=widget_id)
            if isinstance(value, list):
                widget.string_array_value.data.extend(value)
            else:
                widget.string_value = value
        state.cached_message_hashes.extend(self._kept)
        state.context_info.timezone, state.context_info.locale = "UTC", "en-US"
        state.context_info.url, state.context_info.color_scheme = f"{self.url}/{self.page}", self.scheme
        if self._socket is None:
            raise ConnectionError("The tab is not connected.")
        with suppress(ConnectionClosed):  # `until` says so
            await self._socket.send(message.SerializeToString())

    async def _listen(self, socket: ClientConnection) -> None:
        try:
            async for raw in socket:
                assert isinstance(raw, bytes)
                message = ForwardMsg.FromString(raw)
                if self._run:
                    self._run.messages += 1
                    self._run.bytes += len(raw)
                self._take(message)
        except ConnectionClosed:
            pass
        finally:
            self._stop_timers()
            self._changed.set()

    def _take(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if kind in ("delta", "ref_hash"):
            self._draw(tuple(message.metadata.delta_path), self._whole(message).delta)
        elif kind == "new_session":
            self._begin(message)
        elif kind == "navigation":
            self._page_hash = message.navigation.page_script_hash
        elif kind == "page_info_changed":
            self.query = message.page_info_changed.query_string
        elif kind == "auto_rerun":
            self._start_timer(message.auto_rerun.fragment_id, message.auto_rerun.interval)
        elif kind == "stop_auto_rerun":
            for fragment_id in message.stop_auto_rerun.fragment_ids:
                self._stop_timer(fragment_id)
        elif kind == "script_finished":
            self._end(message)

    def _whole(self, message: ForwardMsg) -> ForwardMsg:
        """The message, or the kept one that it stands for."""
        if message.HasField("ref_hash"):
            message = self._kept[message.ref_hash].message
        if message.metadata.cacheable:
            self._kept[message.hash] = _Kept(len(self.runs), message)
        return message

    def _draw(self, path: tuple[int, ...], delta: Delta) -> None:
        if not delta.HasField("new_element"):
            return
        element = delta.new_element
        self._drawn[path] = _Drawn(self._begun, delta.fragment_id, element)
        if element.selectbox.set_value:
            self._widgets[element.selectbox.id] = element.selectbox.raw_value
        if element.button_group.set_value:
            self._widgets[element.button_group.id] = list(element.button_group.raw_values)

    def _begin(self, message: ForwardMsg) -> None:
        self._is_running = True
        self._begun += 1
        self.session_id = message.new_session.initialize.session_id
        if not message.metadata.run.fragment_ids:
            self._stop_timers()
            self._run_id = message.metadata.run.script_run_id
        elif self._run and self._run_id:
            self._run.is_cut = True
            self._finish()

    def _end(self, message: ForwardMsg) -> None:
        self._is_running = message.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN
        if not self._is_running:
            self._tidy(set(message.metadata.run.fragment_ids))
        is_ours = message.metadata.run.script_run_id == self._run_id
        if is_ours and message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
            self._finish()
        self._changed.set()

    def _finish(self) -> None:
        run, self._run = self._run or Run(time.perf_counter()), None
        run.seconds = time.perf_counter() - run.requested_at
        self.runs.append(run)
        oldest = len(self.runs) - _KEPT_RUNS
        self._kept = {name: kept for name, kept in self._kept.items() if kept.used_in >= oldest}
        self._changed.set()

    def _tidy(self, fragment_ids: set[str]) -> None:
        """Take off what the run that is over has not drawn again, of these fragments or of the whole page."""
        self._drawn = {
            path: each
            for path, each in self._drawn.items()
            if each.begun == self._begun or (fragment_ids and each.fragment_id not in fragment_ids)
        }

    def _start_timer(self, fragment_id: str, interval_s: float) -> None:
        if fragment_id in self._timers:
            return

        def ring() -> None:
            self._timers[fragment_id] = loop.call_later(interval_s, ring)
            self._rung = loop.create_task(self._send(fragment_id))

        loop = asyncio.get_running_loop()
        self._timers[fragment_id] = loop.call_later(interval_s, ring)

    def _stop_timer(self, fragment_id: str) -> None:
        timer = self._timers.pop(fragment_id, None)
        if timer:
            timer.cancel()

    def _stop_timers(self) -> None:
        for fragment_id in list(self._timers):
            self._stop_timer(fragment_id)


@asynccontextmanager
async def opened(url: str, page: str = "", query: str = "", **options: Any) -> AsyncIterator[Tab]:
    """Open a page of the dashboard at `url` and wait until it is drawn.

    `page` stands in the address, empty for the Overview; `query` follows the question mark; `options` are
    fields of `Tab`.
    """
    tab = Tab(url, page, query, **options)
    try:
        await tab.connect()
        yield tab
    finally:
        await tab.close()
