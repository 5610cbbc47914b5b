//! Trust follows what later proves right.

use goldenset_core::TenantId;
use goldenset_core::curation::ExpertRole;
use goldenset_core::ports::LogFilter;
use goldenset_engine::Publishing;
use goldenset_engine::curation::Stated;

use super::kit::{by, corrects, handle, team};
use crate::parts::{Rig, author, entry_id};

const FERIE: &str = "quante settimane di ferie spettano per legge";

async fn evidence(rig: &Rig, who: &str) -> (u32, u32) {
    let trust = rig.expert(who).await.trust;
    (trust.right, trust.wrong)
}

#[tokio::test]
async fn it_follows_approval_rejection_and_roll_back() {
    let rig = team().await;
    let id = rig.proposes(corrects("esther", FERIE, "ferie", "Quattro settimane.")).await;
    rig.approve(id, by("anna")).await.unwrap();
    assert_eq!(evidence(&rig, "esther").await, (1, 0));
    let after = rig.expert("esther").await.trust.estimate();
    assert!(after > 0.9 && after < 0.91, "{after}");
    let how = Publishing::default();
    let (ferie, aldo) = (entry_id("ferie"), handle("aldo"));
    rig.engine.roll_back(author("default"), ferie, 1, &aldo, &how).await.unwrap();
    assert_eq!(evidence(&rig, "esther").await, (0, 1));
    let id = rig.proposes(corrects("esther", "chi paga le spese", "", "Nessuno.")).await;
    rig.engine.reject(author("default"), id, by("anna")).await.unwrap();
    assert_eq!(evidence(&rig, "esther").await, (0, 2));
    // Who only decided has proved nothing.
    assert_eq!(evidence(&rig, "anna").await, (0, 0));
    let filter = LogFilter { action: Some("trust_changed".into()), ..LogFilter::default() };
    let log = rig.store.log(&TenantId::default(), &filter, 10).await.unwrap();
    let outcomes: Vec<_> = log.iter().map(|line| line.detail["outcome"].clone()).collect();
    assert_eq!(outcomes, ["wrong", "wrong", "right"]);
    assert!(log.iter().all(|line| line.detail["expert"] == "esther"));
}

#[tokio::test]
async fn all_who_stand_behind_a_proposal_share_its_fate() {
    let rig = team().await;
    let id = rig.proposes(corrects("esther", FERIE, "ferie", "Quattro settimane.")).await;
    rig.hears(corrects("emil", FERIE, "ferie", "Quattro settimane.")).await;
    rig.approve(id, by("anna")).await.unwrap();
    assert_eq!(evidence(&rig, "esther").await, (1, 0));
    assert_eq!(evidence(&rig, "emil").await, (1, 0));
}

#[tokio::test]
async fn a_new_statement_begins_afresh_and_an_equal_one_changes_nothing() {
    let rig = team().await;
    let id = rig.proposes(corrects("esther", FERIE, "ferie", "Quattro settimane.")).await;
    rig.approve(id, by("anna")).await.unwrap();
    let state = async |trust: f64| {
        let stated = Stated { role: ExpertRole::Expert, verified: true, trust };
        rig.engine.put_expert(author("default"), handle("esther"), stated).await.unwrap()
    };
    assert_eq!(state(0.9).await.trust.right, 1);
    let afresh = state(0.5).await;
    assert_eq!((afresh.trust.estimate(), afresh.trust.right), (0.5, 0));
    // What was approved before no longer counts, so a roll-back takes nothing back.
    let (ferie, aldo) = (entry_id("ferie"), handle("aldo"));
    let how = Publishing::default();
    rig.engine.roll_back(author("default"), ferie, 1, &aldo, &how).await.unwrap();
    assert_eq!(evidence(&rig, "esther").await, (0, 1));
}
