//! Step 6: the entries nearest to a question, found in this process or elsewhere.
//!
//! What searches elsewhere is filled a little later than sets change. So what changed since is
//! looked at here, and the two together are what a search over the whole set finds.

mod indexing;
mod upkeep;

pub(crate) use upkeep::Trouble;

use std::collections::HashMap;
use std::sync::Arc;

use goldenset_core::embedding::Vector;
use goldenset_core::ports::{Filled, Near, NearEntry, Nearest, NearestQuery};
use goldenset_core::{Code, EntryId, EpochStamp, Error, Result, TenantId};
use goldenset_vectors::dot;

use crate::engine::{Engine, Progress};
use crate::snapshot::{DifferenceKind, PublishedEntry, TenantSet};
use crate::verify::{Among, Found, search_here, search_one_here, sort};

/// Entries that are asked for beyond those that are wanted, in place of those that changed since;
/// where more changed, the search is filled first.
const SPARE: usize = 16;
/// How often the search is filled and asked again before it is given up.
const TRIES: usize = 4;

/// What was found elsewhere for many questions.
pub(crate) type Many = Arc<Result<Nearest>>;

impl Engine {
    /// The entries of `set` nearest to `vector`, most similar first.
    ///
    /// # Errors
    /// Faults of a search elsewhere; `epoch_moved` where it knows later changes than `set`: then
    /// the published set knows them too now.
    pub(crate) async fn search(
        &self,
        set: &TenantSet,
        vector: &Vector,
        among: &Among<'_>,
    ) -> Result<Vec<Found>> {
        let Some(search) = &self.search else { return Ok(search_here(set, vector, among)) };
        if set.len() == 0 {
            return Ok(Vec::new());
        }
        let mut query = self.nearest(among, vec![Arc::clone(vector)]);
        query.k += set.supposed().replaced;
        for _ in 0..TRIES {
            let nearest = search.nearest(&query).await?;
            let found = merged(set, of(&nearest, 0), (vector, among));
            if found.as_ref().is_err_and(|error| error.code == Code::EpochMoved) {
                // Others have published, and were quicker with the search than with this node:
                // whoever asks again asks over a set that knows it.
                self.catch_up().await?;
            }
            if let Some(found) = found? {
                if set.supposed().ids.is_empty() {
                    self.remember(&nearest, 0, (vector, among));
                }
                return Ok(found);
            }
            self.sync_search(among.tenant, &|_, _| ()).await?;
        }
        Err(Error::new(Code::Overloaded, "the golden set changes faster than it can be searched")
            .fix("try again; import many entries in one file"))
    }

    /// What is found elsewhere for many questions, in one round trip; none where the search is here.
    pub(crate) async fn search_elsewhere(
        &self,
        among: &Among<'_>,
        vectors: Vec<Vector>,
    ) -> Option<Many> {
        let search = self.search.as_ref().filter(|_| !vectors.is_empty())?;
        Some(Arc::new(search.nearest(&self.nearest(among, vectors)).await))
    }

    /// The same as [`Engine::search`] for a lookup, whose first round trip may have been made
    /// already; also whether a search of the past answered, where such are kept.
    ///
    /// # Errors
    /// As that.
    pub(crate) async fn search_or_reuse(
        &self,
        made: Option<&(Many, usize)>,
        set: &TenantSet,
        vector: &Vector,
        among: &Among<'_>,
    ) -> Result<(Vec<Found>, Option<bool>)> {
        if let Some(found) = self.search_of_the_past(set, vector, among) {
            return Ok((found, Some(true)));
        }
        let reused = self.near_misses.as_ref().map(|_| false);
        if let Some((many, place)) = made {
            // Whoever does not answer is not asked again for each question.
            let nearest = many.as_ref().as_ref().map_err(Error::share)?;
            if let Ok(Some(found)) = merged(set, of(nearest, *place), (vector, among)) {
                self.remember(nearest, *place, (vector, among));
                return Ok((found, reused));
            }
        }
        Ok((self.search(set, vector, among).await?, reused))
    }

    /// What was found elsewhere for nearly the same question, where it is what would be found now.
    fn search_of_the_past(
        &self,
        set: &TenantSet,
        vector: &Vector,
        among: &Among<'_>,
    ) -> Option<Vec<Found>> {
        let near_misses = self.near_misses.as_ref()?;
        near_misses.find(among, vector, self.clock.now(), |past| {
            let found = merged(set, (Some(past.stamp), Some(&past.near)), (vector, among));
            found.ok().flatten().filter(|found| near_misses.holds(past, vector, (found, among)))
        })
    }

