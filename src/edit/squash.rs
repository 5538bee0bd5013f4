//! Squashing: what many operations of one gesture did together.

use std::collections::BTreeMap;

use super::Op;
use crate::board::{Board, Key, Record};

/// The state of one record before and after a run of operations, as far as they tell.
#[derive(Default)]
struct Run {
    /// Its place among the records touched.
    order: usize,
    /// Set when the run's first operation inserts or removes the whole record.
    before: Option<Option<Record>>,
    /// The whole record after the run, where the run knows it.
    after: Option<Option<Record>>,
    /// Fields set on a record that was there before and still is: first `from`, last `to`.
    fields: BTreeMap<String, (serde_json::Value, serde_json::Value)>,
}

/// The shortest list that does what `ops` do in order: set after set keeps the first `from` and the last `to`, what
/// comes and goes again leaves no trace, and nothing is set to what it was.
#[must_use]
pub fn squash(ops: &[Op]) -> Vec<Op> {
    let mut runs: BTreeMap<Key, Run> = BTreeMap::new();
    for op in ops {
        let order = runs.len();
        let run = runs.entry(op.key()).or_insert_with(|| Run { order, ..Run::default() });
        match op {
            Op::Insert(record) => {
                run.before.get_or_insert(None);
                run.after = Some(Some(record.clone()));
            }
            Op::Remove(record) => {
                let was = rewound(record, &run.fields);
                run.before.get_or_insert(Some(was));
                run.after = Some(None);
                run.fields.clear();
            }
            Op::Set { field, from, to, .. } => match &mut run.after {
                Some(Some(record)) => *record = with_field(record, field, to),
                _ => {
                    run.fields.entry(field.clone()).or_insert_with(|| (from.clone(), to.clone())).1 =
                        to.clone();
                }
            },
        }
    }
    let mut runs: Vec<(Key, Run)> = runs.into_iter().collect();
    runs.sort_by_key(|(_, run)| run.order);
    runs.into_iter().flat_map(|(key, run)| run_ops(key, run)).collect()
}

fn run_ops(key: Key, run: Run) -> Vec<Op> {
    match (run.before, run.after) {
        (Some(None), Some(Some(record))) => vec![Op::Insert(record)],
        (Some(Some(record)), Some(None)) => vec![Op::Remove(record)],
        (Some(Some(before)), Some(Some(after))) => super::diff(&before, &after),
        (Some(None), _) => Vec::new(),
        _ => {
            let changed = run.fields.into_iter().filter(|(_, (from, to))| from != to);
            changed.map(|(field, (from, to))| Op::Set { key: key.clone(), field, from, to }).collect()
        }
    }
}

/// The record as it was before these sets.
fn rewound(record: &Record, fields: &BTreeMap<String, (serde_json::Value, serde_json::Value)>) -> Record {
    fields.iter().fold(record.clone(), |record, (field, (from, _))| with_field(&record, field, from))
}

/// The record with one field set.
pub(super) fn with_field(record: &Record, field: &str, value: &serde_json::Value) -> Record {
    let mut board = Board::default();
    board.put(record.clone());
    board.set(&record.key(), field, value).expect("the set was applied before");
    board.record(&record.key()).expect("just put there")
}
