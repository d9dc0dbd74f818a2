"""The ledger's tables. `migrations` makes them; a test holds the two to each other. Amounts are in li."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
)

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)
SerialId = BigInteger().with_variant(Integer(), "sqlite")  # SQLite numbers rows by itself only as INTEGER

payouts = Table(
    "payouts",
    metadata,
    Column("trans_no", String(200), primary_key=True),
    Column("op_id", String(200), nullable=False),
    Column("amount_li", BigInteger, CheckConstraint("amount_li > 0", name="amount"), nullable=False),
    Column("draw_id", String(200), nullable=False),
    Column("game_id", BigInteger, nullable=False),
    Column("hourly_li", BigInteger),
    Column("super_li", BigInteger),
    Column("parts_differ", Boolean, nullable=False, comment="hourly_li and super_li do not make amount_li"),
    Column("ordered_at_s", BigInteger, nullable=False, comment="the provider's time"),
    Column("received_at_ms", BigInteger, nullable=False),
    Column("conflicts", Integer, nullable=False, comment="calls with this trans_no for other money"),
    comment="Each jackpot win that the provider asked for, once",
)

entries = Table(
    "entries",
    metadata,
    Column("id", SerialId, primary_key=True),
    Column("trans_no", String(200), ForeignKey("payouts.trans_no"), unique=True, nullable=False),
    Column("op_id", String(200), nullable=False),
    Column("amount_li", BigInteger, nullable=False),
    Column("booked_at_ms", BigInteger, nullable=False),
    comment="What was credited, in the order of crediting; never changed",
)

# The check keeps SQLite from going on in floating point where 64 bits end.
balances = Table(
    "balances",
    metadata,
    Column("op_id", String(200), primary_key=True),
    Column(
        "balance_li",
        BigInteger,
        CheckConstraint("balance_li BETWEEN 0 AND 9223372036854775807", name="balance"),
        nullable=False,
        comment="the sum of the player's entries",
    ),
    Column("wallet_li", BigInteger, comment="what the operator's wallet last said the player has"),
    comment="What each player was credited in all",
)

pending = Table(
    "pending",
    metadata,
    Column("trans_no", String(200), ForeignKey("payouts.trans_no"), primary_key=True),
    Column("tries", Integer, nullable=False),
    Column(
        "try_at_ms", BigInteger, nullable=False, comment="before this time nobody else may ask the wallet"
    ),
    comment="Payouts that the operator's wallet has not confirmed yet",
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", SerialId, primary_key=True),
    Column("received_at_ms", BigInteger, nullable=False),
    Column("outcome", String(20), nullable=False),
    Column("trans_no", String(200)),
    Column("code", Integer, nullable=False),
    Column("msg", String(200), nullable=False),
    Column("body", LargeBinary, nullable=False, comment="its first 4 KiB"),
    Column("body_size", Integer, nullable=False),
    comment="Every call, good or bad; never its signature",
)