    fn remember(&self, nearest: &Nearest, place: usize, (vector, among): (&Vector, &Among<'_>)) {
        if let (Some(near_misses), (Some(stamp), Some(near))) =
            (&self.near_misses, of(nearest, place))
        {
            near_misses.keep(among, vector, (stamp, near.clone()), self.clock.now());
        }
    }

    /// The one entry, however far from `vector` it is.
    ///
    /// # Errors
    /// Faults of the provider, where its vectors are elsewhere.
    pub(crate) async fn search_one(
        &self,
        set: &TenantSet,
        vector: &Vector,
        entry: &PublishedEntry,
    ) -> Result<Option<Found>> {
        if self.search.is_none() {
            return Ok(search_one_here(set, vector, entry));
        }
        let Some(held) = set.entry(&entry.id) else { return Ok(None) };
        // Equal texts have equal embeddings, so these are the ones that are searched.
        let made = self.embed(&[&held.content], &|_, _| ()).await?;
        let similarity = made.iter().flatten().map(|one| dot(vector, &one.vector));
        let similarity = similarity.max_by(f32::total_cmp);
        Ok(similarity.map(|similarity| Found { entry: Arc::clone(held), similarity }))
    }

    /// Fills what searches elsewhere with what a tenant serves.
    ///
    /// # Errors
    /// Faults of a search elsewhere; `overloaded` while another node publishes entries without
    /// vectors of this one's model, which it is to embed when it follows.
    pub(crate) async fn sync_search(
        &self,
        tenant: &TenantId,
        progress: Progress<'_>,
    ) -> Result<()> {
        let Some(search) = &self.search else { return Ok(()) };
        let count = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        let embedder = self.embeddings.embedder();
        let told = |done, all| progress(count(done), count(all));
        let (model, dimensions) = (embedder.model(), embedder.dimensions());
        let Filled { missing, .. } = search.sync(tenant, model, dimensions, &told).await?;
        if missing > 0 {
            let detail = format!("{missing} entries of `{tenant}` have no vectors of {model} yet");
            return Err(Error::new(Code::Overloaded, detail)
                .fix("try again; let all nodes of a database have the same embedding model"));
        }
        Ok(())
    }

    fn nearest(&self, among: &Among<'_>, vectors: Vec<Vector>) -> NearestQuery {
        NearestQuery {
            tenant: among.tenant.clone(),
            model: self.embeddings.embedder().model().clone(),
            filters: among.filters.clone(),
            in_force: among.in_force,
            k: among.depth + SPARE,
            vectors,
        }
    }
}

/// What a search over `set` finds, of what was found elsewhere and what changed since; none where
/// that cannot be told from it.
fn merged(
    set: &TenantSet,
    (stamp, near): (Option<EpochStamp>, Option<&Near>),
    (vector, among): (&Vector, &Among<'_>),
) -> Result<Option<Vec<Found>>> {
    let (Some(stamp), Some(near)) = (stamp, near) else { return Ok(None) };
    if stamp.epoch > set.epoch() {
        let detail = "the search knows later changes than this node";
        return Err(Error::new(Code::EpochMoved, detail).fix("ask again"));
    }
    if !set.journal.was_at(stamp) {
        return Ok(None);
    }
    let Some(since) = set.journal.after(stamp.epoch) else { return Ok(None) };
    // The last word on each entry that changed: its vectors, or none.
    let mut changed: HashMap<&EntryId, &[Vector]> = HashMap::new();
    for difference in since {
        match &difference.kind {
            DifferenceKind::Put { entry, vectors, .. } => changed.insert(&entry.id, vectors),
            DifferenceKind::Removed { id, .. } => changed.insert(id, &[]),
            // It is found as before.
            DifferenceKind::Held { .. } => None,
        };
    }
    // One more is for `but`.
    if changed.len() >= SPARE {
        return Ok(None);
    }
    // What is only supposed is searched here.
    let mut found = search_here(set, vector, among);
    let is_known = |id: &EntryId| !set.supposed().ids.contains(id);
    for NearEntry { id, version, vectors } in &near.entries {
        if changed.contains_key(id) || !is_known(id) {
            continue;
        }
        match set.entry(id) {
            Some(entry) if entry.version == *version && among.has(entry) => {
                found.extend(nearest_of(vector, vectors, entry));
            }
            Some(entry) if entry.version == *version => {}
            _ => return Ok(None),
        }
    }
    for (id, vectors) in changed {
        if let Some(entry) = set.entry(id).filter(|entry| is_known(id) && among.has(entry)) {
            found.extend(nearest_of(vector, vectors, entry));
        }
    }
    sort(&mut found);
    found.truncate(among.depth);
    Ok(Some(found))
}

/// What was found for one of the questions, and in which state.
fn of(nearest: &Nearest, place: usize) -> (Option<EpochStamp>, Option<&Near>) {
    (nearest.stamp, nearest.found.get(place))
}

/// An entry with its most similar phrasing; none where no similarity is a number.
fn nearest_of(vector: &Vector, vectors: &[Vector], entry: &Arc<PublishedEntry>) -> Option<Found> {
    let similarities = vectors.iter().map(|other| dot(vector, other));
    let similarity = similarities.filter(|one| one.is_finite()).max_by(f32::total_cmp)?;
    Some(Found { entry: Arc::clone(entry), similarity })
}
