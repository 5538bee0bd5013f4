//! A log on the screen, and what is worked out about it while people look on.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::chart::Chart;
use super::heat::Heat;
use super::picked::Picked;
use crate::app::canvas::Tone;
use crate::app::context::{Cx, sentence};
use crate::app::later::Later;
use crate::io::log_memory::{self, Remembered};
use crate::io::logs::LogFile;
use crate::replay::conformance::{self, Finding};
use crate::replay::index::{Causes, Log, SourceState};
use crate::replay::load::Loading;
use crate::replay::mapping::Mapping;
use crate::replay::moment::Place;
use crate::replay::player::{Filter, Frame, Player, Window};
use crate::replay::repeats::Repeats;
use crate::replay::search::{Rows, Search};
use crate::replay::tracks::Tracks;

/// Logs of more events than this are checked against the board only when asked.
const CHECKED_AT_ONCE: usize = 300_000;

/// How long the reading of a log waits for its first events to be painted.
const FIRST_LOOK: Duration = Duration::from_secs(1);

/// How often what has been read since is taken in, in milliseconds.
const TAKE_IN_MS: u64 = 50;

/// A log on the screen.
pub(super) struct Open {
    pub path: PathBuf,
    /// None once it is read: the log alone holds the index then.
    pub loading: Option<Arc<Loading>>,
    reading: Later<Result<(), String>>,
    pub log: Log,
    pub player: Player,
    pub window: Window,
    pub mapping: Mapping,
    pub filter: Filter,
    /// The events that the filter lets pass.
    pub rows: Rows,
    /// The revision of the filter, and the length of the log, that `rows` is for.
    rows_for: (u64, usize),
    filter_revision: u64,
    search: Option<Arc<Search>>,
    searching: Later<Rows>,
    pub causes: Arc<Causes>,
    /// What is in the log more than once.
    pub repeats: Repeats,
    causes_for: usize,
    tracing: Later<(Arc<Causes>, Repeats)>,
    pub tracks: Tracks,
    /// The revision of the board the tracks were made for, and the length of the log then.
    tracks_for: Option<(u64, usize)>,
    pub findings: Option<Vec<Finding>>,
    findings_for: Option<u64>,
    checking: Later<Vec<Finding>>,
    /// The events that the first flags of the timeline stand for.
    pub flagged: Vec<usize>,
    pub chart: Chart,
    pub heat: Heat,
    /// What is under way at the playhead.
    pub frame: Frame,
    pub picked: Picked,
    /// What has been said of the file.
    told_of: SourceState,
    /// The moment to go to once it can be found.
    pub wanted: Option<Place>,
}

impl Open {
    /// Begins to read a log.
    ///
    /// # Errors
    /// When the file cannot be read; the message says why.
    pub(super) fn begin(ctx: &egui::Context, path: &Path, cx: &mut Cx<'_>) -> Result<Self, String> {
        let known = cx.options.log_memory.as_ref().map(|store| log_memory::recall(store, path));
        let known = known.unwrap_or_default();
        Self::with_mapping(ctx, path, known, cx)
    }

    /// Begins to read a log with fields as the user says.
    pub(super) fn with_mapping(
        ctx: &egui::Context,
        path: &Path,
        known: Remembered,
        cx: &mut Cx<'_>,
    ) -> Result<Self, String> {
        let file = LogFile::open(path).map_err(|error| sentence(&error.to_string()))?;
        if let Some(warning) = file.warning() {
            cx.say(Tone::Warning, sentence(warning));
        }
        let loading = Arc::new(Loading::new(file.shared(), known.mapping.clone()).shown_first(FIRST_LOOK));
        let mut reading = Later::default();
        let worker = Arc::clone(&loading);
        reading.start(ctx, move || worker.run().map(drop).map_err(|error| error.to_string()));
        let log = loading.snapshot();
        let mut player = Player::new(&log);
        for mark in known.bookmarks {
            player.add_bookmark(mark.time, mark.name);
        }
        Ok(Self {
            path: path.to_owned(),
            loading: Some(loading),
            reading,
            window: Window::new(player.range.clone()),
            player,
            mapping: known.mapping,
            filter: Filter::default(),
            rows: Rows::default(),
            rows_for: (0, 0),
            filter_revision: 0,
            search: None,
            searching: Later::default(),
            causes: Arc::default(),
            repeats: Repeats::default(),
            causes_for: 0,
            tracing: Later::default(),
            tracks: Tracks::default(),
            tracks_for: None,
            findings: None,
            findings_for: None,
            checking: Later::default(),
            flagged: Vec::new(),
            chart: Chart::default(),
            heat: Heat::default(),
            frame: Frame::default(),
            picked: Picked::default(),
            told_of: SourceState::Whole,
            wanted: None,
            log,
        })
    }

