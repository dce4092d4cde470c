//! What every `Store` adapter owes its callers, checked on each of them.
//!
//! - `figures`, `feeds_and_records`, `waiting`, `lifetime`, `crowd`: the checks, which know only the port
//! - `embedded`, `single`, `cluster`: each adapter against all of them, and what only that adapter promises
//! - `differential`: the same random operations on both adapters, every answer compared
//! - `server`: private Redis servers, for tests that need one
#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says when it is skipped"
)]

mod cluster;
mod crowd;
mod differential;
mod embedded;
mod feeds_and_records;
mod figures;
mod lifetime;
mod server;
mod single;
mod support;
mod waiting;

/// Hands every check to `$each`, which decides on which store it runs.
macro_rules! every_check {
    ($each:ident) => {
        $each! {
            figures: counters_add_up_and_zero_is_gone;
            figures: the_best_come_first_and_ties_go_by_member;
            figures: memberships_count_references_and_know_their_size;
            figures: large_figures_stay_exact_and_what_is_too_large_is_refused;
            figures: figures_without_a_guard_are_refused_and_nothing_is_written;
            figures: a_guard_that_does_not_hold_changes_nothing;
            figures: repeating_a_batch_whose_answer_was_lost_changes_nothing;
            figures: batches_of_one_call_see_each_other_and_a_conflict_stops_only_itself;
            feeds_and_records: feeds_are_paged_from_either_end;
            feeds_and_records: the_extreme_orders_of_a_feed_keep_their_places;
            feeds_and_records: records_come_back_as_written;
            feeds_and_records: what_was_never_written_reads_as_empty;
            feeds_and_records: many_look_ups_are_answered_in_their_order;
            feeds_and_records: keys_that_no_store_can_keep_are_refused;
            waiting: readers_of_absent_and_open_records_are_parked_and_woken;
            waiting: waking_keeps_the_waiters_for_a_replay;
            waiting: parking_again_replaces_the_waiter;
            waiting: nobody_falls_between_reading_and_parking;
            figures: one_member_is_found_without_the_others;
            figures: collections_read_alike_however_many_members_they_have;
            lifetime: a_dropped_collection_is_as_if_it_had_never_been;
            lifetime: clearing_a_slot_leaves_its_guarded_and_new_records_only;
            lifetime: clearing_a_slot_leaves_other_slots_alone;
            lifetime: a_batch_writes_on_after_its_clearing;
            lifetime: what_expired_goes_and_the_rest_stays;
            lifetime: an_extended_record_outlives_its_first_expiry;
            lifetime: a_record_put_to_expire_sooner_goes_sooner;
            lifetime: expiry_stops_at_its_limit;
            crowd: no_addition_is_lost_among_many_writers;
            crowd: look_ups_of_one_slot_are_one_moment;
            crowd: what_is_extended_while_others_expire_stays;
        }
    };
}
pub(crate) use every_check;
