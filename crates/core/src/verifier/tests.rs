use super::*;
use crate::canonical::Canonical;
use crate::decision::ELIGIBLE;
use crate::embedding::WordVectors;
use crate::entry::EntryContent;
use crate::guards::GuardKind;
use crate::validity::Validity;

/// Weights that give every candidate the probability one half, and take a tenth of it where a
/// guard refuses.
pub(super) fn even() -> Weights {
    let flat = |names: &[&str]| Logistic {
        features: names.iter().map(ToString::to_string).collect(),
        coefficients: vec![0.0; names.len()],
        intercept: 0.0,
    };
    Weights {
        format: FORMAT,
        model: "m".into(),
        fitted_on: "nothing".into(),
        word_mean: vec![],
        rival: Rival { similarity: 0.0, likeness: 0.0 },
        ranked: flat(&RANKED_FEATURES),
        pair: flat(&PAIR_FEATURES),
        refuse_factor: 0.1,
        suggest_only_factor: 0.5,
        opinion: None,
    }
}

fn verifier(weights: Weights) -> Verifier {
    Verifier::new(weights, &ModelId::new("m").unwrap()).unwrap()
}

pub(super) fn entry(question: &str) -> EntryProfile {
    let content = EntryContent {
        question: question.into(),
        alternatives: vec![],
        answer: "Sì.".into(),
        references: vec![],
        category: None,
        tags: vec![],
        lang: None,
        validity: Validity::default(),
        review_by: None,
    };
    Verifier::without_weights().entry(&content, [])
}

pub(super) fn asked(question: &str) -> QuestionProfile {
    Verifier::without_weights().question(&Canonical::of(question), &WordVectors::default())
}

fn judge(question: &str, entries: &[&str]) -> Vec<Verdict> {
    let profiles: Vec<_> = entries.iter().map(|question| entry(question)).collect();
    let candidates: Vec<_> =
        profiles.iter().map(|profile| Candidate { profile, similarity: 0.9 }).collect();
    verifier(even()).judge(&asked(question), &candidates, candidates.len())
}

#[test]
fn guards_take_from_the_score_and_say_why() {
    let verdicts = judge(
        "Quanto spetta nel 2023?",
        &["Quanto spettava nel 2023?", "Quanto spetta nel 2024?", "Quanto spetta?"],
    );
    let found: Vec<_> = verdicts.iter().map(|v| (v.effect, v.score)).collect();
    assert_eq!(
        found,
        [(Effect::Explain, 0.5), (Effect::Refuse, 0.05), (Effect::SuggestOnly, 0.25)]
    );
    assert_eq!(verdicts[1].reason, "asks about the year 2023; this entry is about 2024");
    assert_eq!(verdicts[2].reason, "asks about the year 2023; this entry names none");
    assert_eq!(verdicts[1].guards[0].kind, GuardKind::Year);
}

#[test]
fn a_pair_is_judged_with_the_second_as_the_approved_one() {
    let [specific, open] = ["IVA al 22 %", "IVA"].map(asked);
    let judge = |a, b| verifier(even()).judge_pair(a, b, 0.9).effect;
    assert_eq!(judge(&specific, &open), Effect::SuggestOnly);
    assert_eq!(judge(&open, &specific), Effect::Lower);
}

#[test]
fn more_values_than_can_be_checked_are_not_verified() {
    let question: String = (3000..3000 + MOST_VALUES + 1).map(|n| format!("{n} ")).collect();
    let verdict = &judge(&question, &[&question])[0];
    assert_eq!(verdict.effect, Effect::SuggestOnly);
    assert_eq!(verdict.reason, "the question names more values than can be verified");
    let fewer: String = (3000..3000 + MOST_VALUES).map(|n| format!("{n} ")).collect();
    assert_eq!(judge(&fewer, &[&fewer])[0].effect, Effect::Explain);
}

#[test]
fn without_weights_nothing_passes() {
    let question = asked("Quanto spetta?");
    let verdict = Verifier::without_weights().judge_pair(&question, &question, 1.0);
    assert_eq!((verdict.score, verdict.effect), (0.0, Effect::Explain));
    assert!(verdict.reason.contains("goldenset fit"), "{}", verdict.reason);
}

#[test]
fn margins_are_to_the_best_other_candidate() {
    let profiles = [entry("tassa sui rifiuti"), entry("tassa di soggiorno")];
    let candidates = [
        Candidate { profile: &profiles[0], similarity: 0.75 },
        Candidate { profile: &profiles[1], similarity: 0.5 },
    ];
    let question = asked("la tassa sui rifiuti");
    let features = |alive: [bool; 2], place, least: &Rival| {
        let mut standings = [Standing::default(); 2];
        if let Some(other) = alive.iter().position(|alive| !alive) {
            Standing::set_aside(&mut standings, place, &[other]);
        }
        let weights = Weights { rival: *least, ..even() };
        Hearing::of(&question, &candidates).estimate(&weights, place, &standings).ranked
    };
    let none = Rival { similarity: 0.0, likeness: 0.0 };
    // Cosine margins are cut at 0.1. Of two words the second entry has one, and its own word
    // (`soggiorno`) is nowhere in the question.
    assert_eq!(features([true; 2], 0, &none), [0.1, 0.5, 1.0, 1.0]);
    assert_eq!(features([true; 2], 1, &none), [-0.1, -0.5, 0.0, 0.0]);
    let near = Rival { similarity: 0.6875, likeness: 0.75 };
    assert_eq!(features([true; 2], 0, &near), [0.0625, 0.25, 1.0, 1.0]);
    // A refused entry is no rival; then all words of the entry count.
    assert_eq!(features([true, false], 0, &near), [0.0625, 0.25, 1.0, 1.0]);
    assert_eq!(features([false, true], 1, &none), [0.1, 0.5, 0.5, 0.0]);
}

