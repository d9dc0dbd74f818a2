"""The ledger's tables. `migrations` makes them; a test holds the two to each other. Amounts are in li.

Every row is one merchant's, and every key holds its `mch_id`: but for the `id` of rows that the database
numbers, and for a screen's token, which finds its merchant. Who reads or writes does so by `database.Ledger`.
"""

from functools import partial

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Double,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    true,
)
from sqlalchemy.schema import SchemaItem

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)
SerialId = BigInteger().with_variant(Integer(), "sqlite")  # SQLite numbers rows by itself only as INTEGER
NO_ROW_HASH = "0" * 64
"""What the first row of an audit log has in the place of the hash of a row before it."""


def _table(name: str, *parts: SchemaItem, comment: str, is_numbered: bool = False) -> Table:
    """Return a table of merchants' rows, whose key holds the `mch_id` unless the database numbers them."""
    mch_id = Column("mch_id", BigInteger, primary_key=not is_numbered, autoincrement=False, nullable=False)
    number = [Column("id", SerialId, primary_key=True)] if is_numbered else []
    return Table(name, metadata, mch_id, *number, *parts, comment=comment)


_numbered = partial(_table, is_numbered=True)


_required = partial(Column, nullable=False)


def _payout_of(table: str) -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["mch_id", "trans_no"], ["payouts.mch_id", "payouts.trans_no"], name=f"fk_{table}_trans_no"
    )


payouts = _table(
    "payouts",
    Column("trans_no", String(200), primary_key=True),
    _required("op_id", String(200)),
    _required("amount_li", BigInteger, CheckConstraint("amount_li > 0", name="amount")),
    Column("draw_id", String(200)),
    Column("game_id", BigInteger),
    Column("hourly_li", BigInteger),
    Column("super_li", BigInteger),
    _required("parts_differ", Boolean, comment="hourly_li and super_li do not make amount_li"),
    Column("ordered_at_s", BigInteger, comment="as the provider told it, also where it is not in seconds"),
    _required("won_at_ms", BigInteger, comment="of the order, or where that cannot be true, of the receipt"),
    _required("received_at_ms", BigInteger),
    _required("conflicts", Integer, comment="calls with this trans_no for other money"),
    comment="Each jackpot win that the provider asked for, once",
)
# The wall asks for the last winners all the time.
Index("ix_payouts_won_at_ms", payouts.c.mch_id, payouts.c.won_at_ms)

entries = _numbered(
    "entries",
    _required("trans_no", String(200)),
    _required("op_id", String(200)),
    _required("amount_li", BigInteger),
    _required("booked_at_ms", BigInteger),
    _payout_of("entries"),
    UniqueConstraint("mch_id", "trans_no", name="uq_entries_trans_no"),
    comment="What was credited, in the order of crediting; never changed",
)

# The check keeps SQLite from going on in floating point where 64 bits end.
balances = _table(
    "balances",
    Column("op_id", String(200), primary_key=True),
    _required(
        "balance_li",
        BigInteger,
        CheckConstraint("balance_li BETWEEN 0 AND 9223372036854775807", name="balance"),
        comment="the sum of the player's entries",
    ),
    Column("wallet_li", BigInteger, comment="what the operator's wallet last said the player has"),
    comment="What each player was credited in all",
)

pending = _table(
    "pending",
    Column("trans_no", String(200), primary_key=True),
    _required("tries", Integer),
    _required("try_at_ms", BigInteger, comment="before this time nobody else may ask the wallet"),
    _payout_of("pending"),
    comment="Payouts that the operator's wallet has not confirmed yet",
)

deliveries = _numbered(
    "deliveries",
    _required("received_at_ms", BigInteger),
    _required("outcome", String(20)),
    Column("trans_no", String(200)),
    _required("code", Integer),
    _required("msg", String(200)),
    _required(
        "body", LargeBinary, comment="its first 4 KiB; all of one that is signed and could not be read"
    ),
    _required("body_size", Integer),
    comment="Every signed call, good or bad; of those that are the same the first; never its signature",
)
# People look for the few that were not credited.
Index("ix_deliveries_outcome", deliveries.c.mch_id, deliveries.c.outcome)

