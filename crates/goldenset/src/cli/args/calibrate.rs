//! What `calibrate` takes.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use goldenset_engine::calibrate;

use super::Set;

/// See [`super::Command::Calibrate`].
#[derive(Debug, Args)]
pub struct Calibrate {
    /// What else there is to do.
    #[command(subcommand)]
    pub command: Option<CalibrateCommand>,
    /// Labelled questions, JSONL; `-` for standard input
    #[arg(long, value_name = "FILE", required = true)]
    pub queries: Option<PathBuf>,
    /// Largest share of wrong answers among served ones, more than 0, less than 1
    #[arg(long, value_name = "SHARE", default_value_t = 0.02)]
    pub max_served_error: f64,
    /// How sure that is to be, more than 0, less than 1
    #[arg(long, value_name = "SHARE", default_value_t = 0.9)]
    pub confidence: f64,
    /// How scores are mapped to probabilities
    #[arg(long, default_value = "auto")]
    pub method: ScoreMethod,
    /// Give large categories thresholds of their own; each then needs more labels
    #[arg(long)]
    pub per_category: bool,
    /// Calibrate and tell, store nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub set: Set,
}

/// How scores are mapped to probabilities.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum ScoreMethod {
    /// Isotonic regression from a thousand labels for fitting on, else Platt scaling
    Auto,
    /// Platt scaling
    Platt,
    /// Isotonic regression
    Isotonic,
}

impl From<ScoreMethod> for calibrate::Method {
    fn from(method: ScoreMethod) -> Self {
        match method {
            ScoreMethod::Auto => Self::Auto,
            ScoreMethod::Platt => Self::Platt,
            ScoreMethod::Isotonic => Self::Isotonic,
        }
    }
}

/// What else `calibrate` does.
#[derive(Debug, Subcommand)]
pub enum CalibrateCommand {
    /// Show which calibration is in force, and all that were stored; exit code 1 when none is
    Status(CalibrationOf),
    /// Go back to the calibration before; again for the one before that, at last to none
    Undo(CalibrationOf),
}

/// Whose calibrations.
#[derive(Debug, Args)]
pub struct CalibrationOf {
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub set: Set,
}
