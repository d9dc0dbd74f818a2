"""Whatever somebody changes behind the ledger's back is found, and by which sentence: a row for each kind."""

import json
import shutil
from contextlib import closing

import pytest
from sqlalchemy import insert, select, text, update

from ledger import audit, schema
from ledger.check import check
from ledger.database import Database, Ledger, LedgerAway, ledger_url, open_engine
from ledger.payouts.ledger import PayoutLedger
from ledger.transfers import TransferJournal, TransferKind, TransferOrder, TransferOutcome, TransferState
from tests.ledger.conftest import delivery, new_database
from tests.ledger.payouts.provider import MCH_ID, payout

NOW_S = 1_773_567_000
LOG = "the audit log knows it"
ANOTHER = "it is not as it was written; the audit log knows another."
UNKNOWN_CALL = "it is not as it was written; the audit log does not know it."
SOMETHING_ELSE = "the audit log says something else of it."
LOST_CALL = "Calls: 1 that the audit log knows are missing, or not as they were written."
ELEVEN = "Payout t-1: 11 li for 'ann' are written, call 1 asked for 10 li for 'ann'."
NEW = (
    "INSERT INTO payouts (trans_no, op_id, amount_li, draw_id, game_id, parts_differ, ordered_at_s,"
    " received_at_ms, conflicts, mch_id{more}) VALUES ('t-9', 'eve', 9, 'd', 1, false, 1, 1, 0, 7001{values})"
)
BOOKED = [
    "INSERT INTO entries VALUES (99, 't-9', 'eve', 9, 1, 7001)",
    "INSERT INTO balances (op_id, balance_li, mch_id) VALUES ('eve', 9, 7001)",
]
NOT_PAID = [
    "DELETE FROM entries WHERE trans_no = 't-1'",
    "UPDATE balances SET balance_li = 20 WHERE op_id = 'ann'",
]
CALL = "INSERT INTO deliveries (mch_id, id, received_at_ms, outcome, trans_no, code, msg, body, body_size) "


def fill(database):
    """Three payouts, one of them repeated and contradicted; two for a wallet; transfers; screens."""
    clock = [NOW_S]
    ledger = PayoutLedger(Ledger(database, MCH_ID), clock=lambda: clock[0])
    ledger.settle([delivery(payout("t-1", "ann", 10))])
    ledger.settle([delivery(payout("t-2", "ann", 20)), delivery(payout("t-3", "ben", 30))])
    ledger.settle([delivery(payout("t-2", "ann", 20)), delivery(payout("t-3", "ben", 31))])
    wallet = PayoutLedger(Ledger(database, MCH_ID), wallet=True, clock=lambda: clock[0])
    wallet.settle([delivery(payout("t-4", "dan", 40)), delivery(payout("t-5", "dan", 50))])
    wallet.confirm(delivery(payout("t-5", "dan", 50)).asks, 77)
    book = TransferJournal(Ledger(database, MCH_ID), lambda: clock[0])
    for number, outcome in enumerate(
        [TransferOutcome(TransferState.DONE, "", 7), TransferOutcome(TransferState.REFUSED, "no")], 1
    ):
        order = TransferOrder(f"order-{number}", "ann", TransferKind.DEPOSIT, 5)
        book.open(order, "cat")
        clock[0] += 1
        book.close(order.trans_no, outcome, "cat")
        book.close(order.trans_no, outcome, "dot", "look-up")
    with Ledger(database, MCH_ID).writing() as books:
        for name, revoked in (("Lobby", None), ("Bar", NOW_S * 1000)):
            made = {"name": name, "look": "dark", "token_hash": name, "made_at_ms": NOW_S * 1000}
            made_it = insert(schema.screens).values(**made, revoked_at_ms=revoked)
            number = books.execute(made_it.returning(schema.screens.c.id)).scalar_one()
            about = {"screen": number, "name": name}
            audit.write(books, audit.AuditEntry("ann", audit.SCREEN_MADE, about, "done"), NOW_S * 1000)
        about = {"screen": number}
        audit.write(books, audit.AuditEntry("ann", audit.SCREEN_REVOKED, about, "done"), NOW_S * 1000)


@pytest.fixture(scope="module")
def sqlite_template(tmp_path_factory):
    path = tmp_path_factory.mktemp("tampering") / "ledger.sqlite3"
    with closing(Database(ledger_url(f"sqlite:///{path}"))) as database:
        fill(database)
    return path


