use super::*;
use proptest::prelude::*;

/// Each line: spellings of one question, all with the form that comes first.
const EQUAL: &[(&str, &[&str])] = &[
    (
        "quanto spetta",
        &["Quanto spetta?", "  quanto\tSPETTA ?!", "«Quanto spetta»", "quanto: spetta…"],
    ),
    ("22%", &["22 %", "22%", "22 per cento", "22 percento", "22 percent", "22 per cent", "22,0%"]),
    (
        "1000 eur",
        &[
            "1.000,00 €",
            "€ 1.000",
            "1000 euro",
            "1,000.00 EUR",
            "EUR 1000",
            "€1000",
            "1000€",
            "1'000 euro",
            "1\u{a0}000 euro",
            "1\u{202f}000\u{a0}€",
            "1000 euros",
            "1000,00 Euro",
        ],
    ),
    ("1000 usd", &["$1,000", "1000 dollars", "USD 1000", "1.000 dollari", "$ 1000.00"]),
    ("1000 gbp", &["£1,000", "1000 pounds", "1.000 sterline", "GBP 1,000"]),
    ("50000 gbp", &["£50k", "£50,000", "50k pounds"]),
    ("7500000 eur", &["7,5 milioni di euro", "7.5 mln euro", "€ 7.500.000"]),
    ("-5 eur", &["-5 euro", "€ -5", "−5 €"]),
    (
        "2024-12-31",
        &[
            "31/12/2024",
            "31-12-2024",
            "31.12.2024",
            "31 dicembre 2024",
            "31 dic. 2024",
            "2024-12-31",
            "December 31, 2024",
            "31st December 2024",
            "Dec 31 2024",
            "12/31/2024",
            "31/12/24",
            "31 Dicembre '24",
            "31st of December, 2024",
            "December 31st, 2024",
        ],
    ),
    (
        "2024-01-01",
        &[
            "1° gennaio 2024",
            "1 gennaio 2024",
            "primo gennaio 2024",
            "01/01/2024",
            "1º gennaio 2024",
        ],
    ),
    ("2024-02-03", &["3/2/2024", "03/02/2024", "3 febbraio 2024", "Feb 3, 2024"]),
    ("marzo 2024", &["marzo 2024", "Mar. 2024"]),
    ("december 2024", &["December 2024", "Dec 2024", "dec. 2024"]),
    ("1 marzo", &["1° marzo", "primo marzo", "1 mar.", "01 marzo"]),
    ("5 march", &["March 5", "5th March", "March 5th", "5th of March", "5 March"]),
    ("1000", &["1.000", "1,000", "1\u{a0}000", "1'000", "1000,00", "1’000", "１０００"]),
    ("13.5", &["13,5", "13.5", "13,50"]),
    ("1000.5", &["1.000,50", "1,000.5", "1000.50"]),
    ("nel 2023", &["nel '23", "nel 2023", "Nel ’23"]),
    (
        "dlgs 81/2008",
        &["D.Lgs. 81/2008", "d.lgs. 81/2008", "D. Lgs. 81/2008", "DLGS 81/2008", "d.lgs.81/2008"],
    ),
    ("dpr 633/1972", &["D.P.R. 633/1972", "DPR 633/1972", "D. P. R. 633/1972"]),
    ("art 7-ter", &["art. 7-ter", "articolo 7-ter", "Art. 7‑ter", "Article 7-ter", "ART.7-ter"]),
    ("artt 16 e 20", &["artt. 16 e 20", "articoli 16 e 20"]),
    ("art 2119 cc", &["art. 2119 c.c.", "art. 2119 cc", "articolo 2119 C. C."]),
    ("us", &["U.S.", "US", "u. s."]),
    ("n 5", &["n. 5", "n° 5", "nr 5", "nr. 5", "no. 5", "N.5", "n°5", "№ 5"]),
    ("4°", &["4°", "4º", "4ª"]),
    ("dell'inps", &["dell'INPS", "dell’inps", "DELL´INPS"]),
    (
        "perché non è più così",
        &["perche' non e' piu' cosi'", "perchè non è piú cosí?", "Perché non È più così"],
    ),
    ("la città può", &["la citta' puo'", "la città può"]),
    ("c'è", &["c'e'", "c'è", "C’È"]),
    ("un po di ferie", &["un po' di ferie", "un po’ di ferie"]),
    ("l'80%", &["l'80%", "l’80 per cento"]),
    ("don't", &["don't", "DON’T"]),
    ("30 day trial", &["30-day trial", "30 day trial"]),
    ("8 kg", &["8kg", "8 KG", "8 kg."]),
    ("part-time", &["part-time", "Part‑time", "part–time"]),
    ("costo in euro", &["costo in €?", "Costo in euro"]),
    ("section 401(k)", &["Section 401(k)", "section 401(K)?"]),
    ("50 eur mese", &["50 euro/mese", "50€/mese", "50 euro mese"]),
    ("2000-3000 eur", &["2.000-3.000 euro", "2000–3000 €"]),
    ("5-10%", &["5-10%", "5–10 %", "5-10 per cento"]),
    ("quanto spetta di 1000 eur nel 2024", &["Quanto spetta di 1.000 € nel 2024?"]),
    ("ibm", &["I.B.M.", "IBM"]),
    ("strasse", &["Straße", "STRASSE"]),
    ("", &["", "?", " ... !? ", "«»", "()", "—", "- - -", "\u{200b}"]),
];

