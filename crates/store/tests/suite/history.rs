//! Random commits against a model of the rules that is simple enough to be read.

use std::collections::BTreeMap;

use goldenset_core::ports::EntryChange;
use goldenset_core::{EntryContent, EntryStatus, VersionNumber};

use super::kit::{Golden, content, draft, embeddings, id, publish, retire, serve};

const STEPS: usize = 250;

/// An entry: its versions, which is served, and whether it ever was.
#[derive(Clone, Default)]
struct Modelled {
    versions: Vec<EntryContent>,
    served: Option<VersionNumber>,
    ever: bool,
}

impl Modelled {
    fn head(&self) -> VersionNumber {
        VersionNumber::try_from(self.versions.len()).unwrap()
    }

    fn status(&self) -> EntryStatus {
        match (self.served, self.ever) {
            (Some(_), _) => EntryStatus::Published,
            (None, true) => EntryStatus::Retired,
            (None, false) => EntryStatus::Draft,
        }
    }

    /// Applies a change: whether anything and whether what is served changed, none when refused.
    fn apply(&mut self, change: &EntryChange) -> Option<(bool, bool)> {
        let served = self.served;
        let mut written = false;
        match change {
            EntryChange::Save { content, publish, .. } => {
                written = self.versions.last() != Some(content);
                if written {
                    self.versions.push(content.clone());
                }
                if publish.is_some() {
                    self.served = Some(self.head());
                }
            }
            EntryChange::Publish { version, .. } => {
                if *version == 0 || *version > self.head() {
                    return None;
                }
                self.served = Some(*version);
            }
            EntryChange::Retire { .. } => {
                self.served?;
                self.served = None;
            }
        }
        self.ever |= self.served.is_some();
        Some((written || served != self.served, served != self.served))
    }
}

pub(crate) async fn random_changes_match_a_model(golden: Golden) {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mut model: BTreeMap<String, Modelled> = BTreeMap::new();
    let mut epoch = 0;
    for step in 0..STEPS {
        let mut next = model.clone();
        let (mut expected, mut epoch_after) = (Some(Vec::new()), epoch);
        let mut changes = Vec::new();
        for entry in ["a", "b", "c", "d"] {
            if random.below(2) == 0 {
                continue;
            }
            let known = next.entry(entry.to_owned()).or_default();
            let change = random_change(&mut random, entry, known);
            expected = match (expected, known.apply(&change)) {
                (Some(mut all), Some((changed, serves))) => {
                    epoch_after = if serves { epoch + 1 } else { epoch_after };
                    all.push((known.head(), known.served, changed, known.status()));
                    Some(all)
                }
                _ => None,
            };
            changes.push(change);
        }
        let commit = golden.commit(changes).await.ok();
        let found = commit.as_ref().map(|commit| {
            let all = commit.applied.iter();
            all.map(|a| (a.version, a.published_version, a.changed, a.status)).collect()
        });
        assert_eq!(found, expected, "step {step}");
        if let Some(commit) = commit {
            (model, epoch) = (next, epoch_after);
            assert_eq!(commit.epoch.0, epoch, "step {step}");
        }
        check_served(&golden, &model, epoch).await;
    }
    for (entry, known) in &model {
        let records = golden.store().versions(&golden.tenant, &id(entry)).await.unwrap();
        assert!(records.iter().map(|record| &record.content).eq(known.versions.iter().rev()));
    }
    assert!(epoch > 50 && model.values().all(|known| known.versions.len() > 10));
}

fn random_change(random: &mut Random, entry: &str, known: &Modelled) -> EntryChange {
    let text = content(["one", "two", "three"][random.below(3)]);
    match random.below(8) {
        0..=2 => draft(entry, &text),
        3..=5 => serve(entry, &text),
        6 => {
            let version =
                VersionNumber::try_from(1 + random.below(known.versions.len() + 1)).unwrap();
            let said = known.versions.get(version as usize - 1).unwrap_or(&text);
            publish(entry, version, said)
        }
        _ => retire(entry),
    }
}

async fn check_served(golden: &Golden, model: &BTreeMap<String, Modelled>, epoch: u64) {
    let set = golden.served().await;
    assert_eq!(set.stamp.epoch.0, epoch);
    let served = model.iter().filter_map(|(entry, known)| Some((entry, known, known.served?)));
    let mut found = set.entries.iter();
    for (entry, known, version) in served {
        let published = found.next().unwrap();
        let said = &known.versions[version as usize - 1];
        assert_eq!((published.id.as_str(), published.version), (entry.as_str(), version));
        assert_eq!(&published.content, said);
        assert_eq!(published.embeddings, Some(embeddings(&golden.model, said)));
    }
    assert!(found.next().is_none());
}

/// SplitMix64: the same changes in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut value = self.0;
        value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((value ^ (value >> 31)) % limit as u64) as usize
    }
}
