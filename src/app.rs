//! The desktop app: an eframe shell around workspaces and panels.
//!
//! `logic` carries out commands and takes in what other threads finished; `ui` draws. Drawing code changes the board
//! only through [`crate::view::Document`] and sends everything else as a [`Command`]. Nothing asks for a frame unless
//! something moves.
//!
//! Adding a workspace is one file under `app/workspaces/` and one line in its registry; see [`workspaces`] for what a
//! workspace is given. Adding a panel is one file under `app/panels/`.

pub mod canvas;
mod code;
pub mod context;
pub mod files;
pub mod fonts;
pub mod graph;
pub mod guard;
pub mod icons;
mod keeping;
mod keys;
mod later;
mod long_list;
mod panels;
pub mod pick;
mod recent;
mod sequence;
mod settings;
pub mod theme;
mod timeline;
pub mod widgets;
pub mod workspaces;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use context::{Command, Cx, Derived, Options};
use files::{Files, Finished};
use theme::Theme;
use workspaces::Workspace;

use crate::board::Board;
use crate::io::keeper::{self, Keeper};
use crate::io::places;
use crate::replay::moment::Place;
use crate::view::action::Group;
use crate::view::{Action, Document, Selection};

/// What the app opens with.
#[derive(Clone, Debug, Default)]
pub struct Start {
    /// The board to open.
    pub board: Option<PathBuf>,
    /// The captured log to replay on it.
    pub replay: Option<PathBuf>,
    /// The moment of the log to go to.
    pub at: Option<Place>,
}

/// Opens the window and runs until it is closed.
///
/// # Errors
/// When no window can be opened.
pub fn run(start: Start) -> Result<(), String> {
    const ICON: u32 = 128;
    let icon = crate::io::picture::icon(ICON)
        .map(|rgba| egui::IconData { rgba, width: ICON, height: ICON })
        .unwrap_or_default();
    let viewport = egui::ViewportBuilder::default()
        .with_icon(icon)
        .with_title("Isobar")
        .with_app_id("isobar")
        .with_inner_size([1440.0, 900.0])
        .with_min_inner_size([720.0, 480.0]);
    let options = eframe::NativeOptions { viewport, ..Default::default() };
    let open = |cc: &eframe::CreationContext<'_>| {
        if let Some(gl) = &cc.gl {
            let version = eframe::glow::HasContext::version(&**gl);
            let embedded = if version.is_embedded { " ES" } else { "" };
            let (major, minor, vendor) = (version.major, version.minor, &version.vendor_info);
            crate::io::health::remember_renderer(&format!("OpenGL{embedded} {major}.{minor} {vendor}"));
        }
        let board = start.board.clone().filter(|file| !files::is_log(file));
        let mut app = App::keeping(&cc.egui_ctx, start, places::data());
        if let Some(state) = places::state() {
            app.remember_in(&cc.egui_ctx, &state);
        }
        if let Some(board) = board {
            recent::remember(app.recent.as_deref(), &board);
        }
        app
    };
    eframe::run_native("isobar", options, Box::new(|cc| Ok(Box::new(open(cc))))).map_err(|error| {
        format!("cannot open a window: {error}. Use a subcommand to work without one (`isobar --help`)")
    })
}

/// The app.
pub struct App {
    document: Document,
    derived: Derived,
    selection: Selection,
    theme: Theme,
    options: Options,
    commands: Vec<Command>,
    files: Files,
    toasts: panels::toasts::Toasts,
    palette: panels::palette::Palette,
    workspaces: Vec<Box<dyn Workspace>>,
    current: usize,
    /// No board was asked for yet: the start screen shows.
    starting: bool,
    gallery: panels::start::Gallery,
    question: panels::loss::Question,
    keeper: Keeper,
    news: panels::disk::News,
    importing: Option<panels::import::Incoming>,
    /// How the board came to be, while that is shown in place of the workspace.
    telling: Option<panels::story::Telling>,
    /// Where to save once the save under way is done.
    save_again: Option<PathBuf>,
    /// Where histories and untitled boards are kept; none keeps neither.
    data: Option<PathBuf>,
    /// The file that remembers recent boards; none remembers nothing.
    recent: Option<PathBuf>,
    /// What is remembered between runs; none remembers nothing.
    settings: Option<settings::Kept>,
    timer: panels::timer::Timer,
    title: String,
    /// Workspaces that stopped working, by place.
    broken: BTreeMap<usize, guard::Report>,
    /// Panels that stopped working: they are left out.
    left_out: BTreeSet<&'static str>,
    developer: panels::developer::Developer,
}

