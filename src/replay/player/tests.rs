//! What travels where and when; and the playhead.

use super::*;
use crate::board::Board;
use crate::replay::testing::{MS, START, board, log};
use crate::topology::{Topology, derive};

struct Stage {
    board: Board,
    topology: Topology,
    log: Log,
    tracks: Tracks,
    causes: std::sync::Arc<Causes>,
}

fn stage(lines: &str, events: &str) -> Stage {
    let board = board(lines);
    let topology = derive(&board);
    let log = log(events);
    let tracks = Tracks::new(&board, &topology, &log);
    let causes = log.causes();
    Stage { board, topology, log, tracks, causes }
}

impl Stage {
    /// The names of the stickies that an event passes, one list for each way.
    fn ways(&self, row: usize) -> Vec<String> {
        let event = self.log.event(row).expect("there");
        let cause = self.causes.of(row).and_then(|r| self.log.event(r));
        let (ways, _) = self.tracks.of(&event, cause.as_ref());
        let name = |sticky| self.board.stickies[sticky].name.clone();
        let mut ways: Vec<String> = ways
            .iter()
            .map(|way| {
                let links: Vec<_> = way.links.iter().map(|l| &self.board.links[l]).collect();
                let mut names: Vec<String> = links.iter().map(|l| name(&l.from)).collect();
                names.extend(links.last().map(|l| name(&l.to)));
                names.join(" ")
            })
            .collect();
        ways.sort();
        ways
    }

    fn frame(&self, player: &Player) -> Frame {
        player.frame(&self.log, &self.tracks, &self.causes, |_| true)
    }
}

const SHOP: &str =
    "Actor:Client -> Command:Buy -> Service:Store -> Event:Bought -> Channel:bus -> Service:Mail
     Event:Bought -> Service:Stock -> Event:Reserved
     Event:Returned -> Service:Stock -> Event:Reserved -> Service:Mail";

#[test]
fn messages_go_from_publisher_through_channels_to_every_subscriber() {
    let s = stage(
        SHOP,
        "0 c command client com.shop.buy @1
         10 e event store com.shop.Bought.v2 <c @1
         20 r event stock Reserved <e @1
         30 x event elsewhere Unheard @1",
    );
    assert_eq!(s.ways(0), ["Client Buy Store"]);
    assert_eq!(s.ways(1), ["Store Bought Stock", "Store Bought bus Mail"]);
    assert_eq!(s.ways(2), ["Stock Reserved Mail"]);
    assert_eq!(s.ways(3), [""; 0]);
}

#[test]
fn the_cause_tells_which_reaction_of_one_service_published() {
    let s = stage(
        SHOP,
        "0 a event store Bought
         1 b event store Returned
         2 c event stock Reserved <a
         3 d event stock Reserved <b
         4 e event stock Reserved",
    );
    let sender = |row: usize| {
        let event = s.log.event(row).expect("there");
        let cause = s.causes.of(row).and_then(|r| s.log.event(r));
        let reaction = s.tracks.sender(&event, cause.as_ref()).expect("known");
        let trigger = s.topology[s.topology[reaction].triggers[0]].message;
        s.topology[trigger].name.clone()
    };
    assert_eq!((sender(2), sender(3)), ("Bought".into(), "Returned".into()));
    // Nothing tells: the first one drawn.
    assert_eq!(sender(4), "Bought");
}

#[test]
fn the_source_tells_which_of_two_publishers_it_was() {
    let s = stage(
        "Service:A -> Event:X -> Service:C
         Service:B -> Event:X",
        "0 1 event b X
         1 2 event a X",
    );
    assert_eq!(s.ways(0), ["B X C"]);
    assert_eq!(s.ways(1), ["A X C"]);
}

#[test]
fn replies_travel_back() {
    let s = stage(
        "Actor:Client -> Command:Buy -> Service:Store",
        "0 c command client Buy @1
         1 r reply store Buy <c @1",
    );
    let mut player = Player::new(&s.log);
    player.set_speed(0.1);
    let mut share = |ms: f64, row: usize| {
        player.seek(START + (ms * MS as f64) as i64);
        let frame = s.frame(&player);
        let dot = frame.dots.iter().find(|d| d.row == row).expect("under way");
        s.board.links.keys().position(|l| *l == dot.link).expect("a link") as f32 + dot.along
    };
    assert!(share(0.0, 0) < share(40.0, 0));
    assert!(share(5.0, 1) > share(80.0, 1));
}

