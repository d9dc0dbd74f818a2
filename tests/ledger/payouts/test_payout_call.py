"""From bytes to a payout or a refusal: signature, then what the money needs."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.payouts.outcome import CallAnswer, Code, PayoutOutcome, envelope
from ledger.payouts.payout_call import LARGEST_BODY, MerchantKey, Payout, Refusal, examine
from tests.ledger.conftest import MERCHANT, delivery
from tests.ledger.payouts.provider import KEY, MCH_ID, TS_MS, Call, order, payout, signed

DOCUMENT = json.loads((Path(__file__).parents[2] / "samples/order.jackpot.json").read_text())
GOOD = payout()


def asks(call: Call) -> Payout | Refusal:
    return delivery(call).asks


def refused(call: Call) -> tuple[PayoutOutcome, int, Code]:
    found = delivery(call).asks
    assert isinstance(found, Refusal)
    assert found.answer.msg
    return found.fault, found.answer.status, found.answer.code


def test_the_documents_own_example_is_a_payout_whose_parts_differ():
    found = asks(signed(DOCUMENT["request"]))
    assert found == Payout(
        trans_no="101156966-1170920125564673-1006-2-1726-1709201163-0",
        op_id="xxx-xxx-aaa",
        amount_li=5000,
        draw_id="1006-2-1726-1709201163-0",
        game_id=1006,
        hourly_li=1000,
        super_li=5000,
        ordered_at_s=1709201163,
    )
    assert found.parts_differ


def test_the_answer_has_the_shape_of_the_documents_example():
    body = envelope(
        CallAnswer(Code.SUCCESS, ""), {"op_id": "111444", "availableAmount": 998}, now_s=1709716095.516
    )
    assert json.loads(body) == DOCUMENT["response"]


def test_the_published_signature_is_accepted_over_its_very_bytes():
    body = (
        b'{"brd": "wl", "op_id": "60095050427", "user_info": '
        b'{"cnt": "ph", "gender": 0, "lan": "en", "nickname": "60095050427"}}'
    )
    query = b"mch=1&ts=1718675696497&sign=cbc16eea6ad1af1f63955d24b314e13a"
    published = MerchantKey(1, "example_key")
    signed_well = examine(query, body, published)
    assert signed_well.is_signed
    assert signed_well.asks.fault is PayoutOutcome.UNREADABLE  # though no payout
    changed = examine(query, body.replace(b" ", b""), published)
    assert (changed.is_signed, changed.asks.fault) == (False, PayoutOutcome.MISMATCH)


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (signed(order(), key="another-key"), Code.SIGNATURE),
        (GOOD._replace(body=GOOD.body.replace(b"5000", b"9000")), Code.SIGNATURE),
        (GOOD._replace(body=GOOD.body + b" "), Code.SIGNATURE),
        (GOOD._replace(query=GOOD.query.replace(f"ts={TS_MS}", f"ts={TS_MS + 1}")), Code.SIGNATURE),
        (signed(order(), mch_id=MCH_ID + 1, key="another-key"), Code.NO_PERMISSION),
    ],
    ids=["key", "amount", "space", "ts", "merchant"],
)
def test_a_forged_call_is_refused_so_that_a_genuine_one_would_come_again(call, code):
    assert refused(call) == (PayoutOutcome.MISMATCH, 403, code)


def test_another_merchants_call_under_our_key_is_no_payout_to_us():
    assert refused(signed(order(), mch_id=MCH_ID + 1)) == (PayoutOutcome.UNREADABLE, 403, Code.NO_PERMISSION)


SIGNATURE = GOOD.query.rpartition("=")[2]


@pytest.mark.parametrize("query", ["", "?", f"mch={MCH_ID}&ts={TS_MS}", f"mch={MCH_ID}&ts={TS_MS}&sign="])
def test_a_call_without_a_signature_is_noise(query):
    assert refused(Call(query, GOOD.body)) == (PayoutOutcome.UNSIGNED, 400, Code.PARAMETER)


@pytest.mark.parametrize(
    "query",
    [
        f"mch={MCH_ID}&sign={SIGNATURE}",
        f"mch={MCH_ID}&ts={TS_MS}&sign={SIGNATURE}&sign={SIGNATURE}",
        f"mch={MCH_ID}&ts={TS_MS}&sign={SIGNATURE.upper()}",
        f"mch={MCH_ID}&ts={TS_MS}&sign={SIGNATURE}0",
        f"mch={MCH_ID}&ts={TS_MS}.0&sign={SIGNATURE}",
        f"mch={MCH_ID}&ts=-{TS_MS}&sign={SIGNATURE}",
        f"mch={MCH_ID}&ts=0{TS_MS}&sign={SIGNATURE}",
        f"mch={MCH_ID}&ts=%D9%A1%D9%A2&sign={SIGNATURE}",
        f"mch={MCH_ID}&ts={TS_MS}&sign=%FF%FE{'a' * 30}",
        f"mch={MCH_ID}&ts={TS_MS}&sign=\xe9",
    ],
)
def test_a_malformed_signature_does_not_match(query):
    assert refused(Call(query, GOOD.body)) == (PayoutOutcome.MISMATCH, 400, Code.PARAMETER)


@pytest.mark.parametrize(
    "query",
    [
        f"ts={TS_MS}&sign={SIGNATURE}",
        f"mch=x&ts={TS_MS}&sign={SIGNATURE}",
        f"mch={MCH_ID}&mch={MCH_ID}&ts={TS_MS}&sign={SIGNATURE}",
    ],
)
def test_a_signed_call_that_names_no_merchant_is_no_payout_to_us(query):
    assert refused(Call(query, GOOD.body)) == (PayoutOutcome.UNREADABLE, 400, Code.PARAMETER)


def test_unknown_parameters_and_fields_are_no_error():
    tree = order(extra_business={"hourly_amount": 2000, "super_amount": 3000, "weekly": [1.5, None]}, new=1)
    call = signed(tree | {"more": {"a": {}}})
    found = asks(call._replace(query=f"{call.query}&v=2&empty="))
    assert isinstance(found, Payout)
    assert not found.parts_differ


@pytest.mark.parametrize(
    ("extra", "parts"),
    [
        ({"hourly_amount": 5000, "super_amount": 0}, (5000, 0, False)),
        ({"hourly_amount": 1000, "super_amount": 5000}, (1000, 5000, True)),
        ({"hourly_amount": 5000}, (5000, None, True)),
        ({"hourly_amount": "5000", "super_amount": 0.5}, (5000, None, True)),
        ({"hourly_amount": 5e3, "super_amount": "0.0"}, (5000, 0, False)),
        ({"hourly_amount": True, "super_amount": 2**63}, (None, None, True)),
        ({}, (None, None, True)),
        (None, (None, None, True)),
        ([], (None, None, True)),
        ("5000", (None, None, True)),
    ],
)
def test_parts_are_told_not_judged(extra, parts):
    found = asks(signed(order(amount=5000, extra_business=extra)))
    assert (found.hourly_li, found.super_li, found.parts_differ) == parts
    assert found.amount_li == 5000


def test_extra_business_may_be_missing():
    tree = order()
    del tree["order"]["extra_business"]
    assert isinstance(asks(signed(tree)), Payout)


def changed(path: str, value: object) -> bytes:
    tree = order()
    *outer, last = path.split(".")
    inside = tree
    for name in outer:
        inside = inside[name]
    inside[last] = value
    return json.dumps(tree).encode()


def without(path: str) -> bytes:
    tree = order()
    inside = tree["order"] if path.startswith("order.") else tree
    del inside[path.removeprefix("order.")]
    return json.dumps(tree).encode()


FIELDS = [
    "action",
    "op_id",
    "timestamp",
    "order",
    "order.trans_no",
    "order.draw_id",
    "order.game_id",
    "order.amount",
    "order.extra_business",
]
TEXT = json.dumps(order())
UNREADABLE = (PayoutOutcome.UNREADABLE, 422, Code.PARAMETER)


def spelled(name: str, text: str) -> Call:
    """A payout in which the value of `name` is spelled as given: as no serializer of Python would."""
    body, count = re.subn(
        rf'"{name}": ("[^"]*"|[0-9]+|\{{[^}}]*\}})', lambda _: f'"{name}": {text}', TEXT, count=1
    )
    assert count == 1
    return signed(body.encode())


@pytest.mark.parametrize(
    "text",
    [
        *("5000", "5000.0", "5000.000", "5e3", "5E+3", "5.0e3", "50000e-1", "5000000.0e-3"),
        *('"5000"', '"5000.0"', '"5e3"', "0.5e4"),
    ],
)
def test_an_amount_is_read_in_any_spelling(text):
    assert asks(spelled("amount", text)).amount_li == 5000


@pytest.mark.parametrize(
    ("text", "amount_li"),
    [
        ("9007199254740993.0", 9007199254740993),  # 2**53 + 1: no float holds it
        ("9223372036854775807", 2**63 - 1),
        ('"9223372036854775807.0"', 2**63 - 1),
        ("1e18", 10**18),
        ("1", 1),
    ],
)
def test_an_amount_is_read_to_the_li(text, amount_li):
    assert asks(spelled("amount", text)).amount_li == amount_li


@pytest.mark.parametrize(
    "text",
    [
        *("0", "-1", "-5000.0", "0.5", "5000.5", "5000.0000000000000000000000000001", "1e-400"),
        *("9223372036854775808", "1e19", "1e400", "1e999999999999999999999", "9" * 5000, "-1e400"),
        *("NaN", "Infinity", "-Infinity", "true", "null", "[5000]", '{"li": 5000}', '""', '"5 000"'),
        *('"5,000"', '"05000"', '"+5000"', '" 5000"', '"0x1388"', '"5_000"', '"NaN"', '"\u0665"'),
    ],
)
def test_an_amount_that_cannot_be_credited_is_answered_so_that_it_comes_again(text):
    assert refused(spelled("amount", text)) == UNREADABLE
    assert asks(spelled("amount", text)).trans_no == "101-1006-0"


@pytest.mark.parametrize(
    ("text", "op_id"),
    [
        ('"007"', "007"),
        ("7", "7"),
        ("7.0", "7"),
        ("1e3", "1000"),
        ("-7", "-7"),
        ("1234567890123456789012345", "1234567890123456789012345"),
        ('" a  b "', " a  b "),
        ('"玩家\u3000七"', "玩家\u3000七"),
        ('"\U0001f469\u200d\U0001f680"', "\U0001f469\u200d\U0001f680"),
        ('"\\ud83d\\ude00"', "\U0001f600"),
        ('"e\u0301"', "e\u0301"),
        ("""\"o'b\\\"r%s{}<b>\\\\;--\"""", "o'b\"r%s{}<b>\\;--"),
        ('"a\\nb\\u0007\\u202e"', "a\nb\u0007\u202e"),
        ('"a\tb"', "a\tb"),
        ('"' + "x" * 200 + '"', "x" * 200),
        ('"null"', "null"),
    ],
)
def test_an_op_id_is_that_players_id_exactly(text, op_id):
    assert asks(spelled("op_id", text)).op_id == op_id


