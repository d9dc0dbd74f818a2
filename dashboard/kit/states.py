"""What a part says of its numbers' age, and in their place when there are none: one sentence each."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final, TypeVar

import streamlit as st
import structlog

from dashboard.core import formats
from dashboard.core.markdown import escaped
from dashboard.core.periods import Comparison
from dashboard.core.query import View, read_view
from dashboard.core.text import Message, Words, later, text
from dashboard.kit import current, query_params, runs
from dashboard.provider import archived
from dashboard.provider.archived import NotArchived
from dashboard.provider.failures import failure_text, stale_text
from dashboard.provider.merchant import LedgerFailed, ProviderFailed
from dashboard.provider.reading import Reading

S = TypeVar("S")
T = TypeVar("T")
_NEW: Final = timedelta(seconds=archived.FRESH_S)
log = structlog.get_logger(__name__)


@contextmanager
def part(name: Words, around: Callable[[], AbstractContextManager[None]] = nullcontext) -> Iterator[None]:
    """Draw one part of a page; a failure becomes a sentence in its place and leaves the other parts alive.

    The sentence is drawn inside `around()`, which keeps the part's place. People never see a traceback. A
    failure of the provider is said in its own words; of the ledger, that it is one; any other is ours, and
    the log has it.
    """
    try:
        yield
    except NotArchived as error:
        with around():
            sentence = text("{name}: not known now.", name=escaped(str(name)))
            st.info(f"{sentence} {escaped(str(error.sentence))}", icon=":material/inventory_2:")
    except (ProviderFailed, LedgerFailed) as error:
        log.warning("part failed", part=str(name), error=str(error))
        why = text("The ledger's database does not answer; try again in a moment.")
        if isinstance(error, ProviderFailed):
            why = escaped(failure_text(error))
        with around():
            sentence = text("{name}: not known now.", name=escaped(str(name)))
            st.error(f"{sentence} {why}", icon=":material/cloud_off:")
    except Exception:
        log.exception("part failed", part=str(name))
        sentence = text("{name}: this could not be drawn. The server's log says why.", name=name)
        if run := runs.request_id():
            sentence = text(
                "{name}: this could not be drawn. The server's log says why, under {run}.", name=name, run=run
            )
        with around():
            st.error(sentence, icon=":material/error:")


@contextmanager
def box(key: str, title: str) -> Iterator[st.delta_generator.DeltaGenerator]:
    """A bordered box with its heading; `key` names it for the style sheet. Yields the place beside that."""
    with st.container(key=f"box-{key}", border=True):
        heading = st.container(
            horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"
        )
        heading.subheader(title, anchor=False, width="content")
        yield heading


def as_of(
    known: Reading[Any],
    *others: Reading[Any] | None,
    note: str = "",
    alone: bool = False,
    first: bool = False,
) -> None:
    """Say what the page's one line does not: that these numbers, or the `others` beside, are old or cut.

    They say with what they are compared; `note` is what else a reader must know of them. On a page without
    that line (`alone`) they say as of when they are in any case. What of the bets lacks they say beside it
    where they are the `first` figures of the page that are made of these.
    """
    merchant, shown = current.merchant(), [known, *(each for each in others if each)]
    now, line = merchant.now(), archived.ProofLine("")
    if not alone:
        with suppress(LedgerFailed):  # the line says so
            line = _proof_line(_view())
    reason = next((each.stale_reason for each in shown if each.stale_reason), None)
    when, age = formats.moment(known.as_of, merchant.zone, now), formats.age(known.as_of, now)
    if reason and not (line.stale_reason and stale_text(line.stale_reason) == stale_text(reason)):
        last = text("These are the last numbers it gave, as of {when} ({age}).", when=when, age=age)
        if known.compared:
            last += " " + text("They are compared with {days}.", days=known.compared)
        st.warning(f"{escaped(stale_text(reason))} {last}", icon=":material/history:")
    else:
        settled = all(each.settled and not each.failures for each in shown)
        is_said = line.as_of and (
            settled or now - known.as_of <= _NEW or when == formats.moment(line.as_of, merchant.zone, now)
        )
        dated = (text("As of {when}", when=when), text("final") if settled else age)
        compared = text("compared with {days}", days=known.compared) if known.compared else ""
        said = (*(() if is_said else dated), compared, note)
        if sentence := " · ".join(filter(None, said)):
            st.caption(sentence[0].upper() + sentence[1:])
    # The line warns of it itself where it says why nothing newer comes.
    is_above = not first or line.stale_reason
    above = {str(sentence) for sentence in line.failures} if is_above else set()
    failed = dict.fromkeys(str(sentence) for each in shown for sentence in each.failures)
    if lacking := [sentence for sentence in failed if sentence not in above]:
        sentences = escaped(" ".join(lacking))
        st.warning(text("Not included: {sentences}", sentences=sentences), icon=":material/cloud_off:")
    for warning in dict.fromkeys(sentence for each in shown for sentence in each.warnings):
        st.warning(escaped(str(warning)), icon=":material/info:")


def as_of_if_odd(known: Reading[Any], *others: Reading[Any] | None) -> None:
    """Say it only where one of them is old, cut or doubted: figures above have said as of when they are."""
    if any(each.stale or each.failures or each.warnings for each in (known, *filter(None, others))):
        as_of(known, *others)


def render_proof() -> None:
    """Say in one line how complete and how proven the period's bets are, and why no newer ones come."""
    view = _view()
    if view.start >= view.end:
        return
    line = _proof_line(view)
    if line.stale_reason:
        st.warning(escaped(f"{stale_text(line.stale_reason)} {line.sentence}"), icon=":material/history:")
    else:
        st.caption(escaped(str(line.sentence)))


def _proof_line(view: View) -> archived.ProofLine:
    return archived.proof_line(current.merchant(), view.start, view.end)


def _view() -> View:
    return read_view(query_params.query())


def compared(
    view: View, known: Reading[S], ask: Callable[[Comparison], Reading[T]], *, said: bool = False
) -> tuple[Reading[S], Reading[T] | None]:
    """Put `known` beside what `ask` answers for the compared days: as far of them as `known` itself goes.

    Returns both; the first says with what it is compared. Where the comparison fails the page says so, if
    another part has not `said` it, and goes on without it.
    """
    end = known.window[1] if known.window else view.end
    comparison, found = view.until(end).comparison, None
    if comparison:
        with suppress(ProviderFailed) if said else part(text("The comparison")):
            found = ask(comparison)
    return (replace(known, compared=comparison.label), found) if comparison and found else (known, None)


def just_begun(view: View) -> bool:
    """Whether the period holds no full minute yet; if so, says so."""
    if view.start < view.end:
        return False
    period = view.period.label
    st.info(text("{period} has just begun; the first numbers come within a minute.", period=period))
    return True


NO_BETS: Final = later("No bets {when}. A longer period, or fewer filters, may have some.")


def nothing_in(view: View, sentence: Message = NO_BETS) -> None:
    """Say, once for a page, that its period holds none of what it shows: `sentence` has a place `when`."""
    said = text(sentence.key, **sentence.fields, when=view.period.when)
    st.info(said, icon=":material/event_busy:")
