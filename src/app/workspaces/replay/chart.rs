//! The histogram of the timeline, by type.

use std::collections::BTreeMap;
use std::ops::Range;

use egui::Color32;

use crate::app::theme::{Theme, mix};
use crate::app::timeline::Layer;
use crate::replay::index::Log;
use crate::replay::player::Window;
use crate::replay::search::Rows;
use crate::replay::tally::Tally;

/// Bars of the histogram.
const BUCKETS: usize = 320;

/// The bars of what is shown, worked out when something has changed.
#[derive(Default)]
pub(super) struct Chart {
    made_for: Option<(Range<i64>, usize, Option<(usize, u64)>, bool)>,
    pub layers: Vec<Layer>,
    /// The place in the theme's series of the commonest types.
    series: BTreeMap<u16, usize>,
    /// The events summed up by place in the series, so that a zoom does not count them again.
    tally: Tally,
}

impl Chart {
    /// The colour of a type in the chart.
    pub(super) fn color(&self, theme: &Theme, type_number: u16) -> Color32 {
        let series = self.series.get(&type_number).and_then(|at| theme.series.get(*at)).copied();
        series.unwrap_or_else(|| rest(theme))
    }

    /// Follows what is shown; `filter` is the revision of the filter that `rows` comes from.
    pub(super) fn refresh(&mut self, log: &Log, window: &Window, rows: &Rows, filter: u64, theme: &Theme) {
        let found = match rows {
            Rows::All(_) => None,
            Rows::Found(found) => Some((found.len(), filter)),
        };
        let made_for = Some((window.shown(), log.len(), found, theme.dark));
        if self.made_for == made_for {
            return;
        }
        self.made_for = made_for;
        let mut types: Vec<(u64, u16)> =
            log.types().iter().enumerate().map(|(at, symbol)| (symbol.n_events, at as u16)).collect();
        types.sort_unstable_by_key(|(n, at)| (std::cmp::Reverse(*n), *at));
        self.series = types
            .iter()
            .take(theme.series.len())
            .enumerate()
            .map(|(at, (_, number))| (*number, at))
            .collect();
        self.layers = match rows {
            Rows::All(_) => self.by_type(log, window, theme),
            Rows::Found(_) => found_and_rest(log, window, rows, theme),
        };
    }

    fn by_type(&mut self, log: &Log, window: &Window, theme: &Theme) -> Vec<Layer> {
        let rare = self.series.len() as u8;
        let class = |number| self.series.get(&number).map_or(rare, |at| *at as u8);
        let classes: Vec<u8> = (0..log.types().len()).map(|number| class(number as u16)).collect();
        self.tally.follow(log, &classes, self.series.len() + 1);
        let color = |layer: usize| theme.series.get(layer).copied().unwrap_or_else(|| rest(theme));
        let layers = self.tally.histogram(log, window.shown(), BUCKETS).into_iter().enumerate();
        let layer = |(at, counts): (usize, Vec<u64>)| Layer {
            color: color(at),
            buckets: counts.into_iter().map(|n| n as f32).collect(),
        };
        layers.map(layer).collect()
    }
}

fn rest(theme: &Theme) -> Color32 {
    mix(theme.secondary, theme.chrome, 0.35)
}

/// What the filter lets pass in front of all the rest.
fn found_and_rest(log: &Log, window: &Window, rows: &Rows, theme: &Theme) -> Vec<Layer> {
    let (mut found, mut others) = (Vec::with_capacity(BUCKETS), Vec::with_capacity(BUCKETS));
    for bucket in 0..BUCKETS {
        let edge = |at: usize| log.row_at(window.time_at(at as f64 / BUCKETS as f64));
        let (from, to) = (edge(bucket), edge(bucket + 1));
        let n_found = rows.place_of(to) - rows.place_of(from);
        found.push(n_found as f32);
        others.push((to - from - n_found) as f32);
    }
    let pale = mix(theme.secondary, theme.chrome, 0.75);
    vec![Layer { color: theme.accent, buckets: found }, Layer { color: pale, buckets: others }]
}
