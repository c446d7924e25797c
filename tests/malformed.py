"""Bodies as nobody should send them, of every kind that an intake has to bear; each made of dice."""

import copy
import gzip
import json
import zlib

from tests import vendor_papers as papers

JSON, FORM = "application/json", "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=xx"
PERSON = {"name": "Ana Ruiz", "email": "ana@halden.example", "message": "We want to see it soon, please"}
LABELS = ("name", "email", "phone", "company", "title", "country", "website", "message", "utm_campaign",
          "submitted_at", "basis", "Vorname", "Nachname", "N° de téléphone", "field_3", "",
          "fields[email][value]", "a[b", "x[][][]", "a" + "[b]" * 5_000, "fields[email]")  # fmt: skip
# What stands where a text should: kinds 18 to 20 and 26 to 39.
ODD = [
    "\ud800", "\udfff\ud800", "\x00", "a\x00b", {"$ne": 1}, True, False, None, [], {}, ["a"], [[["a"]]],
    [None], 0,
    -1, 0.1, 10**17, -(10**300), "n" * 20_000, "é" * 5_000, "\u0301" * 200, "\u200d\u200b", "   ", "\u3164",
    "\u202egnp.exe",
    "👨‍👩‍👧", "محمد", "𠮷野家", "O'Brien", "Null", "N/A", "undefined", "True", "-1",
    "<img src=x onerror=alert(1)>", '"><svg/onload=alert(1)>', "javascript:alert(1)", "{{7*7}}",
    "{% debug %}",
    "${jndi:ldap://x}", "hx-get=/x", "' OR 1=1--", "%", "_", "\\", "a@example.com\nBcc: x@y.example",
    "a" * 255 + "@example.com", "a@b@c.example", '"quoted"@example.com', "ä@müller.example", "а@example.com",
    "a@[127.0.0.1]", "a@example.com.", "A+tag@EXAMPLE.com", "4" * 400, "+", "call me", "\uff11\uff12\uff13",
    "\u0661\u0662\u0663",
    "2023-02-29", "0000-00-00", "9999-12-31T23:59:59Z", "10000-01-01T00:00:00Z", "2024-05-01T24:00:00Z",
    "2016-12-31T23:59:60Z", "2024-05-01T10:00:00+99:99", "2024-03-31T02:30:00", "XX", "../../etc/passwd",
    "Mars/Base", "u" * 8_192, "data:text/html,x", "a\r\nb: c", "\x1b[31m", "9" * 30, "1e400", "NaN",
    "-Infinity",
    {"__proto__": {"admin": True}}, {"constructor": {"prototype": {}}}, [{"name": "email", "value": ["x"]}],
    {"file": "x", "content_type": "y", "bytes": "z"}, [["a", 1], ["b", 2]], {"": ""}, {"name": {"name": {}}},
    '{"email": "x@halden.example"}', '[[[["a"]]]]', '{"a": ', "{}", "[]", '{"a": NaN}',
    "https://x.example/?utm_campaign=%00", "https://[x/?utm_source=a", {"url": "x", "size": {}},
    {"country": {}, "number": [1]}, [{"url": "a", "size": 1}],
]  # fmt: skip
OURS = ("owner", "stage", "score", "id", "uid", "created", "desk", "do_not_contact", "version", "due_at")
HEADS = ({"idempotency-key": ""}, {"idempotency-key": "k" * 256}, {"idempotency-key": "a\nb"},
         {"idempotency-key": "\U0001f600"}, {"idempotency-key": " "}, {"content-encoding": "gzip"},
         {"content-encoding": "br"}, {"referer": "data:,x"}, {"user-agent": "a\x1b[31m" * 900},
         {"content-length": "1073741824"}, {"idempotency-key": "one and the same"})  # fmt: skip
CHARSETS = ("utf-7", "foo", "zlib_codec", "utf-16", "latin-1", "", '"utf-8', "idna", "rot13")
TYPES = ("text/plain", "application/xml", "", ";;;==;", "a" * 900, "application/octet-stream", "*/*",
         "multipart/form-data", "multipart/form-data; boundary=" + "b" * 300)  # fmt: skip


def dumped(value):
    """Return JSON as bytes, lone surrogates escaped as a sender would."""
    return json.dumps(value).encode()


