//! The files a board says in one format: which, how each stands to a folder, and what it holds.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::Receiver;

use egui::{Align, Align2, Layout, RichText, Sense, Ui, WidgetInfo, WidgetType, pos2, vec2};

use super::folder::{Folder, Standing};
use super::lines::{difference, lines};
use crate::app::context::{Command, Cx, sentence};
use crate::app::later::Later;
use crate::app::pick::{self, Kind, Question};
use crate::app::theme::Theme;
use crate::app::widgets;
use crate::contracts::{Bundle, FORMATS, Format, Options, Syntax};
use crate::topology;
use crate::view::Action;

/// The longest file shown whole, in bytes; of a longer one the beginning is shown.
const PREVIEW_MAX: usize = 400_000;
/// Boards of more stickies than this are exported on another thread.
const AT_ONCE: usize = 1_500;
/// The height of a row of the lists.
const ROW: f32 = 26.0;

/// What a bundle was made of: revision, format, and whether it is JSON.
type Key = (u64, usize, bool);

/// A row of the list of files.
enum Row {
    Folder(String),
    File(String),
}

/// What is shown of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shown {
    /// All of it, as the board says it.
    Ours,
    /// What differs from what is on disk.
    Difference,
    /// What is on disk and no longer made.
    Theirs,
}

/// The lines of the file that is shown, made once.
struct Preview {
    of: (Key, String, Shown),
    lines: Vec<(char, String)>,
    cut: bool,
}

