//! What every format promises, and what hostile boards must not do.

use std::collections::BTreeSet;

use super::*;
use crate::board::format::{self, Syntax as BoardSyntax};
use crate::board::{Id, Sticky, StickyId, StickyKind};
use crate::topology::derive;

/// The sample boards, by path.
pub(super) fn samples() -> Vec<(String, Board)> {
    fn collect(folder: &std::path::Path, out: &mut Vec<(String, Board)>) {
        let mut entries: Vec<_> =
            std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        entries.sort();
        for path in entries {
            if path.is_dir() {
                collect(&path, out);
            } else if path.extension().is_some_and(|ending| ending == "ron") {
                let text = std::fs::read_to_string(&path).unwrap();
                out.push((path.display().to_string(), format::read(&text, BoardSyntax::Ron).unwrap()));
            }
        }
    }
    let mut out = Vec::new();
    collect(std::path::Path::new("sample-boards"), &mut out);
    assert!(!out.is_empty());
    out
}

#[test]
fn every_format_exports_every_sample_the_same_each_time() {
    for (name, board) in samples() {
        let topology = derive(&board);
        for format in FORMATS {
            let bundle = format.export(&board, &topology, &Options::default());
            assert!(!bundle.files.is_empty() || !bundle.report.is_empty(), "{} of {name}", format.name);
            assert_eq!(
                bundle,
                format.export(&board, &derive(&board), &Options::default()),
                "{}",
                format.name
            );
            assert!(bundle.files.keys().all(|path| names::is_safe_path(path)));
        }
    }
}

#[test]
fn names_that_are_no_file_names_stay_inside_the_bundle() {
    let mut board = Board::default();
    let long = "x".repeat(300);
    let hostile = [
        "../x", "CON", "🎈", "Order", "ORDER", "order", &long, "a/b/c", ".", "..", "\0", "-", "nul.json",
        "x\ny",
    ];
    let mut ids = board.id_gen(0);
    for (row, name) in hostile.iter().enumerate() {
        let mut last: Option<StickyId> = None;
        for (column, kind) in [
            StickyKind::Command,
            StickyKind::Service,
            StickyKind::Event,
            StickyKind::Channel,
            StickyKind::Service,
        ]
        .into_iter()
        .enumerate()
        {
            let id = StickyId(ids.mint());
            let at = crate::board::Point::new(150.0 * column as f32, 150.0 * row as f32);
            board.stickies.insert(id, Sticky { kind, name: (*name).to_owned(), at, ..Sticky::default() });
            if let Some(from) = last {
                let link = crate::board::Link { from, to: id, ..Default::default() };
                board.links.insert(crate::board::LinkId(ids.mint()), link);
            }
            last = Some(id);
        }
        board.events.insert((*name).to_owned(), crate::board::Event::default());
    }
    assert_eq!(ids.mint().peer, Id::default().peer);
    let topology = derive(&board);
    for format in FORMATS {
        let bundle = format.export(&board, &topology, &Options::default());
        let lower: BTreeSet<String> = bundle.files.keys().map(|path| path.to_lowercase()).collect();
        assert_eq!(lower.len(), bundle.files.len(), "{}: two files differ in case only", format.name);
        assert!(bundle.files.keys().all(|path| names::is_safe_path(path)), "{:?}", bundle.files.keys());
        let lost: Vec<_> =
            bundle.report.iter().filter(|remark| remark.message.contains("left out")).collect();
        assert!(lost.is_empty(), "{}: {lost:?}", format.name);
    }
}