@pytest.mark.parametrize("name", ["op_id", "trans_no"])
@pytest.mark.parametrize(
    "text",
    [
        *('""', "null", "true", "[]", "{}", "7.5", "1e400", "9" * 201, '"' + "x" * 201 + '"'),
        *('"a\\u0000b"', '"\\ud800"', '"\\ude00\\ud83d"'),
    ],
)
def test_an_id_that_no_database_holds_exactly_is_unreadable(name, text):
    assert refused(spelled(name, text)) == UNREADABLE


@pytest.mark.parametrize(
    ("text", "trans_no"), [("7", "7"), ('"a b"', "a b"), ('"é"', "é"), ("70e-1", "7"), ('"a\\rb"', "a\rb")]
)
def test_a_trans_no_is_taken_as_it_is(text, trans_no):
    assert asks(spelled("trans_no", text)).trans_no == trans_no


DECORATIONS = {
    "action": ['"2"', "2.0", '"2.0"', "2e0", "null", "true", "[]", '""', '"payout"', "1e400"],
    "timestamp": [
        '"1709201163"',
        "1e9",
        "-1",
        "0",
        "9223372036854775808",
        "null",
        "{}",
        '"29.02.2024"',
        "1e400",
    ],
    "draw_id": ["7", "7.5", "null", '""', "[]", '"a\\u0000"', '"\\ud800"', '"' + "x" * 9000 + '"'],
    "game_id": ['"1006"', "1006.0", "1.5", "18446744073709551616", "null", '"Fruit"', '""', "-1", "NaN"],
    "room_kind": ["NaN", "-Infinity", "1e400", "9" * 5000, '"\t"', "[[[[]]]]", '"\\udfff"', '"\\u0000"'],
    "extra_business": ["[]", "null", '""', '"{}"', "7", '[{"hourly_amount": 1}]', '{"hourly_amount": []}'],
}


