"""The operator's side of the provider's jackpot payouts: verify a call, write it to the ledger once, answer.

`from_settings(settings, database)` is a receiver to be mounted in a server: its `routes` are served inside
its `running()`. ``python -m ledger payouts`` is such a server, ``python -m ledger check`` proves the ledger.
"""

from dashboard.server.settings import Settings, SettingsError
from ledger.database import Database
from ledger.payouts.payout_call import MerchantKey
from ledger.payouts.receiver import Receiver
from ledger.payouts.wallet import WalletClient

__all__ = ["Receiver", "from_settings"]


def from_settings(settings: Settings, database: Database) -> Receiver:
    """Return the receiver that the settings describe, over the ledger in `database`.

    Raises SettingsError where the merchant is not named.
    """
    if settings.mch_id is None or settings.key is None:
        raise SettingsError("TWOJ_MCH_ID and TWOJ_KEY: are needed to receive payouts")
    merchant = MerchantKey(settings.mch_id, settings.key.get_secret_value())
    wallet = WalletClient(settings.payout_wallet_url) if settings.payout_wallet_url else None
    return Receiver(merchant, database, wallet)
