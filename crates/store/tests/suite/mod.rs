//! What every store must do, as named checks over `dyn Store`. `conformance!` makes one test of
//! each check for one store.

pub(crate) mod auditing;
pub(crate) mod calibrating;
pub(crate) mod counting;
pub(crate) mod curating;
pub(crate) mod epochs;
pub(crate) mod history;
pub(crate) mod keys;
pub(crate) mod kit;
pub(crate) mod log;
pub(crate) mod missing;
pub(crate) mod models;
pub(crate) mod reading;
pub(crate) mod refusing;
pub(crate) mod saving;
pub(crate) mod serving;
pub(crate) mod suspending;
pub(crate) mod vectors;

use std::sync::Arc;

use async_trait::async_trait;
use goldenset_core::ports::Store;

/// A fresh store.
#[async_trait]
pub(crate) trait Backend: Send + Sync {
    fn store(&self) -> Arc<dyn Store>;

    /// What the store keeps beside what its trait shows; none where a test cannot look.
    async fn log(&self) -> Option<Log>;
}

/// Rows as text, fields parted by a blank, absent ones left out.
pub(crate) struct Log {
    /// tenant, epoch, seq, kind, entry, version, at (microseconds); in this order.
    pub(crate) journal: Vec<String>,
    /// at (microseconds), actor, action, tenant, entry, version, detail; in order of writing.
    pub(crate) audit: Vec<String>,
}

/// `conformance!(name, fresh)`: a module `name` with a test for every check on what the async
/// function `fresh` makes.
macro_rules! conformance {
    ($name:ident, $fresh:path) => {
        mod $name {
            conformance! { @checks $fresh:
                saving::versions_count_from_one,
                saving::equal_save_writes_nothing,
                saving::every_field_makes_a_version,
                saving::content_survives_byte_for_byte,
                saving::draft_is_not_served,
                saving::draft_leaves_the_served_version,
                serving::publish_serves_the_version,
                serving::publishing_what_is_served_writes_nothing,
                serving::unchanged_head_can_be_published,
                serving::older_version_comes_back,
                serving::retired_is_not_served_and_can_return,
                serving::served_are_in_order_of_ids,
                refusing::names_what_is_missing,
                refusing::failing_change_undoes_the_commit,
                refusing::vectors_must_match_phrasings,
                refusing::entry_occurs_once,
                epochs::rise_once_a_commit_that_serves,
                epochs::are_per_tenant,
                epochs::none_is_lost_among_concurrent_commits,
                epochs::reads_see_whole_commits,
                epochs::say_when_they_came,
                epochs::changes_are_told_to_who_was_there,
                reading::tenants_are_apart,
                reading::pages_follow_each_other,
                reading::history_is_newest_first,
                vectors::bits_survive,
                vectors::large_sets_come_in_parts,
                vectors::words_come_by_version,
                vectors::models_are_apart,
                vectors::added_vectors_keep_what_is_there,
                vectors::publishing_brings_its_own_vectors,
                vectors::adding_is_all_or_nothing,
                calibrating::newest_is_active_and_undone_step_by_step,
                calibrating::calibrations_are_kept_to_the_bit_from_the_first_reading_on,
                calibrating::calibrations_are_per_tenant,
                calibrating::changes_of_calibration_are_journalled,
                calibrating::a_change_of_calibration_with_a_key_is_made_once,
                suspending::what_rests_is_suspended_until_it_is_approved,
                suspending::what_rests_is_found_in_a_large_set,
                suspending::changes_add_up_and_are_undone_one_by_one,
                suspending::a_change_in_force_is_not_made_twice,
                suspending::retiring_ends_a_suspension,
                suspending::changes_are_per_tenant_and_come_in_pages,
                suspending::suspensions_are_journalled,
                suspending::a_change_with_a_key_is_made_once,
                counting::counts_add_up_by_day_and_calibration,
                counting::a_flush_that_comes_again_adds_nothing,
                counting::none_is_lost_among_writers,
                counting::every_counter_is_kept,
                counting::old_days_are_forgotten,
                auditing::drawn_answers_wait_once,
                auditing::the_queue_is_bounded_by_tenant,
                auditing::items_come_in_pages,
                auditing::judgements_are_kept_and_can_change,
                auditing::judgements_are_counted_by_kind,
                auditing::a_judgement_with_a_key_is_made_once,
                curating::experts_are_kept_by_tenant,
                curating::changes_of_what_was_not_seen_are_refused,
                curating::candidates_come_the_most_urgent_first,
                curating::the_newest_candidate_of_a_key_is_found,
                curating::approval_and_version_are_one,
                curating::feedback_is_kept_word_for_word,
                curating::known_questions_are_the_last_word_on_each,
                curating::a_write_with_a_key_is_done_once,
                missing::misses_add_up_once,
                missing::the_least_asked_and_oldest_go,
                keys::keys_are_kept_as_they_were_made,
                keys::a_key_is_made_once,
                keys::revoked_keys_stay_and_stay_revoked,
                keys::the_log_tells_of_keys_and_not_their_secrets,
                models::switches_rest_on_what_is_in_use,
                models::what_is_served_without_vectors_is_listed,
                models::a_model_that_is_dropped_leaves_the_others,
                log::tells_what_changed_and_who_did_it,
                log::the_log_is_read_backwards,
                log::a_roll_back_is_called_so_and_served_as_any_publish,
                history::random_changes_match_a_model,
            }
        }
    };
    (@checks $fresh:path: $($module:ident::$check:ident,)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $check() {
                let backend = $fresh().await;
                crate::suite::$module::$check(crate::suite::kit::Golden::new(backend)).await;
            }
        )*
    };
}
