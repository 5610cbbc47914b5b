//! Who judges the candidates of which tenant.

use std::collections::HashMap;
use std::sync::Arc;

use goldenset_core::guards::Lexicon;
use goldenset_core::verifier::Verifier;
use goldenset_core::{ModelId, Result, TenantId};

use crate::cache::JudgeId;

/// A verifier with the identity of all that its verdicts and the decisions on them depend on.
#[derive(Debug)]
pub(crate) struct Judge {
    pub(crate) verifier: Verifier,
    pub(crate) id: JudgeId,
}

/// The judge of each tenant: one for all, but for tenants with words of their own.
#[derive(Debug)]
pub(crate) struct Judges {
    default: Arc<Judge>,
    own: HashMap<TenantId, Arc<Judge>>,
}

impl Judges {
    /// # Errors
    /// `bad_lexicon` when a tenant's words contradict the shipped ones.
    pub(crate) fn new(
        verifier: Verifier,
        lexicons: Vec<(TenantId, Lexicon)>,
        model: &ModelId,
        serve_threshold: f64,
    ) -> Result<Self> {
        let judge = |verifier: Verifier| {
            let id = JudgeId::new(model, verifier.id(), serve_threshold);
            Arc::new(Judge { verifier, id })
        };
        let own = lexicons.into_iter().map(|(tenant, lexicon)| {
            let lexicon = Lexicon::shipped().extended_with(&lexicon)?;
            Ok((tenant, judge(verifier.clone().with_lexicon(Arc::new(lexicon)))))
        });
        Ok(Self { own: own.collect::<Result<_>>()?, default: judge(verifier) })
    }

    /// The judge of a tenant.
    pub(crate) fn of(&self, tenant: &TenantId) -> &Arc<Judge> {
        self.own.get(tenant).unwrap_or(&self.default)
    }

    /// The judge of texts that belong to no tenant.
    pub(crate) fn default(&self) -> &Judge {
        &self.default
    }
}