repetitions = _table(
    "repetitions",
    Column("call_hash", String(64), primary_key=True, comment="SHA-256 over the call, but for its time"),
    _required("outcome", String(20)),
    Column("trans_no", String(200)),
    _required("times", BigInteger, comment="how often it came; the first of them is kept"),
    _required("last_at_ms", BigInteger),
    comment="How often a signed call came with the same outcome: whoever saw one can send it again",
)
Index(
    "ix_repetitions_last_at_ms", repetitions.c.mch_id, repetitions.c.last_at_ms
)  # people ask when the last call came

refusals = _table(
    "refusals",
    Column("kind", String(20), primary_key=True, comment="the outcome of such a call"),
    _required("total", BigInteger),
    _required("seen", BigInteger, comment="how many of them somebody has seen"),
    _required("last_at_ms", BigInteger),
    Column("seen_by", Text),
    Column("seen_at_ms", BigInteger),
    comment="How many calls were not credited, of each kind",
)

refusal_samples = _table(
    "refusal_samples",
    Column("kind", String(20), primary_key=True),
    Column("number", BigInteger, primary_key=True, comment="the how many-th of its kind"),
    _required("at_ms", BigInteger),
    _required("code", Integer),
    _required("msg", String(200)),
    _required("body", LargeBinary, comment="its first KiB"),
    _required("body_size", Integer),
    comment="A few of the calls without a valid signature; never their signature",
)

pot_samples = _table(
    "pot_samples",
    Column("pot", String(10), primary_key=True),
    Column("at_ms", BigInteger, primary_key=True, comment="the provider's time"),
    _required("pot_li", BigInteger),
    comment="What was in the jackpot pots, thinned",
)

pot_hits = _table(
    "pot_hits",
    Column("pot", String(10), primary_key=True),
    Column("seen_at_ms", BigInteger, primary_key=True, comment="of the first answer after the fall"),
    _required("before_at_ms", BigInteger, comment="of the last answer before the fall"),
    _required("before_li", BigInteger),
    _required("after_li", BigInteger),
    comment="Each fall of a pot that was seen, in the provider's time",
)

screens = _numbered(
    "screens",
    _required("name", String(80)),
    _required("look", String(10)),
    _required("token_hash", String(64), unique=True, comment="SHA-256 of the link's token"),
    _required("made_at_ms", BigInteger),
    Column("revoked_at_ms", BigInteger),
    Column("seen_at_ms", BigInteger, comment="when it last asked for the pots"),
    Column("paint_age_ms", BigInteger, comment="how long before that it had last painted"),
    Column("data_age_ms", BigInteger, comment="how old the answer was that it then showed"),
    Column("build", String(32)),
    _required("is_on", Boolean, server_default=true(), comment="as the office has it; else dark"),
    Column("opens_min", Integer, comment="minutes after midnight, of the business; none: open all day"),
    Column("closes_min", Integer, comment="the same; not later than it opens: on the next day"),
    _required("brightness", Integer, server_default="100", comment="percent"),
    _required("layouts", String(80), server_default="both", comment="in turn, commas between them"),
    _required("turn_s", Integer, server_default="20", comment="how long each of several"),
    Column("picture_asked_at_ms", BigInteger, comment="when somebody last wanted to see it"),
    Column("picture_at_ms", BigInteger, comment="when it last sent what it shows"),
    Column("picture", LargeBinary, comment="that, as a JPEG"),
    comment="Televisions that may show the jackpot wall, what they are to show, and their last heartbeat",
)
Index("ix_screens_mch_id", screens.c.mch_id)

pairings = _table(
    "pairings",
    Column("code", String(6), primary_key=True, comment="what the television shows"),
    _required("token_hash", String(64), comment="SHA-256 of what it will ask with"),
    _required("ends_at_ms", BigInteger, comment="by the database's clock"),
    comment="Televisions that wait for somebody to enter their code",
)

pairing_tries = _numbered(
    "pairing_tries",
    _required("who", Text),
    _required("at_ms", BigInteger, comment="by the database's clock"),
    comment="Codes of the last minute that no television showed",
)
Index("ix_pairing_tries_mch_id", pairing_tries.c.mch_id)

