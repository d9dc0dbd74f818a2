"""Monthly packs, and of which pieces of the archive they are made."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "packs",
        sa.Column("mch_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("id", sa.String(16), nullable=False, comment="how the SHA-256 of its facts begins"),
        sa.Column("month", sa.String(7), nullable=False, comment="as 2026-03"),
        sa.Column("zone", sa.String(64), nullable=False),
        sa.Column("language", sa.String(20), nullable=False),
        sa.Column("made_at_ms", sa.BigInteger, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("is_whole", sa.Boolean, nullable=False, comment="all hours of the month were proven"),
        sa.Column("sha256", sa.String(64), nullable=False, comment="of the content"),
        sa.Column("content", sa.LargeBinary, nullable=False, comment="the file as it was handed out"),
        sa.PrimaryKeyConstraint("mch_id", "id", name=op.f("pk_packs")),
        comment="Monthly packs that were made; never changed",
    )
    op.create_table(
        "pack_pieces",
        sa.Column("mch_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("pack", sa.String(16), nullable=False),
        sa.Column("hour_s", sa.BigInteger, nullable=False, comment="a UTC hour, in epoch s"),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False, comment="of its rows when the pack was made"),
        sa.Column(
            "row_digest",
            sa.String(64),
            nullable=False,
            comment="of its rows now: ids may have been taken out",
        ),
        sa.Column(
            "path", sa.String(200), comment="of the file that holds them and so stays; none without rows"
        ),
        sa.PrimaryKeyConstraint("mch_id", "pack", "hour_s", name=op.f("pk_pack_pieces")),
        comment="Of which versions of which hours packs are made; their files are not taken away",
    )
    op.create_index("ix_pack_pieces_path", "pack_pieces", ["mch_id", "path"])
