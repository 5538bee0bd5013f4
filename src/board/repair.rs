//! Repairs of what a file may state and a board may not hold. Each is told; the file changes only when saved.

use std::collections::BTreeSet;

use super::{Board, Key, LinkId, Outcome, Point, Size};

/// The longest name kept, in characters.
pub const NAME_MAX: usize = 400;
/// The furthest a thing may lie from the origin, in world units.
pub const REACH_MAX: f32 = 1e7;

/// Something that was put right on opening.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repair {
    /// The record.
    pub key: Key,
    /// What was wrong and what was done, in a sentence.
    pub message: String,
}

/// Puts right what would break the canvas or the arithmetic, and says what: positions, sizes and probabilities that
/// are none, names too long to show, links to nothing.
pub fn repair(board: &mut Board) -> Vec<Repair> {
    let mut repairs = Vec::new();
    for (id, sticky) in &mut board.stickies {
        let mut told = |message: &str| {
            repairs.push(Repair { key: Key::Sticky(*id), message: format!("sticky {id} {message}") });
        };
        if repair_point(&mut sticky.at) {
            told("had no place on the canvas and was put at the origin");
        }
        if sticky.size.as_mut().is_some_and(repair_size) {
            sticky.size = None;
            told("had an impossible size and got its kind's");
        }
        if repair_name(&mut sticky.name) {
            told("had a name too long to show; it was cut");
        }
    }
    for (id, frame) in &mut board.frames {
        if repair_point(&mut frame.at) | repair_size(&mut frame.size) | repair_name(&mut frame.name) {
            let message = format!("frame {id} had an impossible place, size or name and was mended");
            repairs.push(Repair { key: Key::Frame(*id), message });
        }
    }
    for (id, line) in &mut board.lines {
        if !line.x.is_finite() || line.x.abs() > REACH_MAX {
            line.x = 0.0;
            let message = format!("line {id} had no place on the canvas and was put at the origin");
            repairs.push(Repair { key: Key::Line(*id), message });
        }
    }
    repair_definitions(board, &mut repairs);
    repair_numbers(board, &mut repairs);
    let stickies = &board.stickies;
    board.links.retain(|id, link| {
        let missing = [link.from, link.to].into_iter().find(|end| !stickies.contains_key(end));
        let message = match missing {
            Some(end) => format!("link {id} led to sticky {end}, which is not on the board, and was removed"),
            None if link.from == link.to => {
                format!("link {id} led from sticky {} to itself and was removed", link.from)
            }
            None => return true,
        };
        repairs.push(Repair { key: Key::Link(*id), message });
        false
    });
    let links: BTreeSet<LinkId> = board.links.keys().copied().collect();
    for (id, link) in &mut board.links {
        if let Outcome::OnFailureOf(other) = link.outcome
            && !links.contains(&other)
        {
            link.outcome = Outcome::Always;
            let message = format!(
                "link {id} waited for link {other} to fail, which is not on the board; it now always happens"
            );
            repairs.push(Repair { key: Key::Link(*id), message });
        }
    }
    repairs
}

/// Cuts names of definitions as those of their stickies are cut, so that they still are one.
fn repair_definitions(board: &mut Board, repairs: &mut Vec<Repair>) {
    macro_rules! cut {
        ($table:ident, $key:ident, $what:literal) => {
            let long: Vec<String> =
                board.$table.keys().filter(|name| name.chars().nth(NAME_MAX).is_some()).cloned().collect();
            for mut name in long {
                let record = board.$table.remove(&name);
                repair_name(&mut name);
                let message = format!("{} {name} had a name too long to show; it was cut", $what);
                repairs.push(Repair { key: Key::$key(name.clone()), message });
                if let Some(record) = record {
                    board.$table.entry(name).or_insert(record);
                }
            }
        };
    }
    cut!(services, Service, "service");
    cut!(events, Event, "event");
    cut!(commands, Command, "command");
    cut!(queries, Query, "query");
    cut!(channels, Channel, "channel");
    cut!(scenarios, Scenario, "scenario");
}

/// Takes back numbers that mean nothing: probabilities outside 0 to 1, weights that are not above zero.
fn repair_numbers(board: &mut Board, repairs: &mut Vec<Repair>) {
    let impossible = |share: &mut Option<f64>| share.take_if(|share| !(0.0..=1.0).contains(share)).is_some();
    for (name, service) in &mut board.services {
        if impossible(&mut service.availability) {
            let message = format!("service {name} had an availability outside 0 to 1; it is open now");
            repairs.push(Repair { key: Key::Service(name.clone()), message });
        }
    }
    for (name, channel) in &mut board.channels {
        if impossible(&mut channel.availability) {
            let message = format!("channel {name} had an availability outside 0 to 1; it is open now");
            repairs.push(Repair { key: Key::Channel(name.clone()), message });
        }
    }
    for (id, link) in &mut board.links {
        if matches!(link.outcome, Outcome::OneOf(weight) if !weight.is_finite() || weight <= 0.0) {
            link.outcome = Outcome::OneOf(1.0);
            let message = format!("link {id} had an impossible weight among its alternatives; it is 1 now");
            repairs.push(Repair { key: Key::Link(*id), message });
        }
    }
}

fn repair_point(at: &mut Point) -> bool {
    let wrong = !at.is_finite() || at.x.abs() > REACH_MAX || at.y.abs() > REACH_MAX;
    if wrong {
        *at = Point::default();
    }
    wrong
}

fn repair_size(size: &mut Size) -> bool {
    let fits = |x: f32| x.is_finite() && (1.0..=REACH_MAX).contains(&x);
    let wrong = !fits(size.w) || !fits(size.h);
    if wrong {
        *size = Size::new(320.0, 240.0);
    }
    wrong
}

fn repair_name(name: &mut String) -> bool {
    let long = name.chars().nth(NAME_MAX).is_some();
    // The dots are the last character kept, so that what was cut once is not cut again.
    if let Some((at, _)) = name.char_indices().nth(NAME_MAX - 1).filter(|_| long) {
        name.truncate(at);
        name.push('…');
    }
    long
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::board::*;

    #[test]
    fn impossible_boards_are_mended_and_told() {
        let text = "(format: 1, stickies: {\"1\": (kind: event, at: (NaN, inf), size: (-1, 5)), \"2\": (kind: command)}, \
                    links: {\"3\": (from: \"1\", to: \"9\"), \"4\": (from: \"2\", to: \"1\")})";
        let mut board = format::read(text, format::Syntax::Ron).unwrap();
        let repairs = repair(&mut board);
        assert_eq!(repairs.len(), 3, "{repairs:?}");
        assert_eq!(board.links.len(), 1);
        assert!(board.stickies.values().all(|sticky| sticky.at.is_finite() && sticky.size.is_none()));
        assert_eq!(repair(&mut board), []);
    }

    #[test]
    fn a_huge_name_is_cut() {
        let mut board = Board::default();
        let sticky = Sticky { name: "é".repeat(1_000_000), ..Sticky::default() };
        board.stickies.insert(StickyId::default(), sticky);
        assert_eq!(repair(&mut board).len(), 1);
        assert_eq!(board.stickies[&StickyId::default()].name.chars().count(), NAME_MAX);
        assert_eq!(repair(&mut board), []);
    }
}
