"""The schema, as the migrations that lead to it: `PRAGMA user_version` counts those applied.

A migration that was released never changes; add another. New fields in `body` need none.
A new table needs nothing to be sealed (`seals`) but a primary key or a unique column; a column that
is added to one has no default.
`body` is the value as `stores.codec` writes it; the other columns are there to be searched.
"""

_FIRST = (
    """CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID""",
    """CREATE TABLE runs (
        id TEXT NOT NULL UNIQUE, workspace TEXT NOT NULL, status TEXT NOT NULL, body TEXT NOT NULL
    )""",
    "CREATE INDEX runs_by_status ON runs (status, id)",
    "CREATE INDEX runs_by_workspace ON runs (workspace, status, id)",
    """CREATE TABLE workspaces (name TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID""",
    """CREATE TABLE workers (id TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID""",
    """CREATE TABLE audit (
        sequence INTEGER PRIMARY KEY, run_id TEXT, previous TEXT NOT NULL, digest TEXT NOT NULL,
        body TEXT NOT NULL
    )""",
    "CREATE INDEX audit_by_run ON audit (run_id, sequence) WHERE run_id IS NOT NULL",
    """CREATE TRIGGER audit_is_kept BEFORE DELETE ON audit
        BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END""",
    """CREATE TRIGGER audit_is_unchanged BEFORE UPDATE ON audit
        BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END""",
    # INSERT OR REPLACE deletes without the trigger above.
    """CREATE TRIGGER audit_has_no_gaps BEFORE INSERT ON audit
        WHEN NEW.sequence IS NOT (SELECT coalesce(max(sequence), 0) + 1 FROM audit)
        BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END""",
    """CREATE TABLE configurations (digest TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID""",
    """CREATE TABLE uploads (
        key_digest TEXT PRIMARY KEY, expires INTEGER NOT NULL, taken INTEGER NOT NULL DEFAULT 0,
        configuration TEXT, body TEXT NOT NULL
    ) WITHOUT ROWID""",
    """CREATE TABLE tokens (
        id TEXT PRIMARY KEY, secret_digest TEXT NOT NULL UNIQUE, body TEXT NOT NULL
    ) WITHOUT ROWID""",
    """CREATE TABLE logs (
        run_id TEXT NOT NULL, number INTEGER NOT NULL, body TEXT NOT NULL,
        PRIMARY KEY (run_id, number)
    ) WITHOUT ROWID""",
)

_PUSHES = (
    """CREATE TABLE pushes (
        id TEXT PRIMARY KEY, owner TEXT NOT NULL, expires INTEGER NOT NULL, body TEXT NOT NULL
    ) WITHOUT ROWID""",
    "CREATE INDEX pushes_by_owner ON pushes (owner, expires)",
    """CREATE TABLE packs (
        id TEXT PRIMARY KEY, owner TEXT NOT NULL, body TEXT NOT NULL
    ) WITHOUT ROWID""",
    "CREATE INDEX packs_by_owner ON packs (owner, id)",
)

_PEOPLE = (
    """CREATE TABLE people (subject TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID""",
    """CREATE TABLE person_names (name TEXT PRIMARY KEY, subject TEXT NOT NULL) WITHOUT ROWID""",
    "CREATE INDEX person_names_by_subject ON person_names (subject)",
)

_SEALS = (
    """CREATE TABLE seals (
        of TEXT NOT NULL, key TEXT NOT NULL, mac BLOB NOT NULL, PRIMARY KEY (of, key)
    ) WITHOUT ROWID""",
    # Records that tell the version of a workspace: an index by what lies inside of `body`.
    """CREATE TABLE audit_workspaces (
        workspace TEXT NOT NULL, sequence INTEGER NOT NULL, PRIMARY KEY (workspace, sequence)
    ) WITHOUT ROWID""",
    """CREATE TABLE seal_book (id INTEGER PRIMARY KEY, body TEXT NOT NULL, mac TEXT NOT NULL)""",
    """CREATE TABLE blobs (
        name TEXT PRIMARY KEY, edition TEXT, pending TEXT NOT NULL DEFAULT ''
    ) WITHOUT ROWID""",
)

_SIGN_INS = (
    """CREATE TABLE sessions (
        digest TEXT PRIMARY KEY, person TEXT NOT NULL, ends INTEGER NOT NULL, used INTEGER NOT NULL,
        body TEXT NOT NULL
    ) WITHOUT ROWID""",
    "CREATE INDEX sessions_by_person ON sessions (person, used)",
    """CREATE TABLE passkeys (
        id TEXT PRIMARY KEY, credential_id TEXT NOT NULL UNIQUE, person TEXT NOT NULL,
        body TEXT NOT NULL
    ) WITHOUT ROWID""",
    "CREATE INDEX passkeys_by_person ON passkeys (person, id)",
    """CREATE TABLE tickets (
        key TEXT PRIMARY KEY, kind TEXT NOT NULL, expires INTEGER NOT NULL, body TEXT NOT NULL
    ) WITHOUT ROWID""",
)

TO_FOLLOW = """instr(body, '"followed":""') > 0"""
"""Runs with an override that nobody looked at; within a text of a run, quotes are escaped."""
_FOLLOWING = (f"CREATE INDEX IF NOT EXISTS runs_to_follow ON runs (id) WHERE {TO_FOLLOW}",)

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    _FIRST,
    _PUSHES,
    _PEOPLE,
    _SEALS,
    _SIGN_INS,
    _FOLLOWING,
)
