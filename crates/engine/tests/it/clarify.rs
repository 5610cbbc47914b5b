//! Questions that leave open which of several entries is meant.

use goldenset_core::decision::Decision;
use goldenset_core::guards::GuardKind;
use goldenset_engine::scope::Options;
use goldenset_engine::{Choice, Clarify};

use crate::parts::{entry_id, two_years};

#[tokio::test]
async fn asks_back_for_what_the_question_leaves_open() {
    let rig = two_years().await;
    let looked = rig.ask("quali sono le aliquote irpef per scaglioni di reddito?").await;
    let result = looked.answer.result();
    assert_eq!(result.decision, Decision::Clarify, "{result:#?}");
    let choice = |year: &str| Choice { values: vec![year.into()], entry_id: entry_id(year) };
    let Some(Clarify { slot, choices }) = &result.clarify else { panic!("{result:#?}") };
    assert_eq!(*slot, GuardKind::Year);
    let mut choices = choices.clone();
    choices.sort_by(|a, b| a.entry_id.cmp(&b.entry_id));
    assert_eq!(choices, ["2023", "2024"].map(choice));
    assert!(result.answer.is_none() && result.match_type.is_none());
    let (one, other) = (result.reason.contains("2023"), result.reason.contains("2024"));
    assert!(one && other && result.reason.contains("year"), "{}", result.reason);
    // However few are listed.
    let few = Options { max_results: Some(1), ..Options::default() };
    let looked = rig.ask_with("quali sono le aliquote irpef per scaglioni di reddito?", few).await;
    assert_eq!(looked.answer.result().clarify, result.clarify);
}

#[tokio::test]
async fn a_question_that_names_the_value_gets_its_entry() {
    let rig = two_years().await;
    for year in ["2023", "2024"] {
        let question =
            format!("quali sono, nel {year}, le aliquote irpef per scaglioni di reddito");
        let looked = rig.ask(&question).await;
        let result = looked.answer.result();
        assert_eq!(result.decision, Decision::Serve, "{result:#?}");
        assert_eq!(result.matches[0].entry.id, entry_id(year));
    }
    let looked = rig.ask("quali sono le aliquote irpef per scaglioni di reddito nel 2022").await;
    assert_eq!(looked.answer.result().decision, Decision::Suggest);
}

#[tokio::test]
async fn one_entry_left_is_no_choice() {
    let rig = two_years().await;
    rig.retire("2023").await.unwrap();
    let looked = rig.ask("quali sono le aliquote irpef per scaglioni di reddito?").await;
    let result = looked.answer.result();
    assert_ne!(result.decision, Decision::Clarify, "{result:#?}");
}
