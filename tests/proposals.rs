//! Links proposed from the layout, measured: the sample boards with their links removed. The weights of the signs are
//! fitted here, and each system is measured with weights fitted to the others as well.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;

use isobar::board::{Board, StickyId};
use isobar::view::propose::signs::{self, SIGNS};
use isobar::view::propose::{Weights, proposals, weighed};

use super::generated;

pub(crate) fn samples() -> Vec<(String, Board)> {
    let samples = isobar::samples::SAMPLES.iter();
    samples.map(|sample| (sample.name.to_owned(), sample.board().unwrap())).collect()
}

type Pairs = BTreeSet<(StickyId, StickyId)>;

/// A sample, what it is a variant of, and what there is to learn from it.
struct Lesson {
    name: String,
    /// Variants of one system are left out together; published boards are a system each.
    system: String,
    board: Board,
    links: Pairs,
    signs: Vec<([f64; SIGNS.len()], bool)>,
}

fn lessons() -> Vec<Lesson> {
    let lesson = |(name, mut board): (String, Board)| {
        let means = |link: &&isobar::board::Link| board.link_meaning(link).is_some();
        let links: Pairs = board.links.values().filter(means).map(|link| (link.from, link.to)).collect();
        board.links.clear();
        let signs = signs::of(&board).into_iter();
        let signs = signs.map(|(from, to, signs)| (signs.map(f64::from), links.contains(&(from, to))));
        let (folder, _) = name.split_once('/').unwrap();
        let system = if folder == "published" { name.clone() } else { folder.to_owned() };
        Lesson { signs: signs.collect(), system, board, links, name }
    };
    samples().into_iter().map(lesson).collect()
}

/// How strongly weights are kept near nothing: what is seldom seen counts little.
const REINS: f64 = 0.2;

/// Fits the weights: logistic regression with reins, by Newton's method.
fn fit<'a>(lessons: impl Iterator<Item = &'a Lesson>) -> Weights {
    const N: usize = SIGNS.len();
    let seen: Vec<&([f64; N], bool)> = lessons.flat_map(|lesson| &lesson.signs).collect();
    let mut weights = [0.0; N];
    for _ in 0..30 {
        let mut slope = [0.0; N];
        let mut bend = [[0.0; N]; N];
        for (signs, linked) in &seen {
            let sum: f64 = signs.iter().zip(weights).map(|(sign, weight)| sign * weight).sum();
            let likely = 1.0 / (1.0 + (-sum).exp());
            let off = likely - f64::from(u8::from(*linked));
            let shown: Vec<usize> = (0..N).filter(|i| signs[*i] != 0.0).collect();
            for i in &shown {
                slope[*i] += signs[*i] * off;
                for j in &shown {
                    bend[*i][*j] += signs[*i] * signs[*j] * likely * (1.0 - likely);
                }
            }
        }
        // The first sign is always there: it has no reins.
        for i in 0..N {
            slope[i] += if i == 0 { 0.0 } else { REINS * weights[i] };
            bend[i][i] += if i == 0 { 1e-6 } else { REINS };
        }
        let step = solve(bend, slope);
        (0..N).for_each(|i| weights[i] -= step[i]);
        if step.iter().all(|step| step.abs() < 1e-7) {
            break;
        }
    }
    weights.map(|weight| (weight * 1e3).round() as f32 / 1e3)
}

/// Solves a symmetric system of equations by elimination.
fn solve<const N: usize>(mut rows: [[f64; N]; N], mut right: [f64; N]) -> [f64; N] {
    for i in 0..N {
        let top = rows[i];
        for below in i + 1..N {
            let factor = rows[below][i] / top[i];
            (i..N).for_each(|j| rows[below][j] -= factor * top[j]);
            right[below] -= factor * right[i];
        }
    }
    for i in (0..N).rev() {
        let known: f64 = (i + 1..N).map(|j| rows[i][j] * right[j]).sum();
        right[i] = (right[i] - known) / rows[i][i];
    }
    right
}

/// Links there are, links proposed, and how many of them are right.
#[derive(Clone, Copy, Default)]
struct Score {
    links: usize,
    proposed: usize,
    right: usize,
}

impl Score {
    fn of(lesson: &Lesson, weights: &Weights) -> Self {
        let found = weighed(&lesson.board, weights);
        let right = found.iter().filter(|each| lesson.links.contains(&(each.from, each.to))).count();
        Self { links: lesson.links.len(), proposed: found.len(), right }
    }

    fn with(self, other: Self) -> Self {
        Self {
            links: self.links + other.links,
            proposed: self.proposed + other.proposed,
            right: self.right + other.right,
        }
    }

