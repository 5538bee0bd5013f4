//! What arrives.

use serde_json::Value;

use super::names::Names;
use super::read::{number, optional, positive, span};
use super::{Asks, Field};
use crate::board::{Arrivals, Scenario, Span, Stimulus};

/// Lists longer than this come from captured logs: they are told, not shown.
const SHOWN: usize = 50;

const RANDOM: &str = "at random";
const EVEN: &str = "evenly";
const BURST: &str = "all at once";
const MOMENTS: &str = "at set times";

const WAYS: [&str; 4] = [RANDOM, EVEN, BURST, MOMENTS];

const fn way(arrivals: &Arrivals) -> &'static str {
    match arrivals {
        Arrivals::Poisson(_) => RANDOM,
        Arrivals::Every(_) => EVEN,
        Arrivals::Burst { .. } => BURST,
        Arrivals::At(_) => MOMENTS,
    }
}

/// Arrivals of another kind that are as frequent as those before, as far as that can be said.
fn in_way(way: &str, before: &Arrivals) -> Option<Arrivals> {
    let pause = match before {
        Arrivals::Poisson(rate) if *rate > 0.0 => Span::from_secs_f64(1.0 / rate),
        Arrivals::Every(span) => *span,
        _ => Span::from_secs(1),
    };
    Some(match way {
        RANDOM => Arrivals::Poisson(if pause.0 == 0 { 1.0 } else { 1.0 / pause.as_secs_f64() }),
        EVEN => Arrivals::Every(pause),
        BURST => Arrivals::Burst { count: 100, at: Span::ZERO },
        MOMENTS => Arrivals::At(vec![Span::ZERO]),
        _ => return None,
    })
}

pub(super) fn fields(stimulus: &Stimulus, names: &Names) -> Vec<Field> {
    let mut fields = vec![
        Field::one("Message", stimulus.entry.as_str(), names.arriving.clone()),
        Field::one("Comes", way(&stimulus.arrivals), WAYS.map(str::to_owned).to_vec()),
    ];
    match &stimulus.arrivals {
        Arrivals::Poisson(rate) => fields.push(Field::line("A second", rate.to_string(), "1")),
        Arrivals::Every(span) => fields.push(Field::line("Every", span.to_string(), "1s")),
        Arrivals::Burst { count, at } => {
            fields.push(Field::line("How many", count.to_string(), "100"));
            fields.push(Field::line("At", at.to_string(), "0s"));
        }
        Arrivals::At(moments) => fields.push(Field::line("Times", moments_text(moments), "0s, 1.5s, 20s")),
    }
    let limit = stimulus.limit.map(|limit| limit.to_string()).unwrap_or_default();
    fields.push(Field::line("At most", limit, "no end"));
    let payloads = payloads_text(&stimulus.payloads);
    fields.push(Field::new("Payloads", payloads, "Made from the schema; or JSON, one a line", Asks::Lines));
    fields
}

pub(super) fn fill(stimulus: &mut Stimulus, field: &str, text: &str) -> Result<(), String> {
    match field {
        "Message" => text.clone_into(&mut stimulus.entry),
        "Comes" if text != way(&stimulus.arrivals) => {
            if let Some(arrivals) = in_way(text, &stimulus.arrivals) {
                stimulus.arrivals = arrivals;
            }
        }
        "At most" => stimulus.limit = optional(text, "a whole number")?,
        "Payloads" => stimulus.payloads = read_payloads(text)?,
        "A second" => stimulus.arrivals = Arrivals::Poisson(positive(text)?),
        "Every" => {
            let every = span(text)?;
            if every.0 == 0 {
                return Err("There must be a pause between arrivals, such as 2s".to_owned());
            }
            stimulus.arrivals = Arrivals::Every(every);
        }
        "Times" => {
            let moments = text.split(',').map(str::trim).filter(|moment| !moment.is_empty());
            stimulus.arrivals = Arrivals::At(moments.map(span).collect::<Result<_, _>>()?);
        }
        "How many" | "At" => {
            if let Arrivals::Burst { count, at } = &mut stimulus.arrivals {
                match field {
                    "At" => *at = span(text)?,
                    _ => *count = number(text, "a whole number")?,
                }
            }
        }
        _ => {}
    }
    Ok(())
}

fn moments_text(moments: &[Span]) -> String {
    if moments.len() > SHOWN {
        return format!("{} times", moments.len());
    }
    moments.iter().map(Span::to_string).collect::<Vec<_>>().join(", ")
}

fn payloads_text(payloads: &[Value]) -> String {
    if payloads.len() > SHOWN {
        return format!("{} payloads", payloads.len());
    }
    payloads.iter().map(Value::to_string).collect::<Vec<_>>().join("\n")
}

fn read_payloads(text: &str) -> Result<Vec<Value>, String> {
    let lines = text.lines().map(str::trim).enumerate().filter(|(_, line)| !line.is_empty());
    let read = |(at, line): (usize, &str)| match serde_json::from_str(line) {
        Ok(payload @ Value::Object(_)) => Ok(payload),
        Ok(_) => Err(format!("Payload {} is not an object: write {{…}}, one a line", at + 1)),
        Err(error) => Err(format!("Payload {} is not JSON: {error}", at + 1)),
    };
    lines.map(read).collect()
}

/// Something more that arrives: first what does not yet.
pub(super) fn fresh(scenario: &Scenario, names: &Names) -> Stimulus {
    let arrives = |name: &&String| scenario.stimuli.iter().any(|stimulus| stimulus.entry == **name);
    let next = names.arriving.iter().find(|name| !arrives(name)).or(names.arriving.first());
    Stimulus { entry: next.cloned().unwrap_or_default(), ..Stimulus::default() }
}
