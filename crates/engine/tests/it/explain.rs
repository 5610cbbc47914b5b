//! An explanation says what the lookup did.

use goldenset_core::decision::Decision;
use goldenset_core::verifier::Basis;
use goldenset_engine::scope::Options;

use crate::parts::{OTHERS, entry_id, two_years};

#[tokio::test]
async fn explanations_are_of_the_lookup() {
    let rig = two_years().await;
    for question in [
        "quali sono, nel 2024, le aliquote irpef per scaglioni di reddito",
        "aliquote irpef 2022",
        "quali sono le aliquote irpef per scaglioni di reddito?",
        "dove si apre la partita del gas",
    ] {
        let all = Options { min_similarity: Some(0.0), ..Options::default() };
        let looked = rig.ask_with(question, all.clone()).await;
        let result = looked.answer.result();
        let explained = rig.engine.explain(question, all.clone(), 3).await.unwrap();
        assert_eq!(explained.len(), 3);
        for (place, (one, listed)) in explained.iter().zip(&result.matches).enumerate() {
            assert_eq!(one.entry.id, listed.entry.id, "{question}");
            let explanation = &one.explanation;
            assert_eq!((explanation.score, explanation.basis), (listed.score, Basis::Rivals));
            let guards: Vec<_> = explanation.guards.iter().map(|guard| guard.kind).collect();
            assert_eq!(guards, listed.guards.iter().map(|guard| guard.kind).collect::<Vec<_>>());
            let served = result.decision == Decision::Serve && place == 0;
            let sentence = &explanation.sentence;
            assert_eq!(sentence.starts_with("Served: "), served, "{question}: {sentence}");
            let compared = rig.engine.compare_entry(question, &one.entry.id, all.clone()).await;
            let compared = compared.unwrap();
            assert_eq!((compared.same, compared.explanation.score), (served, explanation.score));
        }
    }
}

#[tokio::test]
async fn what_is_asked_back_is_not_served() {
    let rig = two_years().await;
    let question = "quali sono le aliquote irpef per scaglioni di reddito?";
    for year in ["2023", "2024"] {
        let id = entry_id(year);
        let compared = rig.engine.compare_entry(question, &id, Options::default()).await.unwrap();
        let sentence = &compared.explanation.sentence;
        assert!(!compared.same && sentence.contains("leaves open"), "{sentence}");
        assert!(sentence.contains("2023") && sentence.contains("2024"), "{sentence}");
    }
}

#[tokio::test]
async fn what_is_too_far_is_said_to_be() {
    let rig = two_years().await;
    let high = Options { min_similarity: Some(1.0), ..Options::default() };
    let question = "dove si ritira in città la tessera sanitaria";
    let explained = rig.engine.explain(question, high, 1).await.unwrap();
    let thresholds = &explained[0].explanation.thresholds;
    assert_eq!(
        (thresholds.min_similarity, thresholds.min_similarity_met),
        (Some(1.0), Some(false))
    );
    let sentence = &explained[0].explanation.sentence;
    assert!(sentence.starts_with("Not similar enough"), "{sentence}");
    let word = rig.engine.explain(OTHERS[3], Options::default(), 3).await.unwrap();
    assert_eq!(word.len(), 1);
    assert_eq!(word[0].explanation.basis, Basis::ApprovedPhrasing);
}
