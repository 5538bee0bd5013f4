//! Two runs side by side: two boards, or one board with two settings, under the same seed.

use std::fmt::Write as _;

use super::Simulation;
use super::expectations::Standing;
use super::report::duration;

/// What a figure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Things.
    Count,
    /// A share of 1.
    Share,
    /// Nanoseconds.
    Time,
}

/// Which of two figures is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Better {
    /// The greater.
    More,
    /// The smaller.
    Less,
    /// Neither.
    Neither,
}

/// One figure of a run.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Figure {
    /// What it belongs to.
    pub group: String,
    /// What it is.
    pub name: String,
    /// Its value.
    pub value: f64,
    /// What it counts.
    pub unit: Unit,
    /// Which is better.
    pub better: Better,
}

/// A figure of both runs; a value that only one of them has stands alone.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Row {
    /// What it belongs to.
    pub group: String,
    /// What it is.
    pub name: String,
    /// In the first run.
    pub left: Option<f64>,
    /// In the second run.
    pub right: Option<f64>,
    /// What it counts.
    pub unit: Unit,
    /// True when the second is better, false when it is worse; none when nothing can be said.
    pub improved: Option<bool>,
}

impl Row {
    /// Whether the two read differently.
    #[must_use]
    pub fn differs(&self) -> bool {
        let read = |value: Option<f64>| value.map(|value| spoken(value, self.unit));
        read(self.left) != read(self.right)
    }
}

/// A figure as people read it: "3,109", "99.10 %", "412 ms".
#[must_use]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "counts and times are not negative"
)]
pub fn spoken(value: f64, unit: Unit) -> String {
    match unit {
        Unit::Count => {
            let digits = (value as u64).to_string();
            let groups: Vec<&str> = digits
                .as_bytes()
                .rchunks(3)
                .rev()
                .map(|group| std::str::from_utf8(group).unwrap_or_default())
                .collect();
            groups.join(",")
        }
        Unit::Share => format!("{:.2} %", value * 100.0),
        Unit::Time => duration(value as u64),
    }
}

/// The figures of a run that one compares.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "figures to show")]
pub fn figures(simulation: &Simulation) -> Vec<Figure> {
    use Better::{Less, More, Neither};
    use Unit::{Count, Share, Time};
    let mut figures = Vec::new();
    let mut add = |group: &str, name: &str, value: f64, unit: Unit, better: Better| {
        figures.push(Figure { group: group.to_owned(), name: name.to_owned(), value, unit, better });
    };
    for verdict in simulation.verdicts() {
        let tested = verdict.standing != Standing::Untested;
        let broken = if tested { verdict.broken } else { 0 };
        add("Promises broken", &verdict.name, broken as f64, Count, Less);
    }
    for ((name, metrics), asked) in simulation.entry_metrics().zip(simulation.entries_asked()) {
        let good = metrics.answered + metrics.declined;
        add(name, "arrived", metrics.arrived as f64, Count, Neither);
        if asked && good + metrics.failed > 0 {
            add(name, "answered", good as f64 / (good + metrics.failed) as f64, Share, More);
            add(name, "p50", metrics.latency.percentile(50.0) as f64, Time, Less);
            add(name, "p99", metrics.latency.percentile(99.0) as f64, Time, Less);
        }
    }
    let (mut sent, mut lost, mut dead) = (0, 0, 0);
    for (_, metrics) in simulation.message_metrics() {
        (sent, lost, dead) = (sent + metrics.sent, lost + metrics.lost, dead + metrics.dead_letters);
    }
    let retried: u64 = simulation.channel_metrics().map(|(_, metrics)| metrics.retried).sum();
    let deepest = simulation.channel_metrics().map(|(_, metrics)| metrics.depth.peak).max().unwrap_or(0);
    let repeated: u64 = simulation.service_metrics().map(|(_, metrics)| metrics.deduplicated).sum();
    add("Messages", "sent", sent as f64, Count, Neither);
    add("Messages", "lost", lost as f64, Count, Less);
    add("Messages", "dead letters", dead as f64, Count, Less);
    add("Messages", "tried again", retried as f64, Count, Neither);
    add("Messages", "duplicates recognised", repeated as f64, Count, Neither);
    add("Messages", "deepest channel", deepest as f64, Count, Less);
    figures
}

