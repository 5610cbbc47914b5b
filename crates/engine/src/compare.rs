//! Why, or why not: two questions, or a question and an entry.

use goldenset_core::canonical::Canonical;
use goldenset_core::decision::{ELIGIBLE, Judged};
use goldenset_core::guards::GuardResult;
use goldenset_core::verifier::QuestionProfile;
use goldenset_core::{Code, EntryId, Error, Result};
use goldenset_vectors::dot;
use serde::{Serialize, Serializer};

use crate::answer::{Match, rounded};
use crate::engine::Engine;
use crate::lookup::{check_query, signature_match};
use crate::scope::Options;
use crate::verify::{search, search_one, verify};

/// What speaks for and against one answer serving both.
#[derive(Debug, Clone, Serialize)]
pub struct Comparison {
    /// Whether an approved answer to the one may be served for the other.
    pub same: bool,
    /// Calibrated probability of that.
    #[serde(serialize_with = "six_decimals")]
    pub score: f64,
    /// Cosine of the two embeddings.
    #[serde(serialize_with = "six_decimals")]
    pub similarity: f64,
    /// What the typed guards found.
    pub guards: Vec<GuardResult>,
    /// The verdict in words.
    pub reason: String,
}

fn six_decimals<S: Serializer>(value: &f64, serializer: S) -> std::result::Result<S::Ok, S::Error> {
    serializer.serialize_f64(rounded(*value))
}

impl Engine {
    /// Compares two questions, `b` in the place of an approved one.
    ///
    /// # Errors
    /// Bad input naming `a` or `b`; faults of the provider.
    pub async fn compare(&self, a: &str, b: &str) -> Result<Comparison> {
        let compared = self.compare_all(&[(a, b)]).await.pop();
        compared.unwrap_or_else(|| Err(Error::new(Code::Internal, "the pair was not compared")))
    }

    /// Compares many pairs, with one call of the provider for all vectors that are missing. One
    /// result a pair, in order, each as [`Engine::compare`] would give it.
    pub async fn compare_all(&self, pairs: &[(&str, &str)]) -> Vec<Result<Comparison>> {
        let checked = pairs.iter().map(|(a, b)| {
            let a = check_query(a).map_err(|error| error.field("a"))?;
            let b = check_query(b).map_err(|error| error.field("b"))?;
            Ok((a, b))
        });
        let checked: Vec<Result<_>> = checked.collect();
        let good = checked.iter().filter_map(|pair| pair.as_ref().ok());
        let texts: Vec<Canonical> = good.flat_map(|(a, b)| [a.clone(), b.clone()]).collect();
        let mut vectors = self.embeddings.many(&texts).await.into_iter();
        let mut next = || {
            let vector = vectors.next();
            vector.unwrap_or_else(|| Err(Error::new(Code::Internal, "a text got no vector")))
        };
        let compared = checked.into_iter().map(|pair| {
            let (a, b) = pair?;
            // Both are taken before either error counts, so that the next pair gets its own.
            let (a_vector, b_vector) = (next(), next());
            if a.signature() == b.signature() {
                return Ok(identical());
            }
            Ok(self.compare_vectors([&a, &b], &a_vector?.0, &b_vector?.0))
        });
        compared.collect()
    }

    fn compare_vectors(
        &self,
        [a, b]: [&Canonical; 2],
        a_vector: &[f32],
        b_vector: &[f32],
    ) -> Comparison {
        let similarity = dot(a_vector, b_vector);
        let [a, b] = [a, b].map(QuestionProfile::of);
        let verdict = self.verifier.judge_pair(&a, &b, similarity);
        let judged = Judged { score: verdict.score, effect: verdict.effect, outdated: false };
        Comparison {
            same: judged.passes(self.settings.serve_threshold),
            score: verdict.score,
            similarity: f64::from(similarity),
            guards: verdict.guards,
            reason: verdict.reason,
        }
    }

    /// Compares a question with a published entry as a lookup would judge it, rivals included,
    /// whether or not the entry is in force today. `same` when a lookup would serve it.
    ///
    /// # Errors
    /// Bad input, `unknown_tenant`, `unknown_entry`, `not_published`; faults of the provider.
    pub async fn compare_entry(
        &self,
        query: &str,
        id: &EntryId,
        options: Options,
    ) -> Result<Comparison> {
        let question = check_query(query)?;
        let scope = self.scope(options)?;
        let set = self.published(&scope.tenant)?;
        let Some(entry) = set.entry(id) else {
            // Tells what does not exist from what is not published.
            self.store.entry(&scope.tenant, id).await?;
            return Err(Error::new(Code::NotPublished, format!("entry `{id}` is not published"))
                .field("entry_id")
                .fix("publish it with POST /v1/entries/{id}/publish"));
        };
        let by_signature = signature_match(&set, &question.signature(), &scope);
        if by_signature.is_some_and(|served| served.entry.id == *id) {
            return Ok(identical());
        }
        let (vector, _) = self.embeddings.one(&question).await?;
        let mut found = search(&set, &vector, &scope);
        if !found.iter().take(ELIGIBLE).any(|found| found.entry.id == *id) {
            // In the place of the farthest rival, so that it is judged as one of the eligible.
            found.truncate(ELIGIBLE - 1);
            found.extend(search_one(&set, &vector, entry));
        }
        let judged = verify(&self.verifier, &QuestionProfile::of(&question), found, &scope);
        let place = judged.iter().position(|(matched, _)| matched.entry.id == *id);
        let wanted = place.and_then(|place| judged.into_iter().nth(place));
        let (Match { similarity, score, guards, reason, .. }, judged) =
            wanted.ok_or_else(|| Error::new(Code::Internal, "a published entry has no vector"))?;
        let same = place == Some(0)
            && similarity >= scope.min_similarity
            && judged.passes(self.settings.serve_threshold);
        Ok(Comparison { same, score, similarity, guards, reason })
    }
}

fn identical() -> Comparison {
    Comparison {
        same: true,
        score: 1.0,
        similarity: 1.0,
        guards: Vec::new(),
        reason: "the two are the same question, word for word".into(),
    }
}
