-- What is kept of lookups so that drift is seen. Nothing here changes an answer.

-- How often each counter was met, by day (ISO 8601, in the configured time zone) and by the
-- calibration in force, 0 for none. One row a counter, so that a new kind of guard needs no new
-- schema; a counter that was not met has none. No foreign key: the default tenant is asked before it
-- has its first entry.
CREATE TABLE day_counts (
    tenant      TEXT NOT NULL,
    day         TEXT NOT NULL,
    calibration INTEGER NOT NULL CHECK (calibration >= 0),
    counter     TEXT NOT NULL,
    count       INTEGER NOT NULL CHECK (count > 0),
    PRIMARY KEY (tenant, day, calibration, counter)
) STRICT, WITHOUT ROWID;

-- The last flush that each process has written. A process that did not hear whether a flush was
-- written sends it again, and it must not count twice.
CREATE TABLE flushes (
    writer TEXT NOT NULL PRIMARY KEY,
    number INTEGER NOT NULL CHECK (number > 0),
    at     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Served answers that were drawn by chance, for experts to judge. `better` is the entry that should
-- have been served; `unanswerable`, that none should. Ids are not given twice: what was said of one
-- stays in the audit log.
CREATE TABLE audit_sample (
    id           INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id BETWEEN 1 AND 4294967295),
    tenant       TEXT NOT NULL,
    question     TEXT NOT NULL,
    entry        TEXT NOT NULL,
    version      INTEGER NOT NULL,
    match_type   TEXT NOT NULL CHECK (match_type IN ('signature', 'semantic')),
    score        REAL NOT NULL,
    certified_by INTEGER,
    times        INTEGER NOT NULL CHECK (times > 0),
    first_at     INTEGER NOT NULL,
    last_at      INTEGER NOT NULL,
    verdict      TEXT CHECK (verdict IN ('right', 'wrong')),
    better       TEXT CHECK (better IS NULL OR verdict = 'wrong'),
    unanswerable INTEGER NOT NULL DEFAULT 0
        CHECK (unanswerable = 0 OR (unanswerable = 1 AND verdict = 'wrong' AND better IS NULL)),
    judged_by    TEXT CHECK ((judged_by IS NULL) = (verdict IS NULL)),
    comment      TEXT CHECK (comment IS NULL OR verdict IS NOT NULL),
    judged_at    INTEGER CHECK ((judged_at IS NULL) = (verdict IS NULL)),
    FOREIGN KEY (tenant, entry, version) REFERENCES versions (tenant, id, version)
) STRICT;

-- A question waits once for a judgement on one version of one entry.
CREATE UNIQUE INDEX open_items ON audit_sample (tenant, entry, version, question)
    WHERE verdict IS NULL;

CREATE INDEX items_by_time ON audit_sample (tenant, last_at);