/// The figures of two runs side by side: those of the first in its order, then what only the second has.
#[must_use]
pub fn compare(left: &[Figure], right: &[Figure]) -> Vec<Row> {
    let same = |a: &Figure, b: &Figure| a.group == b.group && a.name == b.name;
    let of_left = left.iter().map(|figure| (figure, right.iter().find(|other| same(figure, other)), true));
    let only_right = right.iter().filter(|figure| !left.iter().any(|other| same(figure, other)));
    let mut rows: Vec<Row> = of_left
        .chain(only_right.map(|figure| (figure, None, false)))
        .map(|(figure, other, is_left)| {
            let (left, right) = match other {
                Some(other) => (Some(figure.value), Some(other.value)),
                None if is_left => (Some(figure.value), None),
                None => (None, Some(figure.value)),
            };
            let improved = match (left, right, figure.better) {
                (Some(left), Some(right), Better::More) if left != right => Some(right > left),
                (Some(left), Some(right), Better::Less) if left != right => Some(right < left),
                _ => None,
            };
            let (group, name) = (figure.group.clone(), figure.name.clone());
            Row { group, name, left, right, unit: figure.unit, improved }
        })
        .collect();
    // What belongs together stands together, in the order the groups come up.
    let mut groups: Vec<String> = Vec::new();
    for row in &rows {
        if !groups.contains(&row.group) {
            groups.push(row.group.clone());
        }
    }
    rows.sort_by_key(|row| groups.iter().position(|group| *group == row.group));
    rows
}

/// The comparison in words.
#[must_use]
pub fn text(rows: &[Row], titles: [&str; 2]) -> String {
    let mut out = String::new();
    let cell = |value: Option<f64>, unit| value.map_or_else(|| "–".to_owned(), |value| spoken(value, unit));
    let mut group = "";
    for row in rows {
        if row.group != group {
            let _ = writeln!(out, "\n{:<44} {:>18} {:>18}", row.group, titles[0], titles[1]);
            group = &row.group;
        }
        let mark = match row.improved {
            Some(true) => "  better",
            Some(false) => "  worse",
            None => "",
        };
        let (left, right) = (cell(row.left, row.unit), cell(row.right, row.unit));
        let _ = writeln!(out, "  {:<42} {left:>18} {right:>18}{mark}", row.name);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::board::{Board, format};

    fn run(name: &str) -> Simulation {
        let path = format!("{}/sample-boards/avatar-store/{name}.ron", env!("CARGO_MANIFEST_DIR"));
        let board: Board =
            format::read(&std::fs::read_to_string(path).unwrap(), format::Syntax::Ron).unwrap();
        let mut simulation = Simulation::new(&board, None, 7).unwrap();
        simulation.run();
        simulation
    }

    #[test]
    fn nobody_waits_for_an_answer_to_an_event() {
        let mut board = crate::board::testing::board(
            "Service:Till -> Event:ShiftEnded -> Service:Office\nActor:Guest -> Command:Pay -> Service:Till",
        );
        let arrives = |entry: &str| crate::board::Stimulus {
            entry: entry.to_owned(),
            arrivals: crate::board::Arrivals::Poisson(1.0),
            ..crate::board::Stimulus::default()
        };
        let scenario = crate::board::Scenario {
            duration: Some(crate::board::Span::from_secs(60)),
            stimuli: vec![arrives("ShiftEnded"), arrives("Pay")],
            ..crate::board::Scenario::default()
        };
        board.scenarios.insert("s".to_owned(), scenario);
        let mut simulation = Simulation::new(&board, None, 7).unwrap();
        simulation.run();
        let figures = figures(&simulation);
        let of = |group: &str| {
            let names = figures.iter().filter(|figure| figure.group == group);
            names.map(|figure| figure.name.as_str()).collect::<Vec<_>>()
        };
        assert_eq!(of("ShiftEnded"), ["arrived"]);
        assert_eq!(of("Pay"), ["arrived", "answered", "p50", "p99"]);
    }

    #[test]
    fn the_talks_two_designs_side_by_side_under_one_seed() {
        let (left, right) = (figures(&run("synchronous")), figures(&run("orchestration")));
        let rows = compare(&left, &right);
        let row = |name: &str| rows.iter().find(|row| row.name == name).unwrap();
        let paid = row("no customer pays without avatar or refund");
        assert!(paid.left > Some(0.0) && paid.right == Some(0.0));
        assert_eq!(paid.improved, Some(true));
        let arrived = row("arrived");
        assert_eq!((arrived.left, arrived.improved), (arrived.right, None), "the same customers come");
        let text = text(&rows, ["synchronous", "orchestration"]);
        assert!(
            text.contains("no customer pays without avatar or refund") && text.contains("better"),
            "{text}"
        );
    }

    #[test]
    fn what_only_one_run_has_stands_alone() {
        let figure = |name: &str| Figure {
            group: "Messages".to_owned(),
            name: name.to_owned(),
            value: 1_234_567.0,
            unit: Unit::Count,
            better: Better::Less,
        };
        let rows = compare(&[figure("a"), figure("b")], &[figure("b"), figure("c")]);
        let sides: Vec<(bool, bool)> =
            rows.iter().map(|row| (row.left.is_some(), row.right.is_some())).collect();
        assert_eq!(sides, [(true, false), (true, true), (false, true)]);
        assert!(rows.iter().all(|row| row.improved.is_none()));
        assert_eq!(spoken(1_234_567.0, Unit::Count), "1,234,567");
        assert_eq!(spoken(0.0, Unit::Count), "0");
        assert_eq!(spoken(0.991_027, Unit::Share), "99.10 %");
        assert_eq!(spoken(412e6, Unit::Time), "412 ms");
    }
}
