"""The two signatures, against the published vector and the documents' own code."""

import hashlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twoj_client.signing import canonical_json, matches, sign, summary_body

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


def test_published_vector_of_the_open_api():
    body = (
        b'{"brd": "wl", "op_id": "60095050427", "user_info": {"cnt": "ph", "gender": 0, "lan": "en", '
        b'"nickname": "60095050427"}}'
    )
    assert sign(body, 1718675696497, "example_key") == "cbc16eea6ad1af1f63955d24b314e13a"
    assert matches("cbc16eea6ad1af1f63955d24b314e13a", body, 1718675696497, "example_key")
    assert not matches("cbc16eea6ad1af1f63955d24b314e13b", body, 1718675696497, "example_key")


def test_the_documents_own_example():
    """`compute_md5` of the Summary API document, run by hand on its example request."""
    data = canonical_json({"game_id": 1011, "draw_id": "1011-12312-1232131"})
    assert data == b'{"draw_id":"1011-12312-1232131","game_id":1011}'
    digest = hashlib.md5(data + b"1742452087" + b"xxxxxxxxxxxxxxx").hexdigest()
    assert sign(data, 1742452087, "xxxxxxxxxxxxxxx") == digest


def test_text_is_escaped_and_empty_data_is_signed():
    assert canonical_json({"op_id": "玩家-é"}) == b'{"op_id":"\\u73a9\\u5bb6-\\u00e9"}'
    assert canonical_json({}) == b"{}"


@settings(max_examples=40)
@given(st.dictionaries(st.text(), JSON))
@pytest.mark.slow
def test_canonical_json_is_what_the_documents_code_prints(data):
    assert canonical_json(data).decode() == json.dumps(data, separators=(",", ":"), sort_keys=True)


@settings(max_examples=40)
@given(st.dictionaries(st.text(), JSON))
@pytest.mark.slow
def test_the_body_holds_the_signed_bytes(data):
    signed = canonical_json(data)
    body = summary_body(signed, ts_s=1742452087, mch_id=101, signature="5" * 32)
    assert body.endswith(b'"data":' + signed + b"}")
    assert json.loads(body) == {"ts": 1742452087, "sign": "5" * 32, "mch_id": 101, "data": data}
