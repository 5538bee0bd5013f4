//! CloudEvents 1.0.2: a sample batch for each event and command that travels.

use serde_json::Value;

use super::model::{Model, cloud_event};
use super::names::Names;
use super::{Bundle, Format, Options, json_schema};
use crate::board::schema::generate::example;
use crate::topology::MessageKind;

/// The format's row in the registry.
pub const FORMAT: Format = Format {
    name: "cloudevents",
    label: "CloudEvents 1.0.2 samples",
    help: "A batch of sample events (application/cloudevents-batch+json) for each event and command.",
    write,
};

fn write(model: &Model, _options: &Options, bundle: &mut Bundle) {
    let mut names = Names::default();
    for message in model.messages.iter().filter(|message| message.kind != MessageKind::Query) {
        let mut batch: Vec<Value> = Vec::new();
        for version in &message.versions {
            let made_up = [example(&version.schema, 1)];
            let payloads = if version.examples.is_empty() { made_up.as_slice() } else { &version.examples };
            for payload in payloads {
                batch.push(cloud_event(model, message, version, payload, batch.len() + 1));
            }
        }
        let folder = json_schema::folder(message.kind);
        let stem = names.claim(&format!("{folder} {}", message.name), &message.slug);
        bundle.json(format!("{folder}/{stem}.cloudevents.json"), &Value::Array(batch));
    }
}