def odd_person(dice):
    """Return a form with some odd values under real labels."""
    person = dict(PERSON)
    for _ in range(dice.randint(1, 4)):
        person[dice.choice(LABELS)] = dice.choice(ODD)
    if dice.random() < 0.3:
        person |= {name: dice.choice(ODD) for name in dice.sample(OURS, 3)}
    return person


def broken_json(dice):
    """Kinds 1 to 11, 14 to 16, 18 and 19: JSON that is none, or says what JSON should not."""
    depth = dice.choice((100, 900, 5_000, 30_000))
    text = json.dumps(PERSON)
    return dice.choice((
        lambda: b"[" * depth, lambda: b'{"a":' * depth, lambda: b'{"a":' + b"[" * depth + b"]" * depth + b"}",
        lambda: b'{"a":' + b"1" * depth + b"}", lambda: b'{"name": 1e400}', lambda: b'{"name": -Infinity}',
        lambda: b'{"email":"a@b.example","email":"c@d.example"}', lambda: dice.choice((b"[]", b"null", b"5",
        b'"x"')),
        lambda: dice.choice((b"", b" ", b"\r\n", b"{}", b"[[]]", b"[{}]", b"[null]")),
        lambda: text[: dice.randrange(1, len(text))].encode(), lambda: b'{"name": "' + b"a" * 70_000 + b'"}',
        lambda: text.encode().replace(b"Ana", b"\xff\xfe"), lambda: text.encode(dice.choice(("utf-16",
        "utf-32"))),
        lambda: b"\xef\xbb\xbf" + text.encode(), lambda: text.replace("Ana", "\\ud800").encode(),
        lambda: text.replace("Ana", "\\u0000").encode(), lambda: text.replace(":", "=").encode(),
        lambda: text.replace('"', "'").encode(), lambda: text.encode() + b"}", lambda: text.encode() * 2,
    ))(), JSON, {}  # fmt: skip


def broken_form(dice):
    """Kinds 20 and 21: form-encoded."""
    good = b"name=Ana&email=ana%40halden.example"
    return dice.choice((
        lambda: b"name=%00", lambda: b"name=%ff%fe", lambda: b"name=%ED%A0%80", lambda: b"name=50%",
        lambda: b"name=%zz&" + good, lambda: b"&".join(b"f%d=1" % n for n in range(2_000)), lambda: b"&&&",
        lambda: b"=",
        lambda: b"=x&" + good, lambda: good + b"&email=" + b"b" * 9_000, lambda: good * 40,
        lambda: b"name=\xff",
        lambda: dumped(PERSON), lambda: good.replace(b"&", b";"), lambda: b"name[]=a&name[]=b&" + good,
        lambda: b"email=a%0d%0aBcc:x@y.example", lambda: b"__proto__=1&" + good,
    ))(), FORM, {}  # fmt: skip


def part(name, content, *, file=None, head=""):
    """Return one part of a multipart body."""
    filename = f'; filename="{file}"' if file is not None else ""
    start = f'--xx\r\nContent-Disposition: form-data; name="{name}"{filename}\r\n{head}\r\n'.encode()
    return start + content + b"\r\n"


def broken_multipart(dice):
    """Kinds 22 and 23: parts that do not hold together, and files where a text is expected."""
    good, end = part("email", b"ana@halden.example"), b"--xx--\r\n"
    return dice.choice((
        lambda: good, lambda: end, lambda: b"--xx\r\n" * 2_000 + end, lambda: part("a", b"1") * 500 + end,
        lambda: good + part("name", b"\xff") + end, lambda: good + part("name", b"a\x00") + end,
        lambda: good + part("name", b"\x89PNG", file="../../me.png") + end,
        lambda: part("email", b"\x00", file="x" * 300) + end, lambda: good + part("", b"x") + end,
        lambda: part("name", b"!!!", head="Content-Transfer-Encoding: base64\r\n") + end,
        lambda: part("name", b"x", head="Content-Transfer-Encoding: x-uuencode\r\n") + end,
        lambda: part("rawRequest", dumped(odd_person(dice))) + part("submissionID", b"1") + end,
        lambda: good.replace(b"form-data", b"attachment") + end,
        lambda: good[: dice.randrange(len(good))] + end,
        lambda: good.replace(b"\r\n", b"\n") + end, lambda: b"--xx\r\n\r\n" + end,
    ))(), MULTIPART, {}  # fmt: skip


