//! The shape of each type's payloads, from samples spread over the log.

use rayon::prelude::*;
use serde_json::Value;

use crate::board::Schema;
use crate::board::schema::infer::Shape;
use crate::replay::index::Log;

/// Payloads looked at for each type, spread evenly over the log.
const SAMPLES: u64 = 2_000;

/// Examples kept of each type.
const EXAMPLES: usize = 2;

/// The shape and some examples of every type, by number.
pub(super) fn infer(log: &Log) -> Vec<(Schema, Vec<Value>)> {
    let mut rows: Vec<Vec<usize>> = vec![Vec::new(); log.types().len()];
    let mut seen = vec![0_u64; log.types().len()];
    for event in log.events(0..log.len()) {
        let number = usize::from(event.type_number());
        let stride = log.types().get(event.type_number()).map_or(1, |t| (t.n_events / SAMPLES).max(1));
        if seen[number].is_multiple_of(stride) {
            rows[number].push(event.row());
        }
        seen[number] += 1;
    }
    rows.par_iter()
        .map(|rows| {
            let mut shape = Shape::default();
            let mut examples = Vec::new();
            for row in rows {
                let Some(payload) = log.event(*row).and_then(|e| e.detail()).and_then(|d| d.payload_json())
                else {
                    continue;
                };
                if !payload.is_object() {
                    continue;
                }
                shape.see(&payload);
                if examples.len() < EXAMPLES && !examples.contains(&payload) {
                    examples.push(payload);
                }
            }
            (shape.schema(), examples)
        })
        .collect()
}
