"""What the jackpot wall keeps: samples of the pots, the hits seen in them, and its screens."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the wall's tables."""
    op.create_index("ix_payouts_ordered_at_s", "payouts", ["ordered_at_s"])
    op.create_table(
        "pot_samples",
        sa.Column("pot", sa.String(10), nullable=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False, comment="the provider's time"),
        sa.Column("pot_li", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("pot", "at_ms", name=op.f("pk_pot_samples")),
        comment="What was in the jackpot pots, thinned",
    )
    op.create_table(
        "pot_hits",
        sa.Column("pot", sa.String(10), nullable=False),
        sa.Column("seen_at_ms", sa.BigInteger, nullable=False, comment="of the first answer after the fall"),
        sa.Column(
            "before_at_ms", sa.BigInteger, nullable=False, comment="of the last answer before the fall"
        ),
        sa.Column("before_li", sa.BigInteger, nullable=False),
        sa.Column("after_li", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("pot", "seen_at_ms", name=op.f("pk_pot_hits")),
        comment="Each fall of a pot that was seen, in the provider's time",
    )
    op.create_table(
        "screens",
        sa.Column("id", _serial, nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("look", sa.String(10), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False, comment="SHA-256 of the link's token"),
        sa.Column("made_at_ms", sa.BigInteger, nullable=False),
        sa.Column("revoked_at_ms", sa.BigInteger),
        sa.Column("seen_at_ms", sa.BigInteger, comment="when it last asked for the pots"),
        sa.Column("paint_age_ms", sa.BigInteger, comment="how long before that it had last painted"),
        sa.Column("data_age_ms", sa.BigInteger, comment="how old the answer was that it then showed"),
        sa.Column("build", sa.String(32)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screens")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_screens_token_hash")),
        comment="Televisions that may show the jackpot wall, and their last heartbeat",
    )
