"""The agreement: read to the line, kept for ever, and put in force by one command."""

import io
import json
import sys
import threading
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, connection, transaction

from leadboard.playbook import versions
from leadboard.playbook.conditions import Condition
from leadboard.playbook.letters import fill
from leadboard.playbook.models import DEFAULT, PlaybookVersion
from leadboard.playbook.patterns import check_pattern, is_found
from leadboard.playbook.plain import in_words
from leadboard.playbook.reading import PlaybookError, read_document
from leadboard.playbook.schema import Playbook, load
from leadboard.playbook.spelled import spelled
from leadboard.playbook.values import read_duration, write_duration

TEXT = DEFAULT.read_text(encoding="utf-8")


def refused(text):
    with pytest.raises(PlaybookError) as refusal:
        load(text)
    return [(problem.path, problem.message) for problem in refusal.value.problems]


def changed(old, new, count=1):
    assert TEXT.count(old) >= 1
    return TEXT.replace(old, new, count)


def line_of(text, words):
    return next(number for number, line in enumerate(text.splitlines(), 1) if words in line)


# reading


def test_the_default_agreement_is_valid_and_says_what_the_product_promises():
    playbook = load(TEXT)
    minutes = {name: promise.within for name, promise in playbook.first_action.items()}
    assert minutes == {
        "demo": timedelta(minutes=5),
        "pricing": timedelta(minutes=5),
        "hand_raiser": timedelta(minutes=30),
        "webinar": timedelta(minutes=30),
        "content": "same_day",
        "other": timedelta(hours=8),
    }
    assert playbook.contact.within == timedelta(hours=24)
    assert playbook.version == 0


def test_a_country_called_no_stays_norway_and_half_past_one_stays_text():
    assert read_document("a: [NO, yes, 1:30, 12]").data == {"a": ["NO", "yes", "1:30", 12]}


def test_a_json_document_is_read_too_tabs_included():
    assert read_document('{"zone":\t"UTC", "hours": null}').data == {"zone": "UTC", "hours": None}


UNREADABLE = [
    ("", None, "is empty"),
    ("# nothing\n", None, "is empty"),
    ("a: 1\nb: 2\na: 3\n", 3, "is given twice"),
    ('{"a": 1, "a": 2}', None, "is given twice"),
    ("a: &x [1]\nb: *x\n", 2, "aliases are not allowed"),
    ("a: !!python/object/apply:os.system [ls]\n", 1,
     "the tag tag:yaml.org,2002:python/object/apply:os.system is not allowed"),
    ("1: x\n", 1, "a name must be text; put it in quotes"),
    ("true: x\n", 1, "a name must be text; put it in quotes"),
    ("? [a]\n: x\n", 1, "a name must be text; put it in quotes"),
    ("a: 2023-02-29\n", 1, "no such value: 2023-02-29"),
    ("[" * 100_000, 1, "nested deeper than 12 levels"),
    ('{"a":' * 50_000, None, "nested deeper than 12 levels"),
    ('a: "\\0"\n', 1, "text with a control character"),
    ('{"a": "\\ud800"}', None, "text with a control character"),
    ('{"a": NaN}', None, "NaN is not a number"),
    ('{"a": 1e999}', None, "a number that is too large"),
    (b"a: 1\nb: \xff\n", 2, "not UTF-8 text"),
    ("x" * 300_000, None, "larger than 256 KiB"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "line", "message"), UNREADABLE)
def test_what_cannot_be_read_is_refused_with_its_line(text, line, message):
    with pytest.raises(PlaybookError) as refusal:
        read_document(text)
    assert [(problem.line, problem.message) for problem in refusal.value.problems] == [(line, message)]


def test_a_list_is_no_playbook():
    assert refused("- a\n") == [("", "must be a playbook: names with values")]


NO_DURATION = 'a duration is written like "5m", "1h30m", "24h" or "2d"'
NO_WARNING = 'a warning is a duration before the deadline ("2m") or the share left ("40%")'
TRACKS = "there are welcome, product_tour, event_follow_up, long_term"
TESTS = "present, equals, in, not_in, matches, contains, at_least, at_most"
PLACEHOLDERS = "there are name, first_name, company, title, rep, firm"
DEMO = "demo: {within: 5m, warn: 40%}"


