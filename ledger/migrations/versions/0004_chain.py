"""Payouts join the audit log's chain; a table that is written to see whether it can be."""

import time

import sqlalchemy as sa
from alembic import op

from ledger import audit, chain
from ledger.schema import deliveries, entries, payouts

revision = "0004"
down_revision = "0003"

_serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table; bind what stands there into the chain, as it is found now, 1000 rows at a time."""
    op.create_table(
        "trials",
        sa.Column("id", _serial, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trials")),
        comment="Written now and then, to see whether there is room; holds nothing",
    )
    for table in (payouts, entries, deliveries):
        for part in op.get_bind().execute(chain.read(table)).partitions(1000):
            written = chain.Written()
            written.add(table, (row._asdict() for row in part))
            _bind(written)
    written = chain.Written()
    said = "SELECT op_id, wallet_li FROM balances WHERE wallet_li IS NOT NULL"
    for op_id, wallet_li in op.get_bind().execute(sa.text(said)):
        written.add_wallet(op_id, wallet_li)
    _bind(written)


def _bind(written: chain.Written) -> None:
    """Write a row of the log, which has one chain yet."""
    if not (details := written.details()):
        return
    last, last_hash = op.get_bind().execute(sa.text("SELECT row_count, hash FROM audit_end")).one()
    row = {
        "id": last + 1,
        "at_ms": int(time.time() * 1000),
        "who": audit.UPGRADE,
        "what": audit.PAYOUTS,
        "about": audit.as_text(details),
        "outcome": audit.DONE,
        "previous_hash": last_hash,
    }
    row["hash"] = audit.row_hash(row)
    names = ", ".join(row)
    values = ", ".join(f":{name}" for name in row)
    op.get_bind().execute(sa.text(f"INSERT INTO audit ({names}) VALUES ({values})"), row)  # noqa: S608
    op.get_bind().execute(sa.text("UPDATE audit_end SET row_count = :id, hash = :hash"), row)
