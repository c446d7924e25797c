"""A marketer's browser at a real product, as far as an import needs one."""

import contextlib
import json
import re
import time
from http.cookiejar import CookieJar
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener

import psycopg

EDGE = "leadboard-table"
# Rows in the middle of the second batch, as if another job did them: who refuses one of these waits for it.
OUR_ROWS = (
    "INSERT INTO imports_importrefusal (run_id, row, why, cells) "
    "SELECT %s, row, '', '[]' FROM generate_series(290, 320) row"
)


class Marketer:
    """Signed in as the demo's marketer."""

    def __init__(self, base):
        self.base, self.jar = base, CookieJar()
        self.opener = build_opener(HTTPCookieProcessor(self.jar))
        self.get("/accounts/login/")
        self.send("/accounts/login/", {"login": "marketer@demo.test", "password": "demo"})

    def get(self, path):
        """Return a page."""
        with self.opener.open(self.base + path, timeout=30) as answer:
            return answer.read().decode()

    def send(self, path, fields):
        """Send a form; return the address it ends at."""
        return self._post(path, urlencode(fields).encode(), "application/x-www-form-urlencoded")

    def upload(self, table):
        """Upload a table of leads; return the id of its run."""
        parts = f'--{EDGE}\r\nContent-Disposition: form-data; name="kind"\r\n\r\nleads\r\n--{EDGE}\r\n'
        parts += 'Content-Disposition: form-data; name="file"; filename="fair.csv"\r\n'
        body = f"{parts}Content-Type: text/csv\r\n\r\n{table}\r\n--{EDGE}--\r\n".encode()
        address = re.search(r'action="(/import/\?ticket=[^"]*)"', self.get("/import/"))[1]
        return self._post(address, body, f"multipart/form-data; boundary={EDGE}").split("/")[-2]

    def _post(self, path, body, content_type):
        token = next(cookie.value for cookie in self.jar if "csrf" in cookie.name)
        headers = {"Content-Type": content_type, "X-CSRFToken": token, "Origin": self.base}
        with self.opener.open(Request(self.base + path, body, headers), timeout=60) as answer:
            return answer.url


def mapped(page):
    """Return the fields of the mapping form as its page proposes them."""
    fields = dict(re.findall(r'<input type="text" name="(\w+)" value="([^"]*)"', page))
    for name, options in re.findall(r'<select name="(\w+)".*?>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        fields[name] = chosen[1] if chosen else ""
    return fields


@contextlib.contextmanager
def half_imported(product, table):
    """Have the product try and import a table; yield the run's id while its job stands in the middle of it.

    Some rows are in, the next 200 wait for ours: the job cannot be faster than who looks at it.
    """
    marketer = Marketer(product.base)
    run = marketer.upload(table)
    marketer.send(f"/import/{run}/map/", mapped(marketer.get(f"/import/{run}/")))
    wait_for(product, run, lambda state, done, total: state == "checked")
    with psycopg.connect(product.database_url()) as ours:
        ours.execute("SELECT set_config('transaction_timeout', '0', true)")
        ours.execute(OUR_ROWS, [run])
        marketer.send(f"/import/{run}/start/", {})
        wait_for(product, run, lambda state, done, total: done == 200)
        yield run
        ours.rollback()


def wait_for(product, run, is_so, seconds=60):
    """Wait until this is so of a run."""
    until = time.monotonic() + seconds
    while not is_so(*standing(product, run)):
        assert time.monotonic() < until, standing(product, run)
        time.sleep(0.02)


def standing(product, run):
    """Return the state of a run, how many rows are done, and how many there are."""
    return product.query(f"SELECT state, done, total FROM imports_importrun WHERE id = '{run}'")[0]


def counts(product, run):
    """Return what became of the rows."""
    told = product.query(f"SELECT counts FROM imports_importrun WHERE id = '{run}'")[0][0]
    return json.loads(told) if isinstance(told, str) else told
