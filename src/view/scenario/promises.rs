//! What must hold.

use super::names::Names;
use super::read::{most, most_text, number, share, share_text, span};
use super::{Asks, Field};
use crate::board::notation::words;
use crate::board::{Expectation, Promise, Span};

const KINDS: [&str; 9] = [
    "leads to",
    "at most once",
    "comes before",
    "latency",
    "is answered",
    "queue depth",
    "dead letters",
    "count",
    "ratio",
];

const fn kind(promise: &Promise) -> &'static str {
    match promise {
        Promise::LeadsTo { .. } => KINDS[0],
        Promise::AtMostOnce(_) => KINDS[1],
        Promise::Precedes { .. } => KINDS[2],
        Promise::Latency { .. } => KINDS[3],
        Promise::Answered { .. } => KINDS[4],
        Promise::QueueDepth { .. } => KINDS[5],
        Promise::DeadLetters { .. } => KINDS[6],
        Promise::Count { .. } => KINDS[7],
        Promise::Ratio { .. } => KINDS[8],
    }
}

/// A promise of a kind that is about what the one before was about, as far as it can be.
fn of_kind(kind: &str, before: &Promise, names: &Names) -> Option<Promise> {
    let mut before = before.clone();
    let about: Vec<String> = before.names_mut().into_iter().map(|name| name.clone()).collect();
    let message = |nth: usize| {
        let kept = about.get(nth).filter(|name| names.arriving.contains(name));
        kept.or_else(|| names.arriving.get(nth)).or(names.arriving.first()).cloned().unwrap_or_default()
    };
    let entry = || {
        let entries = answered(names);
        about.first().filter(|name| entries.contains(name)).or(entries.first()).cloned().unwrap_or_default()
    };
    Some(match KINDS.iter().position(|other| *other == kind)? {
        0 => Promise::LeadsTo { when: message(0), then: vec![message(1)], within: Span::from_secs(3_600) },
        1 => Promise::AtMostOnce(message(0)),
        2 => Promise::Precedes { first: message(0), then: message(1) },
        3 => Promise::Latency { entry: entry(), percentile: 99.0, under: Span::from_millis(300) },
        4 => Promise::Answered { entry: entry(), at_least: 0.99 },
        5 => Promise::QueueDepth {
            channel: names.channels.first().cloned().unwrap_or_default(),
            at_most: 1_000,
        },
        6 => Promise::DeadLetters { at_most: 0 },
        7 => Promise::Count { of: message(0), at_least: 1, at_most: u64::MAX },
        _ => Promise::Ratio { of: message(0), to: message(1), at_least: 0.0, at_most: 1.0 },
    })
}

/// What a promise about answers can be about: what somebody waits for, or the nearest to it that there is.
fn answered(names: &Names) -> &[String] {
    let nearest = [&names.asked, &names.entries].into_iter().find(|some| !some.is_empty());
    nearest.unwrap_or(&names.arriving)
}

/// What a promise says: the name of one that people have no words for yet.
#[must_use]
pub(super) fn in_words(promise: &Promise) -> String {
    let said = |name: &str| words(name).to_lowercase();
    match promise {
        Promise::LeadsTo { when, then, within } => {
            let then: Vec<String> = then.iter().map(|name| said(name)).collect();
            format!("every {} leads to {} within {within}", said(when), then.join(" or "))
        }
        Promise::AtMostOnce(name) => format!("never two {} for one process", said(name)),
        Promise::Precedes { first, then } => format!("no {} without {} before it", said(then), said(first)),
        Promise::Latency { entry, percentile, under } => {
            format!("p{percentile} of {} under {under}", said(entry))
        }
        Promise::Answered { entry, at_least } => {
            format!("{} of {} answered", share_text(*at_least), said(entry))
        }
        Promise::QueueDepth { channel, at_most } => format!("no more than {at_most} wait in {channel}"),
        Promise::DeadLetters { at_most: 0 } => "no dead letters".to_owned(),
        Promise::DeadLetters { at_most } => format!("no more than {at_most} dead letters"),
        Promise::Count { of, at_least, at_most: u64::MAX } => format!("at least {at_least} {}", said(of)),
        Promise::Count { of, at_least, at_most } => format!("{at_least} to {at_most} {}", said(of)),
        Promise::Ratio { of, to, at_least, at_most } => {
            format!("{at_least} to {at_most} {} for each {}", said(of), said(to))
        }
    }
}

