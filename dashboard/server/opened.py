"""What commands and the server open by the settings, and how a command ends."""

import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from time import time

from archive.archive import Archive
from archive.bucket import archive_place
from archive.store import ArchiveOff, FileDamaged
from dashboard.core.setting_errors import SettingsError
from dashboard.server.settings import Settings, load_settings
from ledger.database import Database, Ledger, LedgerAway, LedgerUrlRefused, ledger_url
from ledger.payouts.payout_call import MerchantKey
from ledger.payouts.receiver import MerchantPayouts, Receiver
from ledger.payouts.wallet import WalletClient
from twoj_client import TwoJError


def run(command: Callable[[Settings], int], *refused: type[Exception]) -> int:
    """Return the exit status of a command: its own, or 2 and a line on standard error where it failed.

    `refused` are errors of its own, whose text is a line.
    """
    told: tuple[type[Exception], ...] = (SettingsError, ArchiveOff, LedgerUrlRefused, LedgerAway, FileDamaged)
    try:
        return command(load_settings())
    except TwoJError as error:
        why = f"{error.sentence} {error.what_to_do}"
    except (*told, *refused) as error:
        why = str(error)
    except OSError as error:
        why = f"{error.filename}: {error.strerror}" if error.filename else str(error)
    sys.stderr.write(f"{why}\n")
    return 2


@contextmanager
def archive_of(settings: Settings) -> Iterator[Archive]:
    """Have the archive while the context lasts. Raises ArchiveOff, LedgerUrlRefused, SettingsError."""
    place = archive_place(settings.archive_url)
    with closing(Database(ledger_url(settings.ledger_url))) as database:
        yield Archive(Ledger(database, settings.merchant()[0]), place, time)


def receiver_of(settings: Settings, database: Database) -> Receiver:
    """Return what answers the provider's payouts, with the operator's wallet where one is set."""
    wallet = WalletClient(settings.payout_wallet_url) if settings.payout_wallet_url else None
    return Receiver(MerchantPayouts(MerchantKey(*settings.merchant()), database, wallet))
