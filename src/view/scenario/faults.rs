//! What goes wrong.

use super::names::Names;
use super::read::{optional_span, positive, share, share_text, span, span_text};
use super::{Asks, Field};
use crate::board::{Fault, FaultKind, Span};
use crate::simulation::faults::{FAULTS, fault_type};
use crate::view::latency;

pub(super) fn fields(fault: &Fault, names: &Names) -> Vec<Field> {
    let row = fault_type(&fault.kind);
    let mut fields = vec![
        Field::one("What", row.label(), FAULTS.iter().map(|row| row.label()).collect()),
        Field::one("Strikes", fault.target.as_str(), names.struck_by(row)),
    ];
    fields.extend(parameters(&fault.kind, names));
    fields.push(Field::line("From", span_text(fault.at), "the start"));
    fields.push(Field::line("For", span_text(fault.lasts), "the whole run"));
    fields
}

/// The numbers that belong to a kind of fault.
fn parameters(kind: &FaultKind, names: &Names) -> Vec<Field> {
    let one = |name, text: String, hint| vec![Field::line(name, text, hint)];
    match kind {
        FaultKind::Down | FaultKind::BreakingSchema | FaultKind::Partition => Vec::new(),
        FaultKind::Slow(factor) => one("Times as slow", factor.to_string(), "10"),
        FaultKind::Burst(factor) => one("Times as many", factor.to_string(), "10"),
        FaultKind::RateLimit(rate) => one("A second", rate.to_string(), "1"),
        FaultKind::Flapping(span) => one("Each for", span.to_string(), "5s"),
        FaultKind::Reorder(span) => one("By up to", span.to_string(), "5s"),
        FaultKind::ClockSkew(span) => one("Behind by", span.to_string(), "5min"),
        FaultKind::Delay(distribution) => one("Longer by", latency::text(distribution), "2s, or 1s to 5s"),
        FaultKind::Drop(p)
        | FaultKind::Duplicate(p)
        | FaultKind::Corrupt(p)
        | FaultKind::Poison(p)
        | FaultKind::CrashBeforePublish(p)
        | FaultKind::CrashBeforeAck(p) => one("Share", share_text(*p), "10 %"),
        FaultKind::Replay { from, to, only } => vec![
            Field::line("Sent after", from.to_string(), "0s"),
            Field::line("And before", to.to_string(), "1min"),
            Field::new("Only for", only.join("\n"), "everybody", Asks::Several(names.services.clone())),
        ],
    }
}

pub(super) fn fill(fault: &mut Fault, field: &str, text: &str, names: &Names) -> Result<(), String> {
    match field {
        "Strikes" => text.clone_into(&mut fault.target),
        "From" => fault.at = optional_span(text)?,
        "For" => fault.lasts = optional_span(text)?,
        "What" => {
            let Some(row) = FAULTS.iter().find(|row| row.label() == text) else { return Ok(()) };
            if row.name != fault_type(&fault.kind).name {
                fault.kind = (row.example)();
            }
            // What was struck stays where the new fault can strike it too.
            let struck = names.struck_by(row);
            if !struck.contains(&fault.target) {
                fault.target = struck.first().cloned().unwrap_or_default();
            }
        }
        _ => fault.kind = with_parameter(&fault.kind, field, text)?,
    }
    Ok(())
}

fn with_parameter(kind: &FaultKind, field: &str, text: &str) -> Result<FaultKind, String> {
    use FaultKind as Kind;
    Ok(match kind {
        Kind::Down | Kind::BreakingSchema | Kind::Partition => kind.clone(),
        Kind::Slow(_) => Kind::Slow(positive(text)?),
        Kind::Burst(_) => Kind::Burst(positive(text)?),
        Kind::RateLimit(_) => Kind::RateLimit(positive(text)?),
        Kind::Flapping(_) => match span(text)? {
            Span(0) => return Err("It must stay up and down for some time, such as 5s".to_owned()),
            span => Kind::Flapping(span),
        },
        Kind::Reorder(_) => Kind::Reorder(span(text)?),
        Kind::ClockSkew(_) => Kind::ClockSkew(span(text)?),
        Kind::Delay(_) => match latency::read(text)? {
            Some(distribution) => Kind::Delay(distribution),
            None => return Err("Say by how much: 2s, or 1s to 5s".to_owned()),
        },
        Kind::Drop(_) => Kind::Drop(share(text)?),
        Kind::Duplicate(_) => Kind::Duplicate(share(text)?),
        Kind::Corrupt(_) => Kind::Corrupt(share(text)?),
        Kind::Poison(_) => Kind::Poison(share(text)?),
        Kind::CrashBeforePublish(_) => Kind::CrashBeforePublish(share(text)?),
        Kind::CrashBeforeAck(_) => Kind::CrashBeforeAck(share(text)?),
        Kind::Replay { from, to, only } => {
            let (mut from, mut to, mut only) = (*from, *to, only.clone());
            match field {
                "Sent after" => from = span(text)?,
                "And before" => to = span(text)?,
                _ => only = text.lines().map(str::to_owned).collect(),
            }
            Kind::Replay { from, to, only }
        }
    })
}

/// A first thing to go wrong: a service that is down for a while.
pub(super) fn fresh(names: &Names) -> Fault {
    let target = names.services.first().cloned().unwrap_or_default();
    Fault { kind: FaultKind::Down, target, at: Some(Span::from_secs(10)), lasts: Some(Span::from_secs(10)) }
}
