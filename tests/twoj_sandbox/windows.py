"""Windows for hypothesis to try the local provider's answers with."""

from hypothesis import strategies as st

from tests.provider import CLOCK
from twoj_sandbox.world.day import DAY_S

# Drawn as days and seconds: drawn as one number, nearly all of them would be short.
lengths = st.builds(lambda days, seconds: days * DAY_S + seconds, st.integers(0, 59), st.integers(1, DAY_S))

windows = st.builds(lambda back, length: (CLOCK + DAY_S - back, length), lengths, lengths)
"""A start and a length in seconds, 60 days at most, of which some reach into the future."""
