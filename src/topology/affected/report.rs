//! Who is affected, and how things reach one another, in words and as JSON.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{Affected, Change};
use crate::board::Board;
use crate::topology::{Subject, Topology};

/// The names along a chain: "Store › DeductBalance › Balance".
#[must_use]
pub fn chain_in_words(board: &Board, topology: &Topology, chain: &[Subject]) -> String {
    let names: Vec<&str> = chain.iter().map(|subject| topology.name_of(board, *subject)).collect();
    names.join(" › ")
}

/// What happens to one, in words: "fails", "stops", "reads it (orderId, total)".
#[must_use]
pub fn effect_in_words(affected: &Affected) -> String {
    let words = match affected.subject {
        Subject::Message(_) => affected.effect.words_of_message(),
        _ => affected.effect.words(),
    };
    if affected.fields.is_empty() {
        words.to_owned()
    } else {
        format!("{words} ({})", affected.fields.join(", "))
    }
}

/// The answer to a question as text: a line each, with how it comes to it.
#[must_use]
pub fn in_words(
    board: &Board,
    topology: &Topology,
    asked: Subject,
    change: Change,
    affected: &[Affected],
) -> String {
    let name = topology.name_of(board, asked);
    let kind = topology.kind_of(asked).words();
    let mut out = format!("If the {kind} {name} {}:\n", change.words());
    if affected.is_empty() {
        out.push_str("  nobody on this board is affected\n");
    }
    let names: Vec<&str> = affected.iter().map(|one| topology.name_of(board, one.subject)).collect();
    let effects: Vec<String> = affected.iter().map(effect_in_words).collect();
    let wide = |texts: &mut dyn Iterator<Item = usize>| texts.max().unwrap_or(0);
    let name_width = wide(&mut names.iter().map(|name| name.chars().count()));
    let effect_width = wide(&mut effects.iter().map(|effect| effect.chars().count()));
    for ((one, name), effect) in affected.iter().zip(names).zip(effects) {
        let chain = chain_in_words(board, topology, &one.chain);
        let _ = writeln!(out, "  {name:name_width$}  {effect:effect_width$}  {chain}");
    }
    out
}

/// A subject as JSON.
#[must_use]
pub fn subject_json(board: &Board, topology: &Topology, subject: Subject) -> Value {
    json!({"kind": topology.kind_of(subject), "name": topology.name_of(board, subject)})
}

/// The answer to a question as JSON.
#[must_use]
pub fn to_json(
    board: &Board,
    topology: &Topology,
    asked: Subject,
    change: Change,
    affected: &[Affected],
) -> Value {
    let subject = |subject: &Subject| subject_json(board, topology, *subject);
    let each = affected.iter().map(|one| {
        let mut value = subject(&one.subject);
        value["effect"] = json!(one.effect);
        if !one.fields.is_empty() {
            value["fields"] = json!(one.fields);
        }
        value["chain"] = one.chain.iter().map(subject).collect();
        value
    });
    json!({"subject": subject(&asked), "if": change, "affected": each.collect::<Vec<_>>()})
}