    /// Keeps fields and bookmarks for the next time.
    pub(super) fn remember(&self, cx: &Cx<'_>) {
        if let Some(store) = &cx.options.log_memory {
            let bookmarks = self.player.bookmarks().to_vec();
            log_memory::remember(store, &self.path, &Remembered { mapping: self.mapping.clone(), bookmarks });
        }
    }

    /// Takes in what other threads have done since, and follows changes of board and filter.
    pub(super) fn refresh(&mut self, ctx: &egui::Context, cx: &mut Cx<'_>) {
        self.take_in(ctx, cx);
        self.follow_board(cx);
        self.follow_filter(ctx);
        self.follow_causes(ctx);
        self.follow_findings(ctx, cx);
        self.chart.refresh(&self.log, &self.window, &self.rows, self.filter_revision, cx.theme);
        self.heat.refresh(&self.log, &self.tracks, &self.window, cx);
        let (filter, rows, searched) = (&self.filter, &self.rows, self.search.is_none());
        self.frame = self.player.frame(&self.log, &self.tracks, &self.causes, |event| match rows {
            // A list that is whole answers without a look at the file.
            Rows::Found(_) if searched => rows.has(event.row()),
            _ => filter.accepts(event),
        });
        if self.player.playing {
            self.window.follow(self.player.now());
        }
    }

    fn take_in(&mut self, ctx: &egui::Context, cx: &mut Cx<'_>) {
        if let Some(Err(message)) = self.reading.take() {
            cx.say(Tone::Error, sentence(&message));
        }
        let Some(loading) = &self.loading else { return self.tell_of_change(cx) };
        let first = self.log.is_empty();
        self.log = loading.snapshot();
        if !first {
            // The frame before this one had them, and is painted.
            if loading.first_look_over() {
                log::info!("the first events are on the screen");
            }
        } else if !self.log.is_empty() {
            ctx.request_repaint();
            let bookmarks = self.player.bookmarks().to_vec();
            self.player = Player::new(&self.log);
            bookmarks.into_iter().for_each(|mark| self.player.add_bookmark(mark.time, mark.name));
            self.window = Window::new(self.player.range.clone());
        }
        self.player.extend(&self.log);
        self.window.grow(self.player.range.clone());
        if self.log.is_complete() {
            let speed = Player::new(&self.log).speed();
            self.player.set_speed(speed);
            self.loading = None;
            if let Some(bad) = self.log.bad_lines().first().filter(|_| self.log.is_empty()) {
                let what = format!("no event can be read: line {}: {}", bad.line, bad.reason);
                cx.say(Tone::Error, sentence(&format!("{what}. Name the fields under Log if it is one")));
            }
            self.go_to_wanted(cx);
        } else {
            ctx.request_repaint_after(Duration::from_millis(TAKE_IN_MS));
        }
    }

    /// Goes to the moment the log was opened at.
    fn go_to_wanted(&mut self, cx: &mut Cx<'_>) {
        let Some(place) = self.wanted.take() else { return };
        match place.row(&self.log) {
            Some(row) => self.go_to(row),
            None => cx.say(Tone::Warning, format!("The log has no event at {place}")),
        }
    }

    /// A file that another program writes to is told of once, and once more when it is cut.
    fn tell_of_change(&mut self, cx: &mut Cx<'_>) {
        let state = self.log.source_state();
        if self.told_of == state {
            return;
        }
        self.told_of = state;
        let message = match state {
            SourceState::Whole => return,
            SourceState::Grown => "The log has grown since it was opened. Read it again to see the rest",
            SourceState::Cut => {
                "The log was cut short by another program. What the index knows is still shown, payloads are gone"
            }
        };
        cx.say(Tone::Warning, message);
    }

    fn follow_board(&mut self, cx: &mut Cx<'_>) {
        let made_for = Some((cx.document.revision(), self.log.len()));
        if self.tracks_for != made_for && !cx.document.in_gesture() {
            let topology = cx.topology();
            self.tracks = Tracks::new(cx.document.board(), &topology, &self.log);
            self.tracks_for = made_for;
        }
    }

