use super::*;
use crate::error::Error;

#[test]
fn the_shipped_lexicon_is_well_formed() {
    let lexicon = Lexicon::parse(SHIPPED_TEXT).map_err(|error| error.to_string()).unwrap();
    assert_eq!(lexicon.fingerprint(), Lexicon::shipped().fingerprint());
    let exclusive = lexicon.sets.iter().filter(|set| set.kind == SetKind::Exclusive);
    assert!(exclusive.count() >= 120);
    for set in &lexicon.sets {
        let least = match set.kind {
            SetKind::Exclusive | SetKind::Name | SetKind::Role | SetKind::Person => 2,
            _ => 1,
        };
        for sides in [&set.italian, &set.english].into_iter().filter(|sides| !sides.is_empty()) {
            assert!(sides.len() >= least, "{}: one side", set.name);
        }
    }
}

/// Sets and sides found in a text, as `name:side`.
fn found(lexicon: &Lexicon, text: &str) -> Vec<String> {
    let words: Vec<&str> = text.split(' ').collect();
    let hits = lexicon.find(&words);
    let name = |hit: &Hit| format!("{}:{}", lexicon.set(hit.set).unwrap().1, hit.side);
    hits.iter().map(name).collect()
}

#[track_caller]
fn check_found(lexicon: &str, text: &str, expected: &[&str]) {
    let lexicon = Lexicon::parse(lexicon).map_err(|error| error.to_string()).unwrap();
    assert_eq!(found(&lexicon, text), expected, "{text}");
}

const SMALL: &str = r#"
    [[exclusive]]
    name = "switch"
    it = [["attivare"], ["disattivare"]]
    en = [["turn on", "turn _ on"], ["turn off", "turn _ off"]]
    [[exclusive]]
    name = "resident"
    it = [["=residente"], ["non residente"]]
    [[exclusive]]
    name = "time"
    en = [["full time"], ["part time"]]
"#;

#[test]
fn forms_gaps_hyphens_and_the_longest_phrase() {
    check_found(SMALL, "come attivo la carta", &["switch:0"]);
    check_found(SMALL, "disattivazione carta", &["switch:1"]);
    check_found(SMALL, "attività economica", &[]);
    check_found(SMALL, "turning the old camera off", &["switch:1"]);
    check_found(SMALL, "turn the very old front camera off", &[]);
    check_found(SMALL, "turn on turn off", &["switch:0", "switch:1"]);
    check_found(SMALL, "sono non residente", &["resident:1"]);
    check_found(SMALL, "sono residente", &["resident:0"]);
    check_found(SMALL, "sono residenti", &[]);
    check_found(SMALL, "full-time or part time", &["time:0", "time:1"]);
}

fn place(error: &Error) -> (&'static str, String) {
    (error.code.as_str(), error.field.clone().unwrap_or_default())
}

#[track_caller]
fn check_error(text: &str, field: &str, detail: &str) {
    let error = Lexicon::parse(text).unwrap_err();
    assert_eq!(place(&error), ("bad_lexicon", field.to_owned()), "{error}");
    assert!(error.detail.contains(detail), "{error}");
    assert!(error.fix.is_some());
}

#[test]
fn errors_name_the_place_and_the_fix() {
    check_error("\n[[exclusive]\n", "line 2", "cannot be read");
    check_error("[[exclusive]]\nname = 'x'\nde = []", "line 3", "unknown field");
    check_error("[[verbs]]\nname = 'x'", "line 1", "unknown field");
    check_error("[[exclusive]]\nit = [['a']]", "line 1", "missing field");
    check_error("[[role]]\nname = 'x'", "role x", "no words");
    check_error("[[person]]\nname = 'x'\nit = [['socio'], ['soci']]", "person x", "`soci`");
    check_error("[[role]]\nname = 'x'\nen = [['Boss']]", "role x", "`Boss`");
    check_error("[[role]]\nname = 'x'\nen = [['_ off']]", "role x", "`_ off`");
    check_error("[[role]]\nname = 'x'\nen = [['off _']]", "role x", "`off _`");
    check_error("[[role]]\nname = 'x'\nen = [['']]", "role x", "``");
    check_error("[[aspect]]\nname = 'colour'\nen = [['red']]", "aspect colour", "no such set");
    check_error("[[scope]]\nname = 'most'\nen = [['most']]", "scope most", "no such set");
    let twice = "[[role]]\nname = 'x'\nen = [['a']]\n[[role]]\nname = 'x'\nen = [['b']]";
    check_error(twice, "role x", "one name");
    let sides: String = (0..40).map(|n| format!("['w{n}'],")).collect();
    check_error(&format!("[[role]]\nname = 'x'\nen = [{sides}]"), "role x", "sides");
}

#[test]
fn a_tenant_adds_words_and_sets_and_switches_sets_off() {
    let small = Lexicon::parse(SMALL).unwrap();
    let more = r#"
        [[exclusive]]
        name = "switch"
        it = [["lanciare"]]
        [[exclusive]]
        name = "time"
        off = true
        [[exclusive]]
        name = "colour"
        en = [["red"], ["green"]]
    "#;
    let extended = small.extended_with(&Lexicon::parse(more).unwrap()).unwrap();
    assert_eq!((small.len(), extended.len()), (3, 3));
    assert_eq!(found(&extended, "lancio o disattivo"), ["switch:0", "switch:1"]);
    assert_eq!(found(&extended, "full time green"), ["colour:1"]);
    assert_ne!(small.fingerprint(), extended.fingerprint());
    let again = small.extended_with(&Lexicon::parse(more).unwrap()).unwrap();
    assert_eq!(again.fingerprint(), extended.fingerprint());

    let wrong = "[[exclusive]]\nname = 'switch'\nit = [['disattivare']]";
    let error = small.extended_with(&Lexicon::parse(wrong).unwrap()).unwrap_err();
    assert_eq!(place(&error), ("bad_lexicon", "exclusive switch".into()));
}

#[test]
fn every_word_counts_for_the_fingerprint() {
    let of = |text: &str| Lexicon::parse(text).unwrap().fingerprint();
    let one = of("[[role]]\nname = 'x'\nen = [['ab', 'c'], ['d']]");
    for other in [
        "[[role]]\nname = 'x'\nen = [['ab'], ['c', 'd']]",
        "[[role]]\nname = 'x'\nen = [['a', 'bc'], ['d']]",
        "[[role]]\nname = 'x'\nit = [['ab', 'c'], ['d']]",
        "[[person]]\nname = 'x'\nen = [['ab', 'c'], ['d']]",
        "[[role]]\nname = 'y'\nen = [['ab', 'c'], ['d']]",
        "[[role]]\nname = 'x'\nweak = true\nen = [['ab', 'c'], ['d']]",
        "[[role]]\nname = 'x'\noff = true\nen = [['ab', 'c'], ['d']]",
    ] {
        assert_ne!(one, of(other), "{other}");
    }
}

impl Lexicon {
    /// Every word of the lexicon as it stands in the file, for tests that make texts of them.
    pub(in crate::guards) fn words(&self) -> Vec<String> {
        let sides = self.sets.iter().flat_map(|set| set.italian.iter().chain(&set.english));
        sides.flatten().map(|word| word.replace('=', "").replace('_', "very old")).collect()
    }
}
