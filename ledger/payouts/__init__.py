"""The operator's side of the provider's jackpot payouts: verify a call, write it to the ledger once, answer.

A `receiver.Receiver` is to be mounted in a server: its `routes` are served inside its `running()`.
``python -m ledger payouts`` is such a server, ``python -m ledger check`` proves the ledger.
"""
