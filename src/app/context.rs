//! What workspaces and panels are given: the document, what follows from it, the selection, the theme, and a way to
//! ask for things.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError};

use super::canvas::Tone;
use super::panels::drawer::Opened;
use super::theme::Theme;
use crate::advice::{self, Finding};
use crate::board::notation::Level;
use crate::board::{Board, Key};
use crate::edit::{Edit, Intent};
use crate::replay::index::Log;
use crate::replay::moment::Place;
use crate::scene::Scene;
use crate::topology::{self, Topology};
use crate::view::{Action, Document, Item, Selection};

/// Something asked for while drawing, carried out before the next frame.
#[derive(Clone, Debug)]
pub enum Command {
    /// An action, as if its key was pressed.
    Run(Action),
    /// Opens a board from disk.
    Open(PathBuf),
    /// Opens a board that has no file yet.
    OpenBoard(Box<Board>),
    /// Opens files of whatever kind: a board, a board of another tool, contracts and folders of them.
    Import(Vec<PathBuf>),
    /// Brings back an untitled board from the journal a crash left.
    Restore(PathBuf),
    /// Selects these and brings them into view on the Board workspace.
    Show(Vec<Item>),
    /// Tells the user something in the corner of the window.
    Say(Tone, String),
    /// Brings a workspace to the front.
    SwitchTo(&'static str),
    /// Opens a captured log in the Replay workspace, at a moment.
    Replay(PathBuf, Option<Place>),
}

impl Command {
    /// What was asked for, in a line.
    #[must_use]
    pub fn spoken(&self) -> String {
        match self {
            Self::Run(action) => action.row().text.to_owned(),
            Self::OpenBoard(board) => format!("Open a board of {} stickies", board.stickies.len()),
            other => format!("{other:?}"),
        }
    }
}

/// Switches that are not part of the document.
#[derive(Clone, Debug)]
pub struct Options {
    /// The dark theme.
    pub dark: bool,
    /// The small map shows.
    pub minimap: bool,
    /// The advice shows.
    pub drawer: bool,
    /// The finding that is looked at in full.
    pub finding: Option<Opened>,
    /// The inspector shows.
    pub inspector: bool,
    /// Links proposed from the layout show.
    pub proposals: bool,
    /// The narrative is numbered.
    pub numbers: bool,
    /// The level of EventStorming the board is shown at.
    pub level: Level,
    /// The sheet of keys shows.
    pub shortcuts: bool,
    /// The file that remembers how captured logs are read; none remembers nothing.
    pub log_memory: Option<PathBuf>,
    /// The file that remembers which proposed links are not wanted; none remembers nothing.
    pub ignored_memory: Option<PathBuf>,
    /// Colours that people with any kind of colour vision tell apart.
    pub safe_colours: bool,
    /// The scenario that another workspace asks Simulate to run.
    pub scenario: Option<String>,
    /// A presentation is under way: nothing shows around the canvas.
    pub presenting: bool,
    /// Something lies over the window that the keys are for, whatever has the keyboard focus.
    pub dialog: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            dark: false,
            minimap: true,
            drawer: true,
            finding: None,
            inspector: true,
            proposals: false,
            numbers: false,
            level: Level::Design,
            shortcuts: false,
            log_memory: None,
            ignored_memory: None,
            safe_colours: false,
            scenario: None,
            presenting: false,
            dialog: false,
        }
    }
}

/// Boards of more stickies than this get their advice on another thread.
const ADVISED_AT_ONCE: usize = 1_500;

/// What follows from the board, each part worked out when first asked for after a change.
#[derive(Default)]
pub struct Derived {
    scene: Option<(u64, Arc<Scene>)>,
    topology: Option<(u64, Arc<Topology>)>,
    /// What the team has decided about its advice, from `isobar.toml` beside the board.
    advice: advice::Options,
    findings: Option<(u64, Arc<Vec<Finding>>)>,
    working: Option<(u64, Receiver<Worked>)>,
    /// The captured log that is open in Replay, and the number of the event at its playhead.
    pub log: Option<(Log, usize)>,
}

/// What another thread worked out for a large board.
enum Worked {
    Topology(Arc<Topology>),
    Findings(Vec<Finding>),
}

impl Derived {
    /// From now on advice follows what a team has decided about it.
    pub fn follow(&mut self, advice: advice::Options) {
        if advice != self.advice {
            self.advice = advice;
            self.findings = None;
            self.working = None;
        }
    }

