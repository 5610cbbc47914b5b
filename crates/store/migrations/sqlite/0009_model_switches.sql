-- Which embedding model lookups use: the last one. Without any it is the configured one.
CREATE TABLE model_switches (
    number INTEGER PRIMARY KEY CHECK (number BETWEEN 1 AND 4294967295),
    model  TEXT NOT NULL CHECK (model <> ''),
    former TEXT NOT NULL CHECK (former <> ''),
    actor  TEXT NOT NULL,
    at     INTEGER NOT NULL
) STRICT;
