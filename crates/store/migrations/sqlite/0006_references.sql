-- What an answer rests on, with document and version; changes of documents; review dates.

-- Both stay NULL where a reference is a text alone. (`version` is the entry's.)
ALTER TABLE entry_references ADD COLUMN document TEXT;
ALTER TABLE entry_references ADD COLUMN document_version TEXT;

-- The last day without a review, none: until further notice. A written version stays as it is in
-- this too.
ALTER TABLE versions ADD COLUMN review_by TEXT;
DROP TRIGGER versions_are_final;
CREATE TRIGGER versions_are_final
BEFORE UPDATE OF
    tenant, id, version, question, answer, category, lang, valid_from, valid_until, review_by,
    author, created_at, content_hash
ON versions
BEGIN
    SELECT RAISE(ABORT, 'a written version never changes');
END;

-- A document has a new version, numbered from 1 without gaps. People record few of them, so they are
-- gone through to find those of one document, which has many names.
CREATE TABLE reference_changes (
    tenant        TEXT NOT NULL REFERENCES tenants (tenant),
    number        INTEGER NOT NULL CHECK (number BETWEEN 1 AND 4294967295),
    document      TEXT NOT NULL,
    version       TEXT NOT NULL,
    actor         TEXT NOT NULL,
    reason        TEXT,
    at            INTEGER NOT NULL,
    undone_at     INTEGER,
    undone_by     TEXT CHECK ((undone_by IS NULL) = (undone_at IS NULL)),
    undone_reason TEXT CHECK (undone_reason IS NULL OR undone_at IS NOT NULL),
    PRIMARY KEY (tenant, number)
) STRICT;

CREATE TRIGGER reference_changes_are_final
BEFORE UPDATE OF tenant, number, document, version, actor, reason, at
ON reference_changes
BEGIN
    SELECT RAISE(ABORT, 'a recorded change never changes');
END;

CREATE TRIGGER reference_changes_are_undone_once BEFORE UPDATE ON reference_changes
WHEN OLD.undone_at IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'a change is undone once');
END;

-- The entries that rested on the document when it changed, with the version that was served and the
-- text of the reference.
CREATE TABLE reference_change_entries (
    tenant    TEXT NOT NULL,
    number    INTEGER NOT NULL,
    entry     TEXT NOT NULL,
    version   INTEGER NOT NULL,
    reference TEXT NOT NULL,
    PRIMARY KEY (tenant, number, entry),
    FOREIGN KEY (tenant, number) REFERENCES reference_changes (tenant, number),
    FOREIGN KEY (tenant, entry, version) REFERENCES versions (tenant, id, version)
) STRICT, WITHOUT ROWID;

-- Which changes hold an entry back. A row goes when the entry is published again, or with the undoing
-- of the change.
CREATE TABLE suspensions (
    tenant TEXT NOT NULL,
    entry  TEXT NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (tenant, entry, number),
    FOREIGN KEY (tenant, number, entry)
        REFERENCES reference_change_entries (tenant, number, entry)
) STRICT, WITHOUT ROWID;

CREATE INDEX suspensions_by_change ON suspensions (tenant, number);

-- The journal learns of suspensions that come and go, one row an entry. A CHECK cannot be changed in
-- place.
CREATE TABLE journal_with_suspensions (
    tenant  TEXT NOT NULL REFERENCES tenants (tenant),
    epoch   INTEGER NOT NULL CHECK (epoch > 0),
    seq     INTEGER NOT NULL CHECK (seq >= 0),
    kind    TEXT NOT NULL
        CHECK (kind IN ('published', 'retired', 'calibrated', 'suspended', 'resumed')),
    entry   TEXT CHECK ((entry IS NULL) = (kind = 'calibrated')),
    version INTEGER CHECK (version IS NOT NULL OR kind = 'calibrated'),
    at      INTEGER NOT NULL,
    PRIMARY KEY (tenant, epoch, seq),
    FOREIGN KEY (tenant, entry, version) REFERENCES versions (tenant, id, version)
) STRICT, WITHOUT ROWID;

INSERT INTO journal_with_suspensions SELECT tenant, epoch, seq, kind, entry, version, at FROM journal;
DROP TABLE journal;
ALTER TABLE journal_with_suspensions RENAME TO journal;
