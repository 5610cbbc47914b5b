//! Publishing past the gate: the way of everything that goes live one by one.

use std::sync::Arc;

use goldenset_core::curation::Outcome;
use goldenset_core::ports::Applied;
use goldenset_core::said::check_reason;
use goldenset_core::{
    Code, EntryContent, EntryId, EntryStatus, Error, Handle, Result, VersionNumber,
};
use serde::Serialize;
use serde_json::json;

use crate::changes::{Author, Changed, Planned, Wanted, changed, check_content, in_micros};
use crate::curation::until_first;
use crate::engine::Engine;
use crate::gate::{GateReport, Live, Override};
use crate::snapshot::TenantSet;

/// How a change of what is served is to be done.
#[derive(Debug, Clone, Default)]
pub struct Publishing {
    /// Why.
    pub reason: Option<String>,
    /// In spite of what the gate says; needs a reason.
    pub overrides: bool,
    /// Only say what would happen.
    pub dry_run: bool,
}

impl Publishing {
    fn checked(&self) -> Result<Option<Override>> {
        if let Some(reason) = &self.reason {
            check_reason("reason", reason)?;
        }
        Override::of(self.overrides, self.reason.as_deref())
    }
}

/// What a change of what is served came to, or would.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Published {
    /// The entry afterwards.
    #[serde(flatten)]
    pub changed: Changed,
    /// Whether nothing was done, only said.
    pub dry_run: bool,
    /// What the publish gate found; none where nothing goes live, and where the outcome of an
    /// earlier call is given again.
    pub gate: Option<GateReport>,
}

impl Engine {
    /// [`Engine::save`] with publishing, past the gate.
    ///
    /// # Errors
    /// As there; `publish_conflict`, `missing_field` for an override without a reason.
    pub async fn save_live(
        self: &Arc<Self>,
        author: Author,
        id: EntryId,
        content: EntryContent,
        how: &Publishing,
    ) -> Result<Published> {
        check_content(&content)?;
        let over = how.checked()?;
        if let Some(done) = self.published_before(&author).await? {
            return Ok(done);
        }
        let embeddings = self.embeddings_of(&content).await?;
        let plan = || Planned::save(id.clone(), content.clone(), Some(embeddings.clone()));
        self.go_live(author, &content, plan, (how, over), None).await
    }

    /// What [`Engine::save`] would do without publishing.
    ///
    /// # Errors
    /// As there.
    pub async fn would_save(
        &self,
        author: &Author,
        id: &EntryId,
        content: &EntryContent,
    ) -> Result<Published> {
        check_content(content)?;
        let set = self.set_or_empty(author);
        let changed = self.would_be(author, &set, id, Some(content), None).await?;
        Ok(Published { changed, dry_run: true, gate: None })
    }

    /// [`Engine::publish`] past the gate; with `reapprove` also what is served already.
    ///
    /// # Errors
    /// As there; `publish_conflict`, `missing_field` for an override without a reason.
    pub async fn publish_live(
        self: &Arc<Self>,
        author: Author,
        id: EntryId,
        version: Option<VersionNumber>,
        reapprove: bool,
        how: &Publishing,
    ) -> Result<Published> {
        let over = how.checked()?;
        if let Some(done) = self.published_before(&author).await? {
            return Ok(done);
        }
        let record = self.to_publish(&author, &id, version, reapprove).await?;
        let (version, content) = (record.version, record.content);
        let embeddings = self.embeddings_of(&content).await?;
        let plan = || {
            let (id, content) = (id.clone(), content.clone());
            Planned::publish(id, version, content, embeddings.clone(), reapprove)
        };
        self.go_live(author, &content, plan, (how, over), None).await
    }

    /// Puts an earlier version back in force. Who proposed the one that was served has proposed
    /// something wrong.
    ///
    /// # Errors
    /// `unknown_entry`, `unknown_version`, `unknown_expert`, `not_an_approver`,
    /// `publish_conflict`, `missing_field`; faults of store and provider.
    pub async fn roll_back(
        self: &Arc<Self>,
        author: Author,
        id: EntryId,
        to: VersionNumber,
        by: &Handle,
        how: &Publishing,
    ) -> Result<Published> {
        let over = how.checked()?;
        if let Some(done) = self.published_before(&author).await? {
            return Ok(done);
        }
        self.approver(&author.tenant, by).await?;
        let record =
            self.version(&author.tenant, &id, to).await.map_err(|error| match error.code {
                Code::UnknownVersion => error.field("to_version"),
                _ => error,
            })?;
        let content = record.content;
        let embeddings = self.embeddings_of(&content).await?;
        let plan = || Planned::roll_back(id.clone(), to, content.clone(), embeddings.clone());
        self.go_live(author, &content, plan, (how, over), Some(by)).await
    }

