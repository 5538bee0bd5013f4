//! The files a board says in one format: which, how each stands to a folder, and what it holds.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::mpsc::Receiver;

use egui::{Align, Align2, Layout, RichText, Sense, Ui, WidgetInfo, WidgetType, pos2, vec2};

use crate::app::canvas::Tone;
use crate::app::context::{Command, Cx};
use crate::app::later::Later;
use crate::app::pick::{self, Kind, Question};
use crate::app::theme::Theme;
use crate::app::widgets;
use crate::contracts::{Bundle, FORMATS, Format, Options, Syntax};
use crate::io::bundle::{self, Manner, Outcome};
use crate::topology;
use crate::view::Action;

/// The longest file shown whole, in bytes; of a longer one the beginning is shown.
const PREVIEW_MAX: usize = 400_000;
/// Boards of more stickies than this are exported on another thread.
const AT_ONCE: usize = 1_500;
/// The height of a row of the lists.
const ROW: f32 = 26.0;

/// How a file stands to the folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    Same,
    New,
    Changed,
    Foreign,
    Stale,
}

impl Standing {
    fn mark(self, theme: &Theme) -> (&'static str, egui::Color32) {
        match self {
            Self::New => ("new", theme.fine),
            Self::Changed => ("changed", theme.warning),
            Self::Foreign => ("not ours", theme.error),
            Self::Same => ("same", theme.secondary),
            Self::Stale => ("no longer made", theme.secondary),
        }
    }
}

/// What a bundle was made of: revision, format, and whether it is JSON.
type Key = (u64, usize, bool);

/// A row of the list of files.
enum Row {
    Folder(String),
    File(String),
}

/// The lines of the file that is shown, made once.
struct Preview {
    of: (Key, String, bool),
    lines: Vec<(char, String)>,
    cut: bool,
}

/// The files of a format.
#[derive(Default)]
pub(super) struct Files {
    format: usize,
    json: bool,
    folder: Option<PathBuf>,
    file: Option<String>,
    difference: bool,
    made: Option<(Key, Bundle)>,
    making: Later<(Key, Bundle)>,
    rows: Vec<Row>,
    preview: Option<Preview>,
    /// What is in the folder now, for that bundle.
    on_disk: BTreeMap<String, String>,
    standing: BTreeMap<String, Standing>,
    picking: Option<Receiver<Option<PathBuf>>>,
}

