//! The histogram of the timeline, by type.

use std::collections::BTreeMap;
use std::ops::Range;

use egui::Color32;

use crate::app::theme::{Theme, mix};
use crate::app::timeline::Layer;
use crate::replay::index::Log;
use crate::replay::player::Window;
use crate::replay::search::Rows;

/// Bars of the histogram.
const BUCKETS: usize = 320;

/// The bars of what is shown, worked out when something has changed.
#[derive(Default)]
pub(super) struct Chart {
    made_for: Option<(Range<i64>, usize, Option<(usize, u64)>, bool)>,
    pub layers: Vec<Layer>,
    /// The place in the theme's series of the commonest types.
    series: BTreeMap<u16, usize>,
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

    fn by_type(&self, log: &Log, window: &Window, theme: &Theme) -> Vec<Layer> {
        let histogram = log.histogram(window.shown(), BUCKETS);
        let n_layers = self.series.len();
        let color = |layer: usize| theme.series.get(layer).copied().unwrap_or_else(|| rest(theme));
        let empty = |at| Layer { color: color(at), buckets: vec![0.0; histogram.n_buckets()] };
        let mut layers: Vec<Layer> = (0..=n_layers).map(empty).collect();
        for bucket in 0..histogram.n_buckets() {
            for (number, count) in histogram.bucket(bucket).iter().enumerate().filter(|(_, n)| **n > 0) {
                let layer = self.series.get(&(number as u16)).copied().unwrap_or(n_layers);
                layers[layer].buckets[bucket] += *count as f32;
            }
        }
        layers
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
