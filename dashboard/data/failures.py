"""What failed, in sentences."""

from collections.abc import Iterable
from itertools import groupby

from twoj_client import TwoJError


def failures(errors: Iterable[tuple[str, TwoJError]]) -> tuple[str, ...]:
    """A sentence for each kind of failure, with the names of what it struck; of many only how many."""
    by_sentence = groupby(
        sorted(errors, key=lambda pair: pair[1].sentence), key=lambda pair: pair[1].sentence
    )
    struck = {sentence: [name for name, _ in pairs] for sentence, pairs in by_sentence}
    return tuple(f"{listed(names)}: {sentence}" for sentence, names in struck.items())


def listed(names: list[str], most: int = 5) -> str:
    """Names beside each other; of many the first few and how many more."""
    more = len(names) - most
    return "; ".join(names[:most]) + (f" and {more} more" if more > 0 else "")
