//! The questions of `isobar topology`: chains and who is affected.

use std::io::Write;

use serde_json::{Value, json};

use crate::board::{Board, near};
use crate::cli::{CliError, Exit};
use crate::topology::affected::{Change, affected, report};
use crate::topology::{Subject, Topology, path};

/// A board and its topology, to be asked.
pub(super) struct Asked<'a> {
    pub(super) board: &'a Board,
    pub(super) topology: &'a Topology,
    /// Answers are JSON.
    pub(super) json: bool,
}

impl Asked<'_> {
    /// Everything of a name.
    pub(super) fn named(&self, name: &str) -> Result<Vec<Subject>, CliError> {
        let found = self.topology.named(self.board, name);
        if found.is_empty() {
            let names =
                self.topology.subjects(self.board).map(|subject| self.topology.name_of(self.board, subject));
            return Err(unknown("service, message, channel or actor", name, names));
        }
        Ok(found)
    }

    /// Prints the shortest chain between any two things of these names.
    pub(super) fn path(&self, from: &str, to: &str, out: &mut dyn Write) -> Result<Exit, CliError> {
        let shortest = |from: &[Subject], to: &[Subject]| {
            let pairs = from.iter().flat_map(|a| to.iter().map(move |b| (*a, *b)));
            pairs.filter_map(|(a, b)| path::between(self.board, self.topology, a, b)).min_by_key(Vec::len)
        };
        let (starts, ends) = (self.named(from)?, self.named(to)?);
        let there = shortest(&starts, &ends);
        if self.json {
            let chain = there.as_ref().map(|chain| {
                let subject = |s: &Subject| report::subject_json(self.board, self.topology, *s);
                chain.iter().map(subject).collect::<Vec<Value>>()
            });
            writeln!(out, "{:#}", json!({"from": from, "to": to, "chain": chain}))?;
        } else if let Some(chain) = &there {
            writeln!(out, "{}", report::chain_in_words(self.board, self.topology, chain))?;
        } else {
            writeln!(out, "nothing that happens at {from} reaches {to}")?;
            if let Some(back) = shortest(&ends, &starts) {
                let back = report::chain_in_words(self.board, self.topology, &back);
                writeln!(out, "the other way round: {back}")?;
            }
        }
        Ok(if there.is_some() { Exit::Fine } else { Exit::Found })
    }

    /// Prints who is affected, for each thing of this name.
    pub(super) fn affected(&self, name: &str, change: Change, out: &mut dyn Write) -> Result<Exit, CliError> {
        let mut answers = Vec::new();
        for subject in self.named(name)? {
            let found = affected(self.board, self.topology, subject, change);
            if self.json {
                answers.push(report::to_json(self.board, self.topology, subject, change, &found));
            } else {
                write!(out, "{}", report::in_words(self.board, self.topology, subject, change, &found))?;
            }
        }
        if self.json {
            writeln!(out, "{:#}", Value::from(answers))?;
        }
        Ok(Exit::Fine)
    }
}

/// No such thing, with the names that are nearest.
pub(super) fn unknown<'a>(what: &str, name: &str, known: impl Iterator<Item = &'a str>) -> CliError {
    let hint = near::question(&near::nearest(name, known))
        .unwrap_or_else(|| "`isobar topology BOARD` lists the names".to_owned());
    CliError(format!("there is no {what} called \"{name}\" on this board; {hint}"))
}
