-- The words of each phrasing with a vector each, as `WordVectors::encode` of the core writes them.
-- NULL where the model gives none, and beside the vectors that older versions made.
ALTER TABLE embeddings ADD COLUMN words BLOB;
