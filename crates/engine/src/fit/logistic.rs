//! Logistic regression by Newton's method (iteratively reweighted least squares; Hastie,
//! Tibshirani, Friedman: The Elements of Statistical Learning, 2nd ed., 4.4.1).

use goldenset_core::verifier::{Features, Logistic};
use goldenset_core::{Code, Error, Result};

/// Fewest rows of either label that a fit is made on.
const FEWEST: usize = 50;
/// Weight of the penalty on squared coefficients: keeps coefficients finite where the rows can
/// be separated, and is too small to matter elsewhere.
const PENALTY: f64 = 1e-3;
/// Steps after which Newton's method has long converged.
const STEPS: usize = 100;
/// Change of the coefficients below which it has converged.
const TOLERANCE: f64 = 1e-10;

/// Features, the label, and how much the row counts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row<const N: usize> {
    pub(super) features: Features<N>,
    pub(super) yes: bool,
    pub(super) weight: f64,
}

/// Fits the rows.
pub(super) fn fit<const N: usize>(rows: &[Row<N>], names: &[&str; N]) -> Result<Logistic> {
    let yes = rows.iter().filter(|row| row.yes).count();
    if yes < FEWEST || rows.len() - yes < FEWEST {
        let detail = format!("{yes} rows are the same and {} are not", rows.len() - yes);
        return Err(Error::new(Code::BadRows, detail)
            .fix("give at least 50 pairs of either label that no guard refuses"));
    }
    // The last column is the intercept.
    let width = N + 1;
    let column = |row: &Row<N>, place: usize| row.features.get(place).copied().unwrap_or(1.0);
    let mut weights = vec![0.0; width];
    for _ in 0..STEPS {
        let mut gradient: Vec<f64> = weights.iter().map(|w| -PENALTY * w).collect();
        let mut hessian = vec![vec![0.0; width]; width];
        for (place, row) in hessian.iter_mut().enumerate() {
            row[place] = PENALTY;
        }
        for row in rows {
            let log_odds: f64 = (0..width).map(|i| weights[i] * column(row, i)).sum();
            let p = 1.0 / (1.0 + (-log_odds).exp());
            let error = row.weight * (f64::from(u8::from(row.yes)) - p);
            for (i, (slope, curvature)) in gradient.iter_mut().zip(&mut hessian).enumerate() {
                *slope += error * column(row, i);
                for (j, value) in curvature.iter_mut().enumerate() {
                    *value += row.weight * p * (1.0 - p) * column(row, i) * column(row, j);
                }
            }
        }
        let step = solve(hessian, gradient)?;
        for (weight, step) in weights.iter_mut().zip(&step) {
            *weight += step;
        }
        if step.iter().all(|step| step.abs() < TOLERANCE) {
            break;
        }
    }
    let intercept = weights.pop().unwrap_or_default();
    let features = names.iter().map(ToString::to_string).collect();
    Ok(Logistic { features, coefficients: weights, intercept })
}

/// Solves `matrix × x = right` by Gaussian elimination with partial pivoting.
fn solve(mut matrix: Vec<Vec<f64>>, mut right: Vec<f64>) -> Result<Vec<f64>> {
    let size = right.len();
    for column in 0..size {
        let pivot = (column..size)
            .max_by(|a, b| matrix[*a][column].abs().total_cmp(&matrix[*b][column].abs()))
            .unwrap_or(column);
        matrix.swap(column, pivot);
        right.swap(column, pivot);
        let head = matrix[column][column];
        if !head.is_finite() || head.abs() < f64::MIN_POSITIVE {
            return Err(Error::new(
                Code::BadRows,
                "the features of the rows do not vary enough to fit",
            ));
        }
        let (above, below) = matrix.split_at_mut(column + 1);
        for (row, line) in below.iter_mut().enumerate() {
            let factor = line[column] / head;
            for (value, pivot) in line.iter_mut().zip(&above[column]) {
                *value -= factor * pivot;
            }
            right[column + 1 + row] -= factor * right[column];
        }
    }
    for row in (0..size).rev() {
        let known: f64 = (row + 1..size).map(|i| matrix[row][i] * right[i]).sum();
        right[row] = (right[row] - known) / matrix[row][row];
    }
    Ok(right)
}

/// Share of yes among the rows over the mean probability that the fit gives them: what a guard
/// that fired on them leaves of the probability. 0 without rows: nothing known is nothing served.
pub(super) fn factor<const N: usize>(rows: impl Iterator<Item = Row<N>>, fitted: &Logistic) -> f64 {
    let (mut yes, mut expected) = (0.0, 0.0);
    for row in rows {
        yes += row.weight * f64::from(u8::from(row.yes));
        expected += row.weight * fitted.probability(&row.features);
    }
    if expected > 0.0 { f64::min(yes / expected, 1.0) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows whose share of yes is exactly that of a known model, by counting.
    fn rows() -> Vec<Row<1>> {
        let mut rows = Vec::new();
        for (value, yes, no) in [(0.0, 20, 80), (1.0, 50, 50), (2.0, 80, 20)] {
            rows.extend(std::iter::repeat_n(
                Row { features: [value], yes: true, weight: 0.5 },
                yes,
            ));
            rows.extend(std::iter::repeat_n(
                Row { features: [value], yes: false, weight: 0.5 },
                no,
            ));
        }
        rows
    }

    #[test]
    fn finds_the_model_behind_the_rows() {
        let fitted = fit(&rows(), &["x"]).unwrap();
        // log-odds -ln 4, 0, ln 4 at 0, 1, 2.
        assert!((fitted.coefficients[0] - 4f64.ln()).abs() < 1e-3, "{fitted:?}");
        assert!((fitted.intercept + 4f64.ln()).abs() < 1e-3, "{fitted:?}");
    }

    #[test]
    fn too_little_is_an_error() {
        assert_eq!(fit(&rows()[..60], &["x"]).unwrap_err().code, Code::BadRows);
    }
}
