//! The scenario as a whole.

use super::read::{optional, optional_span, span_text};
use super::{Asks, Field};
use crate::board::Scenario;

pub(super) fn fields(scenario: &Scenario) -> Vec<Field> {
    let seed = scenario.seed.map(|seed| seed.to_string()).unwrap_or_default();
    vec![
        Field::new("Description", scenario.description.as_str(), "What it shows", Asks::Lines),
        Field::line("Arrivals last", span_text(scenario.duration), "a minute"),
        Field::line("Then drains for", span_text(scenario.drain), "a day at most"),
        Field::line("Seed", seed, "any"),
        Field::line("Look first at", span_text(scenario.moment), "the start"),
        Field::new(
            "Outages by MTTF",
            if scenario.outages { "on" } else { "off" },
            "Services and channels fail and recover by their availability or mean times",
            Asks::Switch,
        ),
    ]
}

pub(super) fn fill(scenario: &mut Scenario, field: &str, text: &str) -> Result<(), String> {
    match field {
        "Description" => text.clone_into(&mut scenario.description),
        "Arrivals last" => scenario.duration = optional_span(text)?,
        "Then drains for" => scenario.drain = optional_span(text)?,
        "Seed" => scenario.seed = optional(text, "a whole number")?,
        "Look first at" => scenario.moment = optional_span(text)?,
        "Outages by MTTF" => scenario.outages = text == "on",
        _ => {}
    }
    Ok(())
}
