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

/// Puts right what would break the canvas, and says what: positions and sizes that are no numbers, names too long
/// to show, links to nothing.
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
    let stickies = &board.stickies;
    board.links.retain(|id, link| {
        let end = [link.from, link.to].into_iter().find(|end| !stickies.contains_key(end));
        if let Some(end) = end {
            let message =
                format!("link {id} led to sticky {end}, which is not on the board, and was removed");
            repairs.push(Repair { key: Key::Link(*id), message });
        }
        end.is_none()
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