#[test]
fn dots_move_forwards_only_and_a_moment_looks_the_same_from_both_sides() {
    let s = stage(
        SHOP,
        "0 a event store Bought @1
         400 b event stock Reserved <a @1
         2000 c event store Bought @2",
    );
    let mut player = Player::new(&s.log);
    player.set_speed(1.0);
    let progress = |frame: &Frame| -> Vec<(usize, LinkId, f32)> {
        frame.dots.iter().map(|d| (d.row, d.link, d.along)).collect()
    };
    let mut forwards = Vec::new();
    for ms in (0..4000).step_by(50) {
        player.seek(START + ms * MS);
        let frame = s.frame(&player);
        assert!(frame.dots.iter().all(|d| (0.0..=1.0).contains(&d.along)));
        assert_eq!(
            frame.n_under_way > 0,
            !s.log.range(player.now() - 2_700 * MS..player.now() + 1).is_empty()
        );
        forwards.push(progress(&frame));
    }
    for (at, seen) in forwards.iter().enumerate().rev() {
        player.seek(START + at as i64 * 50 * MS);
        assert_eq!(progress(&s.frame(&player)), *seen);
    }
    for pair in forwards.windows(2) {
        // Two ways may share a link at different speeds: the last dot on a link of an event never goes back.
        let last = |frame: &[(usize, LinkId, f32)], row: usize, link: LinkId| {
            let along = frame.iter().filter(|(r, l, _)| (*r, *l) == (row, link)).map(|(_, _, a)| *a);
            along.fold(f32::INFINITY, f32::min)
        };
        for (row, link, _) in &pair[0] {
            assert!(last(&pair[1], *row, *link) >= last(&pair[0], *row, *link));
        }
    }
    assert!(forwards[7].iter().any(|(row, ..)| *row == 0));
    assert!(forwards.last().expect("frames").is_empty());
}

#[test]
fn a_dense_log_is_shown_as_flow_with_few_dots() {
    let mut events = String::new();
    for i in 0..250_000 {
        use std::fmt::Write as _;
        let _ = writeln!(events, "{} {i} event store Bought", i / 500);
    }
    let s = stage(SHOP, &events);
    let mut player = Player::new(&s.log);
    player.set_speed(10.0);
    player.seek(START + 499 * MS);
    let frame = s.frame(&player);
    assert_eq!(frame.n_under_way, 250_000);
    assert!(!frame.dots.is_empty() && frame.dots.len() <= 2 * MOST_DOTS + 2);
    // Every link of both ways carries every event.
    assert_eq!(frame.flow.len(), 4);
    // Estimated from a sample of a fifth.
    assert!(frame.flow.values().all(|n| n.abs_diff(250_000) < 3));
}

#[test]
fn heat_counts_each_event_once_on_each_link_it_passes() {
    let s = stage(
        SHOP,
        "0 c command client Buy
         1 a event store Bought
         2 b event store Bought
         3 d event stock Reserved",
    );
    let heat = s.tracks.heat(&s.log, 0..4);
    let of = |from: &str, to: &str| -> u64 {
        let name = |sticky| &s.board.stickies[&sticky].name;
        let links = s.board.links.iter().filter(|(_, l)| name(l.from) == from && name(l.to) == to);
        links.filter_map(|(id, _)| heat.get(id)).sum()
    };
    assert_eq!(
        [
            of("Client", "Buy"),
            of("Store", "Bought"),
            of("bus", "Mail"),
            of("Bought", "Stock"),
            of("Reserved", "Mail")
        ],
        [1, 2, 2, 2, 1]
    );
    assert!(s.tracks.heat(&s.log, 3..3).is_empty());
}

