//! Does what a step says, and holds who did it against who may.

use std::sync::Arc;

use goldenset_core::curation::{Action, CandidateId, Feedback, FeedbackKind, Outcome};
use goldenset_core::{Document, Result, TenantId};
use goldenset_engine::curation::{Amended, Decision};
use goldenset_engine::{ChangeToUndo, Publishing, ReportedChange};
use jiff::SignedDuration;

use super::Tally;
use super::steps::Step;
use super::world::{QUESTIONS, World, id};
use crate::curation::kit::{by, handle, says};
use crate::parts::{Rig, Trouble, author, entry_id, settings, start};

impl World {
    /// Does it; what it may have put in force by itself, of which entry.
    pub(super) async fn act(
        &mut self,
        step: &Step,
        tally: &mut Tally,
    ) -> Result<Option<(String, Option<String>)>> {
        let mut count = |what: &str| *tally.entry(what.into()).or_default() += 1;
        let anna = || author("default");
        let engine = Arc::clone(&self.rig.engine);
        let open = self.candidates().await;
        // One that waits, as a rule; the newest, decided or not; and one that may not exist.
        let picked = |pick: &usize| {
            let mut waiting = open.values().rev().filter(|one| one.is_open());
            let newest = open.keys().next_back().copied();
            waiting.nth(*pick).map(|one| one.id).or(newest).unwrap_or(CandidateId(1))
        };
        match step {
            Step::Feedback { who, place, kind, confidence, answer } => {
                let correct = *kind == FeedbackKind::Correct;
                let last = self.last_answer[*place].clone();
                let answer = match answer.filter(|_| !correct) {
                    None => None,
                    Some(false) if !last.is_empty() => Some(last),
                    Some(_) => Some(self.fresh_answer()),
                };
                let feedback = Feedback {
                    answer: answer.clone(),
                    confidence: *confidence,
                    ..says(who, *kind, QUESTIONS[*place], &id(*place))
                };
                let expert = self.rig.expert(who).await;
                let trust = if *who == "aldo" { 1.0 } else { expert.trust.estimate() };
                let counts = expert.verified && trust >= 0.7;
                let taken = engine.feedback(anna(), feedback).await?;
                assert_eq!(taken.counted, counts, "{step:?}");
                count(if counts { "counted" } else { "uncounted" });
                if !counts {
                    assert_eq!((taken.candidate, self.candidates().await), (None, open));
                    return Ok(None);
                }
                if let Some(answer) = &answer {
                    self.last_answer[*place].clone_from(answer);
                }
                if let Some(brief) = taken.candidate {
                    self.written.entry(brief.id).or_default().extend(answer.clone());
                    self.said.insert((brief.id, (*who).into()), (answer, *confidence, trust));
                }
            }
            Step::Approve { who, pick, sees, overrides } => {
                let id = picked(pick);
                let seen = open.get(&id).and_then(|one| one.entry_id.clone());
                let set = self.set().await.0;
                let base = seen.and_then(|id| Some(set.get(id.as_str())?.version));
                let decision = Decision {
                    base_version: base.filter(|_| *sees),
                    overrides: *overrides,
                    reason: overrides.then(|| "so it is".into()),
                    ..by(who)
                };
                engine.approve(anna(), id, decision).await?;
                let before = &open[&id];
                assert!(["anna", "aldo"].contains(who), "{who} approved {before:?}");
                assert!(!self.decided.contains(&id), "decided twice: {before:?}");
                let mine = self.said.get(&(id, (*who).into())).map(|said| said.0.clone());
                let proposed = before.proposal.as_ref().map(|it| it.answer.clone());
                let rewritten = self.amended.get(&id);
                let stands_behind = mine.is_some_and(|mine| mine.is_none() || mine == proposed)
                    || rewritten
                        .is_some_and(|(by, text)| by == who && Some(text) == proposed.as_ref());
                assert!(!stands_behind, "{who} approved their own {before:?}");
                if !sees && before.action == Action::Update {
                    assert_eq!(before.base_version, base, "for another version: {before:?}");
                }
                count(&format!("approved by {who}"));
            }
            Step::Reject { who, pick } => {
                engine.reject(anna(), picked(pick), by(who)).await?;
                count("rejected");
            }
            Step::Revise { who, pick } => {
                let decision = Decision { reason: Some("why?".into()), ..by(who) };
                engine.revise(anna(), picked(pick), decision).await?;
                count("sent back");
            }
            Step::Amend { who, pick } => {
                let (id, answer) = (picked(pick), self.fresh_answer());
                let text = Amended { answer: Some(answer.clone()), ..Amended::default() };
                engine.amend(anna(), id, handle(who), text).await?;
                assert!(!["dora", "nino"].contains(who));
                self.written.entry(id).or_default().insert(answer.clone());
                self.anew.insert(answer.clone());
                // What they wrote last is their word, until someone else's takes its place.
                if let Some((Some(said), ..)) = self.said.get_mut(&(id, (*who).into())) {
                    said.clone_from(&answer);
                }
                self.amended.insert(id, ((*who).into(), answer));
                count("amended");
            }
            Step::Put { place, publish, dates } => {
                let answer = self.put(*place, *publish, *dates).await?;
                count(if *publish { "put" } else { "draft" });
                return Ok(publish.then(|| (id(*place), Some(answer))));
            }
            Step::Publish { place, back, reapprove } => {
                let answers = self.answers(&id(*place)).await;
                let version = answers.len().saturating_sub(*back).max(1);
                let (number, how) = (
                    Some(version as u32),
                    Publishing { overrides: true, reason: Some("so".into()), dry_run: false },
                );
                engine
                    .publish_live(anna(), entry_id(&id(*place)), number, *reapprove, &how)
                    .await?;
                count("published");
                return Ok(Some((id(*place), Some(answers[version - 1].clone()))));
            }
            Step::RollBack { who, place, back } => {
                let name = id(*place);
                let answers = self.answers(&name).await;
                let version = answers.len().saturating_sub(*back).max(1);
                let how = Publishing { overrides: true, reason: Some("so".into()), dry_run: false };
                let served = self.set().await.0.get(&name).map(|it| it.version);
                let by = handle(who);
                engine.roll_back(anna(), entry_id(&name), version as u32, &by, &how).await?;
                assert!(["anna", "aldo"].contains(who));
                let made = open.values().rfind(|one| {
                    served.is_some()
                        && one.published_version == served
                        && one.entry_id.as_ref().is_some_and(|it| it.as_str() == name)
                        && one.action != Action::Reapprove
                });
                if let Some(made) = made {
                    let authors = made.authors().map(|who| (made.id, who.to_string()));
                    self.outcomes.extend(authors.map(|key| (key, Outcome::Wrong)));
                }
                count("rolled back");
                return Ok(Some((name, Some(answers[version - 1].clone()))));
            }
            Step::Retire { place } => {
                self.rig.retire(&id(*place)).await?;
                count("retired");
                return Ok(Some((id(*place), None)));
            }
            Step::Suspend { place } => {
                let document = Document::new(&format!("L. 10{place}/1992")).unwrap();
                let change = ReportedChange { document, version: "new".into(), reason: None };
                engine.change_reference(anna(), change, false).await?;
                count("suspended");
            }
            Step::Undo { place } => {
                let document = Document::new(&format!("L. 10{place}/1992")).unwrap();
                let undo = ChangeToUndo { document, version: None, reason: None };
                engine.undo_reference_change(anna(), undo, false).await?;
                count("resumed");
            }
            Step::Sweep => {
                let swept = engine.sweep(&TenantId::default()).await?;
                (0..swept.made).for_each(|_| count("made by rules"));
            }
            Step::Trouble(away) => self.rig.embedder.set_trouble(away.then_some(Trouble::Away)),
            Step::WaitDays(days) => self.rig.clock.advance(SignedDuration::from_hours(24 * days)),
            Step::Restart => {
                let Rig { store, embedder, clock, .. } = &self.rig;
                self.rig.engine = start(store, embedder, clock, settings()).await.unwrap();
                count("restarted");
            }
        }
        Ok(None)
    }
}
