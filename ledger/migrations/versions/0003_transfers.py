"""The cashiers' transfers, and the audit log."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the tables, and the end of a log that is still empty."""
    op.create_table(
        "transfers",
        sa.Column("trans_no", sa.String(64), nullable=False),
        sa.Column("op_id", sa.Text, nullable=False),
        sa.Column("kind", sa.String(10), nullable=False, comment="deposit, withdrawal"),
        sa.Column("amount_li", sa.BigInteger, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("state", sa.String(10), nullable=False, comment="sending, done, refused, unknown"),
        sa.Column("reason", sa.Text, nullable=False, comment="in words why it was refused or is not known"),
        sa.Column("balance_li", sa.BigInteger, comment="the player's balance after it"),
        sa.Column("freeze_li", sa.BigInteger, comment="the part of the balance that a game locked"),
        sa.Column("sent_at_ms", sa.BigInteger, nullable=False),
        sa.Column("settled_at_ms", sa.BigInteger, comment="when the state was last said"),
        sa.CheckConstraint("amount_li > 0", name=op.f("ck_transfers_amount")),
        sa.PrimaryKeyConstraint("trans_no", name=op.f("pk_transfers")),
        comment="Each deposit and withdrawal of the cashiers, written before it is sent",
    )
    op.create_index("ix_transfers_op_id", "transfers", ["op_id"])
    op.create_table(
        "audit",
        sa.Column(
            "id", sa.BigInteger, autoincrement=False, nullable=False, comment="1, 2, 3 … without a gap"
        ),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("what", sa.String(40), nullable=False),
        sa.Column("about", sa.Text, nullable=False, comment="a JSON object"),
        sa.Column("outcome", sa.String(40), nullable=False),
        sa.Column("previous_hash", sa.String(64), nullable=False, comment="the hash of the row before"),
        sa.Column("hash", sa.String(64), nullable=False, comment="SHA-256 over all other columns"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
        comment="Who did what, in an unbroken chain; never changed",
    )
    end = op.create_table(
        "audit_end",
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("row_count", sa.BigInteger, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_audit_end_single")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_end")),
        comment="The last row of the audit log; whoever writes there locks this row first",
    )
    op.bulk_insert(end, [{"id": 1, "row_count": 0, "hash": "0" * 64}])
