"""What a model may cost and what its file may be made of: nothing holds a lead, nothing kills a process."""

import io
import json
import zipfile

import numpy as np
import pytest
from skops.io import dumps

from qualification import breaker, pipeline, store
from qualification.learning import fitted
from qualification.score import blend, flat
from tests.test_learning import PLAIN
from tests.test_what_teaches import model, resealed  # noqa: F401 - the fixture


@pytest.fixture(autouse=True)
def trusted():
    """Each test begins with a process that has seen no model fail."""
    breaker.forget()


def repacked(content, change):
    """Return a model file whose members went through `change(name, bytes)`."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.infolist():
            new.writestr(entry.filename, change(entry.filename, old.read(entry)))
    return out.getvalue()


def far_position(name, content):
    """A random state that reads beyond its key: the process would die of it."""
    return content.replace(b'"content": "624"', b'"content": "1000000000"')


def asks_for_ten_gigabytes(name, content):
    if not name.endswith(".npy"):
        return content
    head = b"{'descr': '|V10000000000', 'fortran_order': False, 'shape': (), }"
    head = head.ljust(117) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(head).to_bytes(2, "little") + head


def other_generator(name, content):
    return content.replace(b"PCG64", b"MT19937")


def longer_array(name, content):
    return content.replace(b"'shape': (", b"'shape': (99999999, ") if name.endswith(".npy") else content


@pytest.mark.parametrize(
    ("made", "change"),
    [
        (np.random.RandomState(0), far_position),
        (np.void(b"0123456789"), asks_for_ten_gigabytes),
        (None, other_generator),
        (None, longer_array),
        (None, lambda name, content: b"[" * 100_000 if name == "schema.json" else content),
        (None, lambda name, content: content.replace(b"sklearn.pipeline", b"posix")),
    ],
    ids=["random state", "void", "generator", "long array", "deep schema", "foreign module"],
)
def test_a_file_that_would_kill_or_fill_the_process_is_refused_unbuilt(model, made, change):  # noqa: F811
    content = dumps({"linear": made, "trees": made}) if made is not None else bytes(model.content)
    content = repacked(content, change)
    with pytest.raises(store.ModelRefused):
        fitted.read(content, store.seal(content, model.card["served"]), model.card)


def test_the_file_of_a_sound_model_is_read(model):  # noqa: F811
    assert fitted.read(bytes(model.content), model.sha256, model.card).trees


def judged(make_lead):
    return pipeline.qualify(make_lead(**PLAIN, extra={"plan": "Max", "seats": "9"}).pk)


def test_the_walk_of_a_lead_stops_when_its_time_is_used_up(model, make_lead, monkeypatch):  # noqa: F811
    assert store.live_scorer()[1] == model.pk
    monkeypatch.setattr(flat, "LONGEST", -1.0)
    verdict = judged(make_lead)
    assert (verdict.method, verdict.flags) == ("scorecard", ["model failed: TooSlow"])
    assert verdict.band
    assert verdict.route["desk"]


def test_a_model_that_fails_three_times_in_a_row_is_left_alone_and_tried_again_later(
    model, make_lead, monkeypatch  # noqa: F811
):  # fmt: skip
    assert store.live_scorer()[1] == model.pk
    monkeypatch.setattr(flat, "LONGEST", -1.0)
    for _ in range(breaker.IN_A_ROW):
        assert judged(make_lead).flags == ["model failed: TooSlow"]
    monkeypatch.setattr(flat, "LONGEST", 0.1)
    assert judged(make_lead).flags == ["model refused: it was slow or failed on 3 leads in a row"]
    now = breaker.time.monotonic()
    monkeypatch.setattr(breaker.time, "monotonic", lambda: now + breaker.LEFT_ALONE + 1)
    assert judged(make_lead).model_id == model.pk


def test_one_slow_lead_among_sound_ones_is_no_reason(model, make_lead, monkeypatch):  # noqa: F811
    monkeypatch.setattr(breaker, "SLOW", -1.0)
    for _ in range(breaker.IN_A_ROW - 1):
        assert judged(make_lead).model_id == model.pk
    monkeypatch.setattr(breaker, "SLOW", 5.0)
    assert judged(make_lead).model_id == model.pk
    monkeypatch.setattr(breaker, "SLOW", -1.0)
    assert judged(make_lead).model_id == model.pk
    assert judged(make_lead).model_id == model.pk


@pytest.mark.parametrize("kind", ["trees", "deep", "samples"])
def test_a_model_of_another_size_than_ours_is_refused_before_it_is_tried(model, make_lead, kind):  # noqa: F811
    form = json.loads(json.dumps(model.card["served"]["form"]))
    if kind == "trees":
        form["trees"] = form["trees"] * 50
    elif kind == "deep":
        tree = [0.0]
        for _ in range(200):
            tree = [0.0, 0, 0.0, None, True, tree, [0.0]]
        form["trees"] = [tree]
    else:
        card = json.loads(json.dumps(model.card))
        card["sample"]["rows"] *= 40
        type(model).objects.filter(pk=model.pk).update(card=card)
        store._scorer.cache_clear()
    if kind != "samples":
        resealed(model, form=form)
    (flag,) = judged(make_lead).flags
    assert flag.startswith("model refused: its trees are" if kind == "deep" else "model refused: it has more")


def test_a_model_of_an_earlier_version_judges_as_it_did():
    served = {"curve": [-1.0, 0.8], "evidence": 16}
    card, share = blend.voices_of(served)
    assert (card, share) == (blend.Curve(-0.5, 0.4), 0.5)
