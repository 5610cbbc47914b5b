//! The entry that has the question as a phrasing, and its answer.

use std::sync::Arc;

use goldenset_core::decision::{Judged, MatchType, decide};
use goldenset_core::guards::Effect;
use goldenset_core::{Result, Signature};

use super::conclude::chosen;
use crate::answer::{Answer, Match};
use crate::causes::causes;
use crate::scope::Scope;
use crate::snapshot::{Served, TenantSet};

/// The one entry in scope that has the question as a phrasing. Where several have, nothing says
/// which is meant, and the verification has to decide.
pub(crate) fn signature_match<'a>(
    set: &'a TenantSet,
    signature: &Signature,
    scope: &Scope,
) -> Option<&'a Served> {
    let mut allowed =
        set.by_signature(signature).filter(|served| scope.allows(&served.entry.content));
    let first = allowed.next()?;
    allowed.next().is_none().then_some(first)
}

pub(super) fn answer_by_signature(served: &Served, scope: &Scope) -> Result<Arc<Answer>> {
    // What is ready is the answer of an entry that nothing makes out of date.
    let causes = causes(&served.entry, scope);
    if causes.is_empty()
        && let Some(made) = served.by_signature.get()
    {
        return Ok(Arc::clone(made));
    }
    let matched = Match {
        entry: Arc::clone(&served.entry),
        similarity: 1.0,
        score: 1.0,
        raw_score: 1.0,
        guards: Vec::new(),
        reason: "the question is one of the entry's approved phrasings".into(),
        phrasing: 0,
        heard: None,
        open: None,
    };
    let fresh = causes.is_empty();
    let judged = Judged { score: 1.0, effect: Effect::Explain, causes };
    let decision = decide(std::slice::from_ref(&judged), false, 1.0);
    let found = (matched.clone(), &judged.causes[..]);
    let result = chosen(decision, MatchType::Signature, found, vec![matched]);
    let answer = Arc::new(Answer::new(result)?);
    Ok(if fresh { Arc::clone(served.by_signature.get_or_init(|| answer)) } else { answer })
}