notes = _numbered(
    "notes",
    _required("subject", String(10), comment="day, game, player"),
    _required("about", String(200), comment="the game's id or the player's user_id; of a day \"\""),
    _required("day", String(10), comment="of the business, as 2026-03-15"),
    _required("said", Text),
    _required("who", Text),
    _required("at_ms", BigInteger),
    comment="What people wrote beside a day, a game or a player",
)
Index("ix_notes_about", notes.c.mch_id, notes.c.subject, notes.c.about, notes.c.day)

transfers = _table(
    "transfers",
    Column("trans_no", String(64), primary_key=True),
    _required("op_id", Text),
    _required("kind", String(10), comment="deposit, withdrawal"),
    _required("amount_li", BigInteger, CheckConstraint("amount_li > 0", name="amount")),
    _required("who", Text),
    _required("state", String(10), comment="sending, done, refused, unknown"),
    _required("reason", Text, comment="in words why it was refused or is not known"),
    Column("balance_li", BigInteger, comment="the player's balance after it"),
    Column("freeze_li", BigInteger, comment="the part of the balance that a game locked"),
    _required("sent_at_ms", BigInteger),
    Column("settled_at_ms", BigInteger, comment="when the state was last said"),
    comment="Each deposit and withdrawal of the cashiers, written before it is sent",
)
Index("ix_transfers_op_id", transfers.c.mch_id, transfers.c.op_id)

trials = _numbered(
    "trials",
    _required("body", LargeBinary),
    comment="Written now and then, to see whether there is room; holds nothing",
)
Index("ix_trials_mch_id", trials.c.mch_id)

audit = _table(
    "audit",
    Column("id", BigInteger, primary_key=True, autoincrement=False, comment="1, 2, 3 … without a gap"),
    _required("at_ms", BigInteger),
    _required("who", Text),
    _required("what", String(40)),
    _required("about", Text, comment="a JSON object"),
    _required("outcome", String(40)),
    _required("previous_hash", String(64), comment="the hash of the row before"),
    _required("hash", String(64), comment="SHA-256 over all other columns"),
    comment="Who did what, in an unbroken chain; never changed",
)

audit_end = _table(
    "audit_end",
    _required("row_count", BigInteger),
    _required("hash", String(64)),
    comment="The last row of each merchant's audit log; whoever writes there locks this row first",
)

archive_files = _table(
    "archive_files",
    Column("path", String(200), primary_key=True, comment="below the archive's place; never written twice"),
    _required("kind", String(10), comment="hour, day, or the name of a roll-up"),
    _required("start_s", BigInteger, comment="of its hour or UTC day, in epoch s"),
    _required("row_count", BigInteger),
    _required("size_bytes", BigInteger),
    _required("sha256", String(64), comment="of the whole file"),
    _required("made_of", String(64), comment="SHA-256 over the digests of its pieces"),
    _required("written_at_ms", BigInteger),
    Column("left_at_ms", BigInteger, comment="since when nothing refers to it; later it is unlinked"),
    comment="Parquet files of the archive; what has no row here is not read",
)
Index("ix_archive_files_start_s", archive_files.c.mch_id, archive_files.c.kind, archive_files.c.start_s)

pieces = _table(
    "pieces",
    Column("hour_s", BigInteger, primary_key=True, comment="a UTC hour, in epoch s"),
    Column("version", Integer, primary_key=True, comment="the highest counts"),
    _required("state", String(10), comment="open, proven, differs, missing, erased"),
    _required("why", Text, comment="of a version, or of a state that is not proven"),
    _required("row_count", BigInteger),
    _required("bet_li", BigInteger),
    _required("gain_li", BigInteger, comment="the players' net result"),
    Column("their_count", BigInteger, comment="what the provider's own sums say of the hour, from here on"),
    Column("their_bet_li", BigInteger),
    Column("their_gain_li", BigInteger),
    _required("as_of_ms", BigInteger, comment="by the provider's clock"),
    _required("first_read_ms", BigInteger, comment="by ours, from here on"),
    _required("last_read_ms", BigInteger),
    _required("reads", Integer, comment="how often it was read with this digest"),
    _required("digest", String(64), comment="SHA-256 over its sorted rows"),
    Column("path", String(200), comment="of the file with its rows; none where there are no rows"),
    comment="Each hour of bets, in each version that was read",
)
Index("ix_pieces_state", pieces.c.mch_id, pieces.c.state)

