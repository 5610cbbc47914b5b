//! What a change does to an entry. Runs within one write transaction, so what is read here stays
//! true until it is written.

use std::collections::{HashMap, HashSet};

use goldenset_core::ports::{Applied, ChangeNumber, ChangeSet, Commit, EntryChange};
use goldenset_core::{
    Code, Embedding, EntryContent, EntryId, EntryStatus, Epoch, Error, ModelId, Result, TenantId,
    VersionNumber,
};
use serde_json::json;

use super::driver::Connection;
use super::fault::{Fault, damaged};
use super::number::Number;
use super::select::STATES;
use super::write::{Audited, Journalled, Key, Version};
use super::{curation, once, read, references, rows, write};
use crate::content_hash::content_hash;

/// What lookups see of a version that goes live, however that came.
const PUBLISHED: &str = "published";

/// Refuses, before anything is written, change sets that no caller may send.
pub(super) fn check(set: &ChangeSet) -> Result<()> {
    let mut seen = HashSet::new();
    for change in &set.changes {
        if !seen.insert(change.id()) {
            let detail = format!("entry {} occurs twice in one change set", change.id());
            return Err(Error::new(Code::Internal, detail));
        }
        if let EntryChange::Save { id, content, publish: Some(embeddings) } = change {
            check_embeddings(id, content.phrasings().count(), embeddings)?;
        }
    }
    Ok(())
}

/// Applies the changes in order, unless they were applied already.
pub(super) async fn commit(db: &mut Connection, set: &ChangeSet) -> Result<Commit, Fault> {
    if let Some(once) = &set.once
        && let Some(commit) = once::outcome::<Commit>(db, once).await?
    {
        return Ok(Commit { replayed: true, ..commit });
    }
    let commit = apply(db, set).await?;
    if let Some(once) = &set.once {
        once::keep(db, once, &commit, set.at).await?;
    }
    Ok(commit)
}

async fn apply(db: &mut Connection, set: &ChangeSet) -> Result<Commit, Fault> {
    let known = read::epoch(db, &set.tenant).await?;
    if set.expects.is_some_and(|expected| expected != known.unwrap_or_default()) {
        return Err(Error::new(Code::EpochMoved, "the golden set has changed meanwhile")
            .fix("look at it again, and try again")
            .into());
    }
    if known.is_none() && !set.changes.is_empty() {
        write::tenant(db, &set.tenant).await?;
    }
    let Epoch(before) = known.unwrap_or_default();
    let next = i64::try_from(before + 1).map_err(damaged)?;
    let mut run = Run {
        db,
        set,
        next,
        served_changes: 0,
        created: Vec::new(),
        states: HashMap::new(),
        rows: Rows::default(),
    };
    let mut applied = Vec::with_capacity(set.changes.len());
    for part in set.changes.chunks(PART) {
        run.read_states(part).await?;
        for change in part {
            applied.push(run.apply(change).await?);
        }
        run.write_rows().await?;
    }
    let (raised, created) = (run.served_changes > 0, run.created);
    if raised {
        write::raise_epoch(db, &set.tenant).await?;
    }
    let (candidate, feedback) = curation::apply(db, set, &applied).await?;
    let epoch = Epoch(before + u64::from(raised));
    let experts = set.curation.experts.iter().map(|change| change.expert.clone()).collect();
    let questions = set.curation.questions.clone();
    Ok(Commit { epoch, applied, candidate, feedback, experts, questions, created, replayed: false })
}

/// Adds the embeddings of one model to versions that have none of it.
pub(super) async fn add_embeddings(
    db: &mut Connection,
    tenant: &TenantId,
    model: &ModelId,
    items: &[(EntryId, VersionNumber, Vec<Embedding>)],
) -> Result<(), Fault> {
    for (id, version, embeddings) in items {
        let key = Key { tenant, id, version: *version };
        check_embeddings(id, phrasings(db, key).await?, embeddings)?;
        write::embeddings(db, model, &[(key, embeddings)]).await?;
    }
    Ok(())
}

fn check_embeddings(id: &EntryId, phrasings: usize, embeddings: &[Embedding]) -> Result<()> {
    let dimensions = embeddings.first().map_or(0, |embedding| embedding.vector.len());
    let fault = if embeddings.len() != phrasings {
        format!("{} vectors came for the {phrasings} phrasings of entry {id}", embeddings.len())
    } else if dimensions == 0 || embeddings.iter().any(|one| !one.has_dimensions(dimensions)) {
        format!("the vectors of entry {id} are empty or of different lengths")
    } else {
        return Ok(());
    };
    Err(Error::new(Code::Internal, fault))
}

