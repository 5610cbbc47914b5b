use super::*;
use crate::canonical::Canonical;
use proptest::prelude::*;

use GuardKind::{Amount, Code, Date, Duration, LegalReference, Number, Percentage, Year};
use GuardOutcome::{Agree, Conflict, Extra, Missing};

/// Question, phrasings, answer, finding of each kind named.
type Case =
    (&'static str, &'static [&'static str], &'static str, &'static [(GuardKind, GuardOutcome)]);

const CHECKS: &[Case] = &[
    ("requisiti 2024", &["requisiti 2024"], "", &[(Year, Agree)]),
    ("requisiti 2023", &["requisiti 2024"], "vale dal 2023", &[(Year, Conflict)]),
    ("requisiti 2024", &["requisiti"], "Dal 2024 servono ...", &[(Year, Agree)]),
    ("requisiti 2024", &["requisiti"], "Servono ...", &[(Year, Missing)]),
    ("requisiti", &["requisiti 2024"], "", &[(Year, Extra)]),
    ("requisiti 2023 e 2024", &["requisiti 2024"], "", &[(Year, Missing)]),
    ("domanda nel 2024", &["domanda entro il 31/12/2024"], "", &[(Year, Agree)]),
    ("domanda il 31/12/2024", &["domanda nel 2023"], "", &[(Date, Conflict), (Year, Extra)]),
    ("scade il 31/12/2024", &["scade a dicembre 2024"], "", &[(Date, Agree)]),
    ("scade il 3 marzo", &["scade il 4 marzo 2024"], "", &[(Date, Conflict)]),
    ("iva al 10%", &["iva al 22 per cento"], "", &[(Percentage, Conflict)]),
    ("soglia 1.000 euro", &["soglia € 1000,00"], "", &[(Amount, Agree)]),
    ("soglia 1000", &["soglia 1000 euro"], "", &[(Number, Agree)]),
    ("soglia 1000 euro", &["soglia 1000 dollari"], "", &[(Amount, Conflict)]),
    ("isee 15.000", &["isee 50.000"], "", &[(Number, Conflict)]),
    ("preavviso di 48 ore", &["preavviso di due giorni"], "", &[(Duration, Agree)]),
    ("prova di 3 mesi", &["prova di 3 anni"], "", &[(Duration, Conflict)]),
    ("siamo in 8 dipendenti", &["aziende fino a 15 dipendenti"], "", &[(Number, Missing)]),
    ("oltre 50 dipendenti", &["oltre 15 dipendenti"], "", &[(Number, Conflict)]),
    ("livello B2", &["livello B1"], "", &[(Code, Conflict)]),
    ("il mio W2", &["il modello W-2"], "", &[(Code, Agree)]),
    ("attivare la 2FA", &["attivare in 5 minuti"], "", &[(Code, Missing), (Duration, Extra)]),
    ("risoluzione 63/2024", &["circolare 63/2024"], "", &[(LegalReference, Conflict)]),
    ("dlgs 81/08", &["decreto legislativo n. 81 del 2008"], "", &[(LegalReference, Agree)]),
    ("art. 18", &["art. 18 legge 300/1970"], "", &[(LegalReference, Agree)]),
    ("legge 300/1970", &["art. 18 legge 300/1970"], "", &[(LegalReference, Agree)]),
    ("art. 18 legge 300/1970", &["art. 7 legge 300/1970"], "", &[(LegalReference, Conflict)]),
    ("art. 7-ter", &["art. 7-bis"], "", &[(LegalReference, Conflict)]),
    ("art. 3 comma 2", &["art. 2 comma 3"], "", &[(LegalReference, Conflict)]),
    ("comma 2", &["art. 2"], "", &[(LegalReference, Missing)]),
    ("modello F24", &["art. 18 legge 300"], "", &[(LegalReference, Missing)]),
    ("Form 1040", &["Form 1041"], "", &[(LegalReference, Conflict)]),
    ("la 104", &["legge 104/1992"], "", &[(Number, Agree)]),
    ("art. 61 codice del consumo", &["art. 61 d.lgs. 206/2005"], "", &[(LegalReference, Agree)]),
    (
        "spetta art. 6",
        &["spetta"],
        "Riferimento: art. 6 D.Lgs. 22/2015",
        &[(LegalReference, Agree)],
    ),
];

#[test]
fn findings_about_values() {
    for (question, phrasings, answer, expected) in CHECKS {
        let entry = EntrySlots::new(phrasings.iter().copied(), [*answer]);
        let found: Vec<_> = check(&Slots::extract(question), &entry)
            .into_iter()
            .filter(|result| !result.kind.is_of_words())
            .map(|result| (result.kind, result.result))
            .collect();
        assert_eq!(found, *expected, "{question} | {phrasings:?} | {answer}");
    }
}

#[test]
fn numbers_refuse_in_short_questions_only() {
    let entry = EntrySlots::new(["preavviso con 5 anni di anzianità"], []);
    let short = Slots::extract("preavviso con 3 anni di anzianità");
    assert_eq!(strongest(&check(&short, &entry)), Effect::Refuse);
    let story = "ieri mattina parlando lungamente dentro ufficio grande direttore generale simpatico \
                 spiegava colleghi presenti regole complicate riguardanti preavviso dimissioni \
                 contratto collettivo commercio livello quarto";
    let long = Slots::extract(&format!("{story} con 3 anni"));
    assert!(long.content_words() > SHORT_QUESTION_WORDS);
    assert_eq!(strongest(&check(&long, &entry)), Effect::SuggestOnly);
}

#[track_caller]
fn check_self(text: &str) {
    let slots = Slots::extract(text);
    for result in check(&slots, &EntrySlots::new([text], [])) {
        assert_eq!(result.result, Agree, "{text:?} {result:?}");
        assert_eq!(result.effect, Effect::Explain, "{text:?} {result:?}");
    }
    let canonical = Canonical::of(text);
    assert_eq!(Slots::extract(canonical.as_str()), slots, "{text:?}");
}

#[test]
fn demo_questions_agree_with_themselves_and_their_canonical_form() {
    for line in include_str!("../../../../demo/queries.jsonl").lines() {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        check_self(row["query"].as_str().unwrap());
    }
}

proptest! {
    #[test]
    fn any_text_agrees_with_itself(text in any::<String>()) {
        check_self(&text);
    }

    #[test]
    fn any_words_agree_with_themselves(parts in prop::collection::vec(prop::sample::select(vec![
        "art.", "7-ter", "18", "comma", "c.", "2", "lett.", "a)", "legge", "l.", "n.", "del",
        "2024", "104/1992", "81/08", "12/E", "dlgs", "circolare", "inps", "gdpr", "cc", "form",
        "W-2", "quadro", "RW", "§", "61", "26", "usc", "31/12/2024", "marzo", "tre", "mesi",
        "two", "hundred", "and", "fifty", "per cento", "%", "€", "1.000", "k", "non", "senza",
        "mai", "not", "don't", "o", "no", "24/25", "2023-24", "5-10%", "fy24", "b2", "4°", "fino",
        "a", "under", "artt.", "e", "39-41", "bis", "direttiva", "2006/112/ce", "12:30",
    ]), 0..12)) {
        check_self(&parts.join(" "));
    }

    #[test]
    fn texts_of_lexicon_words_agree_with_themselves(
        parts in prop::collection::vec(prop::sample::select(LEXICON_WORDS.clone()), 0..8)
    ) {
        check_self(&parts.join(" "));
    }

    #[test]
    fn nothing_panics(question in any::<String>(), entry in any::<String>(),
        parts in prop::collection::vec(prop::sample::select(LEXICON_WORDS.clone()), 0..8),
        others in prop::collection::vec(prop::sample::select(LEXICON_WORDS.clone()), 0..8))
    {
        let question = Slots::extract(&format!("{question} {}", parts.join(" ")));
        let entry = EntrySlots::new([others.join(" ").as_str(), entry.as_str()], []);
        for result in check(&question, &entry) {
            prop_assert!(result.query_spans.iter().all(|span| span.start <= span.end));
            prop_assert!(result.entry_spans.iter().all(|span| span.phrasing < 2));
        }
    }
}

static LEXICON_WORDS: std::sync::LazyLock<Vec<String>> = std::sync::LazyLock::new(|| {
    let function_words = "da a dal al di il la per non se chi e from to the by of for not if and i";
    let plain = function_words.split(' ').map(str::to_owned);
    Lexicon::shipped().words().into_iter().chain(plain).collect()
});

/// What guards find in the demo's pairs, in one number: another as soon as a finding differs.
#[test]
fn the_version_is_raised_with_the_findings() {
    let mut hasher = blake3::Hasher::new();
    for line in include_str!("../../../../demo/pairs.jsonl").lines() {
        let pair: serde_json::Value = serde_json::from_str(line).unwrap();
        let [a, b] = ["a", "b"].map(|key| pair[key].as_str().unwrap());
        for (question, entry) in [(a, b), (b, a)] {
            let found = check(&Slots::extract(question), &EntrySlots::new([entry], []));
            hasher.update(format!("{found:?}").as_bytes());
        }
    }
    let found = hasher.finalize().to_hex()[..16].to_owned();
    let known = (4, "6b694c5da00abd08");
    assert_eq!((VERSION, found.as_str()), known, "raise guards::VERSION, then note both here");
}
