//! One finding in full: why, what helps, what the cure would change, and what stands behind it.

use egui::{Button, RichText, ScrollArea, Ui};

use super::{matrix, severity_look};
use crate::advice::{self, Explanation, Finding, explain};
use crate::app::context::{Command, Cx};
use crate::app::theme::Theme;
use crate::app::{canvas::Tone, icons, widgets};
use crate::availability::Gain;
use crate::board::{Key, Record, Suppression};
use crate::edit::{Draft, Edit};
use crate::topology::Topology;

/// The finding that is looked at, with what was worked out for it.
#[derive(Clone, Debug)]
pub struct Opened {
    rule: &'static str,
    places: Vec<Key>,
    /// The names given to proposed events, in their order; empty before they are known.
    names: Vec<String>,
    /// Why the finding shall be ignored, while that is being written.
    reason: Option<String>,
    known: Option<Known>,
}

/// What follows from the board at one revision.
#[derive(Clone, Debug)]
struct Known {
    revision: u64,
    explanation: Option<Explanation>,
    changes: Vec<String>,
}

impl Opened {
    /// Opens a finding.
    #[must_use]
    pub fn new(finding: &Finding) -> Self {
        Self {
            rule: finding.rule,
            places: finding.places.clone(),
            names: Vec::new(),
            reason: None,
            known: None,
        }
    }

    /// True when this is the finding that is open. Its wording may change with the board, its rule and place do not.
    #[must_use]
    pub fn is(&self, finding: &Finding) -> bool {
        self.rule == finding.rule && self.places.first() == finding.places.first()
    }

    fn work_out(&mut self, cx: &mut Cx<'_>, finding: &Finding) {
        let revision = cx.document.revision();
        if self.known.as_ref().is_some_and(|known| known.revision == revision) || cx.document.in_gesture() {
            return;
        }
        let topology = cx.topology();
        let explanation = explain(&context(cx, &topology), finding);
        if let Some(Explanation::Event(event)) = &explanation {
            let parts = event.proposal.iter().flat_map(|proposal| &proposal.parts);
            self.names = parts.map(|part| part.name.clone()).collect();
        }
        let mut known = Known { revision, explanation, changes: Vec::new() };
        let board = cx.document.board();
        known.changes = edit(cx, &topology, finding, &known, &self.names)
            .map(|edit| advice::report::changes(board, &edit))
            .unwrap_or_default();
        self.known = Some(known);
    }
}

fn context<'a>(cx: &'a Cx<'_>, topology: &'a Topology) -> advice::Context<'a> {
    advice::Context::new(cx.document.board(), topology).on(crate::io::today())
}

/// The cure as it stands, with the names people gave.
fn edit(
    cx: &Cx<'_>,
    topology: &Topology,
    finding: &Finding,
    known: &Known,
    names: &[String],
) -> Option<Edit> {
    let context = context(cx, topology);
    if let Some(Explanation::Event(event)) = &known.explanation {
        let mut proposal = event.proposal.clone()?;
        for (part, name) in proposal.parts.iter_mut().zip(names) {
            part.name.clone_from(name);
        }
        let edit = proposal.edit(&context, &event.usage)?;
        return Some(Edit { origin: crate::edit::Origin::Fix(finding.rule.to_owned()), ..edit });
    }
    advice::fix(&context, finding)
}

/// Shows a finding in full; answers whether it stays open.
pub(super) fn show(ui: &mut Ui, cx: &mut Cx<'_>, finding: &Finding, opened: &mut Opened) -> bool {
    opened.work_out(cx, finding);
    let Some(known) = opened.known.clone() else { return true };
    let theme = cx.theme;
    let mut open = true;
    ui.add_space(6.0);
    ui.horizontal(|ui| {
        let (icon, color) = severity_look(theme, finding.severity);
        ui.label(icons::text(icon, 15.0).color(color));
        ui.label(RichText::new(finding.title).font(Theme::strong(theme.sizes.title)));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let close = Button::new(icons::text("close", 14.0)).frame_when_inactive(false);
            let response = ui.add(close).on_hover_text("Close");
            ui.ctx().accesskit_node_builder(response.id, |node| node.set_label("Close the finding"));
            open = !response.clicked();
        });
    });
    ScrollArea::vertical().id_salt(("finding", finding.rule)).auto_shrink(false).show(ui, |ui| {
        ui.add(egui::Label::new(&finding.message).wrap());
        ui.add_space(4.0);
        ui.add(egui::Label::new(RichText::new(&finding.cure).color(theme.accent)).wrap());
        if let Ok(rule) = advice::rule(finding.rule) {
            ui.add(egui::Label::new(theme.secondary(rule.why)).wrap());
        }
        ui.add_space(8.0);
        buttons(ui, cx, finding, opened, &known);
        match &known.explanation {
            Some(Explanation::Event(event)) => matrix::show(ui, theme, event, &mut opened.names),
            Some(Explanation::WhatIf { gains, .. }) => what_if(ui, cx, gains),
            None => {}
        }
        if !known.changes.is_empty() {
            widgets::section(ui, theme, "What the cure changes");
            for line in &known.changes {
                ui.label(theme.secondary(line));
            }
        }
        ui.add_space(12.0);
    });
    open
}

