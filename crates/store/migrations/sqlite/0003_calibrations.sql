-- What each tenant's scores mean and from which on an answer is served, numbered from 1 without
-- gaps. What a version says is one JSON text: it is read and written whole, never searched.
CREATE TABLE calibrations (
    tenant     TEXT NOT NULL REFERENCES tenants (tenant),
    version    INTEGER NOT NULL CHECK (version BETWEEN 1 AND 4294967295),
    replaces   INTEGER CHECK (replaces < version),
    author     TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    content    TEXT NOT NULL CHECK (json_valid(content)),
    PRIMARY KEY (tenant, version),
    FOREIGN KEY (tenant, replaces) REFERENCES calibrations (tenant, version)
) STRICT;

CREATE TRIGGER calibrations_are_final BEFORE UPDATE ON calibrations
BEGIN
    SELECT RAISE(ABORT, 'a written calibration never changes');
END;

-- The version that is active, no row where none is.
CREATE TABLE active_calibrations (
    tenant  TEXT NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    FOREIGN KEY (tenant, version) REFERENCES calibrations (tenant, version)
) STRICT, WITHOUT ROWID;

-- The journal learns of calibrations: a row without entry, and with the version that is active from
-- then on, none when none is. A CHECK cannot be changed in place.
CREATE TABLE journal_with_calibrations (
    tenant  TEXT NOT NULL REFERENCES tenants (tenant),
    epoch   INTEGER NOT NULL CHECK (epoch > 0),
    seq     INTEGER NOT NULL CHECK (seq >= 0),
    kind    TEXT NOT NULL CHECK (kind IN ('published', 'retired', 'calibrated')),
    entry   TEXT CHECK ((entry IS NULL) = (kind = 'calibrated')),
    version INTEGER CHECK (version IS NOT NULL OR kind = 'calibrated'),
    at      INTEGER NOT NULL,
    PRIMARY KEY (tenant, epoch, seq),
    FOREIGN KEY (tenant, entry, version) REFERENCES versions (tenant, id, version)
) STRICT, WITHOUT ROWID;

INSERT INTO journal_with_calibrations SELECT tenant, epoch, seq, kind, entry, version, at FROM journal;
DROP TABLE journal;
ALTER TABLE journal_with_calibrations RENAME TO journal;
