//! Why, or why not: two questions, or a question and an entry.

use std::sync::Arc;

use goldenset_core::canonical::Canonical;
use goldenset_core::decision::Judged;
use goldenset_core::guards::GuardResult;
use goldenset_core::verifier::Against;
use goldenset_core::{Code, Embedding, EntryId, Error, Result};
use goldenset_vectors::dot;
use serde::Serialize;

use crate::curation::until_first;
use crate::engine::Engine;
use crate::explain::{Asked, Explanation, Situation, Texts, six_decimals};
use crate::lookup::{Question, signature_match};
use crate::scope::Options;
use crate::snapshot::PublishedEntry;

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
    /// All that the verdict was made from.
    pub explanation: Explanation,
    /// The entry that a question was held against; none for two questions.
    #[serde(skip)]
    pub entry: Option<Arc<PublishedEntry>>,
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

    /// Compares many pairs, with one call of the provider for all texts. No cache is asked: a
    /// comparison is no tenant's, and must not tell what tenants asked.
    /// One result a pair, in order, each as [`Engine::compare`] would give it.
    pub async fn compare_all(&self, pairs: &[(&str, &str)]) -> Vec<Result<Comparison>> {
        let checked = pairs.iter().map(|(a, b)| {
            let a = Question::of(a).map_err(|error| error.field("a"))?;
            let b = Question::of(b).map_err(|error| error.field("b"))?;
            Ok((a.canonical, b.canonical))
        });
        let checked: Vec<Result<_>> = checked.collect();
        let good = checked.iter().filter_map(|pair| pair.as_ref().ok());
        let texts: Vec<Canonical> = good.flat_map(|(a, b)| [a.clone(), b.clone()]).collect();
        let mut embeddings = self.embeddings.nobodys(&texts).await.into_iter();
        let mut next = || {
            let embedding = embeddings.next();
            embedding.unwrap_or_else(|| Err(Error::new(Code::Internal, "a text got no vector")))
        };
        let compared = checked.into_iter().zip(pairs).map(|(pair, sent)| {
            let (a, b) = pair?;
            // Both are taken before either error counts, so that the next pair gets its own.
            let (a_embedding, b_embedding) = (next(), next());
            if a.signature() == b.signature() {
                let threshold = self.settings.serve_threshold;
                let explanation = Explanation::word_for_word(Against::Question, threshold, None);
                return Ok(identical(explanation));
            }
            let sides = [(&a, a_embedding?), (&b, b_embedding?)];
            Ok(self.compare_embeddings(sides, *sent))
        });
        compared.collect()
    }

    fn compare_embeddings(
        &self,
        [a, b]: [(&Canonical, Embedding); 2],
        sent: (&str, &str),
    ) -> Comparison {
        let similarity = dot(&a.1.vector, &b.1.vector);
        let verifier = &self.judges.default().verifier;
        let [a, b] = [a, b].map(|(text, embedding)| verifier.question(text, &embedding.words));
        let verdict = verifier.judge_pair(&a, &b, similarity);
        let judged = Judged { score: verdict.score, effect: verdict.effect, causes: Vec::new() };
        let situation = Situation {
            against: Against::Question,
            similarity: f64::from(similarity),
            score: verdict.score,
            raw_score: verdict.score,
            heard: None,
            calibration: None,
            serve_threshold: self.settings.serve_threshold,
            min_similarity: None,
            choices: &[],
            better: None,
            rival: None,
        };
        let account = verifier.account_pair(&a, &b, similarity);
        Comparison {
            same: judged.passes(self.settings.serve_threshold),
            score: verdict.score,
            similarity: f64::from(similarity),
            guards: verdict.guards,
            reason: verdict.reason,
            explanation: Explanation::new(account, &situation, &Texts::new(sent.0, [sent.1])),
            entry: None,
        }
    }

    /// Compares a question with a published entry as a lookup would judge it, rivals included,
    /// whether or not the entry is in force today. `same` when a lookup would serve it if nothing
    /// made it out of date.
    ///
    /// # Errors
    /// Bad input, `unknown_tenant`, `unknown_entry`, `not_published`; faults of the provider.
    pub async fn compare_entry(
        &self,
        query: &str,
        id: &EntryId,
        options: Options,
    ) -> Result<Comparison> {
        let Question { canonical: question, signature } = self.spellings.question(query)?;
        let scope = self.scope(options)?;
        until_first!(async {
            let set = self.published(&scope.tenant)?;
            let Some(entry) = set.entry(id) else {
                // Tells what does not exist from what is not published.
                self.store.entry(&scope.tenant, id).await?;
                return Err(Error::new(
                    Code::NotPublished,
                    format!("entry `{id}` is not published"),
                )
                .field("entry_id")
                .fix("publish it with POST /v1/entries/{id}/publish"));
            };
            let by_signature = signature_match(&set, &signature, &scope);
            if by_signature.is_some_and(|served| served.entry.id == *id) {
                let explanation = self.word_for_word(&scope);
                return Ok(Comparison { entry: Some(Arc::clone(entry)), ..identical(explanation) });
            }
            let asked = Asked::of(self, (query, &question), &set, &scope, Some(entry)).await?;
            asked.comparison(id)
        })
    }
}

fn identical(explanation: Explanation) -> Comparison {
    Comparison {
        same: true,
        score: 1.0,
        similarity: 1.0,
        guards: Vec::new(),
        reason: "the two are the same question, word for word".into(),
        explanation,
        entry: None,
    }
}
