//! Keys: made, revoked, never gone.

use goldenset_core::keys::{KeyId, KeyRecord, NewKey, Role, Secret};
use goldenset_core::ports::Once;
use goldenset_core::{Code, TenantId};

use super::kit::Golden;

fn new(golden: &Golden, name: &str, secret: u8) -> NewKey {
    NewKey {
        name: name.into(),
        role: Role::Reader,
        tenant: None,
        expert: None,
        hash: Secret::from([secret; 32]).hash(),
        by: golden.actor.clone(),
        at: golden.at,
        once: None,
    }
}

async fn records(golden: &Golden) -> Vec<KeyRecord> {
    let keys = golden.store().keys().await.unwrap();
    keys.into_iter().map(|key| key.record).collect()
}

pub(crate) async fn a_key_is_made_once(golden: Golden) {
    let once = |byte| Once::new("ops/1".into(), [byte; 32]);
    let key = |secret, once| NewKey { once: Some(once), ..new(&golden, "the app", secret) };
    let made = golden.store().create_key(&key(1, once(1))).await.unwrap();
    // Whoever asks again has another secret by then.
    let again = golden.store().create_key(&key(2, once(1))).await.unwrap_err();
    assert_eq!(
        (again.code, again.field.as_deref()),
        (Code::KeyAlreadyMade, Some("idempotency-key"))
    );
    assert_eq!(again.members, [("key_id", made.id.0.into())]);
    let other = golden.store().create_key(&key(3, once(2))).await.unwrap_err();
    assert_eq!(other.code, Code::IdempotencyReused);
    assert_eq!(records(&golden).await, [made]);
}

pub(crate) async fn keys_are_kept_as_they_were_made(golden: Golden) {
    assert_eq!(golden.store().keys().await.unwrap(), []);
    let full = NewKey {
        role: Role::Approver,
        // Keys may come before the first entry of their tenant.
        tenant: Some(TenantId::new("to come").unwrap()),
        expert: Some("anna".into()),
        ..new(&golden, "the app è", 200)
    };
    let first = golden.store().create_key(&full).await.unwrap();
    let expected = KeyRecord {
        id: KeyId(1),
        name: full.name.clone(),
        role: full.role,
        tenant: full.tenant.clone(),
        expert: full.expert.clone(),
        created_at: golden.at,
        created_by: "anna".into(),
        revoked_at: None,
        revoked_by: None,
    };
    assert_eq!(first, expected);
    for (number, role) in (2..).zip(Role::ALL) {
        let other = NewKey { role, ..new(&golden, "the app è", number) };
        let made = golden.store().create_key(&other).await.unwrap();
        assert_eq!((made.id, made.role, made.tenant), (KeyId(number.into()), role, None));
    }
    let all = golden.store().keys().await.unwrap();
    assert_eq!(all.len(), 5);
    assert_eq!((&all[0].record, all[0].hash), (&expected, full.hash));
    // Two keys with one secret would be one key with two ids.
    let error = golden.store().create_key(&full).await.unwrap_err();
    assert_eq!(error.code, Code::Internal, "{error:?}");
    assert_eq!(golden.store().keys().await.unwrap(), all);
    assert_eq!(golden.tenants().await, [], "a key brings no tenant into being");
}

pub(crate) async fn revoked_keys_stay_and_stay_revoked(golden: Golden) {
    for secret in [1, 2] {
        golden.store().create_key(&new(&golden, "app", secret)).await.unwrap();
    }
    let later = golden.at("2026-02-03T04:05:06.000007Z");
    let revoked = golden.store().revoke_key(KeyId(2), "bruno", later.at).await.unwrap();
    assert_eq!(revoked.revoked_by.as_deref(), Some("bruno"));
    assert_eq!(revoked.revoked_at, Some(later.at));
    let again = golden.store().revoke_key(KeyId(2), "carla", golden.at).await.unwrap();
    assert_eq!(again, revoked);
    let [first, second] = records(&golden).await.try_into().unwrap();
    assert!(first.is_active() && second == revoked);
    for unknown in [0, 3, u32::MAX] {
        let error = golden.store().revoke_key(KeyId(unknown), "bruno", later.at).await.unwrap_err();
        assert_eq!((error.code, error.field.as_deref()), (Code::UnknownKey, Some("id")));
    }
    let third = golden.store().create_key(&new(&golden, "app", 3)).await.unwrap();
    assert_eq!(third.id, KeyId(3));
}

pub(crate) async fn the_log_tells_of_keys_and_not_their_secrets(golden: Golden) {
    let golden = golden.at("1970-01-01T00:00:00.000007Z");
    let scoped = NewKey {
        tenant: Some(golden.tenant.clone()),
        expert: Some("carla".into()),
        ..new(&golden, "app", 1)
    };
    golden.store().create_key(&scoped).await.unwrap();
    golden.store().create_key(&new(&golden, "ops", 2)).await.unwrap();
    let later = golden.at("1970-01-01T00:00:01Z");
    for id in [1, 1, 9] {
        golden.store().revoke_key(KeyId(id), "bruno", later.at).await.ok();
    }
    let Some(log) = golden.backend.log().await else { return };
    assert_eq!(log.journal, [""; 0]);
    assert_eq!(
        log.audit,
        [
            r#"7 anna key_created default {"expert":"carla","key":1,"name":"app","role":"reader"}"#,
            r#"7 anna key_created  {"expert":null,"key":2,"name":"ops","role":"reader"}"#,
            r#"1000000 bruno key_revoked default {"expert":"carla","key":1,"name":"app","role":"reader"}"#,
        ]
    );
}
