//! The words that tenants add to the lexicon: one file a tenant, named by it.

use std::ffi::OsStr;
use std::path::Path;

use goldenset_core::guards::Lexicon;
use goldenset_core::{Code, Error, Result, TenantId};

/// Reads `<tenant>.toml` for each tenant that has one in `folder`, in the order of their names.
/// Other files are left alone.
///
/// # Errors
/// `file_unreadable`; `bad_lexicon` naming the file and what is wrong in it, also where its words
/// contradict the shipped ones.
pub fn load(folder: &Path) -> Result<Vec<(TenantId, Lexicon)>> {
    let unreadable = |path: &Path, cause: std::io::Error| {
        Error::new(Code::FileUnreadable, format!("cannot read {}: {cause}", path.display()))
            .field("verifier.lexicons")
            .fix("check the path and the permissions")
            .cause(cause)
    };
    let files = std::fs::read_dir(folder).map_err(|cause| unreadable(folder, cause))?;
    let mut lexicons = Vec::new();
    for file in files {
        let path = file.map_err(|cause| unreadable(folder, cause))?.path();
        if path.extension() != Some(OsStr::new("toml")) {
            continue;
        }
        let located = |error: Error| {
            let field = error.field.as_deref().unwrap_or("the file").to_owned();
            error.field(format!("{}: {field}", path.display()))
        };
        let tenant = path.file_stem().unwrap_or_default().to_string_lossy();
        let tenant = TenantId::new(&*tenant).map_err(located)?;
        let text = std::fs::read_to_string(&path).map_err(|cause| unreadable(&path, cause))?;
        let lexicon = Lexicon::parse(&text).map_err(located)?;
        // Here the file is known; the engine would only know the tenant.
        Lexicon::shipped().extended_with(&lexicon).map_err(located)?;
        lexicons.push((tenant, lexicon));
    }
    lexicons.sort_by(|(a, _), (b, _)| a.cmp(b));
    Ok(lexicons)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SET: &str = "[[exclusive]]\nname = \"flavour\"\nen = [[\"vanilla\"], [\"pistachio\"]]\n";

    #[test]
    fn each_file_is_a_tenants() {
        let folder = tempfile::tempdir().unwrap();
        let write =
            |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        write("default.toml", SET);
        write("acme.toml", SET);
        write("README.md", "not a lexicon");
        let loaded = load(folder.path()).unwrap();
        let sizes: Vec<_> = loaded.iter().map(|(id, words)| (id.as_str(), words.len())).collect();
        assert_eq!(sizes, [("acme", 1), ("default", 1)]);
    }

    #[test]
    fn faults_name_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let check = |text: &str, code: Code| {
            std::fs::write(folder.path().join("acme.toml"), text).unwrap();
            let error = load(folder.path()).unwrap_err();
            assert_eq!(error.code, code, "{error}");
            assert!(error.field.as_deref().unwrap().contains("acme.toml"), "{error:?}");
            assert!(error.fix.is_some(), "{error:?}");
        };
        check("[[exclusive]]\nname = 5\n", Code::BadLexicon);
        // A word that the shipped set has on its other side.
        check(
            "[[exclusive]]\nname = \"enable_disable\"\nen = [[\"deactivate\"], [\"off\"]]\n",
            Code::BadLexicon,
        );
        let nowhere = load(&folder.path().join("none")).unwrap_err();
        assert_eq!(nowhere.code, Code::FileUnreadable);
    }
}
