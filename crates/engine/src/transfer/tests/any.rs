//! Any set survives export and import, and no file breaks the reader.

use proptest::prelude::*;

use super::*;

/// Text that is not blank, of all Unicode and of what the formats give a meaning to.
fn text() -> impl Strategy<Value = String> {
    let special = prop::sample::select(
        [
            '"', ',', ';', '\n', '\r', '[', ']', ' ', '\t', '\\', '=', '\u{feff}', '\u{2028}',
            '\u{85}', '\u{301}', '\u{202e}', '\u{1}', '😀', 'è', 'a', '0',
        ]
        .to_vec(),
    );
    let one = prop_oneof![4 => special, 1 => any::<char>().prop_filter("NUL", |c| *c != '\0')];
    prop::collection::vec(one, 1..12)
        .prop_map(String::from_iter)
        .prop_filter("blank", |text| !text.trim().is_empty())
}

fn day() -> impl Strategy<Value = Option<Date>> {
    prop::option::of(
        (-9999i16..=9999, 1i8..=12, 1i8..=28).prop_map(|(y, m, d)| Date::constant(y, m, d)),
    )
}

/// Texts alone as often as all are, so that both forms of a CSV cell occur.
fn reference() -> impl Strategy<Value = Reference> {
    let more = || prop_oneof![3 => Just(None), 1 => text().prop_map(Some)];
    (text(), more(), more()).prop_map(|(text, document, version)| Reference {
        text,
        document,
        version,
    })
}

fn content() -> impl Strategy<Value = EntryContent> {
    let list = || prop::collection::vec(text(), 0..4);
    let optional = || prop::option::of(text());
    let references = || prop::collection::vec(reference(), 0..4);
    let days = (day(), day(), day());
    (text(), list(), text(), references(), optional(), list(), optional(), days)
        .prop_map(
            |(
                question,
                alternatives,
                answer,
                references,
                category,
                tags,
                lang,
                (a, b, review_by),
            )| {
                let (valid_from, valid_until) =
                    if matches!((a, b), (Some(a), Some(b)) if a > b) { (b, a) } else { (a, b) };
                EntryContent {
                    question,
                    alternatives,
                    answer,
                    references,
                    category,
                    tags,
                    lang,
                    validity: Validity { valid_from, valid_until },
                    review_by,
                }
            },
        )
        .prop_filter("must be storable", |content| content.faults().is_empty())
}

proptest! {
    #[test]
    fn export_then_import_is_the_same_set(
        contents in prop::collection::vec((text(), content()), 0..5),
    ) {
        let rows: std::collections::BTreeMap<_, _> = contents
            .into_iter()
            .filter_map(|(id, content)| Some((EntryId::new(id).ok()?, content)))
            .collect();
        let rows: Vec<_> = rows.into_iter().collect();
        for format in Format::ALL {
            let file = written(format, rows.iter().rev());
            let again = read_text(format, Reading::default(), &file);
            prop_assert_eq!(shown(&again), [""; 0]);
            prop_assert_eq!(&again.rows, &rows);
            prop_assert_eq!(written(format, &again.rows), file);
        }
    }

    #[test]
    fn no_file_breaks_the_reader(
        parts in prop::collection::vec(prop_oneof![
            text().prop_map(String::into_bytes),
            prop::collection::vec(any::<u8>(), 0..5),
            Just(b"id,question,answer\n".to_vec()),
            Just(b"a,b,c\n".to_vec()),
            Just(b"{\"id\":\"a\",\"question\":\"q\",\"answer\":\"a\"}\n".to_vec()),
        ], 0..8),
        lenient: bool,
    ) {
        let file = parts.concat();
        let reading = if lenient { Reading::LENIENT } else { Reading::default() };
        for format in Format::ALL {
            let import = read_text(format, reading, &file);
            prop_assert!(import.rows.len() as u64 <= import.total);
            for fault in &import.faults {
                prop_assert!(1 <= fault.line && fault.line <= import.lines.max(1), "{fault}");
            }
            for (_, content) in &import.rows {
                prop_assert!(lenient || content.faults().is_empty());
            }
        }
    }
}