@pytest.mark.parametrize(
    ("name", "text"),
    [(name, text) for name, texts in DECORATIONS.items() for text in texts],
    ids=lambda text: text[:20],
)
def test_no_decoration_keeps_a_player_from_the_money(name, text):
    found = asks(spelled(name, text))
    assert (found.trans_no, found.op_id, found.amount_li) == ("101-1006-0", "player-1", 5000)


@pytest.mark.parametrize(
    "name", [name for name in FIELDS if name not in {"op_id", "order", "order.trans_no", "order.amount"}]
)
def test_a_decoration_may_be_missing(name):
    found = asks(signed(without(name)))
    assert (found.trans_no, found.op_id, found.amount_li) == ("101-1006-0", "player-1", 5000)


def test_decorations_are_told_as_they_came_or_not_at_all():
    tree = order(draw_id=7, game_id="1006", extra_business=[])
    found = asks(signed(tree | {"timestamp": "1709201163.75"}))
    assert (found.draw_id, found.game_id, found.ordered_at_s) == ("7", 1006, 1709201163)
    bare = asks(signed({"op_id": "player-1", "order": {"trans_no": "t", "amount": 1}}))
    assert bare == Payout("t", "player-1", 1, None, None, None, None, None)


@pytest.mark.parametrize(
    "body",
    [
        TEXT.replace('"room_kind"', '"room_kind": 2, "room_kind"').encode(),
        TEXT.replace('"room_kind"', '"amount": 5000, "room_kind"').encode(),
        TEXT.replace('"room_kind"', '"name": "\xff", "room_kind"').encode("latin-1"),
        b"\xef\xbb\xbf" + TEXT.encode(),
        TEXT.encode("utf-16"),
        TEXT.encode("utf-32-be"),
        b"\r\n\t " + TEXT.encode() + b"\n",
    ],
    ids=["twice", "twice the same", "no UTF-8", "BOM", "UTF-16", "UTF-32", "space"],
)
def test_a_body_in_an_unusual_dress_is_a_payout(body):
    found = asks(signed(body))
    assert (found.trans_no, found.op_id, found.amount_li) == ("101-1006-0", "player-1", 5000)