# exact places

WRONG = [
    (DEMO, "demo: {within: 0m, warn: 40%}", "first_action.demo.within", "must be from 1s to 366d"),
    (DEMO, "demo: {within: 1000000000m}", "first_action.demo.within",
     NO_DURATION),
    (DEMO, "demo: {within: 5}", "first_action.demo.within",
     NO_DURATION),
    (DEMO, "demo: {within: 5m, warn: 100%}", "first_action.demo.warn",
     NO_WARNING),
    (DEMO, "demo: {within: 5m, at_least: 2h}", "first_action.demo", "at_least belongs to same_day only"),
    (DEMO, "demo: {within: 5m, wran: 40%}", "first_action.demo.wran", "unknown name"),
    (DEMO, "demo: {within: 5m, calendar: offices}", "first_action.demo.calendar",
     "there is no calendar 'offices'; there are always, office"),
    ("  demo: {within: 5m, warn: 40%}\n", "", "first_action.demo", "is missing; every lead type needs one"),
    ("default_calendar: always", "default_calendar: alwys", "default_calendar",
     "there is no calendar 'alwys'; there are always, office"),
    ("zone: Europe/Berlin", "zone: Mars/Base", "calendars.office.zone", "unknown time zone 'Mars/Base'"),
    ('mon: ["09:00-12:30", "13:00-18:00"]', 'mon: ["09:00-12:30", "09:00-09:00"]',
     "calendars.office.hours.mon.1",
     'a shift of equal ends is empty; a whole day is "00:00-24:00"'),
    ("- 2027-12-31", "- 2027-31-12", "calendars.office.holidays.6", "no such value: 2027-31-12"),
    ("track: product_tour}\n  information", "track: tour}\n  information", "routes.buying.low.track",
     f"there is no track 'tour'; {TRACKS}"),
    ("answer: wrong_fit}", "answer: sorry}", "routes.wrong_fit.every.answer",
     "there is no answer 'sorry'; there are wrong_fit, non_prospect"),
    ("default_track: welcome", "default_track: welcom", "default_track",
     f"there is no track 'welcom'; {TRACKS}"),
    ("leads_to: nurture, track: welcome", "leads_to: nurture, track: nowhere",
     "rejection_reasons.wrong_persona.track",
     f"there is no track 'nowhere'; {TRACKS}"),
    ("leads_to: nurture, track: welcome", "leads_to: heaven", "rejection_reasons.wrong_persona.leads_to",
     "should be 'nurture', 'disqualified' or 'merge'"),
    ("  - {do: hand_back}  ", "  - {do: manager}  ", "escalation.2.do",
     "the last step must be hand_back, or a lead could be forgotten"),
    ("{do: manager, within: 55m}", "{do: manager}", "escalation.1.within",
     "is missing: how long has this step before the next one?"),
    ("hand_back_after: 14d", "hand_back_after: 5d", "follow_up",
     "warn_after must be shorter than hand_back_after"),
    ("high: 60", "high: 20", "bands", "must be 0 < medium < high"),
    ("medium: 30", 'medium: "30"', "bands.medium", "must be a whole number"),
    ("open_leads: 30", "open_leads: true", "capacity.open_leads", "must be a whole number"),
    ("abstained: {desk: board}", "abstained: {desk: nurture}", "routes.abstained",
     "a track belongs to nurture and long_nurture, and each of them needs one"),
    ("abstained: {desk: board}", "abstained: {desk: closed}", "routes.abstained",
     "the desk is closed when, and only when, the stage is disqualified"),
    ("    words: Anything else\n", "    words: Anything else\n    when: {field: source, present: true}\n",
     "lead_types.other.when",
     "the last lead type takes all the rest and has no when"),
    ("field: budget, equals: true", "field: budget", "scorecard.points.7.when",
     f"needs a field and a test: {TESTS}"),
    ("'/pricing\\b'", "'(a+)+$'", "lead_types.pricing.when.any.1.matches",
     "repeats without end (*, +) are not allowed; write {0,30}"),
    ("subject: Thank you for coming", "subject: Thank you, {frist_name}",
     "tracks.event_follow_up.steps.0.subject",
     f"unknown placeholder {{frist_name}}; {PLACEHOLDERS}"),
    ("subject: Thank you for coming", "subject: Thank you {{7*7}}", "tracks.event_follow_up.steps.0.subject",
     "a brace that is no placeholder; write {name} or {name|words when unknown}"),
    ("  silent: Silent for too long\n", "", "hand_back_reasons.silent",
     "is missing; the product gives this reason itself"),
    ("owner: Revenue operations\n", "", "owner", "is missing"),
    ("name: Inbound agreement", 'name: "  "', "name", "must be one line with something on it"),
    ("  wrong_persona:", "  Wrong-Persona:", "rejection_reasons.Wrong-Persona",
     "a name has small letters, digits and _, begins with a letter and is at most 40 long"),
    ("review: monthly", "review: monthly\nversion: 7", "version", "unknown name"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "path", "message"), WRONG, ids=[f"{w[2]} {w[1][:20]!r}" for w in WRONG]
)
def test_a_wrong_clause_is_named_by_its_place(old, new, path, message):
    assert refused(changed(old, new)) == [(path, message)]