    /// The filter is another one now.
    pub(super) fn filter_changed(&mut self) {
        self.filter_revision += 1;
    }

    /// How far a search has come, while there is one.
    pub(super) fn search_share(&self) -> Option<f32> {
        self.search.as_ref().map(|search| search.share_done())
    }

    fn follow_filter(&mut self, ctx: &egui::Context) {
        if let Some(rows) = self.searching.take() {
            self.rows = rows;
            self.search = None;
        }
        if self.filter.is_open() {
            self.stop_search();
            self.rows = Rows::All(self.log.len());
            self.rows_for = (self.filter_revision, self.log.len());
            return;
        }
        let wanted = (self.filter_revision, self.log.len());
        // While a log is still being read, a search is taken to its end before the next begins.
        if wanted != self.rows_for && (self.search.is_none() || wanted.0 != self.rows_for.0) {
            self.stop_search();
            let search = Arc::new(Search::new(self.log.clone(), self.filter.clone()));
            let worker = Arc::clone(&search);
            self.searching.start(ctx, move || worker.run());
            self.search = Some(search);
            self.rows_for = wanted;
        }
        if let Some(search) = &self.search {
            let fresh = matches!(&self.rows, Rows::Found(rows) if rows.len() == search.n_found());
            if !fresh {
                self.rows = search.found();
            }
            ctx.request_repaint_after(Duration::from_millis(TAKE_IN_MS));
        }
    }

    fn stop_search(&mut self) {
        if let Some(search) = self.search.take() {
            search.cancel();
            self.searching = Later::default();
        }
    }

    fn follow_causes(&mut self, ctx: &egui::Context) {
        if let Some((causes, repeats)) = self.tracing.take() {
            self.log = self.log.knowing(&causes);
            (self.causes, self.repeats) = (causes, repeats);
            self.picked.forget();
        }
        if self.log.is_complete() && self.causes_for != self.log.len() && !self.tracing.is_under_way() {
            self.causes_for = self.log.len();
            let log = self.log.clone();
            self.tracing.start(ctx, move || (log.causes(), log.repeats()));
        }
    }

    fn follow_findings(&mut self, ctx: &egui::Context, cx: &mut Cx<'_>) {
        if let Some(findings) = self.checking.take() {
            self.findings = Some(findings);
        }
        let wanted = self.log.is_complete()
            && self.log.len() <= CHECKED_AT_ONCE
            && self.findings_for != Some(cx.document.revision())
            && !cx.document.in_gesture();
        if wanted && !self.checking.is_under_way() {
            self.check(ctx, cx);
        }
    }

    /// Checks the log against the board on another thread.
    pub(super) fn check(&mut self, ctx: &egui::Context, cx: &mut Cx<'_>) {
        self.findings_for = Some(cx.document.revision());
        let (board, topology, log) = (cx.document.shared(), cx.topology(), self.log.clone());
        self.checking.start(ctx, move || conformance::check(&board, &topology, &log));
    }

    /// True while the log is being checked against the board.
    pub(super) const fn is_checking(&self) -> bool {
        self.checking.is_under_way()
    }

    /// True when the board has changed since the findings were made.
    pub(super) fn findings_are_old(&self, cx: &Cx<'_>) -> bool {
        self.findings.is_some() && self.findings_for != Some(cx.document.revision())
    }

    /// Steps to the next or the previous event that is shown.
    pub(super) fn step_shown(&mut self, forward: bool) {
        let target = match self.player.current(&self.log) {
            None if forward => self.rows.get(0),
            None => None,
            Some(row) if forward => self.rows.get(self.rows.place_of(row + 1)),
            Some(row) => self.rows.place_of(row).checked_sub(1).and_then(|at| self.rows.get(at)),
        };
        if let Some(row) = target {
            self.go_to(row);
        }
    }

    /// Puts the playhead on an event, in sight on the timeline.
    pub(super) fn go_to(&mut self, row: usize) {
        self.player.playing = false;
        if self.player.go_to(&self.log, row) {
            self.window.follow(self.player.now());
        }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        // What nobody waits for any more is not read, nor looked for.
        if let Some(loading) = &self.loading {
            loading.cancel();
        }
        self.stop_search();
    }
}