impl App {
    /// The app in a context, with what it opens.
    #[must_use]
    pub fn new(ctx: &egui::Context, start: Start) -> Self {
        Self::keeping(ctx, start, None)
    }

    /// The app in a context, keeping histories and untitled boards in the folder `data`.
    #[must_use]
    pub fn keeping(ctx: &egui::Context, mut start: Start, data: Option<PathBuf>) -> Self {
        // A file manager hands a log over as if it were a board.
        if start.replay.is_none() {
            start.replay = start.board.take_if(|file| files::is_log(file));
        }
        fonts::install(ctx);
        ctx.options_mut(|options| options.zoom_with_keyboard = false);
        let options = Options::default();
        let theme = Theme::new(options.dark);
        theme.apply(ctx);
        let (document, keeper) = Keeper::untitled(Board::default(), keeper::peer(), data.as_deref());
        let mut app = Self {
            document,
            derived: Derived::default(),
            selection: Selection::default(),
            theme,
            options,
            commands: Vec::new(),
            files: Files::new(ctx.clone()),
            toasts: panels::toasts::Toasts::default(),
            palette: panels::palette::Palette::default(),
            workspaces: workspaces::all(),
            current: 0,
            starting: start.board.is_none(),
            gallery: panels::start::Gallery::default(),
            question: panels::loss::Question::default(),
            keeper,
            news: panels::disk::News::default(),
            importing: None,
            telling: None,
            save_again: None,
            data,
            recent: None,
            settings: None,
            timer: panels::timer::Timer::default(),
            title: String::new(),
            broken: BTreeMap::new(),
            left_out: BTreeSet::new(),
            developer: panels::developer::Developer::default(),
        };
        if let Some(path) = start.board {
            app.files.load_now(path);
            app.take_in_finished(ctx);
        } else {
            app.restore_newest_untitled(ctx);
        }
        if let Some(log) = start.replay {
            app.commands.push(Command::Replay(log, start.at));
        }
        app
    }

    /// Takes up what was remembered in a folder (recent boards, looks, how logs are read, what is not wanted), and
    /// remembers there from now on.
    pub fn remember_in(&mut self, ctx: &egui::Context, folder: &Path) {
        self.recent = Some(folder.join("recent"));
        self.options.log_memory = Some(folder.join("logs.json"));
        self.options.ignored_memory = Some(folder.join("ignored.json"));
        self.take_up_settings(ctx, folder);
    }

    /// The open document.
    #[must_use]
    pub const fn document(&self) -> &Document {
        &self.document
    }

    /// What is selected.
    #[must_use]
    pub const fn selection(&self) -> &Selection {
        &self.selection
    }

    /// Sends a command, as a menu would.
    pub fn send(&mut self, command: Command) {
        self.commands.push(command);
    }

