"""Players whose ids the archive takes in no more, as salted hashes."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "forgotten_players",
        sa.Column("mch_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False, comment="SHA-256 over the salt and an id"),
        sa.Column("salt", sa.String(32), nullable=False, comment="the same in all rows of a merchant"),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("mch_id", "digest", name=op.f("pk_forgotten_players")),
        comment="Whose ids the archive takes in no more; no ids",
    )
