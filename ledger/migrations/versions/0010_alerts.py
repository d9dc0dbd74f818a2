"""Runs of what is due again and again, messages until they are sent, and alerts."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

SerialId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _mch_id() -> sa.Column[int]:
    return sa.Column("mch_id", sa.BigInteger, autoincrement=False, nullable=False)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "runs",
        _mch_id(),
        sa.Column("job", sa.String(80), nullable=False, comment="what is done again and again, by its name"),
        sa.Column("due_at_ms", sa.BigInteger, nullable=False, comment="by its schedule"),
        sa.Column("state", sa.String(10), nullable=False, comment="running, done, failed"),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("holder", sa.String(64), nullable=False, comment="who does it, or did it last"),
        sa.Column(
            "until_ms",
            sa.BigInteger,
            nullable=False,
            comment="from then on another may, by the database's clock",
        ),
        sa.Column("done_at_ms", sa.BigInteger),
        sa.Column("reason", sa.Text, nullable=False, comment="in words why it has not succeeded"),
        sa.PrimaryKeyConstraint("mch_id", "job", "due_at_ms", name=op.f("pk_runs")),
        comment="Each time that something was due, and what became of it",
    )
    op.create_table(
        "outbox",
        _mch_id(),
        sa.Column("id", SerialId, nullable=False),
        sa.Column("key", sa.String(120), nullable=False, comment="its receivers may tell a repetition by it"),
        sa.Column(
            "channel", sa.String(40), nullable=False, comment="a name of the settings; never its address"
        ),
        sa.Column(
            "about", sa.String(120), nullable=False, comment="what it tells of: alert 7, report 3, a test"
        ),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("html", sa.Text, comment="the same for who reads HTML"),
        sa.Column(
            "made_at_ms", sa.BigInteger, nullable=False, comment="all times are by the database's clock"
        ),
        sa.Column("state", sa.String(10), nullable=False, comment="pending, sending, sent, failed"),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column(
            "due_at_ms", sa.BigInteger, nullable=False, comment="when somebody may send it, or send it again"
        ),
        sa.Column("holder", sa.String(64), comment="who sends it"),
        sa.Column("acknowledged_at_ms", sa.BigInteger, comment="when the channel said that it has it"),
        sa.Column("reason", sa.Text, nullable=False, comment="in words why it was not taken the last time"),
        sa.UniqueConstraint("mch_id", "key", name=op.f("uq_outbox_key")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        comment="What is told to people, written with its cause, and sent until its channel has taken it",
    )
    op.create_index("ix_outbox_due_at_ms", "outbox", ["mch_id", "state", "due_at_ms"])
    op.create_table(
        "outbox_files",
        _mch_id(),
        sa.Column("message_id", sa.BigInteger, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("media_type", sa.String(100), nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("mch_id", "message_id", "number", name=op.f("pk_outbox_files")),
        comment="What is attached to a message; dropped some time after that was sent",
    )
    op.create_table(
        "alert_rules",
        _mch_id(),
        sa.Column("id", SerialId, nullable=False),
        sa.Column("ready", sa.String(40), comment="which of those that come with the dashboard it is"),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column(
            "rule", sa.Text, nullable=False, comment="what it watches and when it fires, as a JSON object"
        ),
        sa.Column("is_on", sa.Boolean, nullable=False),
        sa.Column("muted_until_ms", sa.BigInteger),
        sa.Column("who", sa.Text, nullable=False, comment="made it, or changed it last"),
        sa.Column("changed_at_ms", sa.BigInteger, nullable=False),
        sa.Column("removed_at_ms", sa.BigInteger),
        sa.UniqueConstraint("mch_id", "ready", name=op.f("uq_alert_rules_ready")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_rules")),
        comment="What people want to be told of",
    )
    op.create_table(
        "alert_states",
        _mch_id(),
        sa.Column("rule_id", sa.BigInteger, nullable=False),
        sa.Column(
            "subject",
            sa.String(200),
            nullable=False,
            comment="a game, player, pot or screen; empty: the whole",
        ),
        sa.Column(
            "state",
            sa.String(10),
            nullable=False,
            comment="normal, pending, firing, recovering, no data, error",
        ),
        sa.Column("since_ms", sa.BigInteger, nullable=False, comment="when it came into this state"),
        sa.Column("firing_since_ms", sa.BigInteger, comment="when the alert began that is not over"),
        sa.Column("told_at_ms", sa.BigInteger, comment="when the last message of it was written"),
        sa.Column("acknowledged_at_ms", sa.BigInteger),
        sa.Column("acknowledged_by", sa.Text),
        sa.Column(
            "value", sa.Text, nullable=False, comment="the last one, as a whole number of its unit, or empty"
        ),
        sa.Column("evaluated_at_ms", sa.BigInteger, nullable=False),
        sa.Column("evidence", sa.Text, nullable=False, comment="a JSON object: what the value was made of"),
        sa.PrimaryKeyConstraint("mch_id", "rule_id", "subject", name=op.f("pk_alert_states")),
        comment="How each rule stands for each thing that it watches",
    )
    op.create_table(
        "alert_events",
        _mch_id(),
        sa.Column("id", SerialId, nullable=False),
        sa.Column("rule_id", sa.BigInteger, nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.Column("before", sa.String(10), nullable=False),
        sa.Column("after", sa.String(10), nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("evidence", sa.Text, nullable=False, comment="a JSON object"),
        sa.Column("messages", sa.Integer, nullable=False, comment="how many were written with it"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_events")),
        comment="Each change of a state, with what spoke for it",
    )
    op.create_index("ix_alert_events_at_ms", "alert_events", ["mch_id", "at_ms"])