    /// Takes an entry out of service.
    ///
    /// # Errors
    /// As [`Engine::retire`]; `invalid_field` for the reason.
    pub async fn retire_live(
        self: &Arc<Self>,
        author: Author,
        id: EntryId,
        how: &Publishing,
    ) -> Result<Published> {
        how.checked()?;
        if how.dry_run {
            let record = self.store.entry(&author.tenant, &id).await?;
            if record.published_version.is_none() {
                return Err(Error::new(Code::NotPublished, format!("entry {id} is not published"))
                    .field("id")
                    .fix("only a published entry can be retired; this one is not served"));
            }
            let applied = Applied {
                id,
                version: record.version,
                published_version: None,
                changed: true,
                status: EntryStatus::Retired,
            };
            let epoch = self.set_or_empty(&author).epoch();
            let changed = Changed { applied, epoch, created: false };
            return Ok(Published { changed, dry_run: true, gate: None });
        }
        let mut wanted = Wanted::from(Planned::retire(id));
        wanted.note(how.reason.as_deref(), None, None);
        let changed = changed(self.commit(author, wanted).await?)?;
        Ok(Published { changed, dry_run: false, gate: None })
    }

    /// The outcome of the same call if it was done already. It is looked for before anything that
    /// the call itself has changed, or that may be away now.
    async fn published_before(&self, author: &Author) -> Result<Option<Published>> {
        let Some(commit) = self.done(author).await? else { return Ok(None) };
        Ok(Some(Published { changed: changed(commit)?, dry_run: false, gate: None }))
    }

    async fn go_live(
        self: &Arc<Self>,
        author: Author,
        content: &EntryContent,
        plan: impl Fn() -> Planned,
        (how, over): (&Publishing, Option<Override>),
        approved_by: Option<&Handle>,
    ) -> Result<Published> {
        until_first!(async {
            let planned = plan();
            let id = planned.id().clone();
            let set = self.set_or_empty(&author);
            let live = Live { id: &id, content, embeddings: planned.embeddings() };
            let gate = self.gate(&author.tenant, &set, &live).await?;
            if how.dry_run {
                let version = planned.version();
                let changed =
                    self.would_be(&author, &set, &id, Some(content), Some(version)).await?;
                return Ok(Published { changed, dry_run: true, gate: Some(gate) });
            }
            gate.refuse(over.as_ref())?;
            let rolls_back = planned.rolls_back();
            let mut wanted = Wanted { expects: Some(set.epoch()), ..Wanted::from(planned) };
            wanted.note(how.reason.as_deref(), over.as_ref(), Some(&gate));
            if let Some(by) = approved_by {
                wanted.note.insert("approved_by".into(), json!(by));
            }
            if rolls_back && let Some(served) = set.entry(&id) {
                let made = self.store.candidate_of(&author.tenant, &id, served.version).await?;
                if let Some(candidate) = made {
                    let at = in_micros(self.clock.now());
                    wanted.curation.experts =
                        self.evidence(&author.tenant, &candidate, Outcome::Wrong, at).await?;
                }
            }
            let changed = changed(self.commit(author.clone(), wanted).await?)?;
            Ok(Published { changed, dry_run: false, gate: Some(gate) })
        })
    }

    /// What the tenant serves; nothing where it has no entry yet.
    pub(crate) fn set_or_empty(&self, author: &Author) -> Arc<TenantSet> {
        self.published(&author.tenant).unwrap_or_else(|_| Arc::new(self.empty_set(&author.tenant)))
    }

    /// The entry as it would be. `publish`: whether it goes live, and as which version that is
    /// written already.
    async fn would_be(
        &self,
        author: &Author,
        set: &TenantSet,
        id: &EntryId,
        content: Option<&EntryContent>,
        publish: Option<Option<VersionNumber>>,
    ) -> Result<Changed> {
        let head = match self.store.entry(&author.tenant, id).await {
            Ok(head) => Some(head),
            Err(error) if error.code == Code::UnknownEntry => None,
            Err(error) => return Err(error),
        };
        let served = head.as_ref().and_then(|head| head.published_version);
        let newest = head.as_ref().map_or(0, |head| head.version);
        let same = head.as_ref().is_some_and(|head| content == Some(&head.content));
        let written = if same { newest } else { newest + 1 };
        let (version, published_version) = match publish {
            None => (written, served),
            Some(None) => (written, Some(written)),
            Some(Some(version)) => (newest, Some(version)),
        };
        let status = match (published_version, head.as_ref().map(|head| head.status)) {
            (Some(_), _) => EntryStatus::Published,
            (None, status) => status.unwrap_or(EntryStatus::Draft),
        };
        let is_changed = version != newest || published_version != served;
        let applied =
            Applied { id: id.clone(), version, published_version, changed: is_changed, status };
        Ok(Changed { applied, epoch: set.epoch(), created: head.is_none() })
    }
}
