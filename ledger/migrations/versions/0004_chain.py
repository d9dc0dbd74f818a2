"""Payouts join the audit log's chain; a table that is written to see whether it can be."""

import time

import sqlalchemy as sa
from alembic import op

from ledger import chain

revision = "0004"
down_revision = "0003"

_serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table; bind what stands there into the chain, as it is found now."""
    op.create_table(
        "trials",
        sa.Column("id", _serial, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trials")),
        comment="Written now and then, to see whether there is room; holds nothing",
    )
    chain.bind_all(op.get_bind(), int(time.time() * 1000))
