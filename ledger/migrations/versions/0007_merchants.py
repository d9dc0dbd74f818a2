"""Every row says whose it is: the keys of several merchants may be the same."""

import sqlalchemy as sa
from alembic import context, op

revision = "0007"
down_revision = "0006"

_KEYS: dict[str, tuple[str, ...]] = {
    "payouts": ("trans_no",),
    "balances": ("op_id",),
    "pending": ("trans_no",),
    "repetitions": ("call_hash",),
    "refusals": ("kind",),
    "refusal_samples": ("kind", "number"),
    "pot_samples": ("pot", "at_ms"),
    "pot_hits": ("pot", "seen_at_ms"),
    "transfers": ("trans_no",),
    "audit": ("id",),
    "audit_end": (),
}
"""What the primary keys hold beside the merchant; the payouts' first, for others refer to it."""
_NUMBERED = ("entries", "deliveries", "screens", "trials")
"""Tables whose rows the database numbers, for all merchants together."""
_INDEXES = {
    "payouts": "won_at_ms",
    "deliveries": "outcome",
    "repetitions": "last_at_ms",
    "transfers": "op_id",
}


def upgrade() -> None:
    """Give what is there to the merchant who opens the ledger; the database copies, row by row."""
    mine = sa.text(str(int(context.config.attributes["mch_id"])))
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for table, column in _INDEXES.items():
        op.drop_index(f"ix_{table}_{column}", table)
    for table in (*_KEYS, *_NUMBERED):
        op.add_column(table, sa.Column("mch_id", sa.BigInteger, nullable=False, server_default=mine))
    for table in ("entries", "pending"):
        if is_postgresql:  # or the key that they refer to could not go; SQLite's go as their table is copied
            op.drop_constraint(f"fk_{table}_trans_no", table)
    for table in (*_KEYS, *_NUMBERED):
        _rebuild(table, is_postgresql=is_postgresql)
    for table, column in _INDEXES.items():
        op.create_index(f"ix_{table}_{column}", table, ["mch_id", column])
    for table in ("screens", "trials"):
        op.create_index(f"ix_{table}_mch_id", table, ["mch_id"])
    if is_postgresql:  # SQLite has no comments
        said = "The last row of each merchant's audit log; whoever writes there locks this row first"
        op.create_table_comment("audit_end", said)


def _rebuild(table: str, *, is_postgresql: bool) -> None:
    """Change the keys, and have no row be anybody's by default."""
    with op.batch_alter_table(table) as batch:
        batch.alter_column("mch_id", existing_type=sa.BigInteger, server_default=None)
        if table == "audit_end":
            batch.drop_constraint("ck_audit_end_single")
            batch.drop_constraint("pk_audit_end")
            batch.drop_column("id")
            batch.create_primary_key("pk_audit_end", ["mch_id"])
        elif table in _KEYS:
            batch.drop_constraint(f"pk_{table}")
            batch.create_primary_key(f"pk_{table}", ["mch_id", *_KEYS[table]])
        if table == "entries":
            batch.drop_constraint("uq_entries_trans_no")
            batch.create_unique_constraint("uq_entries_trans_no", ["mch_id", "trans_no"])
        if table in {"entries", "pending"}:
            key = ["mch_id", "trans_no"]
            if not is_postgresql:
                batch.drop_constraint(f"fk_{table}_trans_no")
            batch.create_foreign_key(f"fk_{table}_trans_no", "payouts", key, key)
