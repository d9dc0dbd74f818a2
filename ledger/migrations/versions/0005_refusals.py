"""Calls that were not credited; payouts of which only the money is known, with a time that can be true."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_signed = "msg NOT LIKE 'The query string%' AND msg NOT LIKE 'The body is larger%'"
_kind = f"""
    CASE WHEN outcome <> 'refused' THEN outcome
         WHEN code IN (500008, 500009) THEN 'mismatch'
         WHEN {_signed} THEN 'unreadable'
         ELSE 'unsigned' END"""


def _told(digits: int) -> str:
    return f"ordered_at_s >= 1{'0' * (digits - 1)} AND ordered_at_s < 1{'0' * digits}"


# The branches are tried one by one, so that no product is larger than a database can hold.
_told_at_ms = f"""
    CASE WHEN ordered_at_s BETWEEN 1 AND 9999999999 THEN ordered_at_s * 1000
         WHEN {_told(13)} THEN ordered_at_s
         WHEN {_told(16)} THEN ordered_at_s / 1000
         WHEN ordered_at_s >= 1{"0" * 18} THEN ordered_at_s / 1000000
         ELSE received_at_ms END"""


def upgrade() -> None:
    """Make the tables; whatever was refused up to now is to be seen by somebody."""
    op.create_table(
        "refusals",
        sa.Column("kind", sa.String(20), nullable=False, comment="the outcome of such a call"),
        sa.Column("total", sa.BigInteger, nullable=False),
        sa.Column("seen", sa.BigInteger, nullable=False, comment="how many of them somebody has seen"),
        sa.Column("last_at_ms", sa.BigInteger, nullable=False),
        sa.Column("seen_by", sa.Text),
        sa.Column("seen_at_ms", sa.BigInteger),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_refusals")),
        comment="How many calls were not credited, of each kind",
    )
    op.create_table(
        "refusal_samples",
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False, comment="the how many-th of its kind"),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.Column("code", sa.Integer, nullable=False),
        sa.Column("msg", sa.String(200), nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False, comment="its first KiB"),
        sa.Column("body_size", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("kind", "number", name=op.f("pk_refusal_samples")),
        comment="A few of the calls without a valid signature; never their signature",
    )
    op.execute(
        "INSERT INTO refusals (kind, total, seen, last_at_ms)"  # noqa: S608 - of our own names
        f" SELECT {_kind}, count(*), 0, max(received_at_ms) FROM deliveries"
        f" WHERE outcome IN ('refused', 'conflict', 'failed') GROUP BY {_kind}"
    )
    op.create_index("ix_deliveries_outcome", "deliveries", ["outcome"])
    if op.get_bind().dialect.name == "postgresql":  # SQLite has no comments
        op.create_table_comment("deliveries", "Every signed call, good or bad; never its signature")
        op.alter_column(
            "deliveries",
            "body",
            comment="its first 4 KiB; all of one that is signed and could not be read",
            existing_comment="its first 4 KiB",
        )
    op.drop_index("ix_payouts_ordered_at_s", "payouts")
    op.add_column("payouts", sa.Column("won_at_ms", sa.BigInteger))
    op.execute(
        "UPDATE payouts SET won_at_ms ="  # noqa: S608
        f" CASE WHEN {_told_at_ms} < received_at_ms THEN {_told_at_ms} ELSE received_at_ms END"
    )
    amount = sa.CheckConstraint("amount_li > 0", name=op.f("ck_payouts_amount"))
    with op.batch_alter_table("payouts", table_args=(amount,)) as table:
        table.alter_column("draw_id", existing_type=sa.String(200), nullable=True)
        table.alter_column("game_id", existing_type=sa.BigInteger, nullable=True)
        table.alter_column(
            "ordered_at_s",
            existing_type=sa.BigInteger,
            nullable=True,
            comment="as the provider told it, also where it is not in seconds",
            existing_comment="the provider's time",
        )
        table.alter_column(
            "won_at_ms",
            existing_type=sa.BigInteger,
            nullable=False,
            comment="of the order, or where that cannot be true, of the receipt",
        )
    op.create_index("ix_payouts_won_at_ms", "payouts", ["won_at_ms"])
