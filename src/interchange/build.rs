//! From a drawing to a board: kinds by the legend, sizes as usual here, places kept in proportion.

use std::collections::BTreeMap;

use super::{Drawing, Legend, Note, OPTION, counted, one_line};
use crate::board::repair::repair;
use crate::board::{
    Board, Frame, FrameId, IdGen, Link, LinkId, Point, Record, Size, Sticky, StickyId, StickyKind, order,
};

/// A board made from a drawing.
#[derive(Clone, Debug)]
pub struct Imported {
    /// The board.
    pub board: Board,
    /// What was not understood, left out or changed, in sentences.
    pub remarks: Vec<String>,
}

impl Drawing {
    /// The board it shows, its marks read by a legend.
    #[must_use]
    pub fn board(&self, legend: &Legend) -> Imported {
        let mut remarks = self.remarks.clone();
        let (mut board, mut ids) = (Board::default(), IdGen::new(0, 0));
        let scale = self.scale();
        let mut placed: BTreeMap<&str, StickyId> = BTreeMap::new();
        let (mut blank, mut unmarked, mut layer) = (0, BTreeMap::<&str, usize>::new(), String::new());
        for note in &self.notes {
            let name = one_line(&note.text);
            let kind = kind(note, legend);
            if name.is_empty() {
                blank += 1;
                continue;
            }
            if kind.is_none() && !note.mark.is_empty() {
                *unmarked.entry(&note.mark).or_default() += 1;
            }
            let kind = kind.unwrap_or(StickyKind::Text);
            layer = order::between(&layer, "");
            let sticky = Sticky {
                kind,
                name,
                at: place(note, kind, scale),
                layer: layer.clone(),
                ..Sticky::default()
            };
            let id = StickyId(ids.mint());
            board.put_sticky(id, sticky);
            placed.insert(&note.key, id);
        }
        if blank > 0 {
            remarks.push(format!("{} without a word on it left out", counted(blank, "note")));
        }
        for (mark, n) in unmarked {
            remarks.push(format!(
                "{} marked {mark} became free text: give {mark} a kind in the legend{OPTION} {mark}=event`)",
                counted(n, "note")
            ));
        }
        self.put_links(&mut board, &mut ids, &placed, &mut remarks);
        for area in &self.areas {
            let frame = Frame {
                name: one_line(&area.name),
                at: scaled(area.at, scale),
                size: Size::new(area.size.w * scale, area.size.h * scale),
                ..Frame::default()
            };
            board.put(Record::Frame(FrameId(ids.mint()), Box::new(frame)));
        }
        board.settings.title = one_line(&self.title);
        remarks.extend(repair(&mut board).into_iter().map(|repair| repair.message));
        Imported { board, remarks }
    }

    fn put_links(
        &self,
        board: &mut Board,
        ids: &mut IdGen,
        placed: &BTreeMap<&str, StickyId>,
        remarks: &mut Vec<String>,
    ) {
        let (mut loose, mut seen) = (0, std::collections::BTreeSet::new());
        let mut orders: BTreeMap<StickyId, String> = BTreeMap::new();
        for arrow in &self.arrows {
            let ends = placed.get(arrow.from.as_str()).zip(placed.get(arrow.to.as_str()));
            let Some((&from, &to)) = ends.filter(|(from, to)| from != to) else {
                loose += 1;
                if !arrow.label.trim().is_empty() {
                    remarks.push(format!("an arrow left out says “{}”", one_line(&arrow.label)));
                }
                continue;
            };
            if !seen.insert((from, to)) {
                continue;
            }
            let last = orders.entry(from).or_default();
            *last = order::between(last, "");
            let link =
                Link { from, to, order: last.clone(), note: one_line(&arrow.label), ..Link::default() };
            board.put(Record::Link(LinkId(ids.mint()), Box::new(link)));
        }
        if loose > 0 {
            remarks.push(format!("{} left out: not between two notes", counted(loose, "arrow")));
        }
    }

    /// How much smaller the notes are to be, so that the usual one has the usual size here.
    fn scale(&self) -> f32 {
        let mut widths: Vec<f32> = self
            .notes
            .iter()
            .filter(|note| !note.mark.is_empty() || note.kind.is_some())
            .filter_map(|note| note.size)
            .map(|size| size.w)
            .filter(|width| *width > 1.0)
            .collect();
        widths.sort_by(f32::total_cmp);
        let usual = StickyKind::Event.row().size.w;
        widths.get(widths.len() / 2).map_or(1.0, |width| (usual / width).clamp(0.01, 100.0))
    }
}

fn kind(note: &Note, legend: &Legend) -> Option<StickyKind> {
    legend.own(&note.mark).or(note.kind).or_else(|| legend.kind(&note.mark))
}

fn scaled(at: Point, scale: f32) -> Point {
    Point::new((at.x * scale).round(), (at.y * scale).round())
}

/// The top left corner that keeps a note's middle where it was.
fn place(note: &Note, kind: StickyKind, scale: f32) -> Point {
    let Some(size) = note.size else { return scaled(note.at, scale) };
    let middle = Point::new((note.at.x + size.w * 0.5) * scale, (note.at.y + size.h * 0.5) * scale);
    let own = kind.row().size;
    Point::new((middle.x - own.w * 0.5).round(), (middle.y - own.h * 0.5).round())
}
