//! Messages that came before: duplicates by their id, and what a record says of retries, redeliveries and replays.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use rayon::prelude::*;

use super::again::{Again, How};
use super::event::Detail;
use super::index::{EventRef, Log};

/// The messages of a log that are not the first of their kind, by row.
#[derive(Clone, Debug, Default)]
pub struct Repeats {
    rows: Vec<(u32, Again)>,
}

impl Repeats {
    /// What is repeated in an event, if anything is.
    pub fn of(&self, row: usize) -> Option<Again> {
        let at = self.rows.binary_search_by_key(&row, |(row, _)| *row as usize).ok()?;
        Some(self.rows[at].1)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// True when everything in the log is there for the first time.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// All of them, in the order of the log.
    pub fn iter(&self) -> impl Iterator<Item = (usize, Again)> + '_ {
        self.rows.iter().map(|(row, again)| (*row as usize, *again))
    }
}

impl Log {
    /// Finds what is in the log more than once. A record that calls itself a retry or a redelivery is one; of others,
    /// those with the id and the source of an earlier one are duplicates, or have their id from another message. Time
    /// n log n; only records that repeat something are read from the file.
    pub fn repeats(&self) -> Repeats {
        let mut found: BTreeMap<u32, Again> = self.same_ids();
        let told: Vec<(u32, Again)> = self
            .chunk_rows()
            .into_par_iter()
            .flat_map_iter(|rows| {
                let marked = self.events(rows).filter(EventRef::says_again);
                marked.filter_map(|event| Some((event.row() as u32, event.again()?))).collect::<Vec<_>>()
            })
            .collect();
        found.extend(told);
        Repeats { rows: found.into_iter().collect() }
    }

    /// Every event whose id an earlier one of its source has.
    fn same_ids(&self) -> BTreeMap<u32, Again> {
        let mut keys: Vec<(u32, u32)> = self
            .chunk_rows()
            .into_par_iter()
            .flat_map_iter(|rows| {
                let keyed = self.events(rows).filter(|event| event.id_key() != 0);
                keyed.map(|event| (event.id_key(), event.row() as u32)).collect::<Vec<_>>()
            })
            .collect();
        keys.par_sort_unstable();
        let mut found = BTreeMap::new();
        for run in keys.chunk_by(|a, b| a.0 == b.0).filter(|run| run.len() > 1) {
            // The same key may be two ids: the file has the last word.
            let mut met = Met::default();
            for (_, row) in run {
                let Some(event) = self.event(*row as usize) else { continue };
                if let Some(again) = event.detail().and_then(|detail| met.again(&event, detail)) {
                    found.insert(*row, again);
                }
            }
        }
        found
    }
}

/// The messages met so far, by source and id: the ids of CloudEvents are unique in their source.
#[derive(Debug, Default)]
pub(crate) struct Met(BTreeMap<(u16, String), First>);

#[derive(Debug)]
struct First {
    type_number: u16,
    payload: Vec<u8>,
    count: u16,
}

impl Met {
    /// Meets one more; what it is again, if its id was met before.
    pub(crate) fn again(&mut self, event: &EventRef<'_>, detail: Detail) -> Option<Again> {
        if detail.id.is_empty() {
            return None;
        }
        match self.0.entry((event.source_number(), detail.id)) {
            Entry::Vacant(free) => {
                free.insert(First { type_number: event.type_number(), payload: detail.payload, count: 1 });
                None
            }
            Entry::Occupied(mut taken) => {
                let first = taken.get_mut();
                if first.type_number != event.type_number() || first.payload != detail.payload {
                    return Some(Again { how: How::ReusedId, attempt: 0 });
                }
                first.count = first.count.saturating_add(1);
                Some(Again { how: How::Duplicate, attempt: first.count })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::replay::load::open;
    use crate::replay::mapping::Mapping;

    fn told(text: &str) -> Vec<String> {
        let log = open(text.as_bytes().to_vec(), &Mapping::default()).expect("a log");
        let repeats = log.repeats();
        assert_eq!(repeats.iter().count(), repeats.len());
        (0..log.len())
            .map(|row| repeats.of(row).map_or_else(|| "first".to_owned(), |again| again.words()))
            .collect()
    }

    #[test]
    fn duplicates_retries_and_redeliveries_are_told_apart() {
        let event = |id: &str, n: u32, more: &str| {
            format!(
                r#"{{"specversion":"1.0","id":"{id}","source":"/s","type":"T","causationid":"z","data":{{"n":{n}}}{more}}}"#
            )
        };
        let lines = [
            event("a", 1, ""),
            event("a", 1, ""),
            event("a", 2, ""),
            event("b", 1, r#","attempt":2"#),
            event("c", 1, r#","isobarattempt":"3""#),
            event("d", 1, r#","attempt":1"#),
            event("e", 1, r#","retrycount":1"#),
            event("f", 1, r#","redelivered":true"#),
            event("g", 1, r#","deliveryattempt":4"#),
            event("h", 1, r#","redelivered":false,"deliverycount":1"#),
            event("a", 1, r#","deliverycount":2"#),
            event("a", 1, ""),
        ];
        assert_eq!(
            told(&lines.join("\n")),
            [
                "first",
                "duplicate",
                "id reused",
                "retry 2",
                "retry 3",
                "first",
                "retry 2",
                "redelivered",
                "redelivered, 4th time",
                "first",
                "redelivered, 2nd time",
                "duplicate, 4th time"
            ]
        );
    }

    #[test]
    fn the_same_id_of_another_source_is_another_message() {
        let event =
            |source: &str| format!(r#"{{"specversion":"1.0","id":"a","source":"{source}","type":"T"}}"#);
        assert_eq!(told(&[event("/s"), event("/t")].join("\n")), ["first", "first"]);
    }

    #[test]
    fn every_format_says_it_in_its_own_way() {
        let lines = [
            r#"{"version":"0","id":"b","detail-type":"E","source":"shop","replay-name":"friday","detail":{"x":1}}"#,
            r#"{"metadata":{"eventType":"E","eventId":"c","deliveryCount":3},"data":{"x":1}}"#,
            r#"{"topic":"orders","partition":0,"offset":3,"headers":["attempt","2"],"payload":"x"}"#,
            r#"{"event":"Loose","redelivered":true}"#,
            r#"{"event":"Sqs","Attributes":{"ApproximateReceiveCount":"5"}}"#,
            r#"{"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"00f067aa0ba902b7","name":"s","attributes":[{"key":"messaging.gcp_pubsub.message.delivery_attempt","value":{"intValue":"2"}}]}"#,
        ];
        assert_eq!(
            told(&lines.join("\n")),
            [
                "replayed",
                "redelivered, 3rd time",
                "retry 2",
                "redelivered",
                "redelivered, 5th time",
                "redelivered, 2nd time"
            ]
        );
        let nats =
            "[#1] Received JetStream message: stream: S seq 1 / subject: a.b / delivered: 2\n\n{\"x\":1}\n";
        assert_eq!(told(nats), ["redelivered, 2nd time"]);
        assert_eq!(told("type,id,Delivery Count\nA,1,1\nA,2,3\n"), ["first", "redelivered, 3rd time"]);
        let console = "CreateTime:1767225600000\tce_type:Paid,attempt:2\tk\t{\"n\":1}\n";
        assert_eq!(told(console), ["retry 2"]);
    }
}
