"""What screens are to show and how they are paired, and notes on days, games and players."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

_serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _settings() -> list[sa.Column[Any]]:
    """Return what a screen is to show: of those that are there all they know, all the time."""
    return [
        sa.Column(
            "is_on",
            sa.Boolean,
            nullable=False,
            server_default=sa.true(),
            comment="as the office has it; else dark",
        ),
        sa.Column(
            "opens_min", sa.Integer, comment="minutes after midnight, of the business; none: open all day"
        ),
        sa.Column("closes_min", sa.Integer, comment="the same; not later than it opens: on the next day"),
        sa.Column("brightness", sa.Integer, nullable=False, server_default="100", comment="percent"),
        sa.Column(
            "layouts",
            sa.String(80),
            nullable=False,
            server_default="both",
            comment="in turn, commas between them",
        ),
        sa.Column(
            "turn_s", sa.Integer, nullable=False, server_default="20", comment="how long each of several"
        ),
        sa.Column("picture_asked_at_ms", sa.BigInteger, comment="when somebody last wanted to see it"),
        sa.Column("picture_at_ms", sa.BigInteger, comment="when it last sent what it shows"),
        sa.Column("picture", sa.LargeBinary, comment="that, as a JPEG"),
    ]


def upgrade() -> None:
    """Add the columns, and make the tables."""
    for column in _settings():
        op.add_column("screens", column)
    if op.get_bind().dialect.name == "postgresql":  # SQLite has no comments
        said = "Televisions that may show the jackpot wall, what they are to show, and their last heartbeat"
        op.create_table_comment("screens", said)
    op.create_table(
        "pairings",
        sa.Column("mch_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("code", sa.String(6), nullable=False, comment="what the television shows"),
        sa.Column("token_hash", sa.String(64), nullable=False, comment="SHA-256 of what it will ask with"),
        sa.Column("ends_at_ms", sa.BigInteger, nullable=False, comment="by the database's clock"),
        sa.PrimaryKeyConstraint("mch_id", "code", name=op.f("pk_pairings")),
        comment="Televisions that wait for somebody to enter their code",
    )
    op.create_table(
        "pairing_tries",
        sa.Column("mch_id", sa.BigInteger, nullable=False),
        sa.Column("id", _serial, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False, comment="by the database's clock"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pairing_tries")),
        comment="Codes of the last minute that no television showed",
    )
    op.create_index("ix_pairing_tries_mch_id", "pairing_tries", ["mch_id"])
    op.create_table(
        "notes",
        sa.Column("mch_id", sa.BigInteger, nullable=False),
        sa.Column("id", _serial, nullable=False),
        sa.Column("subject", sa.String(10), nullable=False, comment="day, game, player"),
        sa.Column(
            "about",
            sa.String(200),
            nullable=False,
            comment="the game's id or the player's user_id; of a day \"\"",
        ),
        sa.Column("day", sa.String(10), nullable=False, comment="of the business, as 2026-03-15"),
        sa.Column("said", sa.Text, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notes")),
        comment="What people wrote beside a day, a game or a player",
    )
    op.create_index("ix_notes_about", "notes", ["mch_id", "subject", "about", "day"])