    /// The advice on the board. While a gesture is open, or while it is being worked out, it is the one from before.
    pub fn findings(&mut self, ctx: &egui::Context, document: &Document) -> Arc<Vec<Finding>> {
        let revision = document.revision();
        self.take_in();
        let before = self.findings.as_ref().map(|(_, findings)| Arc::clone(findings)).unwrap_or_default();
        let fresh = self.findings.as_ref().is_some_and(|(at, _)| *at == revision);
        if fresh || document.in_gesture() || self.working.is_some() {
            return before;
        }
        if document.board().stickies.len() <= ADVISED_AT_ONCE {
            let topology = self.topology(document);
            let context = advice::Context::new(document.board(), &topology).on(crate::io::today());
            let findings = Arc::new(advice::advise(&context, &self.advice));
            self.findings = Some((revision, Arc::clone(&findings)));
            return findings;
        }
        let (sender, receiver) = std::sync::mpsc::channel();
        self.working = Some((revision, receiver));
        let (board, ctx, options) = (document.shared(), ctx.clone(), self.advice.clone());
        let known = self.topology.as_ref().and_then(|(at, topology)| {
            let touched: BTreeSet<Key> = document.touched_since(*at)?.into_iter().cloned().collect();
            Some((Arc::clone(topology), touched))
        });
        std::thread::spawn(move || {
            // Another board may be open by now; then nobody waits for this.
            let topology = match known {
                Some((mut topology, touched)) => {
                    Topology::follow(&mut topology, &board, &touched.iter().collect());
                    topology
                }
                None => Arc::new(topology::derive(&board)),
            };
            let _ = sender.send(Worked::Topology(Arc::clone(&topology)));
            ctx.request_repaint();
            let context = advice::Context::new(&board, &topology).on(crate::io::today());
            let _ = sender.send(Worked::Findings(advice::advise(&context, &options)));
            ctx.request_repaint();
        });
        before
    }

    /// Takes in what another thread has worked out by now.
    fn take_in(&mut self) {
        while let Some((at, receiver)) = &self.working {
            match receiver.try_recv() {
                Ok(Worked::Topology(topology)) => {
                    if self.topology.as_ref().is_none_or(|(newest, _)| newest < at) {
                        self.topology = Some((*at, topology));
                    }
                }
                Ok(Worked::Findings(findings)) => {
                    self.findings = Some((*at, Arc::new(findings)));
                    self.working = None;
                }
                Err(TryRecvError::Empty) => return,
                // The other thread panicked: the advice from before stays until the board changes.
                Err(TryRecvError::Disconnected) => {
                    let before = self.findings.take().map(|(_, findings)| findings);
                    self.findings = Some((*at, before.unwrap_or_default()));
                    self.working = None;
                }
            }
        }
    }

    /// The topology of a board to glance at: of a large one, while it is worked out again on another thread, the one
    /// from before.
    pub fn topology_lately(&mut self, ctx: &egui::Context, document: &Document) -> Arc<Topology> {
        if document.board().stickies.len() > ADVISED_AT_ONCE {
            self.findings(ctx, document);
            if let Some((_, topology)) = &self.topology {
                return Arc::clone(topology);
            }
        }
        self.topology(document)
    }

    /// The display list of what belongs to a level on the board as it is now. After small changes it is followed, not
    /// made anew.
    pub fn scene(&mut self, document: &Document, level: Level) -> Arc<Scene> {
        let revision = document.revision();
        if let Some((at, scene)) = &mut self.scene
            && scene.level() == level
        {
            let follows = *at == revision
                || document
                    .touched_since(*at)
                    .is_some_and(|touched| Arc::make_mut(scene).follow(document.board(), &touched));
            if follows {
                *at = revision;
                return Arc::clone(scene);
            }
        }
        let scene = Arc::new(Scene::at_level(document.board(), level));
        self.scene = Some((revision, Arc::clone(&scene)));
        scene
    }

    /// The topology of the board. While a gesture is open it is the one from before.
    pub fn topology(&mut self, document: &Document) -> Arc<Topology> {
        let revision = document.revision();
        match &self.topology {
            Some((at, topology)) if *at == revision || document.in_gesture() => return Arc::clone(topology),
            _ => {}
        }
        let before = self.topology.take().and_then(|(at, topology)| {
            let touched = document.touched_since(at)?;
            Some((topology, touched))
        });
        let topology = match before {
            Some((mut topology, touched)) => {
                Topology::follow(&mut topology, document.board(), &touched);
                topology
            }
            None => Arc::new(topology::derive(document.board())),
        };
        self.topology = Some((revision, Arc::clone(&topology)));
        topology
    }
}