@pytest.mark.parametrize("action", ["1", "3", '"1"', "0", "-2", "3.0"])
def test_another_action_is_not_paid_out(action):
    assert refused(spelled("action", action)) == UNREADABLE


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "Expecting value"),
        (b"null", "trans_no, op_id, amount"),
        (b"[]", "trans_no, op_id, amount"),
        (changed("order", None), "trans_no, amount"),
        (changed("order", [order()["order"]]), "trans_no, amount"),
        (without("order.trans_no"), ": trans_no."),
        (without("op_id"), ": op_id."),
        (without("order.amount"), ": amount."),
        (TEXT.encode()[:-1], "delimiter"),
        (TEXT.encode() + b"{}", "Extra data"),
        (TEXT.replace("5000", "NaN", 1).encode(), ": amount."),
        (TEXT.replace('"room_kind"', '"amount": 1, "room_kind"').encode(), ": amount."),
        (TEXT.replace('"timestamp"', '"op_id": "player-2", "timestamp"').encode(), ": op_id."),
        (TEXT.replace("player-1", "pl\xe4yer").encode("latin-1"), ": op_id."),
        (b"\xff\xfe" + b"{", "not JSON"),
        (b"\xed\xa0\x80", "not JSON"),
        (b"[" * 60_000, "nested too deeply"),
        (b'{"a":' * 12_000, "nested too deeply"),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else None,
)
def test_what_is_signed_and_unreadable_is_kept_whole_with_the_reason(body, why):
    found = delivery(signed(body))
    assert refused(signed(body)) == UNREADABLE
    assert why in found.asks.answer.msg
    assert (found.is_signed, found.body) == (True, body)


