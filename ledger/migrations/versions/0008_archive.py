"""The archive: every bet for good, by the hour, and what the provider changed of it."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

SerialId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _mch_id() -> sa.Column[int]:
    return sa.Column("mch_id", sa.BigInteger, autoincrement=False, nullable=False)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "archive_files",
        _mch_id(),
        sa.Column(
            "path", sa.String(200), nullable=False, comment="below the archive's place; never written twice"
        ),
        sa.Column("kind", sa.String(10), nullable=False, comment="hour, day, or the name of a roll-up"),
        sa.Column("start_s", sa.BigInteger, nullable=False, comment="of its hour or UTC day, in epoch s"),
        sa.Column("row_count", sa.BigInteger, nullable=False),
        sa.Column("size_bytes", sa.BigInteger, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False, comment="of the whole file"),
        sa.Column("made_of", sa.String(64), nullable=False, comment="SHA-256 over the digests of its pieces"),
        sa.Column("written_at_ms", sa.BigInteger, nullable=False),
        sa.Column(
            "left_at_ms", sa.BigInteger, comment="since when nothing refers to it; later it is unlinked"
        ),
        sa.PrimaryKeyConstraint("mch_id", "path", name=op.f("pk_archive_files")),
        comment="Parquet files of the archive; what has no row here is not read",
    )
    op.create_index("ix_archive_files_start_s", "archive_files", ["mch_id", "kind", "start_s"])
    op.create_table(
        "pieces",
        _mch_id(),
        sa.Column("hour_s", sa.BigInteger, nullable=False, comment="a UTC hour, in epoch s"),
        sa.Column("version", sa.Integer, nullable=False, comment="the highest counts"),
        sa.Column("state", sa.String(10), nullable=False, comment="open, proven, differs, missing, erased"),
        sa.Column("why", sa.Text, nullable=False, comment="of a version, or of a state that is not proven"),
        sa.Column("row_count", sa.BigInteger, nullable=False),
        sa.Column("bet_li", sa.BigInteger, nullable=False),
        sa.Column("gain_li", sa.BigInteger, nullable=False, comment="the players' net result"),
        sa.Column(
            "their_count", sa.BigInteger, comment="what the provider's own sums say of the hour, from here on"
        ),
        sa.Column("their_bet_li", sa.BigInteger),
        sa.Column("their_gain_li", sa.BigInteger),
        sa.Column("as_of_ms", sa.BigInteger, nullable=False, comment="by the provider's clock"),
        sa.Column("first_read_ms", sa.BigInteger, nullable=False, comment="by ours, from here on"),
        sa.Column("last_read_ms", sa.BigInteger, nullable=False),
        sa.Column("reads", sa.Integer, nullable=False, comment="how often it was read with this digest"),
        sa.Column("digest", sa.String(64), nullable=False, comment="SHA-256 over its sorted rows"),
        sa.Column("path", sa.String(200), comment="of the file with its rows; none where there are no rows"),
        sa.PrimaryKeyConstraint("mch_id", "hour_s", "version", name=op.f("pk_pieces")),
        comment="Each hour of bets, in each version that was read",
    )
    op.create_index("ix_pieces_state", "pieces", ["mch_id", "state"])
    op.create_table(
        "restatements",
        _mch_id(),
        sa.Column("id", SerialId, nullable=False),
        sa.Column("hour_s", sa.BigInteger, nullable=False),
        sa.Column("version", sa.Integer, nullable=False, comment="of the piece that first has it"),
        sa.Column("seen_at_ms", sa.BigInteger, nullable=False),
        sa.Column("event_id", sa.Text, nullable=False),
        sa.Column("change", sa.String(10), nullable=False, comment="added, changed, gone"),
        sa.Column("before", sa.Text, comment="the bet as a JSON object"),
        sa.Column("after", sa.Text, comment="the same"),
        sa.Column("bet_li", sa.BigInteger, nullable=False, comment="after minus before"),
        sa.Column("gain_li", sa.BigInteger, nullable=False, comment="the same of the players' net result"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_restatements")),
        comment="What the provider changed of finished hours, bet by bet",
    )
    op.create_index("ix_restatements_hour_s", "restatements", ["mch_id", "hour_s"])
    op.create_table(
        "leases",
        _mch_id(),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("holder", sa.String(64), nullable=False),
        sa.Column("until_ms", sa.BigInteger, nullable=False, comment="by the database's clock"),
        sa.PrimaryKeyConstraint("mch_id", "name", name=op.f("pk_leases")),
        comment="Work that one server does for all",
    )
