//! Settings that are taken, and of which something is to be said.

use super::*;

#[test]
fn two_names_for_one_key_are_noticed() {
    let both = [("FAQ_MAX_RESULTS", "3"), ("GOLDENSET__LOOKUP__MAX_RESULTS", "4")];
    let loaded = in_environment(&both).load().unwrap();
    assert_eq!(loaded.config.lookup.max_results, 4);
    let [notice] = loaded.notices.as_slice() else { panic!("{:?}", loaded.notices) };
    assert_eq!(notice.key, "lookup.max_results");
    assert!(notice.detail.contains("FAQ_MAX_RESULTS") && notice.detail.contains("__MAX_RESULTS"));
    let same = [("FAQ_MAX_RESULTS", "4"), ("GOLDENSET__LOOKUP__MAX_RESULTS", "4")];
    assert_eq!(in_environment(&same).load().unwrap().notices, []);
}

#[test]
fn names_that_are_nearly_ours_are_noticed() {
    let check = |name: &str, meant: Option<&str>| {
        let loaded = in_environment(&[(name, "1")]).load().unwrap();
        let fixes: Vec<_> = loaded.notices.into_iter().map(|notice| notice.fix).collect();
        let expected: Vec<_> =
            meant.map(|meant| format!("did you mean {meant}?")).into_iter().collect();
        assert_eq!(fixes, expected, "{name}");
    };
    check("GOLDENSET_SERVER_LISTEN", Some("GOLDENSET__SERVER__LISTEN"));
    check("GOLDENSET_LOOKUP__MAX_RESULTS", Some("GOLDENSET__LOOKUP__MAX_RESULTS"));
    check("FAQ_MAX_RESULT", Some("FAQ_MAX_RESULTS"));
    check("FAQ_CACHE_TTL", None);
    check("GOLDENSET_UPDATE_DOCS", None);
    check("PATH", None);
}
