-- Which embedding model lookups use: the last one. Without any it is the configured one.
CREATE TABLE model_switches (
    number BIGINT PRIMARY KEY CHECK (number BETWEEN 1 AND 4294967295),
    model  TEXT COLLATE "C" NOT NULL CHECK (model <> ''),
    former TEXT COLLATE "C" NOT NULL CHECK (former <> ''),
    actor  TEXT NOT NULL,
    at     BIGINT NOT NULL
);
