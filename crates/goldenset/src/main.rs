//! The `goldenset` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    goldenset::cli::main()
}
