//! The rule book: one rule a file, in order of name. A test fails when a file is not registered here.

mod availability_chain;
mod breaking_change;
mod callback_storm;
mod command_in_disguise;
mod dual_write;
mod event_ledger;
mod event_loop;
mod god_event;
mod idle_filter;
mod impossible_filter;
mod invalid_filter;
mod lambda_pinball;
mod lazy_consumer;
mod missing_idempotency;
mod no_correlation;
mod no_dead_letter;
mod ordering_assumed;
mod overlapping_filters;
mod present_tense_event;
mod private_event_leaked;
mod saga_without_compensation;
mod shared_database;
mod single_source_of_failure;
mod synchronous_cycle;
mod technical_event;
mod tight_towards_uncontrolled;
mod too_many_sources;
mod two_handlers;
mod two_publishers;
mod unanswered_query;
mod unconsumed_event;
mod unhandled_command;
mod unknown_field;
mod unprotected_subscriber;
mod unpublished_event;

use super::{Context, Finding, Rule};
use crate::board::{Event, Key, Record};
use crate::edit::{Draft, Edit};

/// Every rule, in order of name.
pub const RULES: &[&Rule] = &[
    &availability_chain::RULE,
    &breaking_change::RULE,
    &callback_storm::RULE,
    &command_in_disguise::RULE,
    &dual_write::RULE,
    &event_ledger::RULE,
    &event_loop::RULE,
    &god_event::RULE,
    &idle_filter::RULE,
    &impossible_filter::RULE,
    &invalid_filter::RULE,
    &lambda_pinball::RULE,
    &lazy_consumer::RULE,
    &missing_idempotency::RULE,
    &no_correlation::RULE,
    &no_dead_letter::RULE,
    &ordering_assumed::RULE,
    &overlapping_filters::RULE,
    &present_tense_event::RULE,
    &private_event_leaked::RULE,
    &saga_without_compensation::RULE,
    &shared_database::RULE,
    &single_source_of_failure::RULE,
    &synchronous_cycle::RULE,
    &technical_event::RULE,
    &tight_towards_uncontrolled::RULE,
    &too_many_sources::RULE,
    &two_handlers::RULE,
    &two_publishers::RULE,
    &unanswered_query::RULE,
    &unconsumed_event::RULE,
    &unhandled_command::RULE,
    &unknown_field::RULE,
    &unprotected_subscriber::RULE,
    &unpublished_event::RULE,
];

/// A cure that says something more about the event a finding points at.
fn mark_event(
    context: &Context<'_>,
    finding: &Finding,
    label: &str,
    mark: impl FnOnce(&mut Event),
) -> Option<Edit> {
    let Key::Sticky(id) = finding.places.first()? else { return None };
    let name = &context.board.stickies.get(id)?.name;
    let mut event = context.board.events.get(name).cloned().unwrap_or_default();
    mark(&mut event);
    let mut draft = Draft::new(context.board);
    draft.put(Record::Event(name.clone(), Box::new(event)));
    Some(draft.finish(label))
}
