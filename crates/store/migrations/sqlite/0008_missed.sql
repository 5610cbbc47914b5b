-- Questions that found no answer, grouped by meaning; kept only where the operator turned it on.
-- `told` is the part of `count` that the candidate was told of. Ids are not given twice.
CREATE TABLE missed_questions (
    id            INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id BETWEEN 1 AND 4294967295),
    tenant        TEXT NOT NULL,
    question      TEXT NOT NULL,
    signature     BLOB NOT NULL,
    count         INTEGER NOT NULL CHECK (count >= 1),
    first_at      INTEGER NOT NULL,
    last_at       INTEGER NOT NULL,
    examples      TEXT NOT NULL CHECK (json_valid(examples)),
    more_examples INTEGER NOT NULL CHECK (more_examples IN (0, 1)),
    nearest       TEXT NOT NULL CHECK (json_valid(nearest)),
    candidate     INTEGER REFERENCES candidates (id),
    told          INTEGER NOT NULL CHECK (told >= 0),
    UNIQUE (tenant, signature)
) STRICT;

CREATE INDEX missed_by_count ON missed_questions (tenant, count DESC, id);
CREATE INDEX missed_by_time ON missed_questions (last_at);
