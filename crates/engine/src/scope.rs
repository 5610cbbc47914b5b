//! What a lookup may see, and which thresholds apply: the caller's wishes, checked and completed.

mod kb_epoch;

use goldenset_core::{Code, EntryContent, Error, Result, TenantId};
use jiff::civil::Date;

pub use goldenset_core::Filters;
pub use kb_epoch::{ANY_TOPIC, KbEpoch, KbEpochs, KnownUntil, MAX_TOPICS};

/// Most results that a caller may ask for.
pub const MAX_RESULTS: usize = 100;
/// Most values of one filter, and most superseded tags.
pub const MAX_FILTER_VALUES: usize = 100;

/// What a caller may ask for; what is `None` gets the configured default.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Whose golden set.
    pub tenant: Option<TenantId>,
    /// Least similarity of a listed candidate, 0 to 1.
    pub min_similarity: Option<f64>,
    /// Most candidates listed, 1 to [`MAX_RESULTS`].
    pub max_results: Option<usize>,
    /// Which entries count.
    pub filters: Filters,
    /// The day that the question is about.
    pub as_of: Option<Date>,
    /// How new the caller's knowledge base is.
    pub kb_epoch: Option<KbEpochs>,
    /// Tags that mark what the caller knows to be superseded.
    pub superseded_tags: Vec<String>,
}

/// Defaults of [`Options`].
#[derive(Debug, Clone, Copy)]
pub struct Defaults {
    /// See [`Options::min_similarity`].
    pub min_similarity: f64,
    /// See [`Options::max_results`].
    pub max_results: usize,
}

/// Checked and complete: everything beside the question that a result depends on.
#[derive(Debug, Clone)]
pub struct Scope {
    /// Whose golden set.
    pub tenant: TenantId,
    /// Least similarity of a listed candidate.
    pub min_similarity: f64,
    /// Most candidates listed.
    pub max_results: usize,
    /// Which entries count.
    pub filters: Filters,
    /// The day on which entries must be in force.
    pub day: Date,
    /// Whether that is today because the caller named no day: at midnight it is the next one.
    pub follows_today: bool,
    /// The day that it is, by which reviews are due.
    pub today: Date,
    /// How new the caller's knowledge base is.
    pub kb_epoch: KnownUntil,
    /// Entries that carry one of these tags are context at best; in order, each once.
    pub superseded_tags: Vec<String>,
}

impl Scope {
    /// Checks `options` and fills in what they leave open.
    ///
    /// # Errors
    /// `threshold_out_of_range`, `invalid_field`, `too_many`, each naming its field.
    pub fn resolve(options: Options, defaults: &Defaults, today: Date) -> Result<Self> {
        let min_similarity = options.min_similarity.unwrap_or(defaults.min_similarity);
        check_threshold("min_similarity", min_similarity)?;
        let max_results = options.max_results.unwrap_or(defaults.max_results);
        if !(1..=MAX_RESULTS).contains(&max_results) {
            return Err(Error::new(Code::InvalidField, format!("max_results is {max_results}"))
                .field("max_results")
                .fix("give a whole number from 1 to 100"));
        }
        let filters = options.filters;
        for (name, values) in
            [("category", &filters.category), ("tags", &filters.tags), ("lang", &filters.lang)]
        {
            if values.len() > MAX_FILTER_VALUES {
                let detail = format!("filters.{name} has {} values", values.len());
                return Err(Error::new(Code::TooMany, detail)
                    .field(format!("filters.{name}"))
                    .fix("give at most 100 values"));
            }
        }
        let mut superseded_tags = options.superseded_tags;
        if superseded_tags.len() > MAX_FILTER_VALUES {
            let detail = format!("superseded_tags has {} values", superseded_tags.len());
            return Err(Error::new(Code::TooMany, detail)
                .field("superseded_tags")
                .fix("give at most 100 values"));
        }
        superseded_tags.sort_unstable();
        superseded_tags.dedup();
        Ok(Self {
            tenant: options.tenant.unwrap_or_default(),
            min_similarity,
            max_results,
            filters: filters.normalised(),
            day: options.as_of.unwrap_or(today),
            follows_today: options.as_of.is_none(),
            today,
            kb_epoch: KnownUntil::resolve(options.kb_epoch)?,
            superseded_tags,
        })
    }

    /// Whether an entry may be found at all.
    #[must_use]
    pub fn allows(&self, content: &EntryContent) -> bool {
        content.validity.contains(self.day) && self.filters.allow(content)
    }
}

/// Refuses what is not a number from 0 to 1.
///
/// # Errors
/// `threshold_out_of_range` naming the field.
pub fn check_threshold(field: &'static str, value: f64) -> Result<()> {
    // NaN is in no range.
    if (0.0..=1.0).contains(&value) {
        return Ok(());
    }
    Err(Error::new(Code::ThresholdOutOfRange, format!("{field} is {value}"))
        .field(field)
        .fix("give a number from 0 to 1"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    const DEFAULTS: Defaults = Defaults { min_similarity: 0.85, max_results: 10 };

    fn resolve(options: Options) -> Result<Scope> {
        Scope::resolve(options, &DEFAULTS, date(2024, 5, 1))
    }

    #[test]
    fn zero_is_a_threshold_and_nan_is_none() {
        let zero = Options { min_similarity: Some(0.0), ..Options::default() };
        assert_eq!(resolve(zero).unwrap().min_similarity, 0.0);
        for bad in [f64::NAN, f64::INFINITY, -0.1, 1.000_001] {
            let options = Options { min_similarity: Some(bad), ..Options::default() };
            assert_eq!(resolve(options).unwrap_err().code, Code::ThresholdOutOfRange, "{bad}");
        }
    }

    #[test]
    fn limits_are_checked() {
        for bad in [0, 101] {
            let options = Options { max_results: Some(bad), ..Options::default() };
            assert_eq!(resolve(options).unwrap_err().field.unwrap(), "max_results");
        }
        let filters = Filters { tags: vec!["x".into(); 101], ..Filters::default() };
        let error = resolve(Options { filters, ..Options::default() }).unwrap_err();
        assert_eq!((error.code, error.field.unwrap().as_str()), (Code::TooMany, "filters.tags"));
        let superseded_tags = vec!["x".into(); 101];
        let error = resolve(Options { superseded_tags, ..Options::default() }).unwrap_err();
        assert_eq!((error.code, error.field.unwrap().as_str()), (Code::TooMany, "superseded_tags"));
    }
}
