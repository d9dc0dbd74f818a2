"""A signing, caching client of the game provider "2J"."""

import logging

from twoj_client.client import TwoJ
from twoj_client.errors import BadArgument, OutcomeUnknown, TwoJError
from twoj_client.reply import Reply
from twoj_client.windows import Window

logging.getLogger(__name__).addHandler(logging.NullHandler())  # quiet until somebody sets logging up

__all__ = ["BadArgument", "OutcomeUnknown", "Reply", "TwoJ", "TwoJError", "Window"]