def test_the_line_is_given_too_and_several_problems_come_together_in_order():
    text = changed("open_leads: 30", "open_leads: 0").replace("owner: Revenue operations", "owner: 7")
    with pytest.raises(PlaybookError) as refusal:
        load(text)
    assert str(refusal.value).splitlines() == [
        f"line {line_of(text, 'owner: 7')}: owner: must be text",
        f"line {line_of(text, 'open_leads: 0')}: capacity.open_leads: should be greater than or equal to 1",
    ]


def test_a_calendar_on_which_every_day_is_a_holiday_is_refused():
    days = [date(2028, 1, 1) + timedelta(days=number) for number in range(366)]
    text = changed("      - 2026-12-25\n", "".join(f"      - {day}\n" for day in days))
    message = "more than 60 days in a row without an open minute: no promise could be kept"
    assert refused(text) == [("calendars.office.holidays", message)]


def test_a_long_summer_without_work_is_allowed():
    days = [date(2028, 7, 1) + timedelta(days=number) for number in range(40)]
    text = changed("      - 2026-12-25\n", "".join(f"      - {day}\n" for day in days))
    assert load(text).calendar("office").longest_closure() == 40


def test_a_calendar_without_an_open_minute_is_refused():
    text = TEXT.replace(
        "  always:                    # no hours: around the clock\n", "  always:\n    hours: {}\n"
    )
    assert refused(text) == [
        ("calendars.always.hours", "no open minute in the whole week; leave hours out for 24x7")
    ]


# small values


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("5m", 300), ("1h30m", 5400), ("24h", 86400), ("2d", 172800), ("90s", 90), ("0m", 0)],
)
def test_a_duration_is_read(text, seconds):
    assert read_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "text", ["", "5", "5 m", "m", "-5m", "30m1h", "1.5h", "٥m", "999999999w", None, 5, "5m\n"]
)
def test_what_is_no_duration_is_refused(text):
    with pytest.raises(ValueError, match="duration"):
        read_duration(text)


def test_a_duration_is_written_as_people_write_it():
    written = [write_duration(read_duration(text)) for text in ("90m", "120s", "1d", "1w", "49h", "0s")]
    assert written == ["1h30m", "2m", "24h", "7d", "2d1h", "0s"]


def test_a_letter_is_filled_with_plain_text_only():
    values = {"first_name": "Ana\r\nBcc: x@y.z", "company": "{firm}", "firm": ""}
    assert (
        fill("Hi {first_name|there} at {company|work}, {firm}{title|you}", values)
        == "Hi Ana Bcc: x@y.z at {firm}, you"
    )
    assert fill("Hi {first_name|there}", {"first_name": "x" * 500}) == "Hi " + "x" * 120


@pytest.mark.parametrize(
    "pattern", ["a*", "(a+)+$", "(a{1,99}){1,99}", r"(a)\1", "(?=a)", "(", "a" * 201, "", "(ab|cd){0,40}"]
)
def test_a_pattern_that_could_hang_is_refused(pattern):
    with pytest.raises(ValueError, match=r"pattern|repeats"):
        check_pattern(pattern)


