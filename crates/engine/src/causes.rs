//! Why an entry that is found may be out of date: all that is known of it in one place.

use goldenset_core::decision::Cause;

use crate::scope::Scope;
use crate::snapshot::PublishedEntry;

/// Every cause that holds for whoever asks within `scope`, in the order in which they are said.
pub(crate) fn causes(entry: &PublishedEntry, scope: &Scope) -> Vec<Cause> {
    let content = &entry.content;
    let approved = entry.published_at;
    let known = scope.kb_epoch.since(content, approved);
    let outdated = known.map(|topic| Cause::Outdated { topic: topic.map(str::to_owned), approved });
    let suspended = entry.suspensions.iter().cloned().map(Cause::Suspended);
    // By the day that it is and not by the one that the question is about: a review is work that
    // somebody has to do.
    let due = content.review_by.filter(|day| *day < scope.today);
    let overdue = due.map(|review_by| Cause::ReviewOverdue { review_by });
    let superseded = scope.superseded_tags.iter().filter(|tag| content.tags.contains(tag));
    let superseded = superseded.map(|tag| Cause::Superseded { tag: tag.clone() });
    outdated.into_iter().chain(suspended).chain(overdue).chain(superseded).collect()
}