/// Pairs that ask different things, however alike they look.
const DIFFERENT: &[(&str, &str)] = &[
    ("si può detrarre", "non si può detrarre"),
    ("debito verso credito", "credito verso debito"),
    ("-5", "5"),
    ("saldo -100 euro", "saldo 100 euro"),
    ("c#", "c"),
    ("c++", "c"),
    ("c++", "c#"),
    ("versione 2.10", "versione 2.1"),
    ("v2.10", "v2.1"),
    ("v 2.10", "v 2.1"),
    ("version 1.0", "version 1"),
    ("2.3.1", "231"),
    ("2.3.10", "2.3.1"),
    ("10.0.0.1", "10.0.01"),
    ("63/2024", "63 2024"),
    ("12/E", "12 E"),
    ("art. 7-ter", "art. 7-bis"),
    ("art. 7", "art. 7-ter"),
    ("1.000", "1,00"),
    ("1.000", "100"),
    ("0,500", "500"),
    ("1000 euro", "1000 dollari"),
    ("1000 euro", "1000"),
    ("22%", "22"),
    ("10²", "102"),
    ("2½", "21/2"),
    ("31 dicembre 2024", "31 dicembre 2023"),
    ("3/2/2024", "2/3/2024"),
    ("marzo 2024", "maggio 2024"),
    ("1 marzo", "marzo 2001"),
    ("4°", "4"),
    ("can i", "can't i"),
    ("5 + 3", "5 3"),
    ("a > b", "a < b"),
    ("ok 👍", "ok 👎"),
    ("1,2,3", "1.23"),
    ("401k", "401"),
    ("4k", "4"),
    ("sì", "si"),
    ("è", "e"),
    ("007", "7.5"),
    ("12:30", "1230"),
    ("27001:2022", "27001:2013"),
    ("2023/24", "2023/25"),
    ("section 6.2", "section 6.20"),
    ("$5", "£5"),
    ("form w-2", "form w-4"),
    ("fino a 15", "fino a 150"),
];

#[track_caller]
fn check(text: &str, expected: &str) {
    let canonical = Canonical::of(text);
    assert_eq!(canonical.as_str(), expected, "of {text:?}");
    assert_eq!(Canonical::of(canonical.as_str()), canonical, "again {text:?}");
}

#[test]
fn spellings_of_one_question_have_one_form() {
    for (expected, spellings) in EQUAL {
        for text in *spellings {
            check(text, expected);
        }
    }
}

#[test]
fn different_questions_have_different_forms() {
    for (a, b) in DIFFERENT {
        let (first, second) = (Canonical::of(a), Canonical::of(b));
        assert_ne!(first, second, "{a:?} and {b:?}");
        assert_ne!(first.signature(), second.signature());
    }
}

#[test]
fn ordinary_text_stays_as_it_is() {
    for text in [
        "quali sono gli scaglioni irpef 2024",
        "set 5 alarms",
        "bonus euro 2024",
        "node.js and e-mail on 24/7",
        "i may 2 times",
        "come funziona la pensione",
        "covid-19 e 5g",
        "e/o",
        "12:30",
    ] {
        let canonical = Canonical::of(text);
        let expected = if text.starts_with("i may") { "i 2 may times" } else { text };
        assert_eq!(canonical.as_str(), expected);
    }
}

#[test]
fn signatures_are_written_as_hex() {
    let signature = Canonical::of("Quanto spetta?").signature();
    let text = signature.to_string();
    assert_eq!(text.len(), 32);
    assert_eq!(text.parse::<Signature>().unwrap(), signature);
    let json = serde_json::to_string(&signature).unwrap();
    assert_eq!(serde_json::from_str::<Signature>(&json).unwrap(), signature);
    for bad in ["", "0", &"g".repeat(32), &"+".repeat(32), &text.repeat(2)] {
        assert!(bad.parse::<Signature>().is_err(), "{bad:?}");
    }
}

