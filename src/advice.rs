//! The advice: a registry of rules, their findings, severities and suppressions.
//!
//! A rule looks at a board and its topology and says what is wrong, with numbers, and what to do. It never fails: a
//! workshop board is always half-finished, and a rule is silent about what nobody has described yet.

pub mod context;
pub mod cures;
pub mod decomposition;
pub mod explain;
pub mod report;
pub mod rules;
pub mod sarif;
pub mod usage;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use context::Context;
pub use explain::{Explanation, explain};

use crate::board::{Board, Key, near};
use crate::edit::{Edit, Origin};

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// It will hurt one day.
    Warning,
    /// It is wrong now.
    Error,
}

impl Severity {
    /// Its name in files and on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// One rule: what it looks for, why that hurts, and what helps.
pub struct Rule {
    /// Its name, so that "allow NAME" reads well: `god-event`.
    pub name: &'static str,
    /// Its title in the drawer: "God event".
    pub title: &'static str,
    /// How much its findings matter, unless a board's configuration says otherwise.
    pub severity: Severity,
    /// What it looks like on a board.
    pub what: &'static str,
    /// Why it hurts.
    pub why: &'static str,
    /// What to do.
    pub cure: &'static str,
    /// A board, in lines, on which it speaks, and what it says there.
    pub example: &'static str,
    /// Who teaches it.
    pub source: &'static str,
    /// Finds it.
    pub check: fn(&Context<'_>, &mut Findings),
    /// The cure of one finding as an edit, where the cure is mechanical.
    pub fix: Option<fn(&Context<'_>, &Finding) -> Option<Edit>>,
}

/// Something a rule found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Finding {
    /// The rule's name.
    pub rule: &'static str,
    /// The rule's title.
    pub title: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// Where: what it is about first, then what else it touches.
    pub places: Vec<Key>,
    /// Why, with numbers, in a sentence.
    pub message: String,
    /// What to do, in a sentence.
    pub cure: String,
    /// What one click would do; none where the cure takes thought.
    pub fix: Option<String>,
}

/// Gathers the findings of one rule.
pub struct Findings {
    rule: &'static Rule,
    severity: Severity,
    found: Vec<Finding>,
    /// The rule itself says which of its findings it can cure, and how the cure is called.
    names_cures: bool,
}

impl Findings {
    /// Says what one click would do about the finding added last, or that it takes thought. Planning each cure just to
    /// know its name would cost a copy of the board a finding, so a rule whose cures have plain names tells them.
    pub fn cured_by(&mut self, label: Option<String>) {
        self.names_cures = true;
        if let Some(last) = self.found.last_mut() {
            last.fix = label;
        }
    }

    /// Adds a finding with the rule's own cure.
    pub fn add(&mut self, places: Vec<Key>, message: impl Into<String>) {
        self.add_with_cure(places, message, self.rule.cure);
    }

    /// Adds a finding with a cure made for it.
    pub fn add_with_cure(&mut self, places: Vec<Key>, message: impl Into<String>, cure: impl Into<String>) {
        self.add_at(self.severity, places, message, cure);
    }

    /// Adds a finding of its own severity; a severity set by the board's configuration still wins.
    pub fn add_at(
        &mut self,
        severity: Severity,
        places: Vec<Key>,
        message: impl Into<String>,
        cure: impl Into<String>,
    ) {
        let severity = if self.severity == self.rule.severity { severity } else { self.severity };
        self.found.push(Finding {
            rule: self.rule.name,
            title: self.rule.title,
            severity,
            places,
            message: message.into(),
            cure: cure.into(),
            fix: None,
        });
    }
}

/// What a board's configuration says about a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// The rule is off.
    Allow,
    /// Its findings are notes.
    Note,
    /// Its findings are warnings.
    Warning,
    /// Its findings are errors.
    Error,
}

/// A board's configuration of the advice.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Options {
    /// Levels by rule name.
    pub rules: BTreeMap<String, Level>,
}

/// Every finding of every rule, worst first, then by rule and place. What is allowed on a sticky is left out.
#[must_use]
pub fn advise(context: &Context<'_>, options: &Options) -> Vec<Finding> {
    let shared = context::Shared::default();
    let context = &Context { shared: Some(&shared), ..*context };
    let mut all = Vec::new();
    for rule in rules::RULES {
        let Some(mut findings) = ask(rule, context, options) else { continue };
        if !findings.names_cures {
            for finding in &mut findings.found {
                finding.fix = fix(context, finding).map(|edit| edit.label);
            }
        }
        all.extend(findings.found);
    }
    all.sort_by(|a, b| {
        b.severity.cmp(&a.severity).then_with(|| (a.rule, &a.places).cmp(&(b.rule, &b.places)))
    });
    all
}

/// What one rule finds, without saying what one click would do about it.
fn advise_by(rule: &'static Rule, context: &Context<'_>, options: &Options) -> Vec<Finding> {
    let shared = context::Shared::default();
    let context = &Context { shared: Some(&shared), ..*context };
    ask(rule, context, options).map(|findings| findings.found).unwrap_or_default()
}

/// Asks a rule, unless the board's configuration has it off. What is allowed on a sticky is left out.
fn ask(rule: &'static Rule, context: &Context<'_>, options: &Options) -> Option<Findings> {
    let severity = match options.rules.get(rule.name) {
        Some(Level::Allow) => return None,
        Some(Level::Note) => Severity::Note,
        Some(Level::Warning) => Severity::Warning,
        Some(Level::Error) => Severity::Error,
        None => rule.severity,
    };
    let mut findings = Findings { rule, severity, found: Vec::new(), names_cures: false };
    (rule.check)(context, &mut findings);
    findings.found.retain(|finding| !is_allowed(context.board, finding));
    Some(findings)
}

/// A rule is named that there is not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no rule `{name}`; {}`isobar rules` lists them", asked(near))]
pub struct UnknownRule {
    /// The name.
    pub name: String,
    /// The names that may have been meant.
    pub near: Vec<&'static str>,
}

fn asked(near: &[&str]) -> String {
    near::question(near).map_or_else(String::new, |question| format!("{question} "))
}

/// The rule of this name.
///
/// # Errors
/// When there is none.
pub fn rule(name: &str) -> Result<&'static Rule, UnknownRule> {
    let found = rules::RULES.iter().copied().find(|rule| rule.name == name);
    found.ok_or_else(|| UnknownRule {
        name: name.to_owned(),
        near: near::nearest(name, rules::RULES.iter().map(|rule| rule.name)),
    })
}

/// The cure of a finding as an edit, where it is mechanical.
#[must_use]
pub fn fix(context: &Context<'_>, finding: &Finding) -> Option<Edit> {
    let edit = (rule(finding.rule).ok()?.fix?)(context, finding)?;
    Some(Edit { origin: Origin::Fix(finding.rule.to_owned()), ..edit })
}

/// True when a sticky the finding is about allows its rule.
fn is_allowed(board: &Board, finding: &Finding) -> bool {
    let allows = |sticky: &crate::board::Sticky| sticky.allow.iter().any(|allow| allow.rule == finding.rule);
    finding.places.iter().any(|place| match place {
        Key::Sticky(id) => board.stickies.get(id).is_some_and(allows),
        _ => false,
    })
}

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