def test_a_body_that_is_too_large_to_be_verified_is_answered_so_that_it_comes_again():
    assert refused(signed(TEXT.encode() + b" " * LARGEST_BODY)) == (
        PayoutOutcome.MISMATCH,
        413,
        Code.PARAMETER,
    )


def test_a_body_of_exactly_64_kib_is_read():
    padded = TEXT.encode().ljust(LARGEST_BODY)
    assert isinstance(asks(signed(padded)), Payout)


@pytest.mark.parametrize("age_ms", [0, 3_600_000, 10 * 365 * 86_400_000])
def test_a_late_repeat_is_never_refused_for_its_age(age_ms):
    assert isinstance(asks(signed(order(), ts=TS_MS - age_ms)), Payout)
    assert isinstance(asks(signed(order() | {"timestamp": 0})), Payout)


def test_a_delivery_keeps_the_start_of_the_body_and_never_the_signature():
    call = signed(TEXT.encode().ljust(20_000))
    found = delivery(call)
    assert found.body == call.body[:4096]
    assert found.body_size == 20_000
    assert not re.search(call.query.rpartition("=")[2], repr(found))
    assert KEY not in repr(MERCHANT)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=())),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


@given(field=st.sampled_from(FIELDS), value=json_values)
def test_any_value_anywhere_is_a_payout_or_a_refusal_that_can_be_sent(field, value):
    found = asks(signed(changed(field, value)))
    if isinstance(found, Refusal):
        envelope(found.answer, {}, now_s=0)
        assert len(found.answer.msg) <= 200
        assert field in {"action", "op_id", "order", "order.trans_no", "order.amount"}
    else:
        assert 0 < found.amount_li < 2**63


@given(body=st.binary(), query=st.binary())
def test_any_bytes_are_refused_without_an_error(body, query):
    assert isinstance(examine(query, body, MERCHANT).asks, Refusal)
    assert isinstance(asks(signed(body)), Refusal)


@given(number=st.integers(1, 2**63 - 1), zeros=st.integers(0, 3), data=st.data())
@pytest.mark.slow
def test_every_spelling_of_a_number_is_that_number(number, zeros, data):
    text = str(number) + ("." + "0" * zeros if zeros else "")
    if zeros == 0 and data.draw(st.booleans()):
        digits = text.rstrip("0")
        text = f"{digits}e{len(text) - len(digits)}"
    quoted = data.draw(st.booleans())
    assert asks(spelled("amount", f'"{text}"' if quoted else text)).amount_li == number


@given(
    op_id=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=200)
)
def test_any_text_is_a_players_id_exactly(op_id):
    assert asks(signed(order(op_id=op_id))).op_id == op_id


RECEIVED_MS = 1_773_567_000_250


@pytest.mark.parametrize(
    ("told", "won_at_ms"),
    [
        (1_709_201_163, 1_709_201_163_000),
        (1_709_201_163_123, 1_709_201_163_123),
        (1_709_201_163_123_456, 1_709_201_163_123),
        (1_709_201_163_123_456_789, 1_709_201_163_123),
        ("1709201163", 1_709_201_163_000),
        (1_709_201_163.9, 1_709_201_163_000),
        (1_000_000_000, 1_000_000_000_000),
        (999_999_999, 999_999_999_000),
        (1, 1000),
        (1_773_567_000, 1_773_567_000_000),
        *(
            (wrong, RECEIVED_MS)
            for wrong in (
                *(0, -1, -1_709_201_163, 17_092_011_630, 170_920_116_300, 2**63 - 1, 2**63),
                *(
                    1_773_567_001,
                    9_999_999_999,
                    1_773_567_000_251,
                    None,
                    "soon",
                    "",
                    [],
                    True,
                    1e400,
                    -(2**63),
                ),
            )
        ),
    ],
)
def test_the_time_of_a_win_is_one_that_can_be_true(told, won_at_ms):
    assert asks(signed(order() | {"timestamp": told})).won_at_ms(RECEIVED_MS) == won_at_ms


@given(told=json_values | st.integers(-(2**70), 2**70), received_ms=st.integers(0, 2**45))
def test_no_win_is_later_than_its_receipt(told, received_ms):
    found = asks(signed(order() | {"timestamp": told})).won_at_ms(received_ms)
    assert min(1000, received_ms) <= found <= received_ms
