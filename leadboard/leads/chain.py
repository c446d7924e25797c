"""The digest chain of a lead: each event is hashed to the one before, inside the database.

digest(n) = sha256(digest(n-1) ‖ utf8(version | kind | at | recorded_at | actor | facts | playbook)),
digest(0) = the lead's uid as 16 bytes. Times are whole microseconds since 1970; facts are the text
of the jsonb value, which PostgreSQL normalises. Computing it in SQL makes a move one statement and
lets `audit verify` walk millions of rows without fetching them.
"""

CONTENT = (
    "convert_to(concat_ws('|', {version}, {kind}, (extract(epoch from {at}) * 1000000)::bigint, "
    "(extract(epoch from {recorded_at}) * 1000000)::bigint, coalesce({actor_id}::text, '-'), "
    "{facts}::text, coalesce({playbook_version}::text, '-')), 'UTF8')"
)
COLUMNS = ("version", "kind", "at", "recorded_at", "actor_id", "facts", "playbook_version")
STORED = CONTENT.format(**{column: f"e.{column}" for column in COLUMNS})

VERIFY = f"""
WITH links AS (
    SELECT e.id, e.lead_id, e.version, e.digest,
           row_number() OVER chain AS place,
           coalesce(lag(e.digest) OVER chain, uuid_send(l.uid)) AS before,
           {STORED} AS content,
           lead(e.version) OVER chain AS after, l.version AS head, l.digest AS head_digest
    FROM leads_leadevent e JOIN leads_lead l ON l.id = e.lead_id
    WINDOW chain AS (PARTITION BY e.lead_id ORDER BY e.version)
)
SELECT lead_id, version, id,
       CASE WHEN version <> place THEN 'a version is missing or doubled before this row'
            WHEN digest <> sha256(before || content) THEN 'this row was changed after it was written'
            WHEN after IS NULL AND version <> head THEN 'events after this row are missing'
            ELSE 'the lead does not end in this row' END AS fault
FROM links
WHERE version <> place OR digest <> sha256(before || content)
   OR (after IS NULL AND (version <> head OR digest <> head_digest))
UNION ALL
SELECT l.id, 0, NULL, 'the lead has no events' FROM leads_lead l
WHERE NOT EXISTS (SELECT FROM leads_leadevent e WHERE e.lead_id = l.id)
ORDER BY 1, 2 LIMIT %s
"""  # noqa: S608 - constants only


def faults(cursor, limit=1):
    """Return the first broken links as [(lead id, version, event id, what is wrong)]; [] when all verify."""
    cursor.execute(VERIFY, [limit])
    return cursor.fetchall()