impl Files {
    fn format(&self) -> &'static Format {
        FORMATS.get(self.format).unwrap_or(&FORMATS[0])
    }

    /// What the format writes, in a sentence.
    pub(super) fn help(&self) -> &'static str {
        self.format().help
    }

    /// Another board was opened.
    pub(super) fn forget(&mut self) {
        *self = Self { format: self.format, json: self.json, ..Self::default() };
    }

    fn refresh(&mut self, ctx: &egui::Context, cx: &mut Cx<'_>) {
        if let Some(picked) = self.picking.as_ref().and_then(|receive| receive.try_recv().ok()) {
            self.picking = None;
            if picked.is_some() {
                self.folder = picked;
                self.compare(cx);
            }
        }
        if let Some((key, bundle)) = self.making.take() {
            self.take_in(key, bundle, cx);
        }
        let key = (cx.document.revision(), self.format, self.json);
        let fresh = self.made.as_ref().is_some_and(|(made, _)| *made == key);
        if fresh || cx.document.in_gesture() || self.making.is_under_way() {
            return;
        }
        let options = Options { syntax: if self.json { Syntax::Json } else { Syntax::Yaml } };
        let format = self.format();
        if cx.document.board().stickies.len() <= AT_ONCE {
            let topology = cx.topology();
            let bundle = format.export(cx.document.board(), &topology, &options);
            self.take_in(key, bundle, cx);
        } else {
            let board = cx.document.shared();
            self.making.start(ctx, move || {
                let topology = topology::derive(&board);
                (key, format.export(&board, &topology, &options))
            });
        }
    }

    fn take_in(&mut self, key: Key, bundle: Bundle, cx: &mut Cx<'_>) {
        if self.file.as_ref().is_none_or(|file| !bundle.files.contains_key(file)) {
            self.file = bundle.files.keys().next().cloned();
        }
        self.made = Some((key, bundle));
        self.compare(cx);
    }

    /// Looks at the folder: which files are new, changed or not ours. Nothing is written.
    fn compare(&mut self, cx: &mut Cx<'_>) {
        (self.on_disk, self.standing, self.preview) = Default::default();
        if let (Some(folder), Some((_, bundle))) = (&self.folder, &self.made) {
            let manner = Manner { check: true, prune: false };
            match bundle::write(folder, self.format().name, bundle, manner, &mut |_| {}) {
                Ok(outcome) => self.settle(outcome),
                Err(error) => cx.say(Tone::Error, error.to_string()),
            }
        }
        self.rows = self.rows_of();
    }

    fn settle(&mut self, outcome: Outcome) {
        let (Some(folder), Some((_, bundle))) = (&self.folder, &self.made) else { return };
        self.standing = bundle.files.keys().map(|path| (path.clone(), Standing::Same)).collect();
        for path in outcome.changed {
            let there = std::fs::read_to_string(folder.join(&path));
            let standing = if there.is_ok() { Standing::Changed } else { Standing::New };
            if let Ok(text) = there {
                self.on_disk.insert(path.clone(), text);
            }
            self.standing.insert(path, standing);
        }
        self.standing.extend(outcome.refused.into_iter().map(|(path, _)| (path, Standing::Foreign)));
        self.standing.extend(outcome.stale.into_iter().map(|path| (path, Standing::Stale)));
    }

    /// The files in order of path, with a heading where a folder begins.
    fn rows_of(&self) -> Vec<Row> {
        let Some((_, bundle)) = &self.made else { return Vec::new() };
        let stale = self.standing.iter().filter(|(_, standing)| **standing == Standing::Stale);
        let mut all: Vec<&String> = bundle.files.keys().chain(stale.map(|(path, _)| path)).collect();
        // What lies at the top comes first.
        all.sort_by_key(|path| (path.rsplit_once('/').map_or("", |(folder, _)| folder), path.as_str()));
        let (mut rows, mut open) = (Vec::new(), "");
        for path in all {
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            if folder != open {
                rows.push(Row::Folder(folder.to_owned()));
                open = folder;
            }
            rows.push(Row::File(path.clone()));
        }
        rows
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

    /// How many files a folder still lacks.
    fn to_write(&self) -> usize {
        self.standing.values().filter(|s| matches!(s, Standing::New | Standing::Changed)).count()
    }

    /// The folder, writing, importing, and the spelling.
    pub(super) fn bar(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        if ui.button("Choose folder…").clicked() {
            let question = Question::new(Kind::Folder, "Folder for contract files").near(cx.document.path());
            self.picking = Some(pick::ask(ui.ctx(), question));
        }
        let n = self.to_write();
        let text = match n {
            0 => "Write files".to_owned(),
            1 => "Write 1 file".to_owned(),
            n => format!("Write {n} files"),
        };
        let mut button = egui::Button::new(text.clone());
        if n > 0 {
            let strong =
                RichText::new(text).font(Theme::strong(cx.theme.sizes.body)).color(cx.theme.on_accent);
            button = egui::Button::new(strong).fill(cx.theme.accent);
        }
        if ui.add_enabled(n > 0, button).clicked() {
            self.write(cx);
        }
        let told = match &self.folder {
            Some(folder) => format!("compared with {}", folder.display()),
            None => "to compare with what is there, and to write".to_owned(),
        };
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            for (json, name) in [(true, "JSON"), (false, "YAML")] {
                if widgets::chip(ui, cx.theme, name, self.json == json).clicked() {
                    self.json = json;
                    self.file = None;
                }
            }
            ui.add_space(8.0);
            for (action, text) in
                [(Action::ImportFolder, "Import folder…"), (Action::ImportDrawing, "Import file…")]
            {
                let tip = "Contracts become a board, or bring this one up to date. They may be dropped on the window too";
                if ui.button(text).on_hover_text(tip).clicked() {
                    cx.commands.push(Command::Run(action));
                }
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                ui.add(egui::Label::new(cx.theme.secondary(told)).truncate());
            });
        });
    }

    pub(super) fn show(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        self.refresh(ui.ctx(), cx);
        let chrome = egui::Frame::new().fill(cx.theme.chrome).inner_margin(10.0);
        egui::Panel::left("contracts-formats")
            .frame(chrome)
            .resizable(false)
            .exact_size(196.0)
            .show(ui, |ui| self.formats(ui, cx.theme));
        egui::Panel::left("contracts-list")
            .frame(chrome)
            .default_size(280.0)
            .size_range(180.0..=640.0)
            .show(ui, |ui| self.list(ui, cx.theme));
        let paper = egui::Frame::new().fill(cx.theme.field).inner_margin(14.0);
        egui::CentralPanel::default().frame(paper).show(ui, |ui| self.preview(ui, cx));
    }

    fn formats(&mut self, ui: &mut Ui, theme: &Theme) {
        ui.spacing_mut().item_spacing.y = 2.0;
        for (at, format) in FORMATS.iter().enumerate() {
            let response = list_row(ui, theme, format.label, None, self.format == at, 0.0);
            if response.on_hover_text(format.help).clicked() {
                self.format = at;
                self.file = None;
            }
        }
    }

    fn list(&mut self, ui: &mut Ui, theme: &Theme) {
        let Some((_, bundle)) = &self.made else {
            ui.horizontal(|ui| {
                ui.spinner();
                ui.label(theme.secondary("Working out what the board says"));
            });
            return;
        };
        ui.horizontal(|ui| {
            let n = bundle.files.len();
            ui.label(theme.heading(if n == 1 { "1 file".to_owned() } else { format!("{n} files") }));
            if self.making.is_under_way() {
                ui.spinner();
            }
        });
        ui.add_space(4.0);
        let report = &bundle.report;
        let below = if report.is_empty() { 0.0 } else { (ui.available_height() * 0.34).min(190.0) };
        let mut chosen = None;
        ui.spacing_mut().item_spacing.y = 0.0;
        egui::ScrollArea::vertical()
            .auto_shrink([false, true])
            .max_height((ui.available_height() - below).max(60.0))
            .show_rows(ui, ROW, self.rows.len(), |ui, shown| {
                for row in &self.rows[shown] {
                    match row {
                        Row::Folder(name) => {
                            let (rect, _) =
                                ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
                            let at = rect.left_center() + vec2(8.0, 3.0);
                            let font = Theme::plain(theme.sizes.small);
                            ui.painter().text(
                                at,
                                Align2::LEFT_CENTER,
                                format!("{name}/"),
                                font,
                                theme.secondary,
                            );
                        }
                        Row::File(path) => {
                            let mark = self.standing.get(path).map(|standing| standing.mark(theme));
                            let here = self.file.as_ref() == Some(path);
                            let inset = if path.contains('/') { 10.0 } else { 0.0 };
                            if list_row(ui, theme, path, mark, here, inset).clicked() {
                                chosen = Some(path.clone());
                            }
                        }
                    }
                }
            });
        if !report.is_empty() {
            widgets::section(ui, theme, "What could not be said");
            egui::ScrollArea::vertical().id_salt("report").auto_shrink(false).show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = 4.0;
                for remark in report.iter().take(200) {
                    ui.add(egui::Label::new(theme.secondary(remark.to_string())).wrap());
                }
                if report.len() > 200 {
                    ui.label(theme.secondary(format!("{} more", report.len() - 200)));
                }
            });
        }
        if chosen.as_ref().is_some_and(|path| bundle.files.contains_key(path)) {
            self.file = chosen;
        }
    }

    /// The lines to show, made when the file, its bundle or the manner of showing has changed.
    fn prepare(&mut self) -> Option<()> {
        let (key, bundle) = self.made.as_ref()?;
        let file = self.file.clone()?;
        let bytes = bundle.files.get(&file)?;
        let old = self.on_disk.get(&file).filter(|_| self.difference);
        let of = (*key, file, old.is_some());
        if self.preview.as_ref().is_none_or(|preview| preview.of != of) {
            let cut = bytes.len() > PREVIEW_MAX && old.is_none();
            let text = String::from_utf8_lossy(if cut { &bytes[..PREVIEW_MAX] } else { bytes });
            let lines = match old {
                Some(old) => difference(old, &text).into_iter().map(|(m, l)| (m, l.to_owned())).collect(),
                None => text.lines().map(|line| (' ', line.to_owned())).collect(),
            };
            self.preview = Some(Preview { of, lines, cut });
        }
        Some(())
    }

    fn preview(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        let theme = cx.theme;
        if self.prepare().is_none() {
            let text =
                if self.made.is_some() { "This board has nothing this format could say yet." } else { "" };
            ui.label(theme.secondary(text));
            return;
        }
        let (Some(preview), Some((_, bundle))) = (&self.preview, &self.made) else { return };
        let file = &preview.of.1;
        ui.horizontal(|ui| {
            ui.label(theme.title(file));
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if ui.button("Copy").clicked() {
                    let bytes = bundle.files.get(file).map_or(&[][..], Vec::as_slice);
                    ui.ctx().copy_text(String::from_utf8_lossy(bytes).into_owned());
                }
                if self.on_disk.contains_key(file)
                    && widgets::chip(ui, theme, "Difference", self.difference).clicked()
                {
                    self.difference = !self.difference;
                }
            });
        });
        if preview.cut {
            let mb = bundle.files.get(file).map_or(0.0, |bytes| bytes.len() as f64 / 1e6);
            ui.label(theme.secondary(format!("The beginning of {mb:.1} MB")));
        }
        ui.add_space(6.0);
        lines(ui, theme, ("preview", file), &preview.lines);
    }
}

