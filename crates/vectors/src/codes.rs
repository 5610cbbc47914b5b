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

use pulp::Arch;

use crate::kernel::{BLOCK, Packed};

/// Partial sums kept apart.
const LANES: usize = 8;

/// Step that rounds normally distributed numbers of deviation 1 to sixteen levels with the least
/// error. On embeddings of questions a quarter fewer rows are within the bound than with steps
/// that reach the largest number.
const STEP: f64 = 0.335;
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
}

impl Codes {
    /// Adds the code of `row`, which is as long as the centre.
    pub(crate) fn push(&mut self, row: &[f32], centre: &[f32]) {
        let first = self.packed.len();
        self.packed.resize(first + row.len().div_ceil(BLOCK), Packed::default());
        let row_length = length(row);
        let spread = row.iter().zip(centre).map(|(row, centre)| f64::from(row - centre).powi(2));
        let wide = STEP * (spread.sum::<f64>() / row.len() as f64).sqrt();
        if !is_coded(row_length) || !is_coded(wide) {
            return self.facts.push(Facts { step: 0.0, along: 0.0, error: f32::INFINITY });
        }
        let per_step = if wide > 0.0 { (1.0 / wide) as f32 } else { 0.0 };
        let (mut product, mut square) = (0.0, 0.0);
        for (packed, (row, centre)) in
            self.packed[first..].iter_mut().zip(row.chunks(BLOCK).zip(centre.chunks(BLOCK)))
        {
            let mut codes = [0; BLOCK];
            for (code, (row, centre)) in codes.iter_mut().zip(row.iter().zip(centre)) {
                // A cast from float to integer cuts off the fraction and what does not fit.
                *code = (((row - centre) * per_step + 8.0) as u8).min(15);
                let level = level(*code);
                product += level * (f64::from(*row) - f64::from(*centre));
                square += level * level;
            }
            *packed = Packed::of(&codes);
        }
        // Of all steps the one that these codes are nearest with.
        let step = (product / square) as f32;
        let (mut along, mut error) = (0.0, 0.0);
        for (packed, (row, centre)) in
            self.packed[first..].iter().zip(row.chunks(BLOCK).zip(centre.chunks(BLOCK)))
        {
            for (code, (row, centre)) in packed.codes().iter().zip(row.iter().zip(centre)) {
                let rest = f64::from(*row) - f64::from(*centre);
                along += rest * f64::from(*centre);
                error += (rest - level(*code) * f64::from(step)).powi(2);
            }
        }
        let code_length = square.sqrt() * f64::from(step.abs());
        self.longest_code = self.longest_code.max(at_least(code_length));
        self.longest_row = self.longest_row.max(at_least(row_length));
        let (along, error) = (along as f32, at_least(error.sqrt()));
        self.facts.push(Facts { step, along, error });
    }

    /// How many rows have one.
    pub(crate) fn len(&self) -> usize {
        self.facts.len()
    }
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
pub(crate) fn inner(a: &[f32], b: &[f32]) -> f64 {
    let mut sums = [0.0_f64; LANES];
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<LANES>(), b.as_chunks::<LANES>());
    for (a, b) in a.iter().zip(b) {
        for lane in 0..LANES {
            sums[lane] += f64::from(a[lane]) * f64::from(b[lane]);
        }
    }
    let rest = a_rest.iter().zip(b_rest).map(|(a, b)| f64::from(*a) * f64::from(*b));
    sums.iter().sum::<f64>() + rest.sum::<f64>()
}

/// The value as a number that is not smaller.
pub(crate) fn at_least(value: f64) -> f32 {
    (value as f32).next_up()
}
