//! The `goldenset` program.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// Not in the library: whoever embeds goldenset chooses an allocator.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    goldenset::cli::main()
}
