"""Which browser the browser tests drive: one that is there; no browser is ever downloaded by ourselves.

python -m tests.chromium ensure   find one, or install Debian's chromium, or say what to do
python -m tests.chromium path     print its path
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "microsoft-edge",
    "brave-browser",
)
APPLICATIONS = ("Chromium", "Google Chrome", "Microsoft Edge", "Brave Browser")


def find() -> str | None:
    """Return the path of a Chromium: CHROMIUM, else one in PATH, else an application of macOS."""
    if given := os.environ.get("CHROMIUM"):
        return shutil.which(given)
    bundles = [Path(f"/Applications/{name}.app/Contents/MacOS/{name}") for name in APPLICATIONS]
    there = [str(bundle) for bundle in bundles if bundle.exists()]
    return next((path for name in NAMES if (path := shutil.which(name))), None) or next(iter(there), None)


def install() -> None:
    """Install Debian's or Ubuntu's package, where that can be done without asking for a password."""
    if not shutil.which("apt-get"):
        return
    may_sudo = (
        shutil.which("sudo") and subprocess.run(["sudo", "-n", "true"], capture_output=True).returncode == 0
    )
    if os.geteuid() != 0 and not may_sudo:
        return
    before = [] if os.geteuid() == 0 else ["sudo", "-n"]
    print("installing Debian's chromium for the browser tests")
    for words in (["update"], ["install", "--yes", "--no-install-recommends", "chromium"]):
        subprocess.run(
            [*before, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", *words], check=False
        )


def ensure() -> int:
    """Return 0 when there is a browser now; else say what to do and return 1."""
    if find():
        return 0
    install()
    if find():
        return 0
    print(
        "The browser tests need a Chromium, and none was found.\n"
        "  Debian, Ubuntu:  sudo apt-get install chromium\n"
        "  macOS:           install Chrome, Edge or Chromium into /Applications\n"
        "  anywhere:        CHROMIUM=/path/to/chromium make test\n"
        "All the other tests: .venv/bin/python -m pytest -m 'not browser'",
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    if sys.argv[1:] == ["ensure"]:
        sys.exit(ensure())
    print(find() or "")