def odd_head(dice):
    """Kinds 12, 17, 24, 39 and 40: types, charsets, encodings, keys and headers."""
    body = dumped(PERSON | {"reference": dice.random()})
    kind = dice.randrange(4)
    if kind == 0:
        return body, f"{dice.choice((JSON, FORM))}; charset={dice.choice(CHARSETS)}", {}
    if kind == 1:
        return body, dice.choice(TYPES), {}
    if kind == 2:
        packed = dice.choice((gzip.compress(b"a" * 100_000), zlib.compress(body)))
        return packed, JSON, {"content-encoding": dice.choice(("gzip", "deflate", "identity", "GZIP, gzip"))}
    return body, JSON, dict(dice.choice(HEADS))


def odd_values(dice):
    """Kinds 25 to 38: what parses, and says what it should not."""
    person = odd_person(dice)
    if dice.random() < 0.7:
        return dumped(person), JSON, {}
    pairs = (f"{name}={value}" for name, value in person.items() if isinstance(value, str | int))
    return "&".join(pairs).encode("utf-8", "surrogatepass"), FORM, {}


KINDS = (broken_json, broken_form, broken_multipart, odd_head, odd_values, odd_values)


def places(value, path=()):
    """Yield the path of every node of a document."""
    yield path
    members = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, member in members:
        yield from places(member, (*path, key))


def mutated(dice, document):
    """Return a vendor's document with some of its nodes replaced, taken out, doubled or nested."""
    document = copy.deepcopy(document)
    for _ in range(dice.randint(1, 4)):
        path = dice.choice([path for path in places(document) if path] or [()])
        if not path:
            return dice.choice(ODD)
        holder = document
        for key in path[:-1]:
            holder = holder[key]
        _alter(dice, holder, path[-1])
    return document


def _alter(dice, holder, key):
    match dice.randrange(5):
        case 0:
            del holder[key]
        case 1 if isinstance(holder, list):
            holder.extend(copy.deepcopy(holder[:3]) * dice.randint(1, 3))
        case 2:
            holder[key] = [holder[key]] if dice.random() < 0.5 else {"value": holder[key]}
        case 3 if isinstance(holder, dict):
            holder[str(dice.choice(ODD))[:400] if dice.random() < 0.5 else "type"] = dice.choice(ODD)
        case _:
            holder[key] = copy.deepcopy(dice.choice(ODD))


def of_vendor(dice, vendor):
    """Return a delivery in the shape of a vendor, altered in its parts, or in its bytes."""
    if vendor == "jotform":
        answers = mutated(dice, papers.JOTFORM_ANSWERS)
        fields = papers.JOTFORM | {"rawRequest": json.dumps(answers)}
        if dice.random() < 0.3:
            fields[dice.choice(list(fields))] = str(dice.choice(ODD)).encode("utf-8", "replace").decode()
        body, content_type = papers.multipart(fields), "multipart/form-data; boundary=q"
    else:
        body, content_type = dumped(mutated(dice, dice.choice(SHAPES[vendor]))), JSON
    if dice.random() < 0.2:
        place = dice.randrange(len(body) + 1)
        body = (
            body[:place]
            + dice.choice((b"\x00", b"\xff", b'"', b"{", b"]", b"1e999", b"\\ud800", b""))
            + body[place + 1 :]
        )
    return body, content_type, {}


SHAPES = {vendor: [paper] for vendor, paper in papers.PAPERS.items()}
SHAPES["meta"].append(papers.META_ANSWERS)
SHAPES["linkedin"].append(papers.LINKEDIN_ANSWERS)
SHAPES["hubspot"] += [[papers.HUBSPOT_CONTACT], papers.HUBSPOT * 3]
SHAPES["calendly"].append(papers.ROUTING_FORM)
SHAPES["webflow"].append(papers.WEBFLOW_V1)
SHAPES["generic"] = [PERSON, {"data": {"fields": [{"label": "E-mail", "value": "a@halden.example"}]}}]
