//! Lists in pages: one item more than asked for is read, and tells whether there is another page.

use goldenset_core::{Code, Error, Result};

/// Most items on a page.
const MOST: usize = 500;

/// Items on a page, `usual` when the caller does not say.
///
/// # Errors
/// `invalid_field`.
pub(super) fn limit(asked: Option<usize>, usual: usize) -> Result<usize> {
    let limit = asked.unwrap_or(usual);
    if (1..=MOST).contains(&limit) {
        return Ok(limit);
    }
    Err(Error::new(Code::InvalidField, format!("limit is {limit}"))
        .field("limit")
        .fix("give a whole number from 1 to 500"))
}

/// Cuts what was read to a page; where the next one begins, if there is one.
pub(super) fn cut<T, C>(items: &mut Vec<T>, limit: usize, cursor: impl Fn(&T) -> C) -> Option<C> {
    let more = items.len() > limit;
    items.truncate(limit);
    items.last().filter(|_| more).map(cursor)
}
