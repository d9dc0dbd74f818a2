"""Payouts, what they credited, and every call that asked for one."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the first tables."""
    op.create_table(
        "payouts",
        sa.Column("trans_no", sa.String(200), nullable=False),
        sa.Column("op_id", sa.String(200), nullable=False),
        sa.Column("amount_li", sa.BigInteger, nullable=False),
        sa.Column("draw_id", sa.String(200), nullable=False),
        sa.Column("game_id", sa.BigInteger, nullable=False),
        sa.Column("hourly_li", sa.BigInteger),
        sa.Column("super_li", sa.BigInteger),
        sa.Column(
            "parts_differ", sa.Boolean, nullable=False, comment="hourly_li and super_li do not make amount_li"
        ),
        sa.Column("ordered_at_s", sa.BigInteger, nullable=False, comment="the provider's time"),
        sa.Column("received_at_ms", sa.BigInteger, nullable=False),
        sa.Column(
            "conflicts", sa.Integer, nullable=False, comment="calls with this trans_no for other money"
        ),
        sa.CheckConstraint("amount_li > 0", name=op.f("ck_payouts_amount")),
        sa.PrimaryKeyConstraint("trans_no", name=op.f("pk_payouts")),
        comment="Each jackpot win that the provider asked for, once",
    )
    op.create_table(
        "entries",
        sa.Column("id", _serial, nullable=False),
        sa.Column("trans_no", sa.String(200), nullable=False),
        sa.Column("op_id", sa.String(200), nullable=False),
        sa.Column("amount_li", sa.BigInteger, nullable=False),
        sa.Column("booked_at_ms", sa.BigInteger, nullable=False),
        sa.ForeignKeyConstraint(["trans_no"], ["payouts.trans_no"], name=op.f("fk_entries_trans_no")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entries")),
        sa.UniqueConstraint("trans_no", name=op.f("uq_entries_trans_no")),
        comment="What was credited, in the order of crediting; never changed",
    )
    op.create_table(
        "balances",
        sa.Column("op_id", sa.String(200), nullable=False),
        sa.Column("balance_li", sa.BigInteger, nullable=False, comment="the sum of the player's entries"),
        sa.Column("wallet_li", sa.BigInteger, comment="what the operator's wallet last said the player has"),
        sa.CheckConstraint("balance_li BETWEEN 0 AND 9223372036854775807", name=op.f("ck_balances_balance")),
        sa.PrimaryKeyConstraint("op_id", name=op.f("pk_balances")),
        comment="What each player was credited in all",
    )
    op.create_table(
        "pending",
        sa.Column("trans_no", sa.String(200), nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column(
            "try_at_ms",
            sa.BigInteger,
            nullable=False,
            comment="before this time nobody else may ask the wallet",
        ),
        sa.ForeignKeyConstraint(["trans_no"], ["payouts.trans_no"], name=op.f("fk_pending_trans_no")),
        sa.PrimaryKeyConstraint("trans_no", name=op.f("pk_pending")),
        comment="Payouts that the operator's wallet has not confirmed yet",
    )
    op.create_table(
        "deliveries",
        sa.Column("id", _serial, nullable=False),
        sa.Column("received_at_ms", sa.BigInteger, nullable=False),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("trans_no", sa.String(200)),
        sa.Column("code", sa.Integer, nullable=False),
        sa.Column("msg", sa.String(200), nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False, comment="its first 4 KiB"),
        sa.Column("body_size", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        comment="Every call, good or bad; never its signature",
    )