    /// Runs `f` with the workspace in front and everything it is given; `None` when there is none or it stopped
    /// working.
    fn with_workspace<R>(&mut self, f: impl FnOnce(&mut dyn Workspace, &mut Cx<'_>) -> R) -> Option<R> {
        if self.broken.contains_key(&self.current) {
            return None;
        }
        let workspace = self.workspaces.get_mut(self.current)?;
        let part = format!("The {} workspace", workspace.name());
        let mut cx = Cx {
            document: &mut self.document,
            derived: &mut self.derived,
            selection: &mut self.selection,
            theme: &self.theme,
            options: &mut self.options,
            commands: &mut self.commands,
        };
        match guard::catch(&part, || f(workspace.as_mut(), &mut cx)) {
            Ok(answer) => Some(answer),
            Err(report) => {
                // A gesture that was under way has no end any more.
                self.document.cancel();
                self.derived = Derived::default();
                self.broken.insert(self.current, report);
                None
            }
        }
    }

    /// Begins the workspace in front afresh after it stopped working.
    fn mend_workspace(&mut self, ctx: &egui::Context) {
        self.broken.remove(&self.current);
        self.workspaces[self.current] = workspaces::all().swap_remove(self.current);
        self.with_workspace(|workspace, cx| workspace.opened(ctx, cx));
        ctx.request_repaint();
    }

    /// Draws a panel of the app's own. One that stops working is left out from then on, and said so.
    fn panel(&mut self, name: &'static str, ui: &mut egui::Ui, draw: impl FnOnce(&mut Self, &mut egui::Ui)) {
        if self.left_out.contains(name) {
            return;
        }
        let drawn = guard::catch(name, || draw(self, ui));
        if let Err(report) = drawn {
            self.left_out.insert(name);
            let message = format!(
                "{name} stopped working and is left out until Isobar is started again: {} at {}. The board is safe",
                report.message, report.place
            );
            self.toasts.add(ui.ctx(), canvas::Tone::Error, message);
        }
    }

    fn tell_workspaces_opened(&mut self, ctx: &egui::Context) {
        let mut workspaces = std::mem::take(&mut self.workspaces);
        for workspace in &mut workspaces {
            let mut cx = Cx {
                document: &mut self.document,
                derived: &mut self.derived,
                selection: &mut self.selection,
                theme: &self.theme,
                options: &mut self.options,
                commands: &mut self.commands,
            };
            workspace.opened(ctx, &mut cx);
        }
        self.workspaces = workspaces;
    }

    fn switch_to(&mut self, name: &str) {
        if let Some(at) = self.workspaces.iter().position(|workspace| workspace.name() == name) {
            self.current = at;
            self.starting = false;
        }
    }

    fn take_in_finished(&mut self, ctx: &egui::Context) {
        while let Some(finished) = self.files.finished() {
            match finished {
                Finished::Opened(path, loaded) => self.open_loaded(ctx, &path, &loaded),
                Finished::PickedOpen(path) => self.commands.push(Command::Open(path)),
                Finished::PickedSave(path) => self.save_at(path),
                Finished::Cancelled => {
                    self.question.saving = false;
                    self.question.waiting = None;
                }
                Finished::Failed(message) => self.toasts.add(ctx, canvas::Tone::Error, message),
                other => self.take_in_kept(ctx, other),
            }
        }
    }

    pub(in crate::app) fn carry_out(&mut self, ctx: &egui::Context, command: Command) {
        self.developer.asked(ctx.input(|input| input.time), command.spoken());
        match command {
            Command::Run(action) => self.run_action(ctx, action),
            Command::Open(path) => self.files.load(path),
            Command::OpenBoard(board) => self.open_untitled(ctx, *board),
            Command::Import(paths) => self.files.import(paths),
            Command::Restore(journal) => self.restore_untitled(ctx, &journal),
            Command::Show(items) => {
                self.switch_to("Board");
                self.selection = items.iter().copied().collect();
                self.with_workspace(|workspace, cx| workspace.show(ctx, &items, cx));
            }
            Command::Say(tone, message) => self.toasts.add(ctx, tone, message),
            Command::SwitchTo(name) => self.switch_to(name),
            Command::Replay(log, at) => {
                self.switch_to("Replay");
                self.with_workspace(|workspace, cx| workspace.open_log(ctx, &log, at, cx));
            }
        }
    }

    fn run_action(&mut self, ctx: &egui::Context, action: Action) {
        // What changes the board is meant for the past here, which does not change.
        let changes = matches!(action.row().group, Group::Edit | Group::Arrange);
        if !Self::goes_with_story(action) && self.telling.take().is_some() && changes {
            return;
        }
        let taken = self.with_workspace(|workspace, cx| workspace.action(ctx, action, cx)).unwrap_or(false);
        if taken {
            return;
        }
        match action {
            Action::New => self.open_untitled(ctx, Board::default()),
            Action::Open => self.files.pick_open(self.document.path()),
            Action::Save => match self.document.path() {
                Some(path) => self.save_at(path.to_owned()),
                None => self.files.pick_save(None, self.document.board().title()),
            },
            Action::SaveAs => self.files.pick_save(self.document.path(), self.document.board().title()),
            Action::ImportDrawing => self.files.pick_import(self.document.path()),
            Action::OpenLog => self.files.pick_log(self.document.path()),
            Action::ImportFolder => self.files.pick_import_folder(self.document.path()),
            Action::ExportPicture => {
                self.files.pick_picture(self.document.path(), self.document.board().title());
            }
            Action::CopyLines => self.copy_lines(ctx),
            Action::Story => self.tell_story(ctx),
            Action::Start => {
                self.gallery = panels::start::Gallery::default();
                self.starting = true;
            }
            Action::Palette => self.palette.open(),
            Action::Find => self.palette.open_find(),
            Action::Shortcuts => self.options.shortcuts = !self.options.shortcuts,
            Action::Developer => self.developer.shown = !self.developer.shown,
            Action::Undo => self.undo(ctx),
            Action::Redo => {
                let touched = self.document.redo();
                self.after_undo(ctx, touched, "There is nothing to do again");
            }
            Action::ToggleTheme => {
                self.options.dark = !self.options.dark;
                self.apply_theme(ctx);
            }
            Action::ToggleColours => {
                self.options.safe_colours = !self.options.safe_colours;
                self.apply_theme(ctx);
            }
            Action::ToggleMinimap => self.options.minimap = !self.options.minimap,
            Action::ToggleDrawer => self.options.drawer = !self.options.drawer,
            Action::ToggleInspector => self.options.inspector = !self.options.inspector,
            Action::InterfaceLarger => ctx.set_zoom_factor((ctx.zoom_factor() + 0.125).min(2.0)),
            Action::InterfaceSmaller => ctx.set_zoom_factor((ctx.zoom_factor() - 0.125).max(0.75)),
            Action::InterfaceOrdinary => ctx.set_zoom_factor(1.0),
            Action::Timer => self.timer.toggle(ctx),
            Action::ShowBoard => self.switch_to("Board"),
            Action::ShowTopology => self.switch_to("Topology"),
            Action::ShowSimulate => self.switch_to("Simulate"),
            Action::ShowReplay => self.switch_to("Replay"),
            Action::ShowContracts => self.switch_to("Contracts"),
            // Everything else is about the canvas: it is carried out there.
            other if self.current != 0 => {
                self.switch_to("Board");
                self.with_workspace(|workspace, cx| workspace.action(ctx, other, cx));
            }
            _ => {}
        }
    }

    fn undo(&mut self, ctx: &egui::Context) {
        let touched = self.document.undo();
        self.after_undo(ctx, touched, "There is nothing to take back");
    }

    /// After undo and redo, what they touched is selected.
    fn after_undo(&mut self, ctx: &egui::Context, touched: Option<Vec<crate::board::Key>>, none: &str) {
        match touched {
            Some(keys) => {
                self.selection = keys.iter().filter_map(crate::view::Item::of).collect();
                self.selection.keep_existing(self.document.board());
            }
            None => self.toasts.add(ctx, canvas::Tone::Plain, none.to_owned()),
        }
    }

    /// Draws the workspace in front, or what stands in its place when it stopped working.
    fn workspace(&mut self, ui: &mut egui::Ui) {
        let breaks = std::mem::take(&mut self.developer.break_workspace);
        self.with_workspace(|workspace, cx| {
            workspace.ui(ui, cx);
            assert!(!breaks, "broken by hand, to see it come back");
        });
        match self.broken.get(&self.current) {
            Some(report) if panels::broken::show(ui, &self.theme, report) => self.mend_workspace(ui.ctx()),
            _ => {}
        }
    }

    fn set_title(&mut self, ctx: &egui::Context) {
        let dot = if self.document.is_dirty() { "• " } else { "" };
        let title = format!("{dot}{} – Isobar", self.document.board().title());
        if title != self.title {
            self.title.clone_from(&title);
            ctx.send_viewport_cmd(egui::ViewportCommand::Title(title));
        }
    }
}

impl eframe::App for App {
    fn logic(&mut self, ctx: &egui::Context, _frame: &mut eframe::Frame) {
        self.take_in_finished(ctx);
        self.take_in_dropped(ctx);
        self.with_workspace(|workspace, cx| workspace.logic(ctx, cx));
        for command in std::mem::take(&mut self.commands) {
            if !self.would_lose(&command) {
                self.carry_out(ctx, command);
            }
        }
        if ctx.input(|input| input.viewport().close_requested())
            && self.document.is_dirty()
            && !self.question.may_close
        {
            ctx.send_viewport_cmd(egui::ViewportCommand::CancelClose);
            self.question.waiting = Some(panels::loss::Loss::Close);
        }
        self.selection.keep_existing(self.document.board());
        self.write_journal(ctx);
        self.set_title(ctx);
        self.keep_settings(ctx);
    }