#[test]
fn filters_ask_the_index_first_and_then_the_record() {
    let s = stage(
        SHOP,
        "0 a event store Bought @1 {\"coins\":500}
         1 b event store Bought @2 {\"coins\":50000}
         2 c event stock Reserved @1",
    );
    let shown = |change: &dyn Fn(&mut Filter)| -> Vec<usize> {
        let mut filter = Filter::default();
        change(&mut filter);
        s.log.events(0..3).filter(|e| filter.accepts(e)).map(|e| e.row()).collect()
    };
    assert_eq!(shown(&|_| {}), [0, 1, 2]);
    assert_eq!(shown(&|f| f.set_type(0, false)), [2]);
    assert_eq!(
        shown(&|f| {
            f.set_type(0, false);
            f.set_type(0, true);
        }),
        [0, 1, 2]
    );
    assert_eq!(shown(&|f| f.set_source(1, false)), [0, 1]);
    assert_eq!(shown(&|f| f.set_correlation("1")), [0, 2]);
    assert_eq!(shown(&|f| f.set_text("50000")), [1]);
    let pattern =
        crate::pattern::Pattern::parse(r#"{"data":{"coins":[{"numeric":["<",1000]}]}}"#).expect("a pattern");
    assert_eq!(shown(&|f| f.set_pattern(Some(pattern.clone()))), [0]);
    let mut filter = Filter::default();
    filter.set_text("50000");
    assert_eq!(
        (filter.next(&s.log, 0, 9), filter.next(&s.log, 0, 1), filter.next(&s.log, 2, 9)),
        (Ok(1), Err(1), Err(3))
    );
}

#[test]
fn steps_follow_time_type_correlation_and_cause() {
    let s = stage(
        SHOP,
        "0 a event store Bought @1
         10 b event stock Reserved <a @1
         20 c event store Bought @2
         20 d event stock Reserved <a @1",
    );
    let mut player = Player::new(&s.log);
    player.seek(START + 5 * MS);
    let mut go = |to| {
        assert!(player.step(&s.log, to), "{to:?}");
        player.current(&s.log).expect("an event")
    };
    assert_eq!(go(StepTo::Next), 1);
    assert_eq!(go(StepTo::Previous), 0);
    assert_eq!(go(StepTo::NextOfType), 2);
    assert_eq!(go(StepTo::Next), 3);
    assert_eq!(go(StepTo::Cause), 0);
    assert_eq!(go(StepTo::NextOfCorrelation), 1);
    assert_eq!(go(StepTo::NextOfCorrelation), 3);
    assert_eq!(go(StepTo::PreviousOfCorrelation), 1);
    assert!(!player.step(&s.log, StepTo::PreviousOfType), "there is no Reserved before the first");
}

#[test]
fn time_passes_at_the_chosen_speed_and_quiet_parts_are_skipped() {
    let s = stage(SHOP, "0 a event store Bought\n3600000 b event store Bought");
    let mut player = Player::new(&s.log);
    assert!(!player.tick(&s.log, 1.0));
    player.playing = true;
    player.set_speed(10.0);
    assert!(player.tick(&s.log, 0.5));
    assert_eq!(player.now(), START + 5_000 * MS);
    player.skip_quiet = true;
    player.tick(&s.log, 3.0);
    assert_eq!(player.now(), START + 3_600_000 * MS);
    for _ in 0..9 {
        player.tick(&s.log, 1.0);
    }
    assert_eq!((player.playing, player.now()), (false, START + 3_609_000 * MS + 1));
    player.set_speed(1e9);
    assert!((player.speed() - 1e6).abs() < 1e-9);
    player.set_speed(f64::NAN);
    assert!((player.speed() - 1e6).abs() < 1e-9);
}

#[test]
fn slow_play_loses_no_time() {
    let s = stage(SHOP, "0 a event store Bought\n1000 b event store Bought");
    let mut player = Player::new(&s.log);
    player.playing = true;
    player.set_speed(0.1);
    for _ in 0..1_000_000 {
        player.tick(&s.log, 7.5e-9);
    }
    assert!((player.now() - START - 750_000).abs() <= 1, "{}", player.now() - START);
}

#[test]
fn bookmarks_are_kept_by_time() {
    let s = stage(SHOP, "0 a event store Bought");
    let mut player = Player::new(&s.log);
    player.add_bookmark(9, "late");
    player.add_bookmark(3, "early");
    assert_eq!(player.bookmarks().iter().map(|b| &*b.name).collect::<Vec<_>>(), ["early", "late"]);
    player.remove_bookmark(0);
    player.remove_bookmark(7);
    assert_eq!(player.bookmarks().len(), 1);
}

#[test]
fn a_story_names_senders_receivers_and_causes() {
    let s = stage(
        SHOP,
        "0 c command client Buy @1
         10 e event store Bought <c @1
         11 o event store Bought @other
         20 r event stock Reserved <e @1",
    );
    let steps = story(&s.log, &s.topology, &s.tracks, 3, 100);
    let told: Vec<(&str, String, &str, Option<usize>, usize, i64)> = steps
        .iter()
        .map(|t| (&*t.from, t.to.join("+"), &*t.name, t.cause, t.depth, (t.end - START) / MS))
        .collect();
    assert_eq!(
        told,
        [
            ("/client", "Store".to_owned(), "Buy", None, 0, 20),
            ("Store", "Mail+Stock".to_owned(), "Bought", Some(0), 1, 20),
            ("Stock", "Mail".to_owned(), "Reserved", Some(1), 2, 20),
        ]
    );
}

#[test]
fn a_waterfall_tells_one_branch_after_the_other() {
    let s = stage(
        SHOP,
        "0 a command client Buy @1
         1 b command client Buy @1
         2 a1 event store Bought <a @1
         3 b1 event store Bought <b @1
         4 a2 event stock Reserved <a1 @1",
    );
    let steps = story(&s.log, &s.topology, &s.tracks, 0, 100);
    assert_eq!(waterfall(&steps), [0, 2, 4, 1, 3]);
}

#[test]
fn what_the_board_does_not_know_is_said() {
    let s = stage(SHOP, "0 a event store Bought\n1 b event store Elsewhere\n2 c event store Elsewhere");
    let mut player = Player::new(&s.log);
    player.seek(START + 2 * MS);
    let frame = s.frame(&player);
    let names: Vec<&str> =
        frame.off_board.iter().filter_map(|n| s.log.types().get(*n)).map(|t| &*t.text).collect();
    assert_eq!((names, frame.n_under_way), (vec!["Elsewhere"], 3));
    let none = player.frame(&s.log, &s.tracks, &s.causes, |event| event.name() == "Bought");
    assert_eq!((none.off_board.len(), none.n_under_way), (0, 1));
}

#[test]
fn an_empty_log_plays_nothing() {
    let s = stage(SHOP, "");
    let mut player = Player::new(&s.log);
    player.playing = true;
    player.tick(&s.log, 1.0);
    assert_eq!(s.frame(&player), Frame::default());
    assert!(!player.step(&s.log, StepTo::Next) && player.current(&s.log).is_none());
}