/// Lines of text or of a difference, as many as are in sight.
pub(super) fn lines(
    ui: &mut Ui,
    theme: &Theme,
    salt: impl std::hash::Hash + std::fmt::Debug,
    lines: &[(char, String)],
) {
    let height = ui.text_style_height(&egui::TextStyle::Monospace) + 1.0;
    let area = egui::ScrollArea::both().auto_shrink(false).id_salt(egui::Id::new(salt));
    area.show_rows(ui, height, lines.len(), |ui, rows| {
        for (mark, line) in &lines[rows] {
            let job = coloured(line, *mark, theme);
            ui.add(egui::Label::new(job).wrap_mode(egui::TextWrapMode::Extend));
        }
    });
}

/// A row of a list: a name, and a mark at its end. A path shows its last step.
fn list_row(
    ui: &mut Ui,
    theme: &Theme,
    name: &str,
    mark: Option<(&str, egui::Color32)>,
    here: bool,
    inset: f32,
) -> egui::Response {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    response.widget_info(|| WidgetInfo::selected(WidgetType::SelectableLabel, true, here, name));
    let fill = if here {
        Some(theme.selection)
    } else {
        (response.hovered() || response.has_focus()).then_some(theme.hover)
    };
    if let Some(fill) = fill {
        ui.painter().rect_filled(rect, 5.0, fill);
    }
    let mut right = rect.right() - 8.0;
    if let Some((mark, color)) = mark {
        let font = Theme::plain(theme.sizes.small);
        let at = pos2(right, rect.center().y);
        right = ui.painter().text(at, Align2::RIGHT_CENTER, mark, font, color).left() - 8.0;
    }
    let shown = name.rsplit('/').next().unwrap_or(name);
    let (font, color) = if here {
        (Theme::strong(theme.sizes.secondary), theme.accent)
    } else {
        (Theme::plain(theme.sizes.secondary), theme.text)
    };
    let left = rect.left() + 8.0 + inset;
    let mut job = egui::text::LayoutJob::simple_singleline(shown.to_owned(), font, color);
    job.wrap = egui::text::TextWrapping::truncate_at_width((right - left).max(20.0));
    let galley = ui.fonts_mut(|fonts| fonts.layout_job(job));
    ui.painter().galley(pos2(left, rect.center().y - galley.size().y / 2.0), galley, color);
    response
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_names_what_went_and_what_came() {
        assert_eq!(difference("a\nb\n", "a\nc\n"), [(' ', "a"), ('-', "b"), ('+', "c")]);
    }
}
