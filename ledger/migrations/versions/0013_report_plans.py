"""Reports that are sent again and again."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "report_plans",
        sa.Column("mch_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False, comment="day, week, month"),
        sa.Column("day", sa.Integer, nullable=False, comment="of the week, 1 being Monday, or of the month"),
        sa.Column("at", sa.String(5), nullable=False, comment="a time of the business zone, as 07:00"),
        sa.Column(
            "channel", sa.String(40), nullable=False, comment="a name of the settings; never its address"
        ),
        sa.Column("role", sa.String(20), nullable=False, comment="it holds what this role may see"),
        sa.Column("language", sa.String(20), nullable=False),
        sa.Column("who", sa.Text, nullable=False, comment="made it, or changed it last"),
        sa.Column("begins_at_ms", sa.BigInteger, nullable=False, comment="what was due before is not sent"),
        sa.Column("removed_at_ms", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_plans")),
        comment="Reports that are sent again and again",
    )
    op.create_index("ix_report_plans_mch_id", "report_plans", ["mch_id"])