/// How many phrasings a written version has.
async fn phrasings(db: &mut Connection, key: Key<'_>) -> Result<usize, Fault> {
    let (exists, alternatives): (bool, i64) = sqlx::query_as(
        "SELECT \
         EXISTS (SELECT 1 FROM versions WHERE tenant = $1 AND id = $2 AND version = $3), \
         (SELECT count(*) FROM alternatives WHERE tenant = $1 AND id = $2 AND version = $3)",
    )
    .bind(key.tenant.as_str())
    .bind(key.id.as_str())
    .bind(Number(key.version))
    .fetch_one(db)
    .await?;
    if !exists {
        let detail = format!("entry {} has no version {}", key.id, key.version);
        return Err(Error::new(Code::UnknownVersion, detail)
            .field("version")
            .fix("list the versions of the entry to see their numbers")
            .into());
    }
    Ok(1 + usize::try_from(alternatives).map_err(damaged)?)
}

/// Where an entry stands before its change.
struct State {
    status: EntryStatus,
    head: VersionNumber,
    published: Option<VersionNumber>,
    head_hash: Vec<u8>,
}

/// An entry's id, status, head, published version, and hash of the head.
type StateRow = (String, String, Number, Option<Number>, Vec<u8>);

/// Changes whose rows are written together. No entry occurs twice in a change set, so what one change
/// writes is nothing that another reads.
const PART: usize = 512;

/// What a part of the changes writes.
#[derive(Default)]
struct Rows<'a> {
    versions: Vec<Version<'a>>,
    embeddings: Vec<(Key<'a>, &'a [Embedding])>,
    journal: Vec<Journalled<'a>>,
    audit: Vec<Audited<'a>>,
}

/// One commit under way.
struct Run<'a> {
    db: &'a mut Connection,
    set: &'a ChangeSet,
    /// The epoch that this commit makes if it changes what is served.
    next: i64,
    served_changes: i64,
    /// The entries that came with it.
    created: Vec<EntryId>,
    /// Of the entries of this part that exist.
    states: HashMap<String, State>,
    rows: Rows<'a>,
}

impl<'a> Run<'a> {
    async fn apply(&mut self, change: &'a EntryChange) -> Result<Applied, Fault> {
        let state = self.states.remove(change.id().as_str());
        match (change, state) {
            (EntryChange::Save { id, content, publish }, state) => {
                self.save(id, state, content, publish.as_deref()).await
            }
            (_, None) => Err(read::unknown_entry(change.id()).into()),
            (
                EntryChange::Publish { id, version, embeddings, reapprove, rolls_back },
                Some(state),
            ) => {
                let key = self.key(id, *version);
                check_embeddings(id, phrasings(self.db, key).await?, embeddings)?;
                if state.published == Some(*version) && !reapprove {
                    return Ok(unchanged(id, &state));
                }
                let action = if *rolls_back { "rolled_back" } else { PUBLISHED };
                self.publish((key, action), embeddings, state.published).await?;
                Ok(applied(id, state.head, Some(*version), EntryStatus::Published))
            }
            (EntryChange::Retire { id }, Some(state)) => {
                let Some(version) = state.published else {
                    return Err(Error::new(
                        Code::NotPublished,
                        format!("entry {id} is not published"),
                    )
                    .field("id")
                    .fix("only a published entry can be retired; this one is not served")
                    .into());
                };
                self.retire(self.key(id, version)).await?;
                Ok(applied(id, state.head, None, EntryStatus::Retired))
            }
        }
    }

    async fn save(
        &mut self,
        id: &'a EntryId,
        state: Option<State>,
        content: &'a EntryContent,
        publish: Option<&'a [Embedding]>,
    ) -> Result<Applied, Fault> {
        let hash = content_hash(content);
        let same_as_head = match &state {
            Some(state) if state.head_hash == hash => {
                read::entry(self.db, &self.set.tenant, id).await?.content == *content
            }
            _ => false,
        };
        let (head, published) =
            state.as_ref().map_or((0, None), |state| (state.head, state.published));
        let version = if same_as_head { head } else { head + 1 };
        let key = self.key(id, version);
        if state.is_none() {
            self.created.push(id.clone());
        }
        if !same_as_head {
            let published = publish.map(|_| self.approval());
            self.rows.versions.push(Version { key, content, hash, published });
        }
        match (publish, state) {
            (Some(_), Some(state)) if published == Some(version) => Ok(unchanged(id, &state)),
            (Some(embeddings), state) => {
                match state {
                    Some(_) if same_as_head => {
                        self.publish((key, PUBLISHED), embeddings, published).await?;
                    }
                    state => {
                        // What is new has nothing that could hold it back.
                        let lifted = match state {
                            Some(_) => references::lift(self.db, key).await?,
                            None => Vec::new(),
                        };
                        self.go_live((key, PUBLISHED), embeddings, (published, true), lifted);
                    }
                }
                Ok(applied(id, version, Some(version), EntryStatus::Published))
            }
            (None, Some(state)) if same_as_head => Ok(unchanged(id, &state)),
            (None, state) => {
                let by = self.by();
                self.rows.audit.push(Audited { key, by, action: "saved", detail: json!({}) });
                let status = state.map_or(EntryStatus::Draft, |state| state.status);
                Ok(applied(id, version, published, status))
            }
        }
    }

