//! One hash for all that a version says.

use goldenset_core::EntryContent;

/// Hash of every field of `content`. Different hashes prove different contents; equal hashes are
/// only a reason to compare them. Stored, so the encoding must stay as it is: a change of it makes
/// every next save look new.
pub(crate) fn content_hash(content: &EntryContent) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_derive_key("goldenset 2026 entry content 1");
    // Lengths go first, so that no two contents run together into the same bytes.
    let mut text = |value: &str| {
        hasher.update(&(value.len() as u64).to_le_bytes());
        hasher.update(value.as_bytes());
    };
    let EntryContent {
        question,
        alternatives,
        answer,
        references,
        category,
        tags,
        lang,
        validity,
        review_by,
    } = content;
    text(question);
    text(answer);
    let shown: Vec<_> = references.iter().map(|reference| reference.text.clone()).collect();
    for list in [alternatives, &shown, tags] {
        text(&list.len().to_string());
        list.iter().for_each(|item| text(item));
    }
    let days =
        [validity.valid_from, validity.valid_until].map(|day| day.map(|day| day.to_string()));
    let option = |value: Option<&str>, text: &mut dyn FnMut(&str)| match value {
        Some(value) => {
            text("some");
            text(value);
        }
        None => text("none"),
    };
    for value in [category, lang].into_iter().chain(&days) {
        option(value.as_deref(), &mut text);
    }
    // What came later goes last and only where it is: all that was written before hashes as it did.
    for (place, reference) in references.iter().enumerate().filter(|(_, one)| !one.is_plain()) {
        text("reference");
        text(&place.to_string());
        option(reference.document.as_deref(), &mut text);
        option(reference.version.as_deref(), &mut text);
    }
    if let Some(day) = review_by {
        text("review by");
        text(&day.to_string());
    }
    *hasher.finalize().as_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use goldenset_core::{Reference, Validity};
    use jiff::civil::date;

    #[test]
    fn every_field_counts() {
        let base = EntryContent {
            question: "q".into(),
            alternatives: vec!["a".into(), "b".into()],
            answer: "x".into(),
            references: vec![],
            category: None,
            tags: vec![],
            lang: None,
            validity: Validity::default(),
            review_by: None,
        };
        let of = |document: Option<&str>, version: Option<&str>| Reference {
            text: "r".into(),
            document: document.map(str::to_owned),
            version: version.map(str::to_owned),
        };
        let change = |edit: &dyn Fn(&mut EntryContent)| {
            let mut content = base.clone();
            edit(&mut content);
            content_hash(&content)
        };
        let hashes = [
            content_hash(&base),
            change(&|c| c.question = "Q".into()),
            change(&|c| c.answer = "X".into()),
            change(&|c| c.alternatives = vec!["ab".into()]),
            change(&|c| c.alternatives = vec!["b".into(), "a".into()]),
            change(&|c| c.references = vec!["r".into()]),
            change(&|c| c.tags = vec!["r".into()]),
            change(&|c| c.category = Some("r".into())),
            change(&|c| c.category = Some(String::new())),
            change(&|c| c.lang = Some("r".into())),
            change(&|c| c.validity.valid_from = Some(date(2024, 1, 1))),
            change(&|c| c.validity.valid_until = Some(date(2024, 1, 1))),
            change(&|c| c.review_by = Some(date(2024, 1, 1))),
            change(&|c| c.references = vec![of(Some("d"), None)]),
            change(&|c| c.references = vec![of(None, Some("d"))]),
            change(&|c| c.references = vec![of(Some("d"), Some("v"))]),
            change(&|c| c.references = vec![of(Some("d"), None), "r".into()]),
            change(&|c| c.references = vec!["r".into(), of(Some("d"), None)]),
        ];
        let distinct: std::collections::HashSet<_> = hashes.iter().collect();
        assert_eq!(distinct.len(), hashes.len());
        // As it was before references had documents and entries had review dates.
        let written = change(&|c| {
            c.references = vec!["art. 1".into(), "art. 2".into()];
            c.tags = vec!["t".into()];
            c.lang = Some("it".into());
            c.validity.valid_until = Some(date(2024, 1, 1));
        });
        let hex: String = written.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, "424bc479e6daa78c77231eac6fa8b97a2cfd113835f91ceff60e6577ea777cff");
    }
}
