//! Notes the commit that the program is built from, for reports that name it.

use std::path::Path;
use std::process::Command;

fn main() {
    let git = |arguments: &[&str]| {
        let told = Command::new("git").args(arguments).output().ok()?;
        let text = String::from_utf8(told.stdout).ok()?;
        (told.status.success() && !text.trim().is_empty()).then(|| text.trim().to_owned())
    };
    // The file that changes with each commit, so that nothing is built again without one.
    for name in ["HEAD", "logs/HEAD"] {
        if let Some(path) = git(&["rev-parse", "--git-path", name])
            && Path::new(&path).exists()
        {
            println!("cargo:rerun-if-changed={path}");
        }
    }
    println!("cargo:rerun-if-changed=build.rs");
    if let Some(commit) = git(&["rev-parse", "--short=12", "HEAD"]) {
        println!("cargo:rustc-env=GOLDENSET_COMMIT={commit}");
    }
}
