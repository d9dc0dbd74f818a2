"""The merchant that a test has connected."""

from dashboard.kit.current import merchants
from dashboard.provider.merchant import Merchant


def merchant() -> Merchant:
    """The one whose pages are open."""
    return merchants.first
