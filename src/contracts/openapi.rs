//! OpenAPI 3.1: the synchronous edge of each service, one path for each command or query it answers while one waits.

use serde_json::{Map, Value, json};

use super::model::{Action, MessageView, Model, Operation, PartyView, VersionView};
use super::names::{Names, safe};
use super::{Bundle, Format, Options};
use crate::board::schema::json_schema::{DRAFT_2020_12, Draft, Spelling, spell, spell_definitions};
use crate::board::{FieldType, Mode, Schema};
use crate::topology::MessageKind;

/// The format's row in the registry.
pub const FORMAT: Format = Format {
    name: "openapi",
    label: "OpenAPI 3.1",
    help: "One document for each service that answers synchronous commands or queries.",
    write,
};

fn write(model: &Model, options: &Options, bundle: &mut Bundle) {
    for party in &model.parties {
        let edge: Vec<&Operation> = edge(party).collect();
        if !edge.is_empty() {
            bundle.document(&format!("{}.openapi", party.slug), &document(model, party, &edge), options);
        }
    }
    if bundle.files.is_empty() {
        bundle.remark(
            model.board.title(),
            "no service answers anything while somebody waits, so there is no document",
        );
    }
}

/// What a party answers while the sender waits.
pub(super) fn edge<'p>(party: &'p PartyView) -> impl Iterator<Item = &'p Operation> {
    party
        .operations
        .iter()
        .filter(|o| o.action == Action::Receive && o.mode == Mode::Synchronous && o.channel.is_none())
}

/// The path of a message that is answered while the sender waits.
#[must_use]
pub fn path_of(message: &MessageView) -> String {
    let folder = if message.kind == MessageKind::Query { "queries" } else { "commands" };
    format!("/{folder}/{}", message.slug)
}

/// How it is asked: a query whose fields all fit in the address is a GET, all else a POST.
#[must_use]
pub fn method_of(message: &MessageView) -> &'static str {
    let flat = |schema: &Schema| {
        let plain = |r#type| !matches!(r#type, FieldType::Object | FieldType::Array | FieldType::Any);
        schema.extra.is_empty()
            && schema.fields.iter().all(|f| plain(f.r#type) && f.reference.is_empty() && !f.nullable)
    };
    let fits = message.versions.first().is_some_and(|version| flat(&version.schema));
    if message.kind == MessageKind::Query && fits { "get" } else { "post" }
}

struct Components {
    schemas: Map<String, Value>,
    names: Names,
}

impl Components {
    /// Puts a schema and its definitions into the document and returns a reference to it.
    fn schema(&mut self, wish: &str, schema: &Schema) -> Value {
        let key = self.names.claim(wish, wish);
        let mut claimed: Vec<(String, String)> = Vec::new();
        for name in schema.definitions.keys() {
            let of = self.names.claim(&format!("{wish} {name}"), &format!("{key}.{}", safe(name)));
            claimed.push((name.clone(), of));
        }
        let definition = |name: &str| {
            let known =
                claimed.iter().find(|(own, _)| own == name).map_or_else(|| safe(name), |(_, of)| of.clone());
            format!("#/components/schemas/{known}")
        };
        let root = format!("#/components/schemas/{key}");
        let spelling = Spelling { draft: Draft::Draft202012, root: &root, definition: &definition };
        self.schemas.insert(key, spell(schema, &spelling));
        for (name, value) in spell_definitions(schema, &spelling) {
            if let Some((_, of)) = claimed.iter().find(|(own, _)| *own == name) {
                self.schemas.insert(of.clone(), value);
            }
        }
        json!({ "$ref": root })
    }
}

fn document(model: &Model, party: &PartyView, edge: &[&Operation]) -> Value {
    let mut components = Components { schemas: Map::new(), names: Names::default() };
    let mut paths = Map::new();
    for operation in edge {
        let message = &model.messages[operation.message];
        let Some(version) = message.versions.last() else { continue };
        let item = path_item(message, version, operation, &mut components);
        paths.insert(path_of(message), json!({ method_of(message): item }));
    }
    let description = party.service.map_or("", |service| service.description.as_str());
    let mut info = Map::new();
    info.insert("title".into(), party.name.as_ref().into());
    info.insert("version".into(), "1.0.0".into());
    if !description.is_empty() {
        info.insert("description".into(), description.into());
    }
    json!({
        "openapi": "3.1.0",
        "info": info,
        "jsonSchemaDialect": DRAFT_2020_12,
        "servers": [{ "url": "/" }],
        "paths": paths,
        "components": {
            "schemas": components.schemas,
            "responses": {
                "Refused": { "description": "It is not valid, or a rule does not allow it; nothing has changed." },
                "Unavailable": { "description": "It could not be done now; the same request may be sent again." },
            },
        },
    })
}

fn path_item(
    message: &MessageView,
    version: &VersionView,
    operation: &Operation,
    components: &mut Components,
) -> Value {
    let mut out = Map::new();
    out.insert("operationId".into(), operation.id.clone().into());
    out.insert("summary".into(), crate::board::notation::words(message.name).into());
    if !message.description.is_empty() {
        out.insert("description".into(), message.description.into());
    }
    if !version.deprecated.is_empty() {
        out.insert("deprecated".into(), Value::Bool(true));
        out.insert("x-deprecated-after".into(), version.deprecated.into());
    }
    let key = safe(message.name);
    if method_of(message) == "get" {
        let spelt = crate::board::schema::json_schema::to_json_schema(&version.schema);
        let parameters: Vec<Value> = version
            .schema
            .fields
            .iter()
            .map(|field| {
                json!({ "name": field.name, "in": "query", "required": !field.optional,
                        "schema": spelt["properties"][&field.name] })
            })
            .collect();
        if !parameters.is_empty() {
            out.insert("parameters".into(), Value::Array(parameters));
        }
    } else {
        let schema = components.schema(&format!("{key}.request"), &version.schema);
        let mut content = Map::new();
        content.insert("schema".into(), schema);
        if let Some(example) = version.examples.first() {
            content.insert("examples".into(), json!({ "example": { "value": example } }));
        }
        out.insert(
            "requestBody".into(),
            json!({ "required": true, "content": { "application/json": content } }),
        );
    }
    let stated = json!({ "kind": message.kind, "name": message.name, "version": version.version });
    out.insert("x-message".into(), stated);
    let fine = match version.response {
        Some(response) => {
            let schema = components.schema(&format!("{key}.response"), response);
            let mut content = Map::new();
            content.insert("schema".into(), schema);
            if let Some(answer) = version.answers.first() {
                content.insert("examples".into(), json!({ "example": { "value": answer } }));
            }
            json!({ "description": "The answer.", "content": { "application/json": content } })
        }
        None => json!({ "description": "It is done." }),
    };
    out.insert(
        "responses".into(),
        json!({
            "200": fine,
            "400": { "$ref": "#/components/responses/Refused" },
            "503": { "$ref": "#/components/responses/Unavailable" },
        }),
    );
    Value::Object(out)
}