pub(super) fn fields(expectation: &Expectation, names: &Names) -> Vec<Field> {
    let mut fields = vec![
        Field::new("In words", expectation.name.as_str(), "How people say it", Asks::Lines),
        Field::one("Promise", kind(&expectation.promise), KINDS.map(str::to_owned).to_vec()),
    ];
    let messages = || names.arriving.clone();
    let entries = || answered(names).to_vec();
    fields.extend(match &expectation.promise {
        Promise::LeadsTo { when, then, within } => vec![
            Field::one("Every", when.as_str(), messages()),
            Field::new("Leads to", then.join("\n"), "nothing yet", Asks::Several(messages())),
            Field::line("Within", within.to_string(), "1h"),
        ],
        Promise::AtMostOnce(name) => vec![Field::one("Message", name.as_str(), messages())],
        Promise::Precedes { first, then } => {
            vec![
                Field::one("First", first.as_str(), messages()),
                Field::one("Then", then.as_str(), messages()),
            ]
        }
        Promise::Latency { entry, percentile, under } => vec![
            Field::one("Of", entry.as_str(), entries()),
            Field::line("Percentile", percentile.to_string(), "99"),
            Field::line("Under", under.to_string(), "300ms"),
        ],
        Promise::Answered { entry, at_least } => vec![
            Field::one("Of", entry.as_str(), entries()),
            Field::line("Share at least", share_text(*at_least), "99 %"),
        ],
        Promise::QueueDepth { channel, at_most } => vec![
            Field::one("In", channel.as_str(), names.channels.clone()),
            Field::line("At most", at_most.to_string(), "1000"),
        ],
        Promise::DeadLetters { at_most } => vec![Field::line("At most", at_most.to_string(), "0")],
        Promise::Count { of, at_least, at_most } => vec![
            Field::one("Message", of.as_str(), messages()),
            Field::line("At least", at_least.to_string(), "0"),
            Field::line("At most", most_text(*at_most), "no end"),
        ],
        Promise::Ratio { of, to, at_least, at_most } => vec![
            Field::one("Message", of.as_str(), messages()),
            Field::one("For each", to.as_str(), messages()),
            Field::line("At least", at_least.to_string(), "0"),
            Field::line("At most", at_most.to_string(), "1"),
        ],
    });
    fields
}

pub(super) fn fill(
    expectation: &mut Expectation,
    field: &str,
    text: &str,
    names: &Names,
) -> Result<(), String> {
    if field == "In words" {
        expectation.name =
            if text.is_empty() { in_words(&expectation.promise) } else { text.replace('\n', " ") };
        return Ok(());
    }
    // Words that only said what the promise was go on saying what it is.
    let unnamed = expectation.name.is_empty() || expectation.name == in_words(&expectation.promise);
    if field == "Promise" {
        if text != kind(&expectation.promise)
            && let Some(promise) = of_kind(text, &expectation.promise, names)
        {
            expectation.promise = promise;
        }
    } else {
        fill_promise(&mut expectation.promise, field, text)?;
    }
    if unnamed {
        expectation.name = in_words(&expectation.promise);
    }
    Ok(())
}

fn fill_promise(promise: &mut Promise, field: &str, text: &str) -> Result<(), String> {
    let name = || text.to_owned();
    match promise {
        Promise::LeadsTo { when, then, within } => match field {
            "Every" => *when = name(),
            "Leads to" => *then = text.lines().map(str::to_owned).collect(),
            _ => *within = span(text)?,
        },
        Promise::AtMostOnce(message) => *message = name(),
        Promise::Precedes { first, then } => *(if field == "First" { first } else { then }) = name(),
        Promise::Latency { entry, percentile, under } => match field {
            "Of" => *entry = name(),
            "Percentile" => {
                let read: f64 = number(text, "a percentile, such as 99")?;
                if !(0.0..=100.0).contains(&read) {
                    return Err(format!("`{text}` is no percentile: they go from 0 to 100"));
                }
                *percentile = read;
            }
            _ => *under = span(text)?,
        },
        Promise::Answered { entry, at_least } => match field {
            "Of" => *entry = name(),
            _ => *at_least = share(text)?,
        },
        Promise::QueueDepth { channel, at_most } => match field {
            "In" => *channel = name(),
            _ => *at_most = number(text, "a whole number")?,
        },
        Promise::DeadLetters { at_most } => *at_most = number(text, "a whole number")?,
        Promise::Count { of, at_least, at_most } => match field {
            "Message" => *of = name(),
            "At least" => *at_least = number(text, "a whole number")?,
            _ => *at_most = most(text)?,
        },
        Promise::Ratio { of, to, at_least, at_most } => match field {
            "Message" => *of = name(),
            "For each" => *to = name(),
            "At least" => *at_least = number(text, "a number")?,
            _ => *at_most = number(text, "a number")?,
        },
    }
    Ok(())
}

/// A first promise: what is asked is answered; where nobody asks for anything, that nothing is given up.
pub(super) fn fresh(names: &Names) -> Expectation {
    let promise = match names.asked.first() {
        Some(entry) => Promise::Answered { entry: entry.clone(), at_least: 0.99 },
        None => Promise::DeadLetters { at_most: 0 },
    };
    Expectation { name: in_words(&promise), promise }
}
