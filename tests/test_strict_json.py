"""The strict JSON parser: what it refuses, what it keeps exactly."""

import time

import pytest

from leadboard.http import strict_json
from leadboard.http.problems import Problem

REFUSED = {
    "100,000 nested lists": b"[" * 100_000,
    "900 nested lists, closed": b"[" * 900 + b"]" * 900,
    "50,000 nested objects": b'{"a":' * 50_000,
    "65 levels": b"[" * 65 + b"]" * 65,
    "an integer of 5,000 digits": b'{"a": ' + b"9" * 5_000 + b"}",
    "an integer of 301 digits": b'{"a": ' + b"9" * 301 + b"}",
    "a number that overflows": b'{"a": 1e400}',
    "a negative number that overflows": b'{"a": -1e400}',
    "NaN": b'{"a": NaN}',
    "Infinity": b'{"a": Infinity}',
    "minus Infinity": b'{"a": -Infinity}',
    "a key twice": b'{"email": "a@b.example", "email": "c@d.example"}',
    "a key twice, deep": b'{"a": [{"b": 1, "b": 1}]}',
    "truncated": b'{"name": "Ana',
    "trailing text": b'{"a": 1} {"b": 2}',
    "single quotes": b"{'a': 1}",
    "trailing comma": b'{"a": 1,}',
    "a comment": b'{"a": 1} // so',
    "invalid UTF-8": b'{"a": "\xff\xfe"}',
    "an overlong encoding": b'{"a": "\xc0\xaf"}',
    "an encoded surrogate": b'{"a": "\xed\xa0\x80"}',
    "UTF-16": '{"a": 1}'.encode("utf-16"),
    "UTF-16 without a mark": '{"a": 1}'.encode("utf-16-le"),
    "UTF-32": '{"a": 1}'.encode("utf-32"),
    "half a surrogate pair": b'{"a": "\\ud800"}',
    "half a surrogate pair in a key": b'{"\\uDC00": 1}',
    "an escaped NUL": b'{"a": "x\\u0000y"}',
    "an escaped NUL in a key": b'{"a\\u0000": 1}',
    "a raw NUL": b'{"a": "x\x00y"}',
    "a control character in a string": b'{"a": "x\x01y"}',
    "nothing": b"",
    "only a byte order mark": b"\xef\xbb\xbf",
    "leading zero": b'{"a": 01}',
    "hexadecimal": b'{"a": 0x10}',
}


@pytest.mark.parametrize("body", REFUSED.values(), ids=REFUSED.keys())
def test_what_is_no_sound_json_is_refused_as_malformed(body):
    with pytest.raises(Problem) as refusal:
        strict_json.loads(body)
    assert refusal.value.status == 400
    assert refusal.value.code == "malformed_json"
    assert refusal.value.detail


KEPT = {
    "64 levels": (b"[" * 64 + b"]" * 64, None),
    "brackets inside a string": (b'{"a": "' + b"[" * 5_000 + b'"}', {"a": "[" * 5_000}),
    "an escaped quote before brackets": (b'{"a": "\\"' + b"[" * 100 + b'"}', {"a": '"' + "[" * 100}),
    "a byte order mark": (b'\xef\xbb\xbf{"a": 1}', {"a": 1}),
    "an emoji as a surrogate pair": (b'{"a": "\\ud83d\\ude00"}', {"a": "\U0001f600"}),
    "an escaped backslash before u0000": (b'{"a": "\\\\u0000"}', {"a": "\\u0000"}),
    "__proto__ as a plain key": (
        b'{"__proto__": {"a": 1}, "constructor": 2}',
        {"__proto__": {"a": 1}, "constructor": 2},
    ),
    "the same key in two objects": (b'[{"a": 1}, {"a": 1}]', [{"a": 1}, {"a": 1}]),
    "a large but finite number": (b'{"a": 1e308}', {"a": 1e308}),
    "an integer of 300 digits": (b'{"a": ' + b"9" * 300 + b"}", {"a": int("9" * 300)}),
    "bidi and joiners": ('{"a": "x\u202ey\u200dz"}'.encode(), {"a": "x\u202ey\u200dz"}),
    "a scalar": (b'"x"', "x"),
}


@pytest.mark.parametrize(("body", "value"), KEPT.values(), ids=KEPT.keys())
def test_what_is_sound_is_read_exactly(body, value):
    if value is not None:
        assert strict_json.loads(body) == value
    else:
        strict_json.loads(body)


def test_the_refusal_names_the_place():
    with pytest.raises(Problem) as refusal:
        strict_json.loads(b'{"a": 1,\n "b": oops}')
    assert refusal.value.detail == "It is no JSON: Expecting value at line 2, column 7."


@pytest.mark.parametrize(
    "body",
    [
        b'"' + b'\\"' * 500_000,
        b"[" * 65 + b'"' * 1_000_001,
        b'["' + b'","' * 300_000,
        b"{" * 1_000_000,
        b'{"a":1,' * 100_000,
        b"[" + b'{"k": 1, "k": 2},' * 60_000,
    ],
    ids=["open string of quotes", "quotes", "short strings", "brackets", "open objects", "doubled keys"],
)
def test_no_body_of_a_megabyte_makes_the_parser_slow(body):
    begun = time.process_time()
    with pytest.raises(Problem):
        strict_json.loads(body)
    assert time.process_time() - begun < 5, "quadratic would be minutes"
