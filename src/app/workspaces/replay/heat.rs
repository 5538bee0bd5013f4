//! How much passed each link and sticky in the part of the log that the timeline shows.

use std::collections::BTreeMap;
use std::ops::Range;

use super::picture::Picture;
use crate::app::canvas::{Badge, Corner, Overlays, Tone};
use crate::app::context::Cx;
use crate::board::{Board, LinkId};
use crate::replay::index::Log;
use crate::replay::player::Window;
use crate::replay::tracks::{self, Tracks};

/// The heat of a board, worked out when something has changed.
#[derive(Default)]
pub(super) struct Heat {
    /// It is shown.
    pub on: bool,
    made_for: Option<(Range<i64>, usize, u64)>,
    links: BTreeMap<LinkId, u64>,
}

impl Heat {
    pub(super) fn refresh(&mut self, log: &Log, tracks: &Tracks, window: &Window, cx: &Cx<'_>) {
        let made_for = Some((window.shown(), log.len(), cx.document.revision()));
        if !self.on || self.made_for == made_for {
            return;
        }
        self.made_for = made_for;
        self.links = tracks.flow(log, log.range(window.shown()));
    }

    /// Bands along links, and the number of messages at stickies, on the picture of a board.
    pub(super) fn overlay(&self, overlays: &mut Overlays, picture: &Picture, board: &Board) {
        if !self.on {
            return;
        }
        let board = picture.merged().map_or(board, |merged| &merged.board);
        let links = picture.counts(&self.links);
        let stickies = tracks::stickies(board, &links);
        overlays.flow = strengths(&links);
        overlays.heat = strengths(&stickies);
        overlays.badges.extend(stickies.iter().map(|(sticky, n)| Badge {
            sticky: *sticky,
            corner: Corner::TopRight,
            text: short(*n),
            tone: Tone::Plain,
        }));
    }
}

/// Counts as strengths, 0 to 1: by their logarithm, so that what is rare beside the busiest can still be seen.
pub(super) fn strengths<K: Copy + Ord>(counts: &BTreeMap<K, u64>) -> BTreeMap<K, f32> {
    let most = counts.values().copied().max().unwrap_or(0).max(1) as f32;
    let strength = |n: u64| (1.0 + n as f32).ln() / (1.0 + most).ln();
    counts.iter().filter(|(_, n)| **n > 0).map(|(key, n)| (*key, strength(*n))).collect()
}

/// A count in a few letters: "940", "12.4k", "3.1M".
pub(super) fn short(n: u64) -> String {
    match n {
        0..1_000 => n.to_string(),
        1_000..100_000 => format!("{:.1}k", n as f64 / 1e3),
        100_000..1_000_000 => format!("{}k", n / 1_000),
        _ => format!("{:.1}M", n as f64 / 1e6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_fit_a_badge() {
        assert_eq!([940, 12_400, 310_500, 3_100_000].map(short), ["940", "12.4k", "310k", "3.1M"]);
    }

    #[test]
    fn the_busiest_is_strongest_and_the_rare_is_seen() {
        let strengths = strengths(&BTreeMap::from([(1, 1), (2, 1_000_000), (3, 0)]));
        assert!((strengths[&2] - 1.0).abs() < 1e-6 && strengths[&1] > 0.04 && !strengths.contains_key(&3));
    }
}