    /// Shares found and wrong, in per cent.
    fn shares(self) -> (f64, f64) {
        let share = |part: usize, whole: usize| 100.0 * part as f64 / whole.max(1) as f64;
        (share(self.right, self.links), share(self.proposed - self.right, self.proposed))
    }
}

#[test]
fn the_layout_of_the_samples_says_most_of_their_links() {
    let lessons = lessons();
    let weights = fit(lessons.iter());
    check_weights(&weights);
    let mut table = String::from(
        "| Board | Links | Found | Wrong | Found unseen | Wrong unseen |\n| --- | ---: | ---: | ---: | ---: | ---: |\n",
    );
    let mut row = |name: &str, seen: Score, unseen: Score| {
        let ((found, wrong), (found_unseen, wrong_unseen)) = (seen.shares(), unseen.shares());
        writeln!(
            table,
            "| {name} | {} | {found:.0} % | {wrong:.0} % | {found_unseen:.0} % | {wrong_unseen:.0} % |",
            seen.links
        )
        .unwrap();
    };
    let (mut seen, mut unseen) = (Score::default(), Score::default());
    for lesson in &lessons {
        let others = fit(lessons.iter().filter(|other| other.system != lesson.system));
        let (own, strange) = (Score::of(lesson, &weights), Score::of(lesson, &others));
        row(&lesson.name, own, strange);
        (seen, unseen) = (seen.with(own), unseen.with(strange));
    }
    row("**together**", seen, unseen);
    println!("{table}");
    let ((found, wrong), (found_unseen, wrong_unseen)) = (seen.shares(), unseen.shares());
    assert!(found >= 90.0, "only {found:.1} % of the links are proposed");
    assert!(wrong <= 10.0, "{wrong:.1} % of the proposals are wrong");
    assert!(found_unseen >= 89.0, "only {found_unseen:.1} % of the links of systems left out are proposed");
    assert!(wrong_unseen <= 10.5, "{wrong_unseen:.1} % of the proposals on systems left out are wrong");

    generated::check("docs/proposals.md", &format!("{INTRODUCTION}{table}"), "proposals");
}

/// The weights in the program are those that are fitted here.
fn check_weights(weights: &Weights) {
    let mut text = String::from(
        "//! What each sign is worth: fitted to the sample boards by `tests/proposals.rs`, which writes this file and says\n\
         //! when it is stale.\n\n\
         use super::Weights;\n\n\
         /// In the order of [`super::signs::SIGNS`].\n\
         pub const WEIGHTS: Weights = [\n",
    );
    for weight in weights {
        writeln!(text, "    {weight:.3},").unwrap();
    }
    text.push_str("];\n");
    let own = isobar::view::propose::WEIGHTS;
    let same = weights.iter().zip(own).all(|(fitted, own)| (fitted - own).abs() < 0.02);
    if !same && std::env::var_os("UPDATE_DOCS").is_some() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/view/propose/weights.rs");
        std::fs::write(path, text).unwrap();
    }
    assert!(
        same,
        "src/view/propose/weights.rs is stale: run UPDATE_DOCS=1 cargo test --test main proposals twice"
    );
}

#[test]
fn what_the_table_measures_is_what_the_app_proposes() {
    let lessons = lessons();
    let lesson = &lessons[0];
    assert_eq!(proposals(&lesson.board), weighed(&lesson.board, &fit(lessons.iter())));
}

const INTRODUCTION: &str = "\
# Links proposed from the layout

Stickies placed in EventStorming order mean something before anybody draws an arrow. *Show proposed links* (in the
Arrange menu) draws what Isobar makes of the layout as dashed arrows: a click on one draws the link, the pointer on it
says why it is proposed, and Ctrl+Shift+Enter draws them all, as one step.

Every two stickies that may follow each other by the grammar are weighed by what can be seen of them: how far apart they
are, whether they stand in line, to the right or below, in plain sight, and above all how many others are nearer, seen
from either end; a word of their names in common counts as nearness. Whatever still needs a cause (a command its
sender, an event its publisher, a service its trigger) or an effect speaks for a pair as well. The likeliest pair is
joined first. A command has one sender and one handler, and so has a query.

A bar over the canvas walks through the proposals and says why each is made: *Draw* and *Ignore* decide about one, *Draw
all* and *Ignore all* about the rest. What is ignored is remembered by board on this machine; *Propose ignored links
again* takes that back. On the board itself each proposal has a stop for the keyboard after the stickies and links: Tab goes there,
Enter draws it, Delete ignores it.

Measured on the sample boards with their links removed (`cargo test --test main proposals -- --nocapture`). The weights of
the signs are fitted to these same boards, so the columns *unseen* matter more: each system is measured with weights
fitted to the other systems alone (all variants of a system are left out together). Which signs there are was chosen
with these figures in sight, so expect a little less of a board from elsewhere.

";