#[test]
fn a_refused_entry_is_no_rival_where_the_question_agrees() {
    let question = asked("aliquote dell'imposta nel 2024");
    let entries = ["aliquote dell'imposta nel 2024", "aliquote dell'imposta nel 2023", "aliquote"];
    let profiles = entries.map(entry);
    let candidates = profiles.each_ref().map(|profile| Candidate { profile, similarity: 0.9 });
    let standings: Vec<_> = verifier(even())
        .judge(&question, &candidates, candidates.len())
        .iter()
        .map(|verdict| Standing::of(&verdict.guards))
        .collect();
    let margin = |[place, other]: [usize; 2]| {
        let own = Evidence {
            similarity: 0.9,
            likeness: 0.0,
            aligned: 0.0,
            distinguished: 0.0,
            weakest: 0.0,
            lowered: 0.0,
        };
        let rival = Rival { similarity: 0.85, likeness: 0.0 };
        let other = standings[place].faces(&standings[other]).then_some(rival);
        let none = Rival { similarity: 0.0, likeness: 0.0 };
        ranked_features(&own, other, &none)[0]
    };
    // Beside the entry on its year, the one on another year does not count: the margin is cut.
    assert_eq!(margin([0, 1]), 0.1);
    // It does beside an entry that names no year.
    assert!((margin([2, 1]) - 0.05).abs() < 1e-9);
    assert!((margin([0, 2]) - 0.05).abs() < 1e-9);
}

#[test]
fn among_few_candidates_margins_add_nothing() {
    let profiles: Vec<_> = (0..ELIGIBLE).map(|n| entry(&format!("domanda {n}"))).collect();
    let weights = Weights {
        ranked: Logistic { coefficients: vec![100.0, 0.0, 0.0, 0.0], ..even().ranked },
        ..even()
    };
    let score = |count: usize| {
        let candidates: Vec<_> = profiles[..count]
            .iter()
            .zip([0.9, 0.8].into_iter().chain(std::iter::repeat(0.7)))
            .map(|(profile, similarity)| Candidate { profile, similarity })
            .collect();
        let question = asked("che cosa si domanda");
        verifier(weights.clone()).judge(&question, &candidates, 1)[0].score
    };
    assert!(score(ELIGIBLE) > 0.99, "{}", score(ELIGIBLE));
    assert_eq!(score(ELIGIBLE - 1), 0.5, "the score of the pair alone");
    assert_eq!(score(1), 0.5);
}

#[test]
fn what_is_not_wanted_is_a_rival_all_the_same() {
    let weights = Weights {
        ranked: Logistic { coefficients: vec![10.0, 5.0, 1.0, 1.0], ..even().ranked },
        ..even()
    };
    // Two pairs that differ in one year alone, which the question leaves open.
    let texts = ["aliquote irpef nel", "detrazioni irpef nel"]
        .into_iter()
        .flat_map(|text| ["2022", "2023"].into_iter().map(move |year| format!("{text} {year}")));
    let more = (0..ELIGIBLE).map(|n| format!("aliquote irpef numero {n}"));
    let profiles: Vec<_> = texts.chain(more).map(|text| entry(&text)).collect();
    let candidates: Vec<_> = profiles
        .iter()
        .enumerate()
        .map(|(place, profile)| Candidate { profile, similarity: 0.95 - 0.01 * place as f32 })
        .collect();
    for question in ["aliquote irpef", "detrazioni irpef nel 2023", "tassa sui rifiuti"] {
        let question = asked(question);
        let judge = |wanted| verifier(weights.clone()).judge(&question, &candidates, wanted);
        let all = judge(candidates.len());
        assert!(all.len() > ELIGIBLE);
        for wanted in 0..=candidates.len() + 1 {
            assert_eq!(judge(wanted), all[..wanted.min(all.len())], "{wanted}");
        }
    }
    let open = verifier(weights).judge(&asked("aliquote irpef"), &candidates, 1);
    assert_eq!(open[0].open.as_ref().map(|open| &*open.siblings), Some(&[1][..]));
}

#[test]
fn weights_are_checked() {
    let json = |change: &dyn Fn(&mut Weights)| {
        let mut weights = even();
        change(&mut weights);
        serde_json::to_string(&weights).unwrap()
    };
    assert!(Weights::parse(&json(&|_| ())).is_ok());
    let bad: [&dyn Fn(&mut Weights); 5] = [
        &|w| w.format = FORMAT + 1,
        &|w| w.ranked.features.reverse(),
        &|w| w.ranked.coefficients.truncate(1),
        &|w| w.refuse_factor = 1.5,
        &|w| w.pair.features.clear(),
    ];
    for change in bad {
        assert!(Weights::parse(&json(change)).is_err());
    }
    let other = ModelId::new("other").unwrap();
    assert!(Verifier::new(even(), &other).is_err(), "weights of another model");
    assert_ne!(even().id(), Weights { refuse_factor: 0.2, ..even() }.id());
}
