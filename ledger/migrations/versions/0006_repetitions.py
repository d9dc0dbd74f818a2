"""The same call over and over is counted: whoever recorded one could fill the disk with it."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the table. Calls that are there already stay; they are counted from the next time on."""
    op.create_table(
        "repetitions",
        sa.Column(
            "call_hash", sa.String(64), nullable=False, comment="SHA-256 over the call, but for its time"
        ),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("trans_no", sa.String(200)),
        sa.Column(
            "times", sa.BigInteger, nullable=False, comment="how often it came; the first of them is kept"
        ),
        sa.Column("last_at_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("call_hash", name=op.f("pk_repetitions")),
        comment="How often a signed call came with the same outcome: whoever saw one can send it again",
    )
    op.create_index("ix_repetitions_last_at_ms", "repetitions", ["last_at_ms"])
    if op.get_bind().dialect.name == "postgresql":  # SQLite has no comments
        op.create_table_comment(
            "deliveries",
            "Every signed call, good or bad; of those that are the same the first; never its signature",
        )
