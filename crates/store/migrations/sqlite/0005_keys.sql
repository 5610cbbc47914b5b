-- The keys of callers. Of a key only the hash of its secret is here, which leads back to nothing.
-- A tenant need not exist yet, and NULL stands for all; an expert is a handle. Ids are not given
-- twice: what the audit log says of one stays true.
CREATE TABLE keys (
    id         INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id BETWEEN 1 AND 4294967295),
    name       TEXT NOT NULL CHECK (name <> ''),
    role       TEXT NOT NULL CHECK (role IN ('reader', 'expert', 'approver', 'admin')),
    tenant     TEXT CHECK (tenant <> ''),
    expert     TEXT CHECK (expert <> ''),
    hash       BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
    created_at INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    revoked_at INTEGER,
    revoked_by TEXT,
    CHECK ((revoked_at IS NULL) = (revoked_by IS NULL))
) STRICT;

CREATE TRIGGER keys_only_get_revoked BEFORE UPDATE ON keys
WHEN OLD.revoked_at IS NOT NULL
    OR (NEW.id, NEW.name, NEW.role, NEW.hash, NEW.created_at, NEW.created_by)
        <> (OLD.id, OLD.name, OLD.role, OLD.hash, OLD.created_at, OLD.created_by)
    OR NEW.tenant IS NOT OLD.tenant
    OR NEW.expert IS NOT OLD.expert
BEGIN
    SELECT RAISE(ABORT, 'a key never changes but by being revoked, once');
END;

CREATE TRIGGER keys_stay BEFORE DELETE ON keys
BEGIN
    SELECT RAISE(ABORT, 'a key is revoked, never deleted');
END;

-- INSERT OR REPLACE removes the old row without the trigger above.
CREATE TRIGGER keys_are_not_replaced BEFORE INSERT ON keys
WHEN EXISTS (SELECT 1 FROM keys WHERE id = NEW.id OR hash = NEW.hash)
BEGIN
    SELECT RAISE(ABORT, 'a key is revoked, never replaced');
END;