@pytest.fixture(scope="module")
def postgresql_template(postgresql):
    with closing(Database(new_database(postgresql, "template_ledger"))) as database:
        fill(database)
    return "template_ledger"


@pytest.fixture
def on_sqlite(sqlite_template, tmp_path):
    return ledger_url(f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'ledger.sqlite3')}")


@pytest.fixture
def on_postgresql(postgresql, postgresql_template):
    return new_database(postgresql, "tampered", postgresql_template)


def tamper(url, statements):
    engine = open_engine(url)
    with engine.begin() as connection:
        columns = {column.name for column in schema.payouts.columns}
        more = ", won_at_ms" if "won_at_ms" in columns else ""
        for statement in statements:
            filled = statement.replace("{more}", more).replace("{values}", ", 1" if more else "")
            connection.execute(text(filled.replace(":", "\\:")))
    engine.dispose()


def payouts_set(change, trans_no="t-1"):
    return [f"UPDATE payouts SET {change} WHERE trans_no = '{trans_no}'"]


def calls_set(change, number=1):
    return [f"UPDATE deliveries SET {change} WHERE id = {number}"]


def order_set(change):
    return [f"UPDATE transfers SET {change} WHERE trans_no = 'order-1'"]


MORE = [
    "UPDATE entries SET amount_li = 11 WHERE trans_no = 't-1'",
    "UPDATE balances SET balance_li = 31 WHERE op_id = 'ann'",
]
TO_EVE = [
    "UPDATE entries SET op_id = 'eve' WHERE trans_no = 't-3'",
    "UPDATE balances SET op_id = 'eve' WHERE op_id = 'ben'",
]
ORDER_9 = (
    "INSERT INTO transfers (trans_no, op_id, kind, amount_li, who, state, reason, sent_at_ms, mch_id)"
    " VALUES ('order-9', 'eve', 'deposit', 5, 'cat', 'done', '', 1, 7001)"
)
SCREEN_9 = (
    "INSERT INTO screens (id, name, look, token_hash, made_at_ms, mch_id)"
    " VALUES (9, 'x', 'dark', 'x', 7, 7001)"
)
KINDS = {
    "payout: amount": (payouts_set("amount_li = 11"), ELEVEN),
    "payout: amount, with entry and balance": ([*payouts_set("amount_li = 11"), *MORE], ELEVEN),
    "payout: player": (
        payouts_set("op_id = 'eve'"),
        "Payout t-1: 10 li for 'eve' are written, call 1 asked for 10 li for 'ann'.",
    ),
    "payout: player, with entry and balance": (
        [*payouts_set("op_id = 'eve'", "t-3"), *TO_EVE],
        "Payout t-3: 30 li for 'eve' are written, call 3 asked for 30 li for 'ben'.",
    ),
    "payout: round": (payouts_set("draw_id = 'x'"), f"Payout t-1: {ANOTHER}"),
    "payout: game": (payouts_set("game_id = 7"), f"Payout t-1: {ANOTHER}"),
    "payout: hourly part": (payouts_set("hourly_li = 7"), f"Payout t-1: {ANOTHER}"),
    "payout: super part": (payouts_set("super_li = NULL"), f"Payout t-1: {ANOTHER}"),
    "payout: mark of the parts": (payouts_set("parts_differ = NOT parts_differ"), f"Payout t-1: {ANOTHER}"),
    "payout: time of the order": (payouts_set("ordered_at_s = 7"), f"Payout t-1: {ANOTHER}"),
    "payout: time of the win": (
        payouts_set("won_at_ms = 7"),
        "Payout t-1: it was won at another time, by what the provider told.",
    ),
    "payout: time of the receipt": (payouts_set("received_at_ms = 7"), f"Payout t-1: {ANOTHER}"),
    "payout: conflicts": (
        payouts_set("conflicts = 0", "t-3"),
        "Payout t-3: 0 calls with other money are written, 1 came.",
    ),
    "payout: deleted, with entry and balance": (
        [*NOT_PAID, "DELETE FROM payouts WHERE trans_no = 't-1'"],
        "Call 1: it asked for payout t-1, which is missing.",
    ),
    "payout: deleted, with everything": (
        [*NOT_PAID, "DELETE FROM payouts WHERE trans_no = 't-1'", "DELETE FROM deliveries WHERE id = 1"],
        f"Payout t-1: it is missing, {LOG}.",
    ),
    "payout: inserted, with entry and balance": (
        [NEW, *BOOKED],
        "Payout t-9: no call asked for its 9 li for 'eve'.",
    ),
    "payout: inserted, with a call": (
        [
            NEW,
            *BOOKED,
            CALL + "SELECT 7001, 99, 1, 'first', 't-9', 0, '', body, body_size FROM deliveries WHERE id = 1",
        ],
        "Payout t-9: the audit log does not know it.",
    ),
    "payout: two swapped": (
        [
            "UPDATE payouts SET amount_li = 30 - amount_li WHERE op_id = 'ann'",
            "UPDATE entries SET amount_li = 30 - amount_li WHERE op_id = 'ann'",
        ],
        "Payout t-1: 20 li for 'ann' are written, call 1 asked for 10 li for 'ann'.",
    ),
    "payout: put back to wait for the wallet": (
        [*NOT_PAID, "INSERT INTO pending VALUES ('t-1', 1, 0, 7001)"],
        f"Entry t-1: it is missing, {LOG}.",
    ),
    "entry: amount": (
        MORE[:1],
        "Payout t-1: 10 li for 'ann' were asked for, 11 li for 'ann' were credited.",
    ),
    "entry: player": (
        TO_EVE[:1],
        "Payout t-3: 30 li for 'ben' were asked for, 30 li for 'eve' were credited.",
    ),
    "entry: time": (["UPDATE entries SET booked_at_ms = 7 WHERE trans_no = 't-1'"], f"Entry t-1: {ANOTHER}"),
    "entry: deleted": (NOT_PAID[:1], "Payout t-1: 10 li for 'ann' were never credited."),
    "entry: inserted for what the wallet never confirmed": (
        [
            "DELETE FROM pending WHERE trans_no = 't-4'",
            "INSERT INTO entries VALUES (99, 't-4', 'dan', 40, 1, 7001)",
            "UPDATE balances SET balance_li = 90 WHERE op_id = 'dan'",
        ],
        "Entry t-4: the audit log does not know it.",
    ),
    "balance: amount": (
        ["UPDATE balances SET balance_li = 31 WHERE op_id = 'ann'"],
        "Player 'ann': the balance is 31 li, the entries make 30 li.",
    ),
    "balance: what the wallet said": (
        ["UPDATE balances SET wallet_li = 1 WHERE op_id = 'dan'"],
        "Player 'dan': the wallet did not say 1 li, by the audit log.",
    ),
    "balance: deleted": (
        ["DELETE FROM balances WHERE op_id = 'ben'"],
        "Player 'ben': the balance is nothing, the entries make 30 li.",
    ),
    "balance: inserted": (BOOKED[1:], "Player 'eve': the balance is 9 li, the entries make 0 li."),
    "balance: two swapped": (
        ["UPDATE balances SET balance_li = 80 - balance_li WHERE op_id IN ('ben', 'dan')"],
        "Player 'ben': the balance is 50 li, the entries make 30 li.",
    ),
    "pending: deleted": (
        ["DELETE FROM pending WHERE trans_no = 't-4'"],
        "Payout t-4: 40 li for 'dan' were never credited.",
    ),
    "pending: inserted": (
        ["INSERT INTO pending VALUES ('t-1', 1, 0, 7001)"],
        "Payout t-1: it is credited, and yet it waits for the wallet.",
    ),
    "call: body of another": (
        calls_set("body = (SELECT body FROM deliveries WHERE id = 2)"),
        "Call 1: its body does not ask for payout t-1.",
    ),
    "call: body cut off": (calls_set("body = ''"), f"Call 1: {UNKNOWN_CALL}"),
    "call: outcome": (calls_set("outcome = 'replay'"), "Payout t-1: no call asked for its 10 li for 'ann'."),
    "call: conflict made of a replay": (
        calls_set("outcome = 'conflict'", 4),
        "Call 4: it asked for payout t-2 as it stands, and was refused.",
    ),
    "call: time": (calls_set("received_at_ms = 7"), f"Call 1: {UNKNOWN_CALL}"),
    "call: code": (calls_set("code = 1"), f"Call 1: {UNKNOWN_CALL}"),
    "call: sentence": (calls_set("msg = 'x'"), f"Call 1: {UNKNOWN_CALL}"),
    "call: replay deleted": (["DELETE FROM deliveries WHERE id = 4"], LOST_CALL),
    "call: conflict deleted, with its count": (
        ["DELETE FROM deliveries WHERE id = 5", *payouts_set("conflicts = 0", "t-3")],
        LOST_CALL,
    ),
    "call: inserted": (
        [
            CALL + "SELECT 7001, 99, received_at_ms, 'replay', trans_no, code, msg, body, body_size"
            " FROM deliveries WHERE id = 1"
        ],
        f"Call 99: {UNKNOWN_CALL}",
    ),
    **{
        f"transfer: {change}": (order_set(change), f"Transfer order-1: {SOMETHING_ELSE}")
        for change in (
            "amount_li = 6",
            "op_id = 'eve'",
            "kind = 'withdrawal'",
            "who = 'eve'",
            "state = 'refused'",
            "reason = 'x'",
            "balance_li = 8",
            "freeze_li = 8",
            "sent_at_ms = 7",
            "settled_at_ms = 7",
            "settled_at_ms = NULL",
        )
    },
    "transfer: deleted": (
        ["DELETE FROM transfers WHERE trans_no = 'order-1'"],
        "Transfer order-1: it is missing, the audit log knows it.",
    ),
    "transfer: inserted": (
        [ORDER_9],
        f"Transfer order-9: {SOMETHING_ELSE}",
    ),
    "screen: renamed": (["UPDATE screens SET name = 'x' WHERE id = 1"], f"Screen 1: {SOMETHING_ELSE}"),
    "screen: time": (["UPDATE screens SET made_at_ms = 7 WHERE id = 1"], f"Screen 1: {SOMETHING_ELSE}"),
    "screen: may look again": (
        ["UPDATE screens SET revoked_at_ms = NULL WHERE id = 2"],
        f"Screen 2: {SOMETHING_ELSE}",
    ),
    "screen: deleted": (["DELETE FROM screens WHERE id = 1"], f"Screen 1: it is missing, {LOG}."),
    "screen: inserted": (
        [SCREEN_9],
        f"Screen 9: {SOMETHING_ELSE}",
    ),
    **{
        f"audit log: {change}": ([f"UPDATE audit SET {change} WHERE id = 1"], "Audit log: row 1 was changed.")
        for change in ("at_ms = 7", "who = 'eve'", "what = 'x'", "about = '{}'", "outcome = 'x'")
    },
    "audit log: first row deleted": (["DELETE FROM audit WHERE id = 1"], "Audit log: row 1 is missing."),
    "audit log: two swapped": (
        ["UPDATE audit SET id = 1001 - id WHERE id < 3", "UPDATE audit SET id = id - 998 WHERE id > 900"],
        "Audit log: row 2 was changed.",
    ),
    "audit log: emptied": (["DELETE FROM audit"], "Entry t-1: the audit log does not know it."),
    "audit log: emptied, with its end": (
        ["DELETE FROM audit", f"UPDATE audit_end SET row_count = 0, hash = '{'0' * 64}'"],
        "Payout t-1: the audit log does not know it.",
    ),
    "audit log: its end deleted": (
        ["DELETE FROM audit_end"],
        "Audit log: its end is not written down; rows may be missing.",
    ),
    "audit log: its end moved": (
        ["UPDATE audit_end SET row_count = row_count + 1"],
        "Audit log: row 15 is missing.",
    ),
    **{
        f"table dropped: {table.name}": ([f"DROP TABLE {table.name}"], f"Table {table.name}: it is missing.")
        for table in schema.metadata.sorted_tables
    },
    "column dropped": (
        ["ALTER TABLE screens DROP COLUMN build"],
        "Table screens: the column build is missing.",
    ),
    "index dropped": (
        ["DROP INDEX ix_transfers_op_id"],
        "Table transfers: the index ix_transfers_op_id is missing.",
    ),
}
ON_SQLITE = {
    "trigger": (
        ["CREATE TRIGGER steal AFTER INSERT ON entries BEGIN UPDATE entries SET op_id = 'eve'; END"],
        "Table entries: steal acts on it, and is not ours.",
    ),
    "unique key": (
        [
            "CREATE TABLE copy AS SELECT * FROM screens",
            "DROP TABLE screens",
            "ALTER TABLE copy RENAME TO screens",
        ],
        "Table screens: its primary key is not as it was made.",
    ),
}
ON_POSTGRESQL = {
    "trigger": (
        [
            "CREATE FUNCTION steal() RETURNS trigger AS 'BEGIN RETURN NULL; END' LANGUAGE plpgsql",
            "CREATE TRIGGER steal BEFORE INSERT ON entries FOR EACH ROW EXECUTE FUNCTION steal()",
        ],
        "Table entries: steal acts on it, and is not ours.",
    ),
    "unique key": (
        ["ALTER TABLE entries DROP CONSTRAINT uq_entries_trans_no"],
        "Table entries: the constraint uq_entries_trans_no is missing.",
    ),
    "primary key": (
        ["ALTER TABLE transfers DROP CONSTRAINT pk_transfers"],
        "Table transfers: its primary key is not as it was made.",
    ),
    "check": (
        ["ALTER TABLE payouts DROP CONSTRAINT ck_payouts_amount"],
        "Table payouts: the check ck_payouts_amount is missing.",
    ),
    "foreign key": (
        ["ALTER TABLE entries DROP CONSTRAINT fk_entries_trans_no"],
        "Table entries: the fk fk_entries_trans_no is missing.",
    ),
    "rule": (
        ["CREATE RULE keep AS ON DELETE TO pending DO INSTEAD NOTHING"],
        "Table pending: keep acts on it, and is not ours.",
    ),
}
ON_BOTH = [
    "payout: amount, with entry and balance",
    "payout: mark of the parts",
    "payout: deleted, with everything",
    "payout: inserted, with a call",
    "entry: time",
    "balance: what the wallet said",
    "call: body of another",
    "call: replay deleted",
    "transfer: who = 'eve'",
    "transfer: sent_at_ms = 7",
    "audit log: emptied, with its end",
    "table dropped: audit",
    "table dropped: deliveries",
    "column dropped",
    "index dropped",
]


