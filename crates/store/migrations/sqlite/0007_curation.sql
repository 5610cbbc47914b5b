-- The golden loop: experts, what they say of answers, and what is proposed from it.
-- No foreign keys to tenants: the default tenant has experts before it has its first entry.

-- Who published a version last, and why.
ALTER TABLE versions ADD COLUMN published_by TEXT;
ALTER TABLE versions ADD COLUMN publish_reason TEXT;

-- Trust is the mean of a Beta distribution: `stated` counts as `strength` proposals, and each
-- proposal that was decided since as one.
CREATE TABLE experts (
    tenant     TEXT NOT NULL,
    handle     TEXT NOT NULL,
    role       TEXT NOT NULL CHECK (role IN ('expert', 'approver', 'admin')),
    verified   INTEGER NOT NULL CHECK (verified IN (0, 1)),
    stated     REAL NOT NULL CHECK (stated BETWEEN 0 AND 1),
    strength   REAL NOT NULL CHECK (strength > 0),
    held       INTEGER NOT NULL CHECK (held >= 0),
    failed     INTEGER NOT NULL CHECK (failed >= 0),
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    PRIMARY KEY (tenant, handle)
) STRICT, WITHOUT ROWID;

-- Proposals, and where they stand. What one says is one JSON text, read and written whole; the
-- columns are what it is found by. Ids are not given twice.
CREATE TABLE candidates (
    id                INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id BETWEEN 1 AND 4294967295),
    tenant            TEXT NOT NULL,
    revision          INTEGER NOT NULL CHECK (revision >= 1),
    kind              TEXT NOT NULL,
    status            TEXT NOT NULL
        CHECK (status IN ('pending', 'needs_revision', 'approved', 'rejected')),
    open              INTEGER NOT NULL CHECK (open IN (0, 1)),
    signature         BLOB,
    entry             TEXT,
    published_version INTEGER,
    priority          REAL NOT NULL,
    content           TEXT NOT NULL CHECK (json_valid(content))
) STRICT;

-- Duplicates merge while they are open.
CREATE UNIQUE INDEX open_questions ON candidates (tenant, signature)
    WHERE open = 1 AND signature IS NOT NULL;
CREATE UNIQUE INDEX open_reviews ON candidates (tenant, kind, entry)
    WHERE open = 1 AND signature IS NULL;
CREATE INDEX candidates_by_question ON candidates (tenant, signature) WHERE signature IS NOT NULL;
CREATE INDEX candidates_by_urgency ON candidates (tenant, status, priority DESC, id);
CREATE INDEX candidates_by_version ON candidates (tenant, entry, published_version);

-- How the proposals of each expert turned out, as far as their trust rests on it.
CREATE TABLE trust_evidence (
    tenant    TEXT NOT NULL,
    handle    TEXT NOT NULL,
    candidate INTEGER NOT NULL REFERENCES candidates (id),
    outcome   TEXT NOT NULL CHECK (outcome IN ('right', 'wrong')),
    PRIMARY KEY (tenant, handle, candidate),
    FOREIGN KEY (tenant, handle) REFERENCES experts (tenant, handle)
) STRICT, WITHOUT ROWID;

CREATE INDEX evidence_of_candidate ON trust_evidence (candidate);

-- What experts said. `reason` is why it does not count.
CREATE TABLE feedback (
    id         INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id BETWEEN 1 AND 4294967295),
    tenant     TEXT NOT NULL,
    at         INTEGER NOT NULL,
    query      TEXT NOT NULL,
    signature  BLOB NOT NULL,
    entry      TEXT,
    version    INTEGER,
    kind       TEXT NOT NULL CHECK (kind IN ('correct', 'incomplete', 'incorrect')),
    category   TEXT,
    confidence REAL NOT NULL,
    seconds    REAL NOT NULL,
    expert     TEXT NOT NULL,
    trust      REAL NOT NULL,
    answer     TEXT,
    refs       TEXT NOT NULL CHECK (json_valid(refs)),
    counted    INTEGER NOT NULL CHECK (counted = (reason IS NULL)),
    reason     TEXT,
    candidate  INTEGER REFERENCES candidates (id),
    FOREIGN KEY (tenant, expert) REFERENCES experts (tenant, handle),
    FOREIGN KEY (tenant, entry, version) REFERENCES versions (tenant, id, version)
) STRICT;

CREATE INDEX feedback_of_candidate ON feedback (candidate) WHERE candidate IS NOT NULL;
CREATE INDEX feedback_on_entry ON feedback (tenant, entry) WHERE entry IS NOT NULL;
CREATE INDEX feedback_on_question ON feedback (tenant, signature);

-- What an expert said, they said.
CREATE TRIGGER feedback_is_final BEFORE UPDATE ON feedback
BEGIN
    SELECT RAISE(ABORT, 'a feedback never changes');
END;

-- Questions of which it was recorded what answers them: no entry where nothing may.
CREATE TABLE questions (
    tenant    TEXT NOT NULL,
    signature BLOB NOT NULL,
    query     TEXT NOT NULL,
    entry     TEXT,
    recorder  TEXT NOT NULL,
    at        INTEGER NOT NULL,
    PRIMARY KEY (tenant, signature),
    FOREIGN KEY (tenant, entry) REFERENCES entries (tenant, id)
) STRICT, WITHOUT ROWID;

-- Outcomes of writes that came with a key, so that the same write is done once.
CREATE TABLE done_once (
    key         TEXT NOT NULL PRIMARY KEY,
    fingerprint BLOB NOT NULL CHECK (length(fingerprint) = 32),
    outcome     TEXT NOT NULL CHECK (json_valid(outcome)),
    at          INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX done_by_time ON done_once (at);

CREATE INDEX audit_of_entry ON audit (tenant, entry, id);
