"""A screen as everybody meets it: wide and narrow, light and dark. axe finds nothing, nothing is too wide.

A screen is loaded once and looked at in each way, as when somebody turns a phone or dims the light. What
depends on colours alone is not measured at each width, nor what depends on the width in both lights: axe
takes most of the time of these tests. `LEADBOARD_SHOTS=1` keeps a picture of each look.
"""

import os
from pathlib import Path

from axe_playwright_python.base import AXE_SCRIPT

SHOTS = Path(__file__).resolve().parent / "shots"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Where the link of a row covers its text, axe cannot see the ground; test_look.py measures those pairs.
ALL = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
# A button whose colour is on its way from one light to the other has neither contrast.
SETTLE = """() => { getComputedStyle(document.body).color; for (const one of document.getAnimations()) {
    if (one.effect.getComputedTiming().endTime === Infinity) one.cancel(); else one.finish(); } }"""
# (width, light, what axe measures; nothing: only whether it scrolls sideways)
LOOKS = [(1440, "light", ALL), (1440, "dark", COLOURS), (390, "light", ALL), (320, "dark", None)]


def faults_of(page, name, looks=LOOKS):
    """Return what is wrong with the open page in each look, in words; it is wide and light again after."""
    page.evaluate(AXE_SCRIPT)
    faults = []
    for width, scheme, rules in looks:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.evaluate(SETTLE)
        picture(page, f"{name}-{width}-{scheme}")
        faults += [f"{name} {width} {scheme}: {fault}" for fault in _found(page, rules)]
    page.set_viewport_size({"width": 1440, "height": 900})
    page.emulate_media(color_scheme="light")
    return faults


def picture(page, name):
    """Keep a picture of the whole page, where somebody asked for pictures."""
    if os.environ.get("LEADBOARD_SHOTS"):
        page.screenshot(path=SHOTS / f"{name}.png", full_page=True)


def _found(page, rules):
    violations = page.evaluate("rules => axe.run(rules)", rules)["violations"] if rules else []
    faults = [f"{one['id']} {[node['html'][:160] for node in one['nodes'][:3]]}" for one in violations]
    excess = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return faults + ([f"{excess} px too wide"] if excess > 0 else [])