@pytest.mark.slow
def test_at_first_all_is_well_on_both(on_sqlite, on_postgresql):
    assert [check(on_sqlite)[0], check(on_postgresql)[0]] == [[], []]


@pytest.mark.parametrize("kind", [*KINDS, *ON_SQLITE])
@pytest.mark.slow
def test_it_is_found_in_a_file(on_sqlite, kind):
    statements, sentence = (KINDS | ON_SQLITE)[kind]
    tamper(on_sqlite, statements)
    assert sentence in check(on_sqlite)[0]


@pytest.mark.parametrize("kind", [*ON_BOTH, *ON_POSTGRESQL])
@pytest.mark.slow
def test_it_is_found_in_postgresql(on_postgresql, kind):
    statements, sentence = (KINDS | ON_POSTGRESQL)[kind]
    cascade = [each + " CASCADE" if each.startswith("DROP TABLE") else each for each in statements]
    tamper(on_postgresql, cascade)
    assert sentence in check(on_postgresql)[0]


@pytest.mark.parametrize("statement", ["DELETE FROM alembic_version", "DROP TABLE alembic_version"])
def test_a_ledger_without_its_version_is_not_proved(on_sqlite, statement):
    tamper(on_sqlite, [statement])
    with pytest.raises(LedgerAway, match="does not say its version"):
        check(on_sqlite)