fn buttons(ui: &mut Ui, cx: &mut Cx<'_>, finding: &Finding, opened: &mut Opened, known: &Known) {
    let theme = cx.theme;
    ui.horizontal_wrapped(|ui| {
        if let Some(label) = &finding.fix {
            let text = RichText::new(label).font(Theme::strong(theme.sizes.body)).color(theme.on_accent);
            if ui.add(Button::new(text).fill(theme.accent)).clicked() {
                let topology = cx.topology();
                match edit(cx, &topology, finding, known, &opened.names) {
                    Some(edit) => drop(cx.commit(edit)),
                    None => cx.say(Tone::Error, "Each new event needs a name of its own"),
                }
            }
        }
        if ui.button("Show on the board").clicked() {
            let items = cx.items_of(finding);
            cx.send(Command::Show(items));
        }
        let sticky = finding.places.iter().find_map(|place| match place {
            Key::Sticky(id) => Some(*id),
            _ => None,
        });
        let Some(sticky) = sticky else { return };
        let Some(reason) = &mut opened.reason else {
            let hint = "This advice is no longer given for this sticky; the reason is kept on it";
            if ui.button("Ignore here…").on_hover_text(hint).clicked() {
                opened.reason = Some(String::new());
            }
            return;
        };
        let field = egui::TextEdit::singleline(reason)
            .hint_text(RichText::new("Why it does not apply here"))
            .desired_width(220.0);
        let response = ui.add(field);
        ui.ctx().accesskit_node_builder(response.id, |node| node.set_label("Why it does not apply here"));
        let entered = response.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
        let ready = !reason.trim().is_empty();
        let ignore = ui.add_enabled(ready, Button::new("Ignore")).clicked() || entered && ready;
        if ui.button("Cancel").clicked() {
            opened.reason = None;
        } else if ignore {
            let allow = Suppression { rule: finding.rule.to_owned(), reason: reason.trim().to_owned() };
            if let Some(mut record) = cx.document.board().stickies.get(&sticky).cloned() {
                record.allow.push(allow);
                let mut draft = Draft::new(cx.document.board());
                draft.put(Record::Sticky(sticky, Box::new(record)));
                cx.commit(draft.finish(format!("Ignore \u{201c}{}\u{201d} here", finding.title)));
            }
        }
    });
}

/// The ways to be answered more often, best first, each one click away.
fn what_if(ui: &mut Ui, cx: &mut Cx<'_>, gains: &[Gain]) {
    let theme = cx.theme;
    widgets::section(ui, theme, "What would help");
    for gain in gains {
        ui.horizontal(|ui| {
            let build = ui.button("Build it");
            ui.ctx()
                .accesskit_node_builder(build.id, |node| node.set_label(format!("Build {}", gain.name())));
            let hours = format!("{:.1} h a year spared", gain.gains_hours);
            ui.label(RichText::new(hours).font(Theme::strong(theme.sizes.body)));
            let told = format!("{}; then answered {:.6} of the time", gain.describe(), gain.availability);
            ui.add(egui::Label::new(theme.secondary(told)).truncate());
            if build.clicked() {
                match gain.edit(cx.document.board()) {
                    Some(edit) => drop(cx.commit(edit)),
                    None => cx.say(Tone::Error, "The board has changed so far that this no longer fits"),
                }
            }
        });
    }
}