def test_a_pattern_that_cannot_hang_is_allowed_and_ignores_case():
    assert is_found(check_pattern(r"\bproof.{0,30}concept\b"), "A PROOF of the Concept")
    assert not is_found(check_pattern("end$"), "x" * 4000 + "end")


# kept for ever


@pytest.mark.django_db
def test_a_first_start_has_the_default_agreement_in_force():
    assert versions.active().version == 1
    assert PlaybookVersion.objects.get().text == TEXT


@pytest.mark.django_db
def test_a_new_version_is_in_force_at_once_and_the_old_one_stays_readable(mia):
    stored = versions.apply(changed("open_leads: 30", "open_leads: 12"), by=mia, note="fewer")
    assert (stored.number, stored.created_by, stored.note, stored.active) == (2, mia, "fewer", True)
    assert (versions.active().version, versions.active().capacity.open_leads) == (2, 12)
    assert (versions.by_number(1).version, versions.by_number(1).capacity.open_leads) == (1, 30)
    assert versions.active() is versions.active()


@pytest.mark.django_db
def test_a_page_is_drawn_by_one_agreement_and_the_next_by_the_newest(django_assert_num_queries):
    versions.active()
    with versions.by_one():
        with django_assert_num_queries(1):
            assert [versions.active().version for _ in range(3)] == [1, 1, 1]
        versions.apply(changed("open_leads: 30", "open_leads: 12"))
        assert versions.active().version == 1
    assert versions.active().version == 2


@pytest.mark.django_db
def test_an_agreement_that_is_wrong_changes_nothing():
    with pytest.raises(PlaybookError):
        versions.apply(changed("open_leads: 30", "open_leads: 0"))
    assert PlaybookVersion.objects.count() == 1
    assert versions.active().version == 1


@pytest.mark.django_db
def test_rolling_back_makes_a_new_version_of_the_old_text():
    versions.apply(changed("open_leads: 30", "open_leads: 12"))
    stored = versions.roll_back(1)
    assert (stored.number, stored.text, stored.note) == (3, TEXT, "Back to version 1.")
    with pytest.raises(PlaybookVersion.DoesNotExist):
        versions.roll_back(9)


@pytest.mark.django_db
@pytest.mark.parametrize("change", [{"text": "x"}, {"number": 7}, {"note": "x"}, {"digest": b"x"}])
def test_a_stored_version_may_not_be_changed(change):
    with pytest.raises(DatabaseError, match="may not be changed"), transaction.atomic():
        PlaybookVersion.objects.filter(number=1).update(**change)
    assert PlaybookVersion.objects.get(number=1).text == TEXT


@pytest.mark.django_db
def test_a_stored_version_may_not_be_deleted():
    with pytest.raises(DatabaseError, match="playbook version 1 is kept"), transaction.atomic():
        PlaybookVersion.objects.filter(number=1).delete()


@pytest.mark.django_db
def test_two_versions_may_not_be_in_force():
    versions.apply(TEXT)
    with pytest.raises(IntegrityError), transaction.atomic():
        PlaybookVersion.objects.filter(number=1).update(active=True)


@pytest.mark.django_db(transaction=True)
def test_two_people_who_apply_at_once_get_two_numbers():
    def apply():
        try:
            versions.apply(TEXT)
        finally:
            connection.close()

    threads = [threading.Thread(target=apply) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    versions.active()
    assert sorted(PlaybookVersion.objects.values_list("number", flat=True)) == [1, 2, 3, 4, 5]
    assert PlaybookVersion.objects.get(active=True).number == 5


# the command

OFFICE = """zone: Europe/Berlin
hours: {mon: ["09:00-17:00"], fri: ["09:00-17:00"]}
holidays: [2026-12-25]
"""


@pytest.fixture
def office(tmp_path):
    file = tmp_path / "office.yaml"
    file.write_text(OFFICE)
    return str(file)


def run(*arguments):
    out = io.StringIO()
    call_command("playbook", *arguments, stdout=out)
    return out.getvalue()


def fails(*arguments):
    with pytest.raises(CommandError) as failure:
        run(*arguments)
    return failure.value.returncode, str(failure.value)


def batch(monkeypatch, lines):
    monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in lines)))


