"""From bytes to a payout or a refusal: signature, then the document's rules."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payouts.answers import Answer, Code, envelope
from payouts.delivery import LARGEST_BODY, Merchant, Payout, examine
from tests.payouts.conftest import MERCHANT, delivery
from tests.payouts.provider import KEY, MCH_ID, TS_MS, Call, order, payout, signed

DOCUMENT = json.loads((Path(__file__).parents[1] / "samples/order.jackpot.json").read_text())
GOOD = payout()


def asks(call: Call) -> Payout | Answer:
    return delivery(call).asks


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
        Answer(Code.SUCCESS, ""), {"op_id": "111444", "availableAmount": 998}, now_s=1709716095.516
    )
    assert json.loads(body) == DOCUMENT["response"]


def test_the_published_signature_is_accepted_over_its_very_bytes():
    body = (
        b'{"brd": "wl", "op_id": "60095050427", "user_info": '
        b'{"cnt": "ph", "gender": 0, "lan": "en", "nickname": "60095050427"}}'
    )
    query = b"mch=1&ts=1718675696497&sign=cbc16eea6ad1af1f63955d24b314e13a"
    published = Merchant(1, "example_key")
    assert examine(query, body, published).asks.code == Code.PARAMETER  # signed well, though no payout
    assert examine(query, body.replace(b" ", b""), published).asks.code == Code.SIGNATURE


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (signed(order(), key="another-key"), Code.SIGNATURE),
        (GOOD._replace(body=GOOD.body.replace(b"5000", b"9000")), Code.SIGNATURE),
        (GOOD._replace(body=GOOD.body + b" "), Code.SIGNATURE),
        (GOOD._replace(query=GOOD.query.replace(f"ts={TS_MS}", f"ts={TS_MS + 1}")), Code.SIGNATURE),
        (signed(order(), mch_id=MCH_ID + 1), Code.NO_PERMISSION),
    ],
    ids=["key", "amount", "space", "ts", "merchant"],
)
def test_a_forged_call_is_refused(call, code):
    assert asks(call).code == code


SIGNATURE = GOOD.query.rpartition("=")[2]


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?",
        f"mch={MCH_ID}&ts={TS_MS}",
        f"mch={MCH_ID}&sign={SIGNATURE}",
        f"ts={TS_MS}&sign={SIGNATURE}",
        f"mch={MCH_ID}&ts={TS_MS}&sign=",
        f"mch={MCH_ID}&ts={TS_MS}&sign={SIGNATURE}&sign={SIGNATURE}",
        f"mch={MCH_ID}&ts={TS_MS}&sign={SIGNATURE.upper()}",
        f"mch={MCH_ID}&ts={TS_MS}&sign={SIGNATURE}0",
        f"mch={MCH_ID}&ts={TS_MS}.0&sign={SIGNATURE}",
        f"mch={MCH_ID}&ts=-{TS_MS}&sign={SIGNATURE}",
        f"mch={MCH_ID}&ts=0{TS_MS}&sign={SIGNATURE}",
        f"mch={MCH_ID}&ts=%D9%A1%D9%A2&sign={SIGNATURE}",
        f"mch=x&ts={TS_MS}&sign={SIGNATURE}",
        f"mch={MCH_ID}&ts={TS_MS}&sign=%FF%FE{'a' * 30}",
    ],
)
def test_a_malformed_query_is_refused(query):
    assert asks(Call(query, GOOD.body)).code == Code.PARAMETER


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
        ({"hourly_amount": "5000", "super_amount": 0.5}, (None, None, True)),
        ({"hourly_amount": True, "super_amount": 2**63}, (None, None, True)),
        ({}, (None, None, True)),
        (None, (None, None, True)),
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
]
TEXT = json.dumps(order())


@pytest.mark.parametrize(
    "body",
    [
        *(
            changed("order.amount", value)
            for value in (0, -1, 2**63, 10**400, 5000.0, "5000", True, None, [5000])
        ),
        *(changed("action", value) for value in (1, 3, "2", 2.0, True, None)),
        *(changed("op_id", value) for value in ("", 7, None, "x" * 201, "a\x00b", "a\nb", "\ud800")),
        *(changed("order.trans_no", value) for value in ("", 7, "x" * 201, "a b", "é", "a\rb", "\udfff")),
        *(changed("order.draw_id", value) for value in ("", 7, "a\x00")),
        *(changed("order.game_id", value) for value in ("1006", 1.5, 2**64)),
        *(changed("timestamp", value) for value in ("1709201163", 1e9, 2**63)),
        *(changed("order", value) for value in (None, [], "x", 5)),
        changed("order.extra_business", []),
        *(without(field) for field in FIELDS),
    ],
    ids=repr,
)
def test_wrong_values_are_refused(body):
    assert asks(signed(body)).code == Code.PARAMETER


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "Expecting value"),
        (b"null", "object"),
        (b"[]", "object"),
        (TEXT.encode()[:-1], "delimiter"),
        (TEXT.encode() + b"{}", "Extra data"),
        (TEXT.replace("5000", "NaN", 1).encode(), "NaN is not a JSON number"),
        (TEXT.replace('"room_kind": 1', '"room_kind": -Infinity').encode(), "-Infinity is not"),
        (TEXT.replace('"room_kind"', '"amount": 1, "room_kind"').encode(), "twice"),
        (TEXT.replace('"timestamp"', '"op_id": "player-2", "timestamp"').encode(), "twice"),
        (TEXT.replace("5000", "9" * 5000, 1).encode(), "4300 digits"),
        (TEXT.encode("utf-16"), "not UTF-8"),
        (TEXT.replace("player-1", "pl\xe4yer").encode("latin-1"), "not UTF-8"),
        (b"\xef\xbb\xbf" + TEXT.encode(), "Expecting value"),
        (b"[" * 60_000, "nested too deeply"),
        (b'{"a":' * 12_000, "nested too deeply"),
        (TEXT.encode() + b" " * LARGEST_BODY, "larger than 65536 bytes"),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else None,
)
def test_what_is_no_json_of_a_payout_is_refused_with_the_reason(body, why):
    refusal = asks(signed(body))
    assert refusal.code == Code.PARAMETER
    assert why in refusal.msg


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
    if isinstance(found, Answer):
        envelope(found, {}, now_s=0)
        assert len(found.msg) <= 200
    else:
        assert 0 < found.amount_li < 2**63


@given(body=st.binary(), query=st.binary())
def test_any_bytes_are_refused_without_an_error(body, query):
    assert isinstance(examine(query, body, MERCHANT).asks, Answer)
    assert isinstance(asks(signed(body)), Answer)
