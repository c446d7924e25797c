"""The look by its numbers: contrast of the tokens, no style in markup, no foreign origin, all icons drawn."""

import math
import re
from pathlib import Path

import pytest
from django.template.loader import get_template

from leadboard.board.context import SCREENS
from leadboard.leads.events import KINDS
from tests.test_board_page import owe

ROOT = Path(__file__).resolve().parent.parent
CSS = ROOT / "static" / "css"
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
COLOUR = re.compile(r"--([\w-]+): light-dark\(oklch\(([^)]*)\), oklch\(([^)]*)\)\)")
HUES = ("blue", "green", "amber", "red")
GROUNDS = ("paper", "sheet", "well")
TEXT = [(ink, ground) for ink in ("ink", "ink-2", "ink-3") for ground in (*GROUNDS, "blue-soft")] + [
    ("on-blue", "blue"), ("on-blue", "blue-press"), ("on-green", "green"), ("on-red", "red"),
    ("on-red", "red-press"),
    *((f"{hue}-text", ground) for hue in HUES for ground in (*GROUNDS, f"{hue}-soft")),
    *(("ink", f"heat-{step}") for step in (1, 2, 3, 4)),
    *(("ink", f"{hue}-soft") for hue in HUES),
]  # fmt: skip
SHAPES = [
    ("edge", "paper"),
    ("edge", "sheet"),
    ("amber", "paper"),
    ("blue", "paper"),
    ("red", "paper"),
    ("green", "paper"),
]


def tokens():
    """Return {name: (light, dark)} with oklch as numbers."""
    found = COLOUR.findall((CSS / "tokens.css").read_text())
    return {
        name: tuple(tuple(float(n) for n in value.split("/")[0].split()) for value in pair)
        for name, *pair in found
    }


def luminance(colour):
    """Return the relative luminance (WCAG 2.2) of an oklch colour.

    The matrices are Ottosson's (bottosson.github.io/posts/oklab).
    """
    lightness, chroma, hue = colour
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    red = 4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short
    green = -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short
    return sum(
        weight * min(1, max(0, part)) for weight, part in ((0.2126, red), (0.7152, green), (0.0722, blue))
    )


def contrast(one, other):
    """Return the contrast ratio of two colours."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), TEXT)
def test_every_text_stands_out_from_its_ground(ink, ground, theme):
    known = tokens()
    assert contrast(known[ink][theme], known[ground][theme]) >= 4.5


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("shape", "ground"), SHAPES)
def test_every_shape_that_says_something_can_be_seen(shape, ground, theme):
    known = tokens()
    assert contrast(known[shape][theme], known[ground][theme]) >= 3


def test_colours_live_in_the_tokens_only():
    for sheet in CSS.glob("*.css"):
        if sheet.name != "tokens.css":
            text = re.sub(r"mask-image:[^;]*;", "", sheet.read_text())
            assert re.findall(r"#[0-9a-f]{3,8}\b|oklch\(|rgba?\(|hsla?\(", text) == [], sheet.name


def test_every_token_that_is_used_exists():
    defined = set(re.findall(r"--([\w-]+):", "".join(sheet.read_text() for sheet in CSS.glob("*.css"))))
    for sheet in CSS.glob("*.css"):
        assert set(re.findall(r"var\(--([\w-]+)", sheet.read_text())) <= defined, sheet.name


def test_no_template_carries_a_style_or_a_handler_or_a_foreign_address():
    for template in TEMPLATES:
        if "mail" in template.parts:
            continue
        text = template.read_text()
        assert (
            re.findall(r"\sstyle=|<style|\son[a-z]+=|javascript:|(?:src|href)=\"(?:https?:)?//", text) == []
        ), template.name
        assert re.findall(r"<script(?![^>]*\ssrc=)", text) == [], template.name


def test_every_icon_that_is_named_is_drawn():
    drawn = set(re.findall(r'<symbol id="i-([\w-]+)"', (ROOT / "templates" / "icons.html").read_text()))
    named = set()
    for template in TEMPLATES:
        named |= set(re.findall(r'{% icon "([\w-]+)"', template.read_text()))
        named |= set(re.findall(r'href="#i-([\w-]+)"', template.read_text()))
    for source in [*ROOT.glob("leadboard/**/*.py"), *ROOT.glob("static/js/*.js")]:
        named |= set(re.findall(r'(?:icon=|#i-)"?([a-z]+)"', source.read_text()))
    named |= {kind.icon for kind in KINDS.values()} | {screen.icon for screen in SCREENS}
    assert named - drawn == set()


def test_the_scripts_stay_small():
    scripts = list((ROOT / "static" / "js").glob("*.js"))
    assert sum(script.stat().st_size for script in scripts) <= 40_000
    assert [script.name for script in scripts if len(script.read_text().splitlines()) > 200] == []


@pytest.mark.parametrize("path", ["/", "/mine/", "/people/me/", "/accounts/login/"])
def test_a_page_loads_from_this_place_only(page, client, ana, make_lead, path):
    owe(make_lead(), 3)
    answer = (client if path.startswith("/accounts") else page(ana)).get(path)
    html = answer.content.decode()
    assert re.findall(r'(?:src|action|href)="(?:https?:)?//[^"]*"', html) == []
    assert re.findall(r"\sstyle=", html) == []
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_a_row_looks_the_same_on_the_page_and_in_the_live_feed(page, ana, make_lead):
    lead = make_lead()
    lead.refresh_from_db()
    html = page(ana).get("/").content.decode()
    for name, key in (("score", "score"), ("why", "why")):
        pushed = get_template(f"lead/{name}.html").render({"lead": lead, "oob": True})
        assert f'id="lead-{lead.pk}-{key}"' in pushed
        assert pushed.replace(' data-hx-swap-oob="true"', "").strip() in html