def rewritten(url):
    """Write the whole chain anew over what stands in the tables, as whoever may write everything can."""
    engine = open_engine(url)
    with engine.begin() as connection:
        last = audit.NO_ROW_HASH
        for row in connection.execute(select(schema.audit).order_by(schema.audit.c.id)).all():
            about = row.about.replace('"cat"', '"eve"')
            values = row._asdict() | {
                "who": row.who.replace("cat", "eve"),
                "about": about,
                "previous_hash": last,
            }
            last = values["hash"] = audit.row_hash(values)
            connection.execute(update(schema.audit).where(schema.audit.c.id == row.id).values(values))
        connection.execute(update(schema.audit_end).values(hash=last))
        connection.execute(update(schema.transfers).values(who="eve"))
    engine.dispose()


def test_who_writes_everything_anew_is_found_by_a_hash_that_is_kept_elsewhere_alone(on_sqlite):
    head = check(on_sqlite)[1].rpartition(" ")[2].rstrip(".")
    assert len(head) == 64
    assert check(on_sqlite, head)[0] == []
    rewritten(on_sqlite)
    assert check(on_sqlite)[0] == []
    assert check(on_sqlite, head)[0] == [
        f"Audit log: no row has the hash {head}; it was written anew since, or is another."
    ]


def test_a_row_of_the_log_holds_a_hash_of_each_row_that_was_written(on_sqlite):
    engine = open_engine(on_sqlite)
    with engine.connect() as connection:
        row = connection.execute(select(schema.audit).where(schema.audit.c.id == 2)).one()
    engine.dispose()
    about = json.loads(row.about)
    assert (row.who, row.what, row.outcome) == ("provider", "payouts", "done")
    assert (list(about["payouts"]), list(about["entries"])) == (["t-2", "t-3"], ["t-2", "t-3"])
    assert len(about["deliveries"]) == 2
