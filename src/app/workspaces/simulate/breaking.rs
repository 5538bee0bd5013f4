//! Breaking things by hand while the board runs: the menu of a right click.

use super::{Run, SimulateWorkspace, sidebar};
use crate::app::canvas::{Shown, Tone};
use crate::app::context::{Cx, sentence};
use crate::board::notation::words;
use crate::board::{Board, ChannelKind, Distribution, Fault, FaultKind, Span, StickyKind};
use crate::simulation::model;
use crate::view::Item;

/// One thing that can be done to a place.
struct Offer {
    name: &'static str,
    kind: FaultKind,
    lasts: Option<Span>,
}

/// What was chosen in the menu.
enum Chosen {
    Strike(FaultKind, Option<Span>),
    Lift(u32),
    Arrive,
}

impl SimulateWorkspace {
    /// What can be broken by hand where the pointer is.
    pub(super) fn break_something(&mut self, shown: &Shown, cx: &mut Cx<'_>) {
        if shown.response.secondary_clicked() {
            self.menu_for = shown.hover;
        }
        let (Some(item), Some(run)) = (self.menu_for, &mut self.run) else { return };
        let Some((name, offers, arrives)) = offered(cx.document.board(), item, run.simulation.now()) else {
            return;
        };
        let mut chosen = None;
        shown.response.context_menu(|ui| {
            ui.label(cx.theme.heading(words(&name)));
            for Offer { name, kind, lasts } in &offers {
                if ui.button(*name).clicked() {
                    chosen = Some(Chosen::Strike(kind.clone(), *lasts));
                    ui.close();
                }
            }
            if arrives && ui.button("One arrives now").clicked() {
                chosen = Some(Chosen::Arrive);
                ui.close();
            }
            let now = run.simulation.now();
            let struck: Vec<(u32, String)> = in_force(run, &name, now);
            if !struck.is_empty() {
                ui.separator();
            }
            for (number, what) in struck {
                if ui.button(format!("End: {what}")).clicked() {
                    chosen = Some(Chosen::Lift(number));
                    ui.close();
                }
            }
        });
        let Some(chosen) = chosen else { return };
        match chosen {
            Chosen::Strike(kind, lasts) => {
                let fault = Fault { kind, target: name, at: None, lasts };
                if let Err(error) = run.simulation.strike(&fault) {
                    return cx.say(Tone::Error, sentence(&error.to_string()));
                }
            }
            Chosen::Lift(number) => run.simulation.lift(number),
            Chosen::Arrive => drop(run.simulation.issue(&name)),
        }
        run.recording.branch(&run.simulation, &shown.response.ctx);
    }
}

/// The faults in force at a place, by number and in words.
fn in_force(run: &Run, name: &str, now: u64) -> Vec<(u32, String)> {
    let all = (0u32..).zip(run.simulation.faults());
    let here = all.filter(|(_, (fault, active))| *active && fault.target == name);
    here.map(|(number, (fault, _))| (number, sidebar::spoken_fault(fault, now))).collect()
}

/// The name of a place, what it can be struck with, and whether something can arrive there; none for what nothing can
/// be done to.
fn offered(board: &Board, item: Item, now: u64) -> Option<(String, Vec<Offer>, bool)> {
    if let Item::Frame(id) = item {
        let frame = board.frames.get(&id).filter(|frame| !frame.name.is_empty())?;
        let cut = Offer {
            name: "Cut off from the rest for a minute",
            kind: FaultKind::Partition,
            lasts: Some(Span::from_secs(60)),
        };
        return Some((frame.name.clone(), vec![cut], false));
    }
    let Item::Sticky(id) = item else { return None };
    let sticky = board.stickies.get(&id)?;
    let mut offers = of_sticky(sticky.kind);
    if sticky.kind == StickyKind::Channel && keeps(board, &sticky.name) {
        let from = Span(now.saturating_sub(60_000_000_000));
        let kind = FaultKind::Replay { from, to: Span(now.max(1)), only: Vec::new() };
        offers.push(Offer { name: "Deliver the last minute again", kind, lasts: None });
    }
    let arrives = matches!(sticky.kind, StickyKind::Command | StickyKind::Query);
    (!offers.is_empty() || arrives).then(|| (sticky.name.clone(), offers, arrives))
}

/// Whether a channel keeps what passes, so that it can be delivered again.
fn keeps(board: &Board, channel: &str) -> bool {
    let stated = board.channels.get(channel);
    stated.is_some_and(|channel| channel.kind == ChannelKind::Stream || channel.archive.is_some())
}

/// The faults a sticky can be struck with.
fn of_sticky(kind: StickyKind) -> Vec<Offer> {
    let minute = Some(Span::from_secs(60));
    let offer = |name, kind| Offer { name, kind, lasts: minute };
    let for_good = |name, kind| Offer { name, kind, lasts: None };
    match kind {
        StickyKind::Service | StickyKind::Aggregate | StickyKind::External | StickyKind::ReadModel => vec![
            offer("Take down for a minute", FaultKind::Down),
            for_good("Take down for good", FaultKind::Down),
            offer("Up and down every five seconds, for a minute", FaultKind::Flapping(Span::from_secs(5))),
            offer("Slow down ten times for a minute", FaultKind::Slow(10.0)),
            offer("Refuse more than one a second for a minute", FaultKind::RateLimit(1.0)),
            offer("Crash before publishing, one in five", FaultKind::CrashBeforePublish(0.2)),
            offer("Crash before acknowledging, one in five", FaultKind::CrashBeforeAck(0.2)),
            offer("Deploy with a breaking schema for a minute", FaultKind::BreakingSchema),
            for_good("Set its clock back by five minutes", FaultKind::ClockSkew(Span::from_secs(300))),
        ],
        StickyKind::Channel => vec![
            offer("Take down for a minute", FaultKind::Down),
            offer("Deliver everything twice for a minute", FaultKind::Duplicate(1.0)),
            offer("Lose one in five for a minute", FaultKind::Drop(0.2)),
            offer("Mix up the order for a minute", FaultKind::Reorder(Span::from_secs(5))),
        ],
        StickyKind::Event | StickyKind::Command => vec![
            offer("Deliver twice for a minute", FaultKind::Duplicate(1.0)),
            offer("Lose one in five for a minute", FaultKind::Drop(0.2)),
            offer(
                "Delay by two seconds for a minute",
                FaultKind::Delay(Distribution::Constant(Span::from_secs(2))),
            ),
            offer("Break the schema of one in five for a minute", FaultKind::Corrupt(0.2)),
            offer("Poison one in twenty for a minute", FaultKind::Poison(0.05)),
            offer("Ten times as many for a minute", FaultKind::Burst(10.0)),
        ],
        _ => Vec::new(),
    }
}

/// What goes wrong from start to end is the weather of the scenario, not an incident on its timeline.
pub(super) fn is_background(fault: &model::Fault) -> bool {
    fault.from == 0 && fault.until == u64::MAX
}