#[test]
fn demo_questions_settle() {
    for line in include_str!("../../../../demo/queries.jsonl").lines() {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        let query = row["query"].as_str().unwrap();
        let canonical = Canonical::of(query);
        assert!(!canonical.as_str().is_empty());
        assert_eq!(Canonical::of(canonical.as_str()), canonical, "{query}");
    }
}

/// Text from the pieces that rules look at, in any order and spacing.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "1",
        "2.10",
        "1.000",
        "1,000.5",
        "31/12/2024",
        "12",
        "2024",
        "'24",
        "007",
        "5",
        "€",
        "$",
        "£",
        "%",
        "euro",
        "eur",
        "dollari",
        "per cento",
        "per",
        "cent",
        "k",
        "mila",
        "milioni",
        "di",
        "primo",
        "°",
        "th",
        "march",
        "marzo",
        "mar",
        "may",
        "set",
        "dec",
        "of",
        "art.",
        "art",
        "artt",
        "n",
        "n.",
        "no.",
        "no",
        "d.",
        "lgs",
        "d.lgs.",
        "c.c.",
        "c",
        "l",
        "l'",
        "dell'",
        "e'",
        "perche'",
        "po'",
        "'",
        "\"",
        "-",
        "–",
        "—",
        "/",
        ".",
        ",",
        ":",
        "(",
        ")",
        "(k)",
        "ter",
        "bis",
        "v",
        "versione",
        "section",
        "non",
        "don't",
        "kg",
        "anni",
        "+",
        "#",
        "c#",
        "&",
        "@",
        "=",
        "²",
        "½",
        "№",
        "º",
        "\u{a0}",
        "\u{202f}",
        "ß",
        "İ",
        "perchè",
        "é",
        "è",
        "👍",
        "\u{200d}",
        "Σ",
        "ﬁ",
        "x",
        "a",
        "day",
        "ue",
        "ce",
        "_",
        "~",
        "١",
        "①",
        "\u{301}",
        "c'",
    ]);
    let space = prop::sample::select(vec!["", "", " ", " ", "\n"]);
    prop::collection::vec((piece, space), 0..14)
        .prop_map(|parts| parts.into_iter().flat_map(|(a, b)| [a, b]).collect())
}

/// More cases than usual, and as many as `PROPTEST_CASES` says where that is more.
fn many_cases() -> ProptestConfig {
    let usual = ProptestConfig::default();
    ProptestConfig { cases: usual.cases.max(2000), ..usual }
}

proptest! {
    #![proptest_config(many_cases())]

    #[test]
    fn canonical_text_is_its_own_form(text in any::<String>()) {
        let canonical = Canonical::of(&text);
        prop_assert_eq!(&Canonical::of(canonical.as_str()), &canonical);
    }

    #[test]
    fn canonical_text_of_pieces_is_its_own_form(text in pieces()) {
        let canonical = Canonical::of(&text);
        prop_assert_eq!(&Canonical::of(canonical.as_str()), &canonical);
    }

    #[test]
    fn case_space_and_quotes_do_not_matter(words in prop::collection::vec("[a-z]{1,8}", 1..9)) {
        let plain = Canonical::of(&words.join(" "));
        prop_assert_eq!(&Canonical::of(&words.join(" \n ").to_uppercase()), &plain);
        prop_assert_eq!(&Canonical::of(&format!(" “{}”?! ", words.join("  "))), &plain);
    }

    #[test]
    fn different_numbers_have_different_forms(a in 0u32..3_000_000, b in 0u32..3_000_000) {
        let of = |n: u32| Canonical::of(&format!("limite di {n} euro per il {n}% di {n} giorni"));
        prop_assert_eq!(of(a) == of(b), a == b);
        let cents = |n: u32| Canonical::of(&format!("soglia {}.{:02}", n / 100, n % 100));
        prop_assert_eq!(cents(a) == cents(b), a == b);
    }

    #[test]
    fn a_non_is_never_lost(words in prop::collection::vec("[a-z]{2,8}", 1..9), at in 0usize..9) {
        let mut denied = words.clone();
        denied.insert(at.min(words.len()), "non".into());
        prop_assert_ne!(Canonical::of(&denied.join(" ")), Canonical::of(&words.join(" ")));
    }
}
