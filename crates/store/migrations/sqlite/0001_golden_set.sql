-- The golden set of every tenant. This file is final once released: a change is a new file.
--
-- Instants are integer microseconds since 1970-01-01 UTC: they sort as numbers and are exactly what
-- a Postgres timestamptz holds, so both stores give back the same instant.
-- Days are ISO 8601 text (2024-12-31): what experts type, without a zone to get wrong.
-- Ids compare bytewise (SQLite's default collation), which is the order of Rust strings.

-- One row a tenant. The epoch rises by one in the transaction of every change of what is served.
CREATE TABLE tenants (
    tenant TEXT NOT NULL PRIMARY KEY,
    epoch  INTEGER NOT NULL CHECK (epoch >= 0)
) STRICT, WITHOUT ROWID;

-- Where each entry stands. The head is its newest version; the published version is the one that is
-- served, present exactly while the entry is published. Both point at versions, which point back
-- here, hence deferred.
CREATE TABLE entries (
    tenant            TEXT NOT NULL REFERENCES tenants (tenant),
    id                TEXT NOT NULL CHECK (id <> ''),
    status            TEXT NOT NULL CHECK (status IN ('draft', 'published', 'retired')),
    head_version      INTEGER NOT NULL,
    published_version INTEGER,
    PRIMARY KEY (tenant, id),
    CHECK ((status = 'published') = (published_version IS NOT NULL)),
    CHECK (published_version <= head_version),
    FOREIGN KEY (tenant, id, head_version)
        REFERENCES versions (tenant, id, version) DEFERRABLE INITIALLY DEFERRED,
    FOREIGN KEY (tenant, id, published_version)
        REFERENCES versions (tenant, id, version) DEFERRABLE INITIALLY DEFERRED
) STRICT, WITHOUT ROWID;

-- What each version says, numbered from 1 without gaps. published_at is when it was published last.
-- content_hash tells a changed save from an equal one without reading the lists.
-- With rowid, unlike the small tables: answers are too long for the rows of an index.
CREATE TABLE versions (
    tenant       TEXT NOT NULL,
    id           TEXT NOT NULL,
    version      INTEGER NOT NULL CHECK (version BETWEEN 1 AND 4294967295),
    question     TEXT NOT NULL,
    answer       TEXT NOT NULL,
    category     TEXT,
    lang         TEXT,
    valid_from   TEXT,
    valid_until  TEXT,
    author       TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    published_at INTEGER,
    content_hash BLOB NOT NULL CHECK (length(content_hash) = 32),
    PRIMARY KEY (tenant, id, version),
    FOREIGN KEY (tenant, id) REFERENCES entries (tenant, id)
) STRICT;

-- A version that is written stays as it is: history and citations rest on it.
CREATE TRIGGER versions_are_final
BEFORE UPDATE OF
    tenant, id, version, question, answer, category, lang, valid_from, valid_until, author,
    created_at, content_hash
ON versions
BEGIN
    SELECT RAISE(ABORT, 'a written version never changes');
END;

-- Other phrasings of a version's question, in order from 0.
CREATE TABLE alternatives (
    tenant   TEXT NOT NULL,
    id       TEXT NOT NULL,
    version  INTEGER NOT NULL,
    position INTEGER NOT NULL CHECK (position >= 0),
    text     TEXT NOT NULL,
    PRIMARY KEY (tenant, id, version, position),
    FOREIGN KEY (tenant, id, version) REFERENCES versions (tenant, id, version)
) STRICT, WITHOUT ROWID;

-- What a version's answer rests on, in the order in which it is shown, from 0.
CREATE TABLE entry_references (
    tenant   TEXT NOT NULL,
    id       TEXT NOT NULL,
    version  INTEGER NOT NULL,
    position INTEGER NOT NULL CHECK (position >= 0),
    text     TEXT NOT NULL,
    PRIMARY KEY (tenant, id, version, position),
    FOREIGN KEY (tenant, id, version) REFERENCES versions (tenant, id, version)
) STRICT, WITHOUT ROWID;

-- A version's labels, in order from 0.
CREATE TABLE tags (
    tenant   TEXT NOT NULL,
    id       TEXT NOT NULL,
    version  INTEGER NOT NULL,
    position INTEGER NOT NULL CHECK (position >= 0),
    text     TEXT NOT NULL,
    PRIMARY KEY (tenant, id, version, position),
    FOREIGN KEY (tenant, id, version) REFERENCES versions (tenant, id, version)
) STRICT, WITHOUT ROWID;

-- One vector a phrasing and model: position 0 is the question, 1 the first alternative, and so on.
-- Little-endian 32-bit floats. With rowid: a vector is too long for the rows of an index.
CREATE TABLE embeddings (
    tenant     TEXT NOT NULL,
    model      TEXT NOT NULL,
    id         TEXT NOT NULL,
    version    INTEGER NOT NULL,
    position   INTEGER NOT NULL CHECK (position >= 0),
    dimensions INTEGER NOT NULL CHECK (dimensions > 0),
    vector     BLOB NOT NULL CHECK (length(vector) = 4 * dimensions),
    PRIMARY KEY (tenant, model, id, version, position),
    FOREIGN KEY (tenant, id, version) REFERENCES versions (tenant, id, version)
) STRICT;

-- What each epoch changed of what is served, in order: a node replays it to learn which cached
-- results still hold.
CREATE TABLE journal (
    tenant  TEXT NOT NULL REFERENCES tenants (tenant),
    epoch   INTEGER NOT NULL CHECK (epoch > 0),
    seq     INTEGER NOT NULL CHECK (seq >= 0),
    kind    TEXT NOT NULL CHECK (kind IN ('published', 'retired')),
    entry   TEXT NOT NULL,
    version INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    PRIMARY KEY (tenant, epoch, seq),
    FOREIGN KEY (tenant, entry, version) REFERENCES versions (tenant, id, version)
) STRICT, WITHOUT ROWID;

-- Who did what, and when. No foreign keys: it outlives what it tells of.
CREATE TABLE audit (
    id      INTEGER PRIMARY KEY,
    at      INTEGER NOT NULL,
    actor   TEXT NOT NULL,
    action  TEXT NOT NULL,
    tenant  TEXT NOT NULL,
    entry   TEXT,
    version INTEGER,
    detail  TEXT NOT NULL CHECK (json_valid(detail))
) STRICT;

CREATE TRIGGER audit_never_changes BEFORE UPDATE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the audit log is append only');
END;

CREATE TRIGGER audit_never_shrinks BEFORE DELETE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the audit log is append only');
END;

-- INSERT OR REPLACE removes the old row without the trigger above.
CREATE TRIGGER audit_never_replaces BEFORE INSERT ON audit
WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'the audit log is append only');
END;
