//! Questions of which it is recorded what answers them.

use std::sync::Arc;

use goldenset_core::curation::{QuestionSource, RecordedQuestion};
use goldenset_core::ports::Commit;
use goldenset_core::{Code, EntryId, Error, Handle, Result};

use crate::changes::{Author, Wanted, in_micros};
use crate::engine::Engine;
use crate::lookup::Question;

impl Engine {
    /// Records what answers a question: the publish gate asks it again before anything goes live.
    /// Without an entry nothing may be served for it.
    ///
    /// # Errors
    /// `empty_query`, `query_too_long`; `unknown_tenant`, `unknown_entry`, `unknown_expert`,
    /// `not_an_approver` for an expert whose word does not count; faults of the store.
    pub async fn record_question(
        self: &Arc<Self>,
        author: Author,
        query: String,
        entry: Option<EntryId>,
        by: Handle,
    ) -> Result<RecordedQuestion> {
        self.tenant(&author.tenant)?;
        Question::of(&query)?;
        let recorded = |commit: Commit| {
            let lost = || Error::new(Code::Internal, "the store did not say what it recorded");
            commit.questions.into_iter().next().ok_or_else(lost)
        };
        if let Some(commit) = self.done(&author).await? {
            return recorded(commit);
        }
        let expert = self.store.expert(&author.tenant, &by).await.map_err(|e| e.field("by"))?;
        if let Some(why) = self.settings.policy.not_counted(&expert) {
            return Err(Error::new(Code::NotAnApprover, why)
                .field("by")
                .fix("let an expert record it whose word counts"));
        }
        if let Some(entry) = &entry {
            let known = self.store.entry(&author.tenant, entry).await;
            known.map_err(|error| error.field("entry_id"))?;
        }
        let question = RecordedQuestion {
            query,
            entry_id: entry,
            source: QuestionSource::Recorded,
            by: by.to_string(),
            at: in_micros(self.clock.now()),
        };
        let mut wanted = Wanted::default();
        wanted.curation.questions.push(question);
        recorded(self.commit(author, wanted).await?)
    }
}
