//! Pact V4: what each consumer needs of each provider, from the fields it says it uses.
//!
//! Messages that travel are asynchronous interactions; calls where the sender waits are HTTP ones, with the paths of
//! the OpenAPI documents.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::model::{Action, MessageView, Model, Operation, PartyView, VersionView};
use super::names::Names;
use super::{Bundle, Format, Options, openapi};
use crate::board::Mode;
use crate::board::schema::generate::example;
use crate::topology::MessageKind;

/// The format's row in the registry.
pub const FORMAT: Format = Format {
    name: "pact",
    label: "Pact V4",
    help: "A contract for each pair of consumer and provider, from the fields the consumer uses.",
    write,
};

fn write(model: &Model, _options: &Options, bundle: &mut Bundle) {
    let mut pacts: BTreeMap<(String, String), Vec<Value>> = BTreeMap::new();
    for party in &model.parties {
        for operation in party.operations.iter().filter(|operation| operation.action == Action::Receive) {
            let message = &model.messages[operation.message];
            for (other, asked) in senders(model, operation) {
                let waits = operation.mode == Mode::Synchronous && asked.mode == Mode::Synchronous;
                let (consumer, provider) = if waits { (other, party) } else { (party, other) };
                let key = (consumer.name.to_string(), provider.name.to_string());
                let interaction = if waits { call(message) } else { travels(message, operation) };
                let all = pacts.entry(key).or_default();
                if let Some(interaction) = interaction
                    && !all.iter().any(|known| known["description"] == interaction["description"])
                {
                    all.push(interaction);
                }
            }
        }
    }
    let mut names = Names::default();
    for ((consumer, provider), interactions) in pacts.into_iter().filter(|(_, all)| !all.is_empty()) {
        let document = json!({
            "consumer": { "name": consumer },
            "provider": { "name": provider },
            "interactions": interactions,
            "metadata": { "pactSpecification": { "version": "4.0" } },
        });
        let stem = names.claim(&format!("{consumer}\n{provider}"), &format!("{consumer}.{provider}"));
        bundle.json(format!("{stem}.json"), &document);
    }
    if bundle.files.is_empty() {
        bundle
            .remark(model.board.title(), "no message has both a sender and a receiver, so there is no pact");
    }
}

/// Who sends what an operation receives.
fn senders<'m, 'a>(
    model: &'m Model<'a>,
    received: &'m Operation,
) -> impl Iterator<Item = (&'m PartyView<'a>, &'m Operation)> {
    model.users(received.message).filter(move |(_, sent)| {
        sent.action == Action::Send && sent.routes.iter().any(|route| received.routes.contains(route))
    })
}

fn version_of<'m, 'a>(message: &'m MessageView<'a>, operation: &Operation) -> Option<&'m VersionView<'a>> {
    let read = message.versions.iter().find(|version| operation.version.as_deref() == Some(version.version));
    read.or(message.versions.last())
}

fn payload(version: &VersionView) -> Value {
    version.examples.first().cloned().unwrap_or_else(|| example(&version.schema, 1))
}

fn travels(message: &MessageView, operation: &Operation) -> Option<Value> {
    let version = version_of(message, operation)?;
    let fields: Vec<&str> = operation.fields.iter().map(String::as_str).collect();
    let content = pick(&payload(version), &fields);
    let mut rules = Map::new();
    matchers("$", &content, &mut rules);
    let state = format!("{} has happened", crate::board::notation::words(message.name));
    let mut out = json!({
        "type": "Asynchronous/Messages",
        "description": format!("{} {}", message.name, version.version),
        "pending": false,
        "providerStates": [{ "name": state, "params": {} }],
        "contents": { "content": content, "contentType": "application/json", "encoded": false },
        "metadata": { "contentType": "application/json" },
    });
    if !rules.is_empty() {
        out["matchingRules"] = json!({ "body": rules });
    }
    Some(out)
}

