-- The golden set of every tenant. This file is final once released: a change is a new file.
-- The tables are those of the embedded store, and say there what they are for.
--
-- Instants are integer microseconds since 1970-01-01 UTC and days ISO 8601 text, as there: both
-- stores give back the same. Texts compare bytewise (COLLATE "C"), which is the order of Rust
-- strings, whatever the collation of the database is.

CREATE TABLE tenants (
    tenant TEXT COLLATE "C" PRIMARY KEY,
    epoch  BIGINT NOT NULL CHECK (epoch >= 0)
);

-- Nodes that serve this set hear of each change when it is committed. Channels are those of the whole
-- database, so the schema is a part of the name.
CREATE FUNCTION goldenset_tell_epoch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify(left('goldenset:' || TG_TABLE_SCHEMA, 63), NEW.epoch || ' ' || NEW.tenant);
    RETURN NULL;
END
$$;
CREATE TRIGGER epochs_are_told AFTER INSERT OR UPDATE OF epoch ON tenants
    FOR EACH ROW EXECUTE FUNCTION goldenset_tell_epoch();

-- Refuses a statement; the first argument says why.
CREATE FUNCTION goldenset_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', TG_ARGV[0];
END
$$;

CREATE TABLE entries (
    tenant            TEXT COLLATE "C" NOT NULL REFERENCES tenants (tenant),
    id                TEXT COLLATE "C" NOT NULL CHECK (id <> ''),
    status            TEXT NOT NULL CHECK (status IN ('draft', 'published', 'retired')),
    head_version      BIGINT NOT NULL,
    published_version BIGINT,
    PRIMARY KEY (tenant, id),
    CHECK ((status = 'published') = (published_version IS NOT NULL)),
    CHECK (published_version <= head_version)
);

CREATE TABLE versions (
    tenant         TEXT COLLATE "C" NOT NULL,
    id             TEXT COLLATE "C" NOT NULL,
    version        BIGINT NOT NULL CHECK (version BETWEEN 1 AND 4294967295),
    question       TEXT NOT NULL,
    answer         TEXT NOT NULL,
    category       TEXT,
    lang           TEXT,
    valid_from     TEXT,
    valid_until    TEXT,
    review_by      TEXT,
    author         TEXT NOT NULL,
    created_at     BIGINT NOT NULL,
    published_at   BIGINT,
    published_by   TEXT,
    publish_reason TEXT,
    content_hash   BYTEA NOT NULL CHECK (length(content_hash) = 32),
    PRIMARY KEY (tenant, id, version),
    FOREIGN KEY (tenant, id) REFERENCES entries (tenant, id)
);

ALTER TABLE entries
    ADD FOREIGN KEY (tenant, id, head_version)
        REFERENCES versions (tenant, id, version) DEFERRABLE INITIALLY DEFERRED,
    ADD FOREIGN KEY (tenant, id, published_version)
        REFERENCES versions (tenant, id, version) DEFERRABLE INITIALLY DEFERRED;

CREATE TRIGGER versions_are_final
    BEFORE UPDATE OF
        tenant, id, version, question, answer, category, lang, valid_from, valid_until, review_by,
        author, created_at, content_hash
    ON versions FOR EACH STATEMENT
    EXECUTE FUNCTION goldenset_refuse('a written version never changes');

CREATE TABLE alternatives (
    tenant   TEXT COLLATE "C" NOT NULL,
    id       TEXT COLLATE "C" NOT NULL,
    version  BIGINT NOT NULL,
    position BIGINT NOT NULL CHECK (position >= 0),
    text     TEXT NOT NULL,
    PRIMARY KEY (tenant, id, version, position),
    FOREIGN KEY (tenant, id, version) REFERENCES versions (tenant, id, version)
);