/// What a workspace or panel is given while it draws.
///
/// - the board: `cx.document.board()`; change it with [`Cx::perform`] or [`Cx::commit`], which make one undo step each;
/// - what follows from it: [`Cx::scene`] to draw it, [`Cx::topology`] to reason about it. Compare
///   `cx.document.revision()` to know when to work out something of your own again;
/// - colours and fonts: `cx.theme`, by token;
/// - the selection, shared by all workspaces: `cx.selection`;
/// - everything else is asked for: [`Cx::send`], [`Cx::say`]. To jump to stickies send [`Command::Show`].
///
/// Frames are drawn only on input. While something moves, call `ui.request_repaint()` in each frame that moves it;
/// for a moment later, `ui.ctx().request_repaint_after(…)`. Work on other threads keeps a clone of the
/// [`egui::Context`] and calls `request_repaint` when it is done.
pub struct Cx<'a> {
    /// The open document.
    pub document: &'a mut Document,
    /// What follows from it.
    pub derived: &'a mut Derived,
    /// What is selected.
    pub selection: &'a mut Selection,
    /// The theme.
    pub theme: &'a Theme,
    /// Switches that are not part of the document.
    pub options: &'a mut Options,
    /// What was asked for.
    pub commands: &'a mut Vec<Command>,
}

impl Cx<'_> {
    /// The display list of the board as it is now.
    pub fn scene(&mut self) -> Arc<Scene> {
        self.derived.scene(self.document, Level::Design)
    }

    /// The display list of what belongs to the level chosen on the Board workspace.
    pub fn scene_at_level(&mut self) -> Arc<Scene> {
        self.derived.scene(self.document, self.options.level)
    }

    /// The topology of the board.
    pub fn topology(&mut self) -> Arc<Topology> {
        self.derived.topology(self.document)
    }

    /// The topology of the board to glance at; of a large board it may lag behind the last edit.
    pub fn topology_lately(&mut self, ctx: &egui::Context) -> Arc<Topology> {
        self.derived.topology_lately(ctx, self.document)
    }

    /// The advice on the board.
    pub fn findings(&mut self, ctx: &egui::Context) -> Arc<Vec<Finding>> {
        self.derived.findings(ctx, self.document)
    }

    /// Where a finding is: its stickies, links and frames, and the stickies of the definitions it names.
    #[must_use]
    pub fn items_of(&self, finding: &Finding) -> Vec<Item> {
        self.items_at(&finding.places)
    }

    /// Stickies, links and frames by their keys, and the stickies of definitions.
    #[must_use]
    pub fn items_at(&self, places: &[Key]) -> Vec<Item> {
        let board = self.document.board();
        let mut items = Vec::new();
        for place in places {
            match Item::of(place) {
                Some(item) => items.push(item),
                None => {
                    let shows = |sticky: &&crate::board::Sticky| {
                        Board::definition_key(sticky).as_ref() == Some(place)
                    };
                    let stickies = board.stickies.iter().filter(|(_, sticky)| shows(sticky));
                    items.extend(stickies.map(|(id, _)| Item::Sticky(*id)));
                }
            }
        }
        items
    }

    /// Asks for something.
    pub fn send(&mut self, command: Command) {
        self.commands.push(command);
    }

    /// Tells the user something.
    pub fn say(&mut self, tone: Tone, message: impl Into<String>) {
        self.commands.push(Command::Say(tone, message.into()));
    }

    /// Carries out a command on the board as one undo step; what goes wrong is told to the user. Answers what was
    /// touched.
    pub fn perform(&mut self, intent: &Intent) -> Vec<Key> {
        match self.document.perform(intent) {
            Ok(touched) => touched,
            Err(error) => {
                self.say(Tone::Error, sentence(&error.to_string()));
                Vec::new()
            }
        }
    }

    /// Applies an edit as one undo step; what goes wrong is told to the user. Answers what was touched.
    pub fn commit(&mut self, edit: Edit) -> Vec<Key> {
        match self.document.commit(edit) {
            Ok(touched) => touched,
            Err(error) => {
                self.say(Tone::Error, sentence(&error.to_string()));
                Vec::new()
            }
        }
    }
}

/// A message as a sentence: its first letter large.
#[must_use]
pub fn sentence(message: &str) -> String {
    let mut chars = message.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