fn call(message: &MessageView) -> Option<Value> {
    let version = message.versions.last()?;
    let asked = payload(version);
    let mut rules = Map::new();
    let mut request = Map::new();
    let get = openapi::method_of(message) == "get";
    request.insert("method".into(), if get { "GET" } else { "POST" }.into());
    request.insert("path".into(), openapi::path_of(message).into());
    if get {
        let query: Map<String, Value> = asked
            .as_object()
            .into_iter()
            .flatten()
            .map(|(key, value)| {
                let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                (key.clone(), json!([text]))
            })
            .collect();
        if !query.is_empty() {
            request.insert("query".into(), Value::Object(query));
        }
    } else {
        matchers("$", &asked, &mut rules);
        request.insert("headers".into(), json!({ "Content-Type": ["application/json"] }));
        request.insert(
            "body".into(),
            json!({ "content": asked, "contentType": "application/json", "encoded": false }),
        );
        if !rules.is_empty() {
            request.insert("matchingRules".into(), json!({ "body": rules }));
        }
    }
    let mut response = Map::new();
    response.insert("status".into(), 200.into());
    if let Some(schema) = version.response {
        let answer = version.answers.first().cloned().unwrap_or_else(|| example(schema, 1));
        let mut rules = Map::new();
        matchers("$", &answer, &mut rules);
        response.insert("headers".into(), json!({ "Content-Type": ["application/json"] }));
        response.insert(
            "body".into(),
            json!({ "content": answer, "contentType": "application/json", "encoded": false }),
        );
        if !rules.is_empty() {
            response.insert("matchingRules".into(), json!({ "body": rules }));
        }
    }
    let verb = if message.kind == MessageKind::Query { "is asked" } else { "is sent" };
    Some(json!({
        "type": "Synchronous/HTTP",
        "description": format!("{} {verb}", message.name),
        "pending": false,
        "providerStates": [{ "name": format!("{} can be answered", crate::board::notation::words(message.name)), "params": {} }],
        "request": request,
        "response": response,
    }))
}

/// The part of a payload a consumer uses: dotted paths, looking through lists. All of it when it names none.
fn pick(payload: &Value, fields: &[&str]) -> Value {
    if fields.is_empty() || fields.contains(&"") {
        return payload.clone();
    }
    match payload {
        Value::Array(items) => Value::Array(items.iter().map(|item| pick(item, fields)).collect()),
        Value::Object(map) => {
            let mut out = Map::new();
            for (key, value) in map {
                let whole = fields.contains(&key.as_str());
                let prefix = format!("{key}.");
                let inner: Vec<&str> =
                    fields.iter().filter_map(|field| field.strip_prefix(&prefix)).collect();
                if whole {
                    out.insert(key.clone(), value.clone());
                } else if !inner.is_empty() {
                    out.insert(key.clone(), pick(value, &inner));
                }
            }
            Value::Object(out)
        }
        other => other.clone(),
    }
}

/// A type matcher for every leaf and every list: the example's values are samples, its shape is what counts.
fn matchers(path: &str, value: &Value, out: &mut Map<String, Value>) {
    let one = |matcher: Value| json!({ "combine": "AND", "matchers": [matcher] });
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                let plain = key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') && !key.is_empty();
                let quoted = key.replace('\\', "\\\\").replace('\'', "\\'");
                let at = if plain { format!("{path}.{key}") } else { format!("{path}['{quoted}']") };
                matchers(&at, value, out);
            }
        }
        Value::Array(items) => {
            out.insert(
                path.to_owned(),
                one(json!({ "match": "type", "min": usize::from(!items.is_empty()) })),
            );
            if let Some(item) = items.first() {
                matchers(&format!("{path}[*]"), item, out);
            }
        }
        Value::Null => {}
        Value::Number(number) if number.is_i64() || number.is_u64() => {
            out.insert(path.to_owned(), one(json!({ "match": "number" })));
        }
        _ => {
            out.insert(path.to_owned(), one(json!({ "match": "type" })));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pact_holds_the_fields_used_and_no_more() {
        let payload = json!({"orderId": "o", "total": 5, "items": [{"name": "a", "size": 1}, {"name": "b", "size": 2}]});
        assert_eq!(
            pick(&payload, &["orderId", "items.name"]),
            json!({"orderId": "o", "items": [{"name": "a"}, {"name": "b"}]})
        );
        assert_eq!(pick(&payload, &[]), payload);
        let mut rules = Map::new();
        matchers("$", &pick(&payload, &["items.size"]), &mut rules);
        let paths: Vec<_> = rules.keys().map(String::as_str).collect();
        assert_eq!(paths, ["$.items", "$.items[*].size"]);
    }
}