def test_due_and_elapsed_answer_without_a_database(office):
    start = "2026-11-20T16:30:00+01:00"
    assert run("due", "--calendar", office, "--start", start, "--for", "1h30m") == "2026-11-23T09:00:00Z\n"
    assert (
        run("due", "--calendar", office, "--start", "2026-11-20T15:30:00.25Z", "--for", "1m")
        == "2026-11-20T15:31:00.25Z\n"
    )
    end = "2026-11-23T10:00:00.5+01:00"
    assert run("elapsed", "--calendar", office, "--start", start, "--end", end) == "5400.5\n"
    assert (
        run("elapsed", "--calendar", office, "--start", start, "--end", "2026-11-23T10:00+01:00") == "5400\n"
    )


def test_a_batch_gets_one_answer_a_line(office, monkeypatch):
    start = "2026-11-20T16:30:00+01:00"
    batch(
        monkeypatch,
        [
            json.dumps({"start": start, "for": "90m"}),
            json.dumps({"start": start, "end": "2026-11-23T09:00:00Z"}),
        ],
    )
    assert run("due", "--calendar", office, "--batch") == "2026-11-23T09:00:00Z\n5400\n"


def test_a_bad_line_gets_its_error_in_its_place_and_the_batch_fails(office, monkeypatch):
    good = json.dumps({"start": "2026-11-20T16:30:00+01:00", "for": "90m"})
    batch(monkeypatch, [good, "", "[]", "{" * 5000, json.dumps({"start": "2026-11-20", "for": "90m"}), good])
    out = io.StringIO()
    with pytest.raises(CommandError, match="4 lines could not be answered") as failure:
        call_command("playbook", "due", "--calendar", office, "--batch", stdout=out)
    assert failure.value.returncode == 1
    asked = 'error: must be {"start": …, "for": …} or {"start": …, "end": …}'
    assert out.getvalue().splitlines() == [
        "2026-11-23T09:00:00Z",
        "error: not JSON",
        asked,
        asked,
        "error: '2026-11-20' needs an offset, as in 2026-11-20T16:30:00+01:00 or …Z",
        "2026-11-23T09:00:00Z",
    ]


def test_bad_questions_end_with_2_and_their_reason(office, tmp_path):
    start = ("--start", "2026-11-20T16:30:00Z")
    assert fails("due", "--calendar", "/nowhere", *start, "--for", "1h") == (
        2,
        "/nowhere: No such file or directory",
    )
    assert fails("due", "--calendar", str(tmp_path), *start, "--for", "1h") == (
        2,
        f"{tmp_path}: Is a directory",
    )
    assert fails("due", "--calendar", office, *start) == (2, "give either --start and --for, or --batch")
    assert fails("due", "--calendar", office, *start, "--for", "soon") == (
        2, NO_DURATION)  # fmt: skip
    assert fails("due", "--calendar", office, *start, "--for", "36000d") == (
        2,
        "for: not over within 100 years of this calendar",
    )
    assert fails("due", "--calendar", office, "--start", "9999-12-31T23:59:59Z", "--for", "1h") == (
        2, "time: must lie between the years 1801 and 2400")  # fmt: skip
    for moment in ("2023-02-29T00:00:00Z", "0000-00-00", "2026-01-01T23:59:60Z", "2026-01-01T00:00:00+99:99"):
        assert fails("due", "--calendar", office, "--start", moment, "--for", "1h")[0] == 2


CALENDARS = [
    ("zone: Mars/Base\n", "line 1: zone: unknown time zone 'Mars/Base'"),
    ("hours: {mon: [09:00-17:00]}\n", "zone: is missing"),
    ("zone: UTC\nhour: {}\n", "line 2: hour: unknown name"),
    ("zone: UTC\nhours: {}\n", "line 2: hours: no open minute in the whole week; leave hours out for 24x7"),
    ("zone: UTC\nhours: [mon]\n", "line 2: hours: must be days (mon to sun) with lists of shifts"),
    (
        "zone: UTC\nhours:\n  tue: [09:00-17:00, 17-18]\n",
        'line 3: hours.tue.1: a shift is written "HH:MM-HH:MM"',
    ),
    ("zone: UTC\nholidays: [x]\n", 'line 2: holidays.0: must be a date "YYYY-MM-DD" from 1800 to 2600'),
    ("- a\n", "line 1: must be a calendar: zone, hours, holidays"),
]