restatements = _numbered(
    "restatements",
    _required("hour_s", BigInteger),
    _required("version", Integer, comment="of the piece that first has it"),
    _required("seen_at_ms", BigInteger),
    _required("event_id", Text),
    _required("change", String(10), comment="added, changed, gone"),
    Column("before", Text, comment="the bet as a JSON object"),
    Column("after", Text, comment="the same"),
    _required("bet_li", BigInteger, comment="after minus before"),
    _required("gain_li", BigInteger, comment="the same of the players' net result"),
    comment="What the provider changed of finished hours, bet by bet",
)
Index("ix_restatements_hour_s", restatements.c.mch_id, restatements.c.hour_s)

leases = _table(
    "leases",
    Column("name", String(40), primary_key=True),
    _required("holder", String(64)),
    _required("until_ms", BigInteger, comment="by the database's clock"),
    comment="Work that one server does for all",
)

forgotten_players = _table(
    "forgotten_players",
    Column("digest", String(64), primary_key=True, comment="SHA-256 over the salt and an id"),
    _required("salt", String(32), comment="the same in all rows of a merchant"),
    _required("at_ms", BigInteger),
    comment="Whose ids the archive takes in no more; no ids",
)

runs = _table(
    "runs",
    Column("job", String(80), primary_key=True, comment="what is done again and again, by its name"),
    Column("due_at_ms", BigInteger, primary_key=True, comment="by its schedule"),
    _required("state", String(10), comment="running, done, failed"),
    _required("attempts", Integer),
    _required("holder", String(64), comment="who does it, or did it last"),
    _required("until_ms", BigInteger, comment="from then on another may, by the database's clock"),
    Column("done_at_ms", BigInteger),
    _required("reason", Text, comment="in words why it has not succeeded"),
    comment="Each time that something was due, and what became of it",
)

outbox = _numbered(
    "outbox",
    _required("key", String(120), comment="its receivers may tell a repetition by it"),
    _required("channel", String(40), comment="a name of the settings; never its address"),
    _required("about", String(120), comment="what it tells of: alert 7, report 3, a test"),
    _required("subject", Text),
    _required("body", Text),
    Column("html", Text, comment="the same for who reads HTML"),
    _required("made_at_ms", BigInteger, comment="all times are by the database's clock"),
    _required("state", String(10), comment="pending, sending, sent, failed"),
    _required("attempts", Integer),
    _required("due_at_ms", BigInteger, comment="when somebody may send it, or send it again"),
    Column("holder", String(64), comment="who sends it"),
    Column("acknowledged_at_ms", BigInteger, comment="when the channel said that it has it"),
    _required("reason", Text, comment="in words why it was not taken the last time"),
    UniqueConstraint("mch_id", "key", name="uq_outbox_key"),
    comment="What is told to people, written with its cause, and sent until its channel has taken it",
)
Index("ix_outbox_due_at_ms", outbox.c.mch_id, outbox.c.state, outbox.c.due_at_ms)

outbox_files = _table(
    "outbox_files",
    Column("message_id", BigInteger, primary_key=True),
    Column("number", Integer, primary_key=True),
    _required("name", String(200)),
    _required("media_type", String(100)),
    _required("content", LargeBinary),
    comment="What is attached to a message; dropped some time after that was sent",
)

alert_rules = _numbered(
    "alert_rules",
    Column("ready", String(40), comment="which of those that come with the dashboard it is"),
    _required("name", String(120)),
    _required("rule", Text, comment="what it watches and when it fires, as a JSON object"),
    _required("is_on", Boolean),
    Column("muted_until_ms", BigInteger),
    _required("who", Text, comment="made it, or changed it last"),
    _required("changed_at_ms", BigInteger),
    Column("removed_at_ms", BigInteger),
    UniqueConstraint("mch_id", "ready", name="uq_alert_rules_ready"),
    comment="What people want to be told of",
)

alert_states = _table(
    "alert_states",
    Column("rule_id", BigInteger, primary_key=True),
    Column(
        "subject", String(200), primary_key=True, comment="a game, player, pot or screen; empty: the whole"
    ),
    _required("state", String(10), comment="normal, pending, firing, recovering, no data, error"),
    _required("since_ms", BigInteger, comment="when it came into this state"),
    Column("firing_since_ms", BigInteger, comment="when the alert began that is not over"),
    Column("told_at_ms", BigInteger, comment="when the last message of it was written"),
    Column("acknowledged_at_ms", BigInteger),
    Column("acknowledged_by", Text),
    _required("value", Text, comment="the last one, as a whole number of its unit, or empty"),
    _required("evaluated_at_ms", BigInteger),
    _required("evidence", Text, comment="a JSON object: what the value was made of"),
    comment="How each rule stands for each thing that it watches",
)

