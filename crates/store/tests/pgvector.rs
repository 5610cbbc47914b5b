//! Search with pgvector, on a real Postgres.

#[cfg(test)]
mod schema;

#[cfg(test)]
mod pgvector {
    mod bulk;
    mod filling;
    mod index_kit;
    mod indexed;
    mod indexing;
    mod kit;
    mod searching;
    mod setup;
    mod upkeep;
}
