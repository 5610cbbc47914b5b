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
    let EntryContent { question, alternatives, answer, references, category, tags, lang, validity } =
        content;
    text(question);
    text(answer);
    for list in [alternatives, references, tags] {
        text(&list.len().to_string());
        list.iter().for_each(|item| text(item));
    }
    let days =
        [validity.valid_from, validity.valid_until].map(|day| day.map(|day| day.to_string()));
    for option in [category, lang].into_iter().chain(&days) {
        match option {
            Some(value) => {
                text("some");
                text(value);
            }
            None => text("none"),
        }
    }
    *hasher.finalize().as_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use goldenset_core::Validity;
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
        ];
        let distinct: std::collections::HashSet<_> = hashes.iter().collect();
        assert_eq!(distinct.len(), hashes.len());
    }
}