alert_events = _numbered(
    "alert_events",
    _required("rule_id", BigInteger),
    _required("subject", String(200)),
    _required("at_ms", BigInteger),
    _required("before", String(10)),
    _required("after", String(10)),
    _required("value", Text),
    _required("evidence", Text, comment="a JSON object"),
    _required("messages", Integer, comment="how many were written with it"),
    comment="Each change of a state, with what spoke for it",
)
Index("ix_alert_events_at_ms", alert_events.c.mch_id, alert_events.c.at_ms)

packs = _table(
    "packs",
    Column("id", String(16), primary_key=True, comment="how the SHA-256 of its facts begins"),
    _required("month", String(7), comment="as 2026-03"),
    _required("zone", String(64)),
    _required("language", String(20)),
    _required("made_at_ms", BigInteger),
    _required("who", Text),
    _required("is_whole", Boolean, comment="all hours of the month were proven"),
    _required("sha256", String(64), comment="of the content"),
    _required("content", LargeBinary, comment="the file as it was handed out"),
    comment="Monthly packs that were made; never changed",
)

pack_pieces = _table(
    "pack_pieces",
    Column("pack", String(16), primary_key=True),
    Column("hour_s", BigInteger, primary_key=True, comment="a UTC hour, in epoch s"),
    _required("version", Integer),
    _required("digest", String(64), comment="of its rows when the pack was made"),
    _required("row_digest", String(64), comment="of its rows now: ids may have been taken out"),
    Column("path", String(200), comment="of the file that holds them and so stays; none without rows"),
    comment="Of which versions of which hours packs are made; their files are not taken away",
)
Index("ix_pack_pieces_path", pack_pieces.c.mch_id, pack_pieces.c.path)

report_plans = _numbered(
    "report_plans",
    _required("kind", String(10), comment="day, week, month"),
    _required("day", Integer, comment="of the week, 1 being Monday, or of the month"),
    _required("at", String(5), comment="a time of the business zone, as 07:00"),
    _required("channel", String(40), comment="a name of the settings; never its address"),
    _required("role", String(20), comment="it holds what this role may see"),
    _required("language", String(20)),
    _required("who", Text, comment="made it, or changed it last"),
    _required("begins_at_ms", BigInteger, comment="what was due before is not sent"),
    Column("removed_at_ms", BigInteger),
    comment="Reports that are sent again and again",
)
Index("ix_report_plans_mch_id", report_plans.c.mch_id)

rtp_hours = _table(
    "rtp_hours",
    Column("hour_s", BigInteger, primary_key=True, comment="a UTC hour, in epoch s"),
    _required("made_of", String(64), comment="SHA-256 over the hours it is made of"),
    _required("made_at_ms", BigInteger, comment="by the database's clock"),
    _required("body", LargeBinary, comment="sums of each game, of no bet alone"),
    comment="What each hour of bets says of the RTPs of its games",
)
Index("ix_rtp_hours_made_at_ms", rtp_hours.c.mch_id, rtp_hours.c.made_at_ms)

rtp_investigations = _numbered(
    "rtp_investigations",
    _required("game_id", BigInteger),
    _required("sign", Integer, comment="1: it pays too much, -1: too little"),
    _required("decade", Integer, comment="10 to its power of li is its smallest bet; -1: all bets"),
    _required("since_s", BigInteger, comment="since when the evidence grew, in epoch s"),
    _required("alarmed_s", BigInteger, comment="the hour of the alarm, in epoch s"),
    _required("log_m", Double, comment="the evidence at the alarm, its natural logarithm"),
    _required("opened_at_ms", BigInteger),
    Column("looked_by", Text),
    Column("looked_at_ms", BigInteger),
    _required("found", Text),
    Column("closed_by", Text),
    Column("closed_at_ms", BigInteger),
    comment="Alarms of RTPs, who looked into each, and what was found",
)
Index("ix_rtp_investigations_mch_id", rtp_investigations.c.mch_id)