/// The files of a format.
#[derive(Default)]
pub(super) struct Files {
    format: usize,
    json: bool,
    folder: Folder,
    file: Option<String>,
    /// Files that differ are shown whole too.
    whole: bool,
    made: Option<(Key, Arc<Bundle>)>,
    making: Later<(Key, Bundle)>,
    rows: Vec<Row>,
    preview: Option<Preview>,
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
            if let Some(path) = picked {
                self.folder.choose(path);
                self.compare(ctx);
            }
        }
        if self.folder.refresh(cx) {
            self.preview = None;
            self.rows = self.rows_of();
        }
        if let Some((key, bundle)) = self.making.take() {
            self.take_in(ctx, key, bundle);
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
            self.take_in(ctx, key, bundle);
        } else {
            let board = cx.document.shared();
            self.making.start(ctx, move || {
                let topology = topology::derive(&board);
                (key, format.export(&board, &topology, &options))
            });
        }
    }

    fn take_in(&mut self, ctx: &egui::Context, key: Key, bundle: Bundle) {
        if self.file.as_ref().is_none_or(|file| !bundle.files.contains_key(file)) {
            self.file = bundle.files.keys().next().cloned();
        }
        self.made = Some((key, Arc::new(bundle)));
        self.compare(ctx);
    }

    /// Looks at the folder: which files are new, changed or not ours. Nothing is written.
    fn compare(&mut self, ctx: &egui::Context) {
        self.preview = None;
        if let Some((_, bundle)) = &self.made {
            self.folder.look(ctx, self.format().name, bundle);
        }
        self.rows = self.rows_of();
    }

    /// The files in order of path, with a heading where a folder begins.
    fn rows_of(&self) -> Vec<Row> {
        let Some((_, bundle)) = &self.made else { return Vec::new() };
        let stale = self.folder.stale().filter(|path| !bundle.files.contains_key(*path));
        let mut all: Vec<&String> = bundle.files.keys().chain(stale).collect();
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

    /// The folder, writing, importing, and the spelling.
    pub(super) fn bar(&mut self, ui: &mut Ui, cx: &mut Cx<'_>) {
        if ui.button("Choose folder…").clicked() {
            let question = Question::new(Kind::Folder, "Folder for contract files").near(cx.document.path());
            self.picking = Some(pick::ask(ui.ctx(), question));
        }
        let (n, stale) = (self.folder.to_write(), self.folder.stale().count());
        let (writes, removes) = (n > 0, stale > 0 && self.folder.prune);
        let files = |n: usize| if n == 1 { "1 file".to_owned() } else { format!("{n} files") };
        let text = match (writes, removes) {
            (false, false) => "Write files".to_owned(),
            (true, false) => format!("Write {}", files(n)),
            (false, true) => format!("Remove {}", files(stale)),
            (true, true) => format!("Write {}, remove {stale}", files(n)),
        };
        let mut button = egui::Button::new(text.clone());
        if writes || removes {
            let strong =
                RichText::new(text).font(Theme::strong(cx.theme.sizes.body)).color(cx.theme.on_accent);
            button = egui::Button::new(strong).fill(cx.theme.accent);
        }
        let share = self.folder.share_written();
        let ready = (writes || removes) && share.is_none();
        if ui.add_enabled(ready, button).clicked()
            && let Some((_, bundle)) = &self.made
        {
            self.folder.write(ui.ctx(), self.format().name, bundle);
        }
        if let Some(share) = share {
            ui.add(egui::ProgressBar::new(share).desired_width(90.0).desired_height(8.0));
            ui.ctx().request_repaint();
        }
        if stale > 0 && share.is_none() {
            let tip =
                "Files of ours that this board no longer makes. Files that are not ours are never touched";
            let chip =
                widgets::chip(ui, cx.theme, &format!("Remove {stale} no longer made"), self.folder.prune);
            if chip.on_hover_text(tip).clicked() {
                self.folder.prune = !self.folder.prune;
            }
        }
        let told = match self.folder.path() {
            Some(folder) => format!("compared with {}", folder.display()),
            None => "No folder chosen yet".to_owned(),
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
                self.folder.forget();
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
                            let mark = self.folder.standing(path).map(|standing| standing.mark(theme));
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
        if chosen.is_some() {
            self.file = chosen;
        }
    }

    /// The lines to show, made when the file, its bundle or the manner of showing has changed.
    fn prepare(&mut self) -> Option<()> {
        let (key, bundle) = self.made.as_ref()?;
        let file = self.file.clone()?;
        let theirs = self.folder.text(&file);
        let ours = bundle.files.get(&file);
        let shown = match (ours, theirs) {
            (Some(_), Some(_)) if !self.whole => Shown::Difference,
            (Some(_), _) => Shown::Ours,
            (None, _) => Shown::Theirs,
        };
        let of = (*key, file, shown);
        if self.preview.as_ref().is_none_or(|preview| preview.of != of) {
            let bytes = ours.map_or(theirs.unwrap_or_default().as_bytes(), Vec::as_slice);
            let cut = bytes.len() > PREVIEW_MAX && shown != Shown::Difference;
            let text = String::from_utf8_lossy(if cut { &bytes[..PREVIEW_MAX] } else { bytes });
            let lines = match (shown, theirs) {
                (Shown::Difference, Some(old)) => difference(old, &text),
                _ => text.lines().map(|line| (' ', line.to_owned())).collect(),
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
        let ours = bundle.files.get(file).map(Vec::as_slice);
        ui.horizontal(|ui| {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if let Some(bytes) = ours
                    && ui.button("Copy").clicked()
                {
                    ui.ctx().copy_text(String::from_utf8_lossy(bytes).into_owned());
                }
                if ours.is_some()
                    && self.folder.text(file).is_some()
                    && widgets::chip(ui, theme, "Difference", !self.whole).clicked()
                {
                    self.whole = !self.whole;
                }
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    ui.add(egui::Label::new(theme.title(file)).truncate());
                });
            });
        });
        let remark = match self.folder.standing(file) {
            Some(Standing::Foreign(why)) => Some(sentence(why)),
            Some(Standing::Stale) if ours.is_none() => {
                Some("This board no longer makes this file. This is what is on disk.".to_owned())
            }
            _ => None,
        };
        if let Some(remark) = remark {
            ui.label(theme.secondary(remark));
        }
        if preview.cut {
            let mb = ours.map_or(0.0, |bytes| bytes.len() as f64 / 1e6);
            ui.label(theme.secondary(format!("The beginning of {mb:.1} MB")));
        }
        ui.add_space(6.0);
        lines(ui, theme, ("preview", file), &preview.lines);
    }
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
