"""What hours say of the RTPs of games, and investigations of those that are not as they should be."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "rtp_hours",
        sa.Column("mch_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column(
            "hour_s", sa.BigInteger, autoincrement=False, nullable=False, comment="a UTC hour, in epoch s"
        ),
        sa.Column("made_of", sa.String(64), nullable=False, comment="SHA-256 over the hours it is made of"),
        sa.Column("made_at_ms", sa.BigInteger, nullable=False, comment="by the database's clock"),
        sa.Column("body", sa.LargeBinary, nullable=False, comment="sums of each game, of no bet alone"),
        sa.PrimaryKeyConstraint("mch_id", "hour_s", name=op.f("pk_rtp_hours")),
        comment="What each hour of bets says of the RTPs of its games",
    )
    op.create_index("ix_rtp_hours_made_at_ms", "rtp_hours", ["mch_id", "made_at_ms"])
    op.create_table(
        "rtp_investigations",
        sa.Column("mch_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("id", _SERIAL, nullable=False),
        sa.Column("game_id", sa.BigInteger, nullable=False),
        sa.Column("sign", sa.Integer, nullable=False, comment="1: it pays too much, -1: too little"),
        sa.Column(
            "decade",
            sa.Integer,
            nullable=False,
            comment="10 to its power of li is its smallest bet; -1: all bets",
        ),
        sa.Column(
            "since_s", sa.BigInteger, nullable=False, comment="since when the evidence grew, in epoch s"
        ),
        sa.Column("alarmed_s", sa.BigInteger, nullable=False, comment="the hour of the alarm, in epoch s"),
        sa.Column(
            "log_m", sa.Double, nullable=False, comment="the evidence at the alarm, its natural logarithm"
        ),
        sa.Column("opened_at_ms", sa.BigInteger, nullable=False),
        sa.Column("looked_by", sa.Text),
        sa.Column("looked_at_ms", sa.BigInteger),
        sa.Column("found", sa.Text, nullable=False),
        sa.Column("closed_by", sa.Text),
        sa.Column("closed_at_ms", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rtp_investigations")),
        comment="Alarms of RTPs, who looked into each, and what was found",
    )
    op.create_index("ix_rtp_investigations_mch_id", "rtp_investigations", ["mch_id"])
