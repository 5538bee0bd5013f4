//! Which fields of a record mean what, when the format's own answer is not the right one.

use serde::{Deserialize, Serialize};

use super::time::TimeUnit;

/// Field names that go before the format's own: dotted paths into JSON (`data.orderId`), column names in CSV,
/// attribute keys in XES. Plain data, so that the app can remember it beside the log's name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Mapping {
    /// The message type.
    #[serde(rename = "type")]
    pub name: Option<String>,
    /// The moment it was published.
    pub time: Option<String>,
    /// Who published it.
    pub source: Option<String>,
    /// The message's own id.
    pub id: Option<String>,
    /// What ties the messages of one case together.
    pub correlation: Option<String>,
    /// The id of the message that caused this one.
    pub causation: Option<String>,
    /// What numbers in the time field count.
    pub time_unit: TimeUnit,
}

impl Mapping {
    /// True when some field is named, so that records need the slower look-up by path.
    pub fn names_fields(&self) -> bool {
        self.fields().iter().any(|f| f.is_some())
    }

    fn fields(&self) -> [&Option<String>; 6] {
        [&self.name, &self.time, &self.source, &self.id, &self.correlation, &self.causation]
    }
}