@pytest.mark.parametrize(("text", "message"), CALENDARS)
def test_a_calendar_file_is_refused_with_place_and_line(text, message, tmp_path):
    file = tmp_path / "calendar.yaml"
    file.write_text(text)
    assert fails("due", "--calendar", str(file), "--start", "2026-11-20T16:30:00Z", "--for", "1h") == (
        2,
        message,
    )


def test_check_says_yes_or_where_it_is_wrong(tmp_path):
    assert run("check", str(DEFAULT)) == "Inbound agreement: valid.\n"
    file = tmp_path / "wrong.yaml"
    file.write_text(changed("within: 24h", "within: 0m"))
    line = line_of(file.read_text(), "within: 0m")
    assert fails("check", str(file)) == (2, f"line {line}: contact.within: must be from 1s to 366d")


@pytest.mark.django_db
def test_apply_show_and_roll_back_by_command(tmp_path, mia):
    file = tmp_path / "ours.yaml"
    file.write_text(changed("open_leads: 30", "open_leads: 12"))
    assert run("apply", str(file), "--note", "fewer", "--by", mia.email.upper()) == "Version 2 is in force.\n"
    assert run("show") == Path(file).read_text()
    assert run("show", "--number", "1") == TEXT
    assert run("roll-back", "1") == "Version 3 is in force; it is version 1 again.\n"
    assert fails("show", "--number", "9") == (2, "there is no version 9")
    assert fails("apply", str(file), "--by", "nobody@nowhere.test") == (
        2,
        "nobody here has the address nobody@nowhere.test",
    )
    assert versions.active().version == 3


# the page


@pytest.mark.django_db
def test_everybody_here_reads_the_agreement_in_words(client, ana):
    client.force_login(ana)
    page = client.get("/playbook/").content.decode()
    assert "Asked for a demo" in page
    assert "within 5m (always)" in page
    assert "first_action.demo" in page
    assert "the manager and the inbound team are alerted" in page


@pytest.mark.django_db
def test_an_earlier_version_is_shown_as_such_and_a_missing_one_is_not_found(client, ana):
    versions.apply(changed("within: 5m", "within: 3m"))
    client.force_login(ana)
    assert "within 3m (always)" in client.get("/playbook/").content.decode()
    old = client.get("/playbook/1/").content.decode()
    assert "This is an earlier version" in old
    assert "within 5m (always)" in old
    assert client.get("/playbook/9/").status_code == 404


@pytest.mark.django_db
def test_a_stranger_and_somebody_who_left_do_not_read_it(client, otto):
    assert client.get("/playbook/").status_code == 302
    client.force_login(otto)
    assert client.get("/playbook/").status_code == 302


@pytest.mark.django_db
def test_every_key_of_the_agreement_is_told_in_words_on_the_page_and_by_the_command(client, ana, capsys):
    client.force_login(ana)
    page = client.get("/playbook/").content.decode()
    call_command("playbook", "show", "--words")
    said = capsys.readouterr().out
    told = {row.rule.partition(".")[0] for chapter in in_words(versions.active()) for row in chapter.rows}
    assert told == set(Playbook.model_fields)
    assert "by itself, once later outcomes prove it better" in page
    assert "A better model judges: by itself, once later outcomes prove it better" in said
    assert "[learning.blocks]" in said


def test_a_condition_reads_as_a_person_would_say_it():
    condition = Condition.model_validate({
        "all": [{"field": "title", "matches": "head"}, {"any": [{"field": "seats", "at_least": 5},
                {"field": "has_phone", "equals": True}, {"field": "plan", "in": ["a_b", 2.5]}]}],
    })  # fmt: skip
    assert spelled(condition) == (
        "title matches “head”, and (seats is at least 5, or has phone is yes, or plan is one of a b, 2.5)"
    )
