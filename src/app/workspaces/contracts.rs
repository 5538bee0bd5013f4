//! The Contracts workspace: the files a board says, before and after they are written.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::mpsc::Receiver;

use egui::{RichText, Ui};

use super::Workspace;
use crate::app::canvas::Tone;
use crate::app::context::Cx;
use crate::app::pick::{self, Kind, Question};
use crate::app::theme::Theme;
use crate::app::widgets;
use crate::contracts::{Bundle, FORMATS, Format, Options, Syntax};
use crate::io::bundle::{self, Manner, Outcome};

/// The longest file shown whole, in bytes; of a longer one the beginning is shown.
const PREVIEW_MAX: usize = 400_000;

/// How a file stands to the folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    Same,
    New,
    Changed,
    Foreign,
}

/// The Contracts workspace.
#[derive(Default)]
pub(super) struct ContractsWorkspace {
    format: usize,
    json: bool,
    folder: Option<PathBuf>,
    file: Option<String>,
    difference: bool,
    /// The bundle of a revision, format and syntax.
    made: Option<((u64, usize, bool), Bundle)>,
    /// What is in the folder now, for that bundle.
    on_disk: BTreeMap<String, String>,
    standing: BTreeMap<String, Standing>,
    stale: Vec<String>,
    picking: Option<Receiver<Option<PathBuf>>>,
}

impl ContractsWorkspace {
    fn format(&self) -> &'static Format {
        FORMATS.get(self.format).unwrap_or(&FORMATS[0])
    }

    fn refresh(&mut self, cx: &mut Cx<'_>) {
        if let Some(picked) = self.picking.as_ref().and_then(|receive| receive.try_recv().ok()) {
            self.picking = None;
            if picked.is_some() {
                self.folder = picked;
                self.compare(cx);
            }
        }
        let key = (cx.document.revision(), self.format, self.json);
        if self.made.as_ref().is_some_and(|(made, _)| *made == key) || cx.document.in_gesture() {
            return;
        }
        let options = Options { syntax: if self.json { Syntax::Json } else { Syntax::Yaml } };
        let topology = cx.topology();
        let bundle = self.format().export(cx.document.board(), &topology, &options);
        if self.file.as_ref().is_none_or(|file| !bundle.files.contains_key(file)) {
            self.file = bundle.files.keys().next().cloned();
        }
        self.made = Some((key, bundle));
        self.compare(cx);
    }

    /// Looks at the folder: which files are new, changed or not ours. Nothing is written.
    fn compare(&mut self, cx: &mut Cx<'_>) {
        (self.on_disk, self.standing, self.stale) = Default::default();
        let (Some(folder), Some((_, bundle))) = (&self.folder, &self.made) else { return };
        let manner = Manner { check: true, prune: false };
        match bundle::write(folder, self.format().name, bundle, manner, &mut |_| {}) {
            Ok(outcome) => self.settle(outcome),
            Err(error) => cx.say(Tone::Error, error.to_string()),
        }
    }

    fn settle(&mut self, outcome: Outcome) {
        let (Some(folder), Some((_, bundle))) = (&self.folder, &self.made) else { return };
        self.stale = outcome.stale;
        self.standing = bundle.files.keys().map(|path| (path.clone(), Standing::Same)).collect();
        for path in outcome.changed {
            match std::fs::read_to_string(folder.join(&path)) {
                Ok(text) => {
                    self.on_disk.insert(path.clone(), text);
                    self.standing.insert(path, Standing::Changed);
                }
                Err(_missing) => {
                    self.standing.insert(path, Standing::New);
                }
            }
        }
        for (path, _) in outcome.refused {
            self.standing.insert(path, Standing::Foreign);
        }
    }

    fn write(&mut self, cx: &mut Cx<'_>) {
        let (Some(folder), Some((_, bundle))) = (&self.folder, &self.made) else { return };
        match bundle::write(folder, self.format().name, bundle, Manner::default(), &mut |_| {}) {
            Ok(outcome) => {
                let refused = outcome.refused.len();
                let text = format!(
                    "Wrote {} files to {}, {} were the same",
                    outcome.changed.len(),
                    folder.display(),
                    outcome.unchanged
                );
                cx.say(Tone::Fine, text);
                if refused > 0 {
                    cx.say(Tone::Warning, format!("{refused} files are not ours and were left alone"));
                }
            }
            Err(error) => cx.say(Tone::Error, error.to_string()),
        }
        self.compare(cx);
    }

    fn pick(&mut self, ctx: &egui::Context) {
        self.picking = Some(pick::ask(ctx, Question::new(Kind::Folder, "Folder for contract files")));
    }

    fn bar(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        ui.horizontal_wrapped(|ui| {
            for (at, format) in FORMATS.iter().enumerate() {
                let tab = widgets::tab(ui, cx.theme, format.label, self.format == at);
                if tab.on_hover_text(format.help).clicked() {
                    self.format = at;
                    self.file = None;
                }
            }
            ui.add_space(12.0);
            for (json, name) in [(false, "YAML"), (true, "JSON")] {
                if widgets::chip(ui, cx.theme, name, self.json == json).clicked() {
                    self.json = json;
                    self.file = None;
                }
            }
        });
        ui.horizontal(|ui| {
            let folder = self.folder.as_ref().map(|folder| folder.display().to_string());
            if ui.button("Choose folder…").clicked() {
                self.pick(ui.ctx());
            }
            let ready = self.folder.is_some()
                && self.standing.values().any(|s| matches!(s, Standing::New | Standing::Changed));
            if ui.add_enabled(ready, egui::Button::new("Write files")).clicked() {
                self.write(cx);
            }
            match folder {
                Some(folder) => ui.label(cx.theme.secondary(format!("compared with {folder}"))),
                None => {
                    ui.label(cx.theme.secondary("Choose a folder to compare with what is there and to write"))
                }
            };
        });
    }

    fn list(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let Some((_, bundle)) = &self.made else { return };
        let theme = cx.theme;
        let mut chosen = None;
        egui::ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            ui.label(theme.heading(format!("{} files", bundle.files.len())));
            ui.add_space(4.0);
            for path in bundle.files.keys() {
                let here = self.file.as_ref() == Some(path);
                let (mark, color) = match self.standing.get(path) {
                    Some(Standing::New) => ("new", theme.fine),
                    Some(Standing::Changed) => ("changed", theme.warning),
                    Some(Standing::Foreign) => ("not ours", theme.error),
                    Some(Standing::Same) => ("same", theme.secondary),
                    None => ("", theme.secondary),
                };
                ui.horizontal(|ui| {
                    let text = RichText::new(path).color(if here { theme.accent } else { theme.text });
                    if ui.add(egui::Button::selectable(here, text).truncate()).clicked() {
                        chosen = Some(path.clone());
                    }
                    ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                        ui.label(RichText::new(mark).size(theme.sizes.small).color(color));
                    });
                });
            }
            for path in &self.stale {
                ui.label(theme.secondary(format!("{path} is no longer made")));
            }
            if !bundle.report.is_empty() {
                widgets::section(ui, theme, "What could not be said");
                for remark in &bundle.report {
                    ui.label(theme.secondary(remark.to_string()));
                }
            }
        });
        if chosen.is_some() {
            self.file = chosen;
        }
    }

    fn preview(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let theme = cx.theme;
        let (Some((_, bundle)), Some(file)) = (&self.made, &self.file) else {
            ui.label(theme.secondary("This board has nothing this format could say yet."));
            return;
        };
        let Some(bytes) = bundle.files.get(file) else { return };
        let text = String::from_utf8_lossy(&bytes[..bytes.len().min(PREVIEW_MAX)]);
        let old = self.on_disk.get(file);
        ui.horizontal(|ui| {
            ui.label(theme.title(file));
            if old.is_some() {
                ui.add_space(12.0);
                if widgets::chip(ui, theme, "Difference", self.difference).clicked() {
                    self.difference = !self.difference;
                }
            }
            if ui.small_button("Copy").clicked() {
                ui.ctx().copy_text(text.to_string());
            }
        });
        ui.add_space(6.0);
        let lines: Vec<(char, &str)> = match old.filter(|_| self.difference) {
            Some(old) => difference(old, &text),
            None => text.lines().map(|line| (' ', line)).collect(),
        };
        let height = ui.text_style_height(&egui::TextStyle::Monospace) + 1.0;
        let area = egui::ScrollArea::both().auto_shrink(false).id_salt(("preview", file));
        area.show_rows(ui, height, lines.len(), |ui, rows| {
            for (mark, line) in &lines[rows] {
                let job = coloured(line, *mark, theme);
                ui.add(egui::Label::new(job).wrap_mode(egui::TextWrapMode::Extend));
            }
        });
    }
}