    /// Whoever approved what goes live, and why if that was said.
    fn approval(&self) -> (&'a str, Option<&'a str>) {
        let set = self.set;
        let noted = |name: &str| set.note.get(name).and_then(|value| value.as_str());
        // Somebody else, it may be, than whose request it is.
        (noted("approved_by").unwrap_or(&set.actor), noted("reason"))
    }

    /// Publishes a version that is written already.
    async fn publish(
        &mut self,
        what: (Key<'a>, &'a str),
        embeddings: &'a [Embedding],
        replaces: Option<VersionNumber>,
    ) -> Result<(), Fault> {
        let key = what.0;
        write::forget_embeddings(self.db, key, &self.set.model).await?;
        let (by, reason) = self.approval();
        write::published(self.db, key, (by, self.set.at), reason).await?;
        let lifted = references::lift(self.db, key).await?;
        self.go_live(what, embeddings, (replaces, false), lifted);
        Ok(())
    }

    /// A version with its embeddings, in place of another one if there was one; whether it was
    /// written just now; and what held the entry back until now.
    fn go_live(
        &mut self,
        what: (Key<'a>, &'a str),
        embeddings: &'a [Embedding],
        (replaces, written): (Option<VersionNumber>, bool),
        lifted: Vec<ChangeNumber>,
    ) {
        self.rows.embeddings.push((what.0, embeddings));
        let model = self.set.model.as_str();
        let detail = json!({ "model": model, "replaces": replaces, "written": written });
        self.serve_change(PUBLISHED, what, detail, lifted);
    }

    async fn retire(&mut self, key: Key<'a>) -> Result<(), Fault> {
        write::retired(self.db, key).await?;
        let lifted = references::lift(self.db, key).await?;
        self.serve_change("retired", (key, "retired"), json!({}), lifted);
        Ok(())
    }

    /// Journal and audit row of a change of what is served, each with its word for it. `lifted`:
    /// what held the entry back and does so no more, as it was approved anew or is not served.
    fn serve_change(
        &mut self,
        kind: &'a str,
        (key, action): (Key<'a>, &'a str),
        mut detail: serde_json::Value,
        lifted: Vec<ChangeNumber>,
    ) {
        let (place, at) = ((self.next, self.served_changes), self.set.at);
        self.served_changes += 1;
        self.rows.journal.push(Journalled { key, place, kind, at });
        if !lifted.is_empty() {
            detail["lifted"] = lifted.into();
        }
        if let Some(detail) = detail.as_object_mut() {
            detail.extend(self.set.note.clone());
        }
        self.rows.audit.push(Audited { key, by: self.by(), action, detail });
    }

    /// Reads where the entries of some changes stand.
    async fn read_states(&mut self, changes: &[EntryChange]) -> Result<(), Fault> {
        let ids: serde_json::Value =
            changes.iter().map(|change| json!([change.id().as_str()])).collect();
        let rows: Vec<StateRow> = sqlx::query_as(STATES)
            .bind(self.set.tenant.as_str())
            .bind(ids.to_string())
            .fetch_all(&mut *self.db)
            .await?;
        let state = |(id, status, head, published, head_hash): StateRow| {
            let published = published.map(|version| version.0);
            let state =
                State { status: rows::status(&status)?, head: head.0, published, head_hash };
            Ok::<_, Fault>((id, state))
        };
        self.states = rows.into_iter().map(state).collect::<Result<_, _>>()?;
        Ok(())
    }

    /// Writes what a part of the changes came to, each table after those that it points at.
    async fn write_rows(&mut self) -> Result<(), Fault> {
        let Rows { versions, embeddings, journal, audit } = std::mem::take(&mut self.rows);
        write::versions(self.db, &versions, self.by()).await?;
        write::embeddings(self.db, &self.set.model, &embeddings).await?;
        write::journal(self.db, &journal).await?;
        write::audit(self.db, &audit).await
    }

    fn key(&self, id: &'a EntryId, version: VersionNumber) -> Key<'a> {
        Key { tenant: &self.set.tenant, id, version }
    }

    /// Who does it, and when.
    fn by(&self) -> (&'a str, jiff::Timestamp) {
        (&self.set.actor, self.set.at)
    }
}

fn applied(
    id: &EntryId,
    version: VersionNumber,
    published_version: Option<VersionNumber>,
    status: EntryStatus,
) -> Applied {
    Applied { id: id.clone(), version, published_version, changed: true, status }
}

fn unchanged(id: &EntryId, state: &State) -> Applied {
    let published_version = state.published;
    let (version, status) = (state.head, state.status);
    Applied { id: id.clone(), version, published_version, changed: false, status }
}