    /// What shines through between two panels where scaling leaves them a part of a pixel each.
    fn clear_color(&self, _visuals: &egui::Visuals) -> [f32; 4] {
        self.theme.hairline.to_normalized_gamma_f32()
    }

    fn on_exit(&mut self, _gl: Option<&eframe::glow::Context>) {
        self.close_board();
    }

    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        let began = std::time::Instant::now();
        panels::shortcuts::keys(ui.ctx(), &mut self.options.shortcuts);
        // A question is answered before anything else happens.
        let asked = self.question.waiting.is_some() || pick::is_waiting(ui.ctx());
        self.options.dialog =
            asked || self.palette.is_open() || self.importing.is_some() || self.options.shortcuts;
        if !asked {
            // The letters of the tools are for the board: elsewhere they would change what is not in view.
            let on_board = self.current == 0 && !self.starting;
            let actions = keys::actions(ui.ctx(), self.options.dialog).into_iter();
            let meant = actions.filter(|action| on_board || action.row().group != Group::Tools);
            self.commands.extend(meant.map(Command::Run));
        }
        // A presentation shows the board and nothing else.
        let presenting = self.options.presenting && self.current == 0 && !self.starting;
        if !presenting {
            self.panel("The top bar", ui, panels::top_bar::show);
            self.panel("The news on disk", ui, panels::disk::show);
        }
        if self.telling.is_some() {
            self.panel("The story of the board", ui, panels::story::show);
        } else if self.starting {
            self.panel("The start screen", ui, panels::start::show);
        } else {
            if !presenting {
                self.panel("The status bar", ui, panels::status_bar::show);
            }
            self.workspace(ui);
        }
        if presenting {
            panels::timer::over_presentation(self, ui.ctx());
        }
        self.panel("The import", ui, panels::import::show);
        self.panel("The palette", ui, |app, ui| app.show_palette(ui));
        self.show_question(ui);
        pick::show(ui.ctx(), &self.theme);
        panels::shortcuts::show(ui.ctx(), &self.theme, &mut self.options.shortcuts);
        panels::timer::alert(self, ui.ctx());
        panels::drop::show(ui.ctx(), &self.theme);
        self.toasts.show(ui.ctx(), &self.theme);
        self.panel("The developer's overlay", ui, |app, ui| panels::developer::show(app, ui));
        self.developer.drew(began.elapsed());
        // Commands are carried out before the next frame, which has to come.
        if !self.commands.is_empty() {
            ui.request_repaint();
        }
    }
}