CREATE TABLE entry_references (
    tenant           TEXT COLLATE "C" NOT NULL,
    id               TEXT COLLATE "C" NOT NULL,
    version          BIGINT NOT NULL,
    position         BIGINT NOT NULL CHECK (position >= 0),
    text             TEXT NOT NULL,
    document         TEXT,
    document_version TEXT,
    PRIMARY KEY (tenant, id, version, position),
    FOREIGN KEY (tenant, id, version) REFERENCES versions (tenant, id, version)
);

CREATE TABLE tags (
    tenant   TEXT COLLATE "C" NOT NULL,
    id       TEXT COLLATE "C" NOT NULL,
    version  BIGINT NOT NULL,
    position BIGINT NOT NULL CHECK (position >= 0),
    text     TEXT NOT NULL,
    PRIMARY KEY (tenant, id, version, position),
    FOREIGN KEY (tenant, id, version) REFERENCES versions (tenant, id, version)
);

-- Vectors hardly compress, so nobody tries to.
CREATE TABLE embeddings (
    tenant     TEXT COLLATE "C" NOT NULL,
    model      TEXT COLLATE "C" NOT NULL,
    id         TEXT COLLATE "C" NOT NULL,
    version    BIGINT NOT NULL,
    position   BIGINT NOT NULL CHECK (position >= 0),
    dimensions BIGINT NOT NULL CHECK (dimensions > 0),
    vector     BYTEA STORAGE EXTERNAL NOT NULL CHECK (length(vector) = 4 * dimensions),
    words      BYTEA STORAGE EXTERNAL,
    PRIMARY KEY (tenant, model, id, version, position),
    FOREIGN KEY (tenant, id, version) REFERENCES versions (tenant, id, version)
);

CREATE TABLE journal (
    tenant  TEXT COLLATE "C" NOT NULL REFERENCES tenants (tenant),
    epoch   BIGINT NOT NULL CHECK (epoch > 0),
    seq     BIGINT NOT NULL CHECK (seq >= 0),
    kind    TEXT NOT NULL
        CHECK (kind IN ('published', 'retired', 'calibrated', 'suspended', 'resumed')),
    entry   TEXT COLLATE "C" CHECK ((entry IS NULL) = (kind = 'calibrated')),
    version BIGINT CHECK (version IS NOT NULL OR kind = 'calibrated'),
    at      BIGINT NOT NULL,
    PRIMARY KEY (tenant, epoch, seq),
    FOREIGN KEY (tenant, entry, version) REFERENCES versions (tenant, id, version)
);

CREATE TABLE audit (
    id      BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    at      BIGINT NOT NULL,
    actor   TEXT NOT NULL,
    action  TEXT NOT NULL,
    tenant  TEXT COLLATE "C" NOT NULL,
    entry   TEXT COLLATE "C",
    version BIGINT,
    detail  TEXT NOT NULL CHECK (detail::json IS NOT NULL)
);

CREATE INDEX audit_of_entry ON audit (tenant, entry, id);
CREATE TRIGGER audit_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION goldenset_refuse('the audit log is append only');

CREATE TABLE calibrations (
    tenant     TEXT COLLATE "C" NOT NULL REFERENCES tenants (tenant),
    version    BIGINT NOT NULL CHECK (version BETWEEN 1 AND 4294967295),
    replaces   BIGINT CHECK (replaces < version),
    author     TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    content    TEXT NOT NULL CHECK (content::json IS NOT NULL),
    PRIMARY KEY (tenant, version),
    FOREIGN KEY (tenant, replaces) REFERENCES calibrations (tenant, version)
);

CREATE TRIGGER calibrations_are_final BEFORE UPDATE ON calibrations
    FOR EACH STATEMENT EXECUTE FUNCTION goldenset_refuse('a written calibration never changes');

CREATE TABLE active_calibrations (
    tenant  TEXT COLLATE "C" PRIMARY KEY,
    version BIGINT NOT NULL,
    FOREIGN KEY (tenant, version) REFERENCES calibrations (tenant, version)
);
