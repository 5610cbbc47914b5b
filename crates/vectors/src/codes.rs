//! Rows in four bits a number, with a proof of how far each code is from its row.
//!
//! A row is a centre that it shares with others plus the rest, and the rest is rounded to sixteen
//! levels. With `q` a query and `p` what of it is left of the centre,
//!
//! ```text
//! q·row = q·centre + centre·rest + p·code + p·(rest - code)
//! ```
//!
//! The first product is of the query, the second is kept with the row, the third is one of small
//! integers, and the last is at most |p| |rest - code|. So the codes give a bound that no row is
//! above. The centre matters because vectors of one model have much in common: without it both
//! factors of the last product are twice as large.
//!
//! What a code is off may have a code of its own, of four bits a number too. With both the last
//! product is a fifth, so hardly a row is compared in vain.

use pulp::Arch;

use crate::kernel::{BLOCK, Packed};

/// Partial sums kept apart.
const LANES: usize = 8;

/// Step that rounds normally distributed numbers of deviation 1 to sixteen levels with the least
/// error. On embeddings of questions a quarter fewer rows are within the bound than with steps
/// that reach the largest number.
const STEP: f64 = 0.335;
/// The step of the second codes, in steps of the first. With a sixteenth they would reach half a step of
/// the first ones and leave what those cut off at the ends; with this they reach some of that too.
const FINER: f64 = 0.2;
/// Products of longer rows may leave the range of `f32`; such rows get no code.
const LONGEST: f64 = 1e15;

/// What there is to know of a row beside its code; together, because who looks at one row waits
/// for each piece of memory.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Facts {
    /// Width of a level.
    pub(crate) step: f32,
    /// Product of the centre with the rest.
    pub(crate) along: f32,
    /// Distance of the rest from its code, rounded up; infinite where there is no code.
    pub(crate) error: f32,
}

/// The same of the code of what a code is off.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FinerFacts {
    /// Width of a level.
    pub(crate) step: f32,
    /// What both codes are off, rounded up; infinite where there are none.
    pub(crate) error: f32,
}

/// Codes of what codes are off.
#[derive(Debug, Clone, Default)]
pub(crate) struct Finer {
    /// So many blocks a row as its length needs.
    pub(crate) packed: Vec<Packed>,
    /// Of the first rows, or of all.
    pub(crate) facts: Vec<FinerFacts>,
    /// No code is longer.
    pub(crate) longest_code: f32,
}

/// The codes of the rows of one chunk.
#[derive(Debug, Clone, Default)]
pub(crate) struct Codes {
    /// So many blocks a row as its length needs.
    pub(crate) packed: Vec<Packed>,
    pub(crate) facts: Vec<Facts>,
    /// No code is longer.
    pub(crate) longest_code: f32,
    /// No row with a code is longer.
    pub(crate) longest_row: f32,
    pub(crate) finer: Finer,
}

impl Codes {
    /// Adds the code of `row`, which is as long as the centre; `finer`: with one of what it is off,
    /// which no row has after one that has none.
    pub(crate) fn push(&mut self, row: &[f32], centre: &[f32], finer: bool) {
        // Compiled for wider instructions too.
        Arch::new().dispatch(
            #[inline(always)]
            || self.compiled(row, centre, finer),
        );
    }

    #[inline(always)]
    fn compiled(&mut self, row: &[f32], centre: &[f32], finer: bool) {
        let finer = finer && self.finer.facts.len() == self.facts.len();
        let row_length = inner(row, row).sqrt();
        let mut rest: Vec<f64> =
            row.iter().zip(centre).map(|(row, at)| f64::from(*row) - f64::from(*at)).collect();
        let along = inner(&rest, centre);
        let wide = STEP * (inner(&rest, &rest) / row.len() as f64).sqrt();
        let is_coded = is_coded(row_length) && is_coded(wide);
        let blocks = row.len().div_ceil(BLOCK);
        let mut code = |packed: &mut Vec<Packed>, step| match is_coded {
            true => encode(&mut rest, step, packed),
            false => {
                packed.resize(packed.len() + blocks, Packed::default());
                Coded { step: 0.0, length: 0.0, error: f32::INFINITY }
            }
        };
        let Coded { step, length, error } = code(&mut self.packed, wide);
        let along = if is_coded { along as f32 } else { 0.0 };
        self.facts.push(Facts { step, along, error });
        self.longest_code = self.longest_code.max(length);
        if is_coded {
            self.longest_row = self.longest_row.max(at_least(row_length));
        }
        if finer {
            let Coded { step, length, error } = code(&mut self.finer.packed, wide * FINER);
            self.finer.facts.push(FinerFacts { step, error });
            self.finer.longest_code = self.finer.longest_code.max(length);
        }
    }

    /// How many rows have one.
    pub(crate) fn len(&self) -> usize {
        self.facts.len()
    }
}

/// What there is to know of a code.
struct Coded {
    step: f32,
    /// Of the code, rounded up.
    length: f32,
    /// Of what it is off, rounded up.
    error: f32,
}

/// Adds the code of `values` with levels of about this width, and takes away what it stands for.
#[inline(always)]
fn encode(values: &mut [f64], wide: f64, packed: &mut Vec<Packed>) -> Coded {
    let per_step = if wide > 0.0 { wide.recip() } else { 0.0 };
    let mut levels = Vec::with_capacity(values.len());
    for values in values.chunks(BLOCK) {
        let mut codes = [0; BLOCK];
        for (code, value) in codes.iter_mut().zip(values) {
            // A cast from float to integer cuts off the fraction and what does not fit.
            *code = ((value * per_step + 8.0) as u8).min(15);
        }
        levels.extend(codes[..values.len()].iter().map(|code| level(*code)));
        packed.push(Packed::of(&codes));
    }
    // Of all steps the one that these codes are nearest with.
    let square = inner(&levels, &levels);
    let step = (inner(&levels, values) / square) as f32;
    for (value, level) in values.iter_mut().zip(&levels) {
        *value -= level * f64::from(step);
    }
    let length = at_least(square.sqrt() * f64::from(step.abs()));
    Coded { step, length, error: at_least(inner(values, values).sqrt()) }
}

/// Whether vectors of this length fit: not a number is no length either.
pub(crate) fn is_coded(length: f64) -> bool {
    length < LONGEST
}

/// What a code stands for, in steps.
fn level(code: u8) -> f64 {
    f64::from(code) - 7.5
}

/// Euclidean length.
pub(crate) fn length(values: &[f32]) -> f64 {
    Arch::new().dispatch(
        #[inline(always)]
        || inner(values, values).sqrt(),
    )
}

/// Inner product in sums side by side, for the compiler to use whole registers.
#[inline(always)]
pub(crate) fn inner<A: Copy + Into<f64>, B: Copy + Into<f64>>(a: &[A], b: &[B]) -> f64 {
    let mut sums = [0.0_f64; LANES];
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<LANES>(), b.as_chunks::<LANES>());
    for (a, b) in a.iter().zip(b) {
        for lane in 0..LANES {
            sums[lane] += a[lane].into() * b[lane].into();
        }
    }
    let rest = a_rest.iter().zip(b_rest).map(|(a, b)| (*a).into() * (*b).into());
    sums.iter().sum::<f64>() + rest.sum::<f64>()
}

/// The value as a number that is not smaller.
pub(crate) fn at_least(value: f64) -> f32 {
    (value as f32).next_up()
}
