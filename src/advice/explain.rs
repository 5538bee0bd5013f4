//! What stands behind a finding: the figures a rule has weighed, and what could be built instead, to look at before
//! anything is changed.

use std::fmt::Write as _;

use serde::Serialize;

use super::decomposition::Decomposition;
use super::usage::{Score, Usage};
use super::{Context, Finding};
use crate::availability::{Gain, Limits, rank};
use crate::board::Key;
use crate::topology::MessageKind;

/// What stands behind one finding.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Explanation {
    /// Who uses which fields of an event, how that scores, and how the event could be taken apart.
    Event(Box<EventExplained>),
    /// What would make an entry's answer more available, best first.
    WhatIf {
        /// The command or query.
        entry: String,
        /// The ways, each an edit.
        gains: Vec<Gain>,
    },
}

/// A God event, explained.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EventExplained {
    /// The score, part by part.
    pub score: Score,
    /// The field × consumer matrix.
    pub usage: Usage,
    /// The events that could stand in its place; none when nothing could be moved.
    pub proposal: Option<Decomposition>,
}

impl EventExplained {
    /// Explains the event of this name; none when it is not on the board, or says nothing about what it carries.
    #[must_use]
    pub fn of(context: &Context<'_>, event: &str) -> Option<Self> {
        let usage = Usage::of(context, context.topology.message(MessageKind::Event, event)?)?;
        let proposal = Decomposition::of(context, &usage);
        Some(Self { score: Score::of(&usage), proposal, usage })
    }
}

/// What stands behind a finding, for the rules that weigh more than fits a sentence.
#[must_use]
pub fn explain(context: &Context<'_>, finding: &Finding) -> Option<Explanation> {
    match finding.rule {
        "god-event" => {
            let Some(Key::Sticky(id)) = finding.places.first() else { return None };
            let name = &context.board.stickies.get(id)?.name;
            EventExplained::of(context, name).map(|event| Explanation::Event(Box::new(event)))
        }
        "availability-chain" => {
            let (kind, name) = finding.places.iter().find_map(|place| match place {
                Key::Command(name) => Some((MessageKind::Command, name)),
                Key::Query(name) => Some((MessageKind::Query, name)),
                _ => None,
            })?;
            let entry = context.topology.message(kind, name)?;
            let gains = rank(context.board, context.topology, entry, &Limits::default());
            Some(Explanation::WhatIf { entry: name.clone(), gains })
        }
        _ => None,
    }
}

/// An explanation as plain text, each line indented.
#[must_use]
pub fn text(explanation: &Explanation) -> String {
    let mut out = String::new();
    match explanation {
        Explanation::Event(event) => {
            score_text(&mut out, &event.score);
            matrix_text(&mut out, &event.usage);
            if let Some(proposal) = &event.proposal {
                proposal_text(&mut out, proposal);
            }
        }
        Explanation::WhatIf { gains, .. } => {
            for gain in gains {
                let _ = writeln!(
                    out,
                    "    {:>8.1} h a year spared, {:.6} answered: {} ({})",
                    gain.gains_hours,
                    gain.availability,
                    gain.describe(),
                    gain.name()
                );
            }
        }
    }
    out
}

fn score_text(out: &mut String, score: &Score) {
    let _ = writeln!(out, "    score: {} of 10", score.points);
    for part in &score.parts {
        let _ = writeln!(out, "      {} of {}  {}: {}", part.points, part.of, part.name, part.found);
    }
}

/// The head of a column of the matrix: A, B, … Z, then numbers.
#[must_use]
pub fn column_head(at: usize) -> String {
    u8::try_from(at)
        .ok()
        .filter(|at| *at < 26)
        .map_or_else(|| (at + 1).to_string(), |at| char::from(b'A' + at).to_string())
}

fn matrix_text(out: &mut String, usage: &Usage) {
    let read: Vec<usize> =
        (0..usage.fields.len()).filter(|at| usage.consumers.iter().any(|c| c.uses.contains(at))).collect();
    let width = read.iter().map(|at| usage.fields[*at].chars().count()).max().unwrap_or(0);
    let heads: Vec<String> = (0..usage.consumers.len()).map(column_head).collect();
    let _ = writeln!(out, "    who uses what:");
    for (head, consumer) in heads.iter().zip(&usage.consumers) {
        let team = if consumer.team.is_empty() { String::new() } else { format!(" ({})", consumer.team) };
        let _ = writeln!(out, "      {head}  {}{team}: {}", consumer.name, consumer.uses.len());
    }
    let _ = writeln!(out, "      {:width$}  {}", "", heads.join(" "));
    for at in read {
        let marks: Vec<String> = usage
            .consumers
            .iter()
            .zip(&heads)
            .map(|(c, head)| format!("{:<w$}", if c.uses.contains(&at) { "x" } else { "." }, w = head.len()))
            .collect();
        let why: Vec<&str> = usage
            .reasons
            .iter()
            .filter(|reason| reason.touches.contains(&at))
            .map(|reason| reason.name.as_str())
            .collect();
        let why = if why.is_empty() { String::new() } else { format!("  {}", why.join(", ")) };
        let _ = writeln!(out, "      {:width$}  {}{why}", usage.fields[at], marks.join(" "));
    }
    let unread = usage.unread().count();
    if unread > 0 {
        let _ =
            writeln!(out, "      and {} that nobody says they use", super::context::counted(unread, "field"));
    }
}

fn proposal_text(out: &mut String, proposal: &Decomposition) {
    let _ = writeln!(
        out,
        "    instead: {}, of which a consumer uses {:.0} % instead of {:.0} %",
        super::context::counted(proposal.parts.len(), "event"),
        proposal.share_after * 100.0,
        proposal.share_before * 100.0,
    );
    for part in &proposal.parts {
        let fields: Vec<&str> = part.carried().collect();
        let _ = writeln!(out, "      {} {{{}}}", part.name, fields.join(", "));
        let _ = writeln!(
            out,
            "        on {}; read by {}",
            super::context::listed(&part.reasons),
            super::context::listed(&part.consumers)
        );
    }
    for staying in &proposal.stay {
        let _ = writeln!(out, "      {} stays with {}: it {}", staying.consumer, proposal.event, staying.why);
    }
}
