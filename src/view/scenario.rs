//! Writing a scenario: what can be filled in of its parts, what there is to choose from, and what typed text means.
//!
//! A part is shown as a list of [`Field`]s and filled in by their names, so that whoever draws them needs to know
//! nothing of arrivals, faults and promises.

mod arrivals;
mod faults;
mod names;
mod promises;
mod read;
mod settings;

pub use names::Names;

use crate::board::{Arrivals, Board, Key, Record, Scenario, Span, Stimulus};
use crate::edit::{Draft, Edit};
pub use crate::simulation::compile::Part;

/// One thing to fill in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name, unlike all others of its part.
    pub name: &'static str,
    /// What stands there now.
    pub text: String,
    /// What it is when nothing stands there.
    pub hint: &'static str,
    /// How it is filled in.
    pub asks: Asks,
}

/// How a field is filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asks {
    /// With a line of text.
    Line,
    /// With several lines.
    Lines,
    /// With `on` or `off`.
    Switch,
    /// With one of these.
    One(Vec<String>),
    /// With some of these, a line each.
    Several(Vec<String>),
}

impl Field {
    fn new(name: &'static str, text: impl Into<String>, hint: &'static str, asks: Asks) -> Self {
        Self { name, text: text.into(), hint, asks }
    }

    fn line(name: &'static str, text: impl Into<String>, hint: &'static str) -> Self {
        Self::new(name, text, hint, Asks::Line)
    }

    fn one(name: &'static str, text: impl Into<String>, of: Vec<String>) -> Self {
        Self::new(name, text, "", Asks::One(of))
    }
}

/// What can be filled in of a part, in the order it is read.
#[must_use]
pub fn fields(scenario: &Scenario, part: Part, names: &Names) -> Vec<Field> {
    match part {
        Part::Board | Part::Whole => settings::fields(scenario),
        Part::Stimulus(at) => {
            scenario.stimuli.get(at).map(|it| arrivals::fields(it, names)).unwrap_or_default()
        }
        Part::Fault(at) => scenario.faults.get(at).map(|it| faults::fields(it, names)).unwrap_or_default(),
        Part::Expectation(at) => {
            scenario.expectations.get(at).map(|it| promises::fields(it, names)).unwrap_or_default()
        }
    }
}

/// Fills a field in.
///
/// # Errors
/// A sentence that says why the text does not fit; the scenario is then as it was.
pub fn fill(
    scenario: &mut Scenario,
    part: Part,
    field: &str,
    text: &str,
    names: &Names,
) -> Result<(), String> {
    let text = text.trim();
    match part {
        Part::Board | Part::Whole => settings::fill(scenario, field, text),
        Part::Stimulus(at) => {
            scenario.stimuli.get_mut(at).map_or(Ok(()), |it| arrivals::fill(it, field, text))
        }
        Part::Fault(at) => {
            scenario.faults.get_mut(at).map_or(Ok(()), |it| faults::fill(it, field, text, names))
        }
        Part::Expectation(at) => {
            scenario.expectations.get_mut(at).map_or(Ok(()), |it| promises::fill(it, field, text, names))
        }
    }
}

/// The three lists of a scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum List {
    /// What arrives.
    Stimuli,
    /// What goes wrong.
    Faults,
    /// What must hold.
    Expectations,
}

impl List {
    /// All of them, in the order they are read.
    pub const ALL: [Self; 3] = [Self::Stimuli, Self::Faults, Self::Expectations];

    /// What stands over it.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Stimuli => "What arrives",
            Self::Faults => "What goes wrong",
            Self::Expectations => "What must hold",
        }
    }

    /// What one of it is called.
    #[must_use]
    pub const fn one(self) -> &'static str {
        match self {
            Self::Stimuli => "Arrival",
            Self::Faults => "Fault",
            Self::Expectations => "Promise",
        }
    }

    /// Its parts.
    #[must_use]
    pub fn parts(self, scenario: &Scenario) -> Vec<Part> {
        match self {
            Self::Stimuli => (0..scenario.stimuli.len()).map(Part::Stimulus).collect(),
            Self::Faults => (0..scenario.faults.len()).map(Part::Fault).collect(),
            Self::Expectations => (0..scenario.expectations.len()).map(Part::Expectation).collect(),
        }
    }

    /// Adds one that makes sense on this board, to be changed.
    pub fn add(self, scenario: &mut Scenario, names: &Names) {
        match self {
            Self::Stimuli => scenario.stimuli.push(arrivals::fresh(scenario, names)),
            Self::Faults => scenario.faults.push(faults::fresh(names)),
            Self::Expectations => scenario.expectations.push(promises::fresh(names)),
        }
    }
}

/// Takes a part out of its list.
pub fn remove(scenario: &mut Scenario, part: Part) {
    match part {
        Part::Stimulus(at) if at < scenario.stimuli.len() => drop(scenario.stimuli.remove(at)),
        Part::Fault(at) if at < scenario.faults.len() => drop(scenario.faults.remove(at)),
        Part::Expectation(at) if at < scenario.expectations.len() => drop(scenario.expectations.remove(at)),
        _ => {}
    }
}

/// A new scenario of a board: one of everything that begins something a second, for a minute. Answers its name with
/// the edit.
#[must_use]
pub fn write_new(board: &Board, names: &Names) -> (String, Edit) {
    let beginning = names.arriving.iter().take(names.beginning.max(1));
    let stimuli = beginning.map(|entry| Stimulus {
        entry: entry.clone(),
        arrivals: Arrivals::Poisson(1.0),
        ..Stimulus::default()
    });
    let scenario =
        Scenario { duration: Some(Span::from_secs(60)), stimuli: stimuli.collect(), ..Scenario::default() };
    let name = free_name(board, "a day like any other");
    let mut draft = Draft::new(board);
    draft.put(Record::Scenario(name.clone(), Box::new(scenario)));
    (name, draft.finish("Write a scenario"))
}

/// A copy of a scenario to change. Answers its name with the edit.
#[must_use]
pub fn copy(board: &Board, name: &str) -> Option<(String, Edit)> {
    let scenario = board.scenarios.get(name)?.clone();
    let fresh = free_name(board, name);
    let mut draft = Draft::new(board);
    draft.put(Record::Scenario(fresh.clone(), Box::new(scenario)));
    Some((fresh, draft.finish("Copy scenario")))
}

/// Gives a scenario another name.
///
/// # Errors
/// When the name is empty or another scenario has it.
pub fn rename(board: &Board, from: &str, to: &str) -> Result<Edit, String> {
    if to.is_empty() {
        return Err("A scenario needs a name".to_owned());
    }
    if board.scenarios.contains_key(to) {
        return Err(format!("There is a scenario `{to}` already"));
    }
    let mut draft = Draft::new(board);
    if let Some(scenario) = board.scenarios.get(from) {
        draft.remove(&Key::Scenario(from.to_owned()));
        draft.put(Record::Scenario(to.to_owned(), Box::new(scenario.clone())));
    }
    Ok(draft.finish("Rename scenario"))
}

/// A name like this one that no scenario of the board has.
fn free_name(board: &Board, like: &str) -> String {
    let numbered = (2..).map(|number| format!("{like} {number}"));
    let mut names = std::iter::once(like.to_owned()).chain(numbered);
    names.find(|name| !board.scenarios.contains_key(name)).unwrap_or_default()
}

#[cfg(test)]
mod tests;
