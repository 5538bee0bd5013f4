//! Ids that come twice: the same message again, or another one under the same id.

use std::collections::BTreeMap;

use super::types::times;
use super::{Finding, Scene, Tally};

pub(super) fn check(scene: &Scene<'_>) -> Vec<Finding> {
    let log = scene.log;
    let mut keys: Vec<(u32, u32)> =
        log.events(0..log.len()).filter(|e| e.id_key() != 0).map(|e| (e.id_key(), e.row() as u32)).collect();
    keys.sort_unstable();
    let mut twice: BTreeMap<u16, Tally> = BTreeMap::new();
    let mut reused: BTreeMap<u16, Tally> = BTreeMap::new();
    for run in keys.chunk_by(|a, b| a.0 == b.0).filter(|run| run.len() > 1) {
        // The same key may be two ids: the file has the last word. CloudEvents' ids are unique in their source.
        let mut seen: BTreeMap<(String, String), (u16, Vec<u8>)> = BTreeMap::new();
        for (_, row) in run {
            let Some(event) = log.event(*row as usize) else { continue };
            let Some(detail) = event.detail() else { continue };
            let known = seen.get(&(event.source().to_owned(), detail.id.clone()));
            match known {
                Some((number, payload)) if *number == event.type_number() && *payload == detail.payload => {
                    Tally::add(&mut twice, event.type_number(), event.row(), 0);
                }
                Some(_) => Tally::add(&mut reused, event.type_number(), event.row(), 0),
                None => {
                    seen.insert(
                        (event.source().to_owned(), detail.id),
                        (event.type_number(), detail.payload),
                    );
                }
            }
        }
    }
    let name = |number: u16| log.types().get(number).map_or(String::new(), |s| s.text.to_string());
    let places =
        |number| scene.tracks.matched().message(number).map(|m| scene.key_of(m)).into_iter().collect();
    let again = twice.iter().map(|(number, tally)| {
        let message =
            format!("`{}` came again, with the same id and payload, {}", name(*number), times(tally.count));
        scene.finding("duplicate-id", name(*number), message, tally, places(*number))
    });
    let other = reused.iter().map(|(number, tally)| {
        let message = format!(
            "`{}` came with the id of a message that says something else {}",
            name(*number),
            times(tally.count)
        );
        scene.finding("reused-id", name(*number), message, tally, places(*number))
    });
    again.chain(other).collect()
}