/// One line of YAML or JSON with its key apart from its value.
fn coloured(line: &str, mark: char, theme: &Theme) -> egui::text::LayoutJob {
    let font = egui::FontId::monospace(theme.sizes.secondary);
    let format = |color| egui::TextFormat { font_id: font.clone(), color, ..Default::default() };
    let mut job = egui::text::LayoutJob::default();
    match mark {
        '+' => job.append(&format!("+ {line}"), 0.0, format(theme.fine)),
        '-' => job.append(&format!("- {line}"), 0.0, format(theme.error)),
        _ => match line.find(':').filter(|at| !line[..*at].trim_start().contains(' ')) {
            Some(at) => {
                job.append(&line[..at], 0.0, format(theme.accent));
                job.append(&line[at..], 0.0, format(theme.text));
            }
            None => job.append(line, 0.0, format(theme.text)),
        },
    }
    job
}

/// The lines of two texts as kept, gone and new; in order.
fn difference<'a>(old: &'a str, new: &'a str) -> Vec<(char, &'a str)> {
    let diff = similar::TextDiff::from_lines(old, new);
    let sign = |tag| match tag {
        similar::ChangeTag::Delete => '-',
        similar::ChangeTag::Insert => '+',
        similar::ChangeTag::Equal => ' ',
    };
    diff.iter_all_changes()
        .map(|change| (sign(change.tag()), change.value().trim_end_matches('\n')))
        .collect()
}

impl Workspace for ContractsWorkspace {
    fn name(&self) -> &'static str {
        "Contracts"
    }

    fn ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        self.refresh(cx);
        let chrome = egui::Frame::new().fill(cx.theme.chrome).inner_margin(10.0);
        egui::Panel::top("contracts-bar").frame(chrome).show(ui, |ui| self.bar(ui, cx));
        egui::Panel::left("contracts-list")
            .frame(chrome)
            .default_size(320.0)
            .show(ui, |ui| self.list(ui, cx));
        let paper = egui::Frame::new().fill(cx.theme.field).inner_margin(14.0);
        egui::CentralPanel::default().frame(paper).show(ui, |ui| self.preview(ui, cx));
    }

    fn opened(&mut self, _ctx: &egui::Context, _cx: &mut Cx<'_>) {
        (self.made, self.file) = (None, None);
        (self.on_disk, self.standing, self.stale) = Default::default();
    }

    fn hint(&self) -> String {
        self.format().help.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_names_what_went_and_what_came() {
        assert_eq!(difference("a\nb\n", "a\nc\n"), [(' ', "a"), ('-', "b"), ('+', "c")]);
    }
}
