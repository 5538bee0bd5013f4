//! Text as a value: JSON, YAML of one document or several, the front matter of a page, CloudFormation's short tags.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value, json};
use serde_saphyr::Tagged;

use super::blocks;

/// The most nodes one YAML document may have, aliases included: ample for a catalogue, an end for a bomb.
const NODES_MAX: usize = 6_000_000;

/// Parses a text. Several YAML documents come as a list; of a page (`.md`, `.mdx`) only the front matter is read.
///
/// # Errors
/// With a sentence when it is neither, or plain text.
pub(super) fn parse(path: &str, text: &str) -> Result<Value, String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if is_page(path) {
        return yaml(front_matter(text).ok_or("it is a page without front matter")?);
    }
    if text.trim_start().starts_with(['{', '['])
        && let Ok(value) = serde_json::from_str(text)
    {
        return Ok(value);
    }
    yaml(text)
}

/// True for pages of Markdown, whose data is their front matter.
pub(in crate::contracts::import) fn is_page(path: &str) -> bool {
    let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending);
    ending.eq_ignore_ascii_case("mdx") || ending.eq_ignore_ascii_case("md")
}

/// What stands between the dashes at the beginning of a page.
fn front_matter(text: &str) -> Option<&str> {
    let rest = text.strip_prefix("---")?.trim_start_matches([' ', '\t', '\r']).strip_prefix('\n')?;
    if rest.starts_with("---") {
        return Some("");
    }
    let end = rest.match_indices("\n---").find(|(at, _)| {
        let after = &rest[at + 4..];
        after.is_empty() || after.starts_with(['\n', '\r', ' '])
    });
    end.map(|(at, _)| &rest[..=at])
}

fn yaml(text: &str) -> Result<Value, String> {
    if let Some(value) = blocks::read(text) {
        return Ok(value);
    }
    let options = serde_saphyr::options! {
        with_snippet: false,
        budget: serde_saphyr::budget! { max_events: NODES_MAX * 2, max_nodes: NODES_MAX },
    };
    let told = |error: serde_saphyr::Error| {
        let message = error.to_string();
        message.lines().next().unwrap_or_default().to_owned()
    };
    // Tags cost time, and few documents have any.
    let tagged = text.contains(" !");
    let value = match (is_several(text), tagged) {
        (false, false) => serde_saphyr::from_str_with_options::<Value>(text, options).map_err(told)?,
        (false, true) => serde_saphyr::from_str_with_options::<Node>(text, options).map_err(told)?.0,
        (true, _) => {
            let all = serde_saphyr::from_multiple_with_options::<Node>(text, options).map_err(told)?;
            Value::Array(all.into_iter().map(|node| node.0).filter(|value| !value.is_null()).collect())
        }
    };
    if value.is_object() || value.is_array() { Ok(value) } else { Err("it is plain text".to_owned()) }
}

/// True when a mark of a new document follows some content.
fn is_several(text: &str) -> bool {
    let content = |line: &&str| {
        let line = line.trim();
        !line.is_empty() && !line.starts_with(['#', '%']) && line != "---"
    };
    text.lines().skip_while(|line| !content(line)).any(|line| line.trim_end() == "---")
}

/// A value whose CloudFormation tags are spelt out: `!Ref X` as `{"Ref": "X"}`, `!Sub x` as `{"Fn::Sub": "x"}`.
struct Node(Value);

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Tagged(Plain(value), tag) = Tagged::<Plain>::deserialize(deserializer)?;
        Ok(Self(match tag.as_deref().and_then(|tag| tag.strip_prefix('!')) {
            Some(name @ ("Ref" | "Condition")) => json!({ name: value }),
            Some("GetAtt") => match value.as_str().and_then(|text| text.split_once('.')) {
                Some((resource, attribute)) => json!({ "Fn::GetAtt": [resource, attribute] }),
                None => json!({ "Fn::GetAtt": value }),
            },
            Some(name) if name.starts_with(|c: char| c.is_ascii_uppercase()) => {
                json!({ format!("Fn::{name}"): value })
            }
            _ => value,
        }))
    }
}

struct Plain(Value);

impl<'de> Deserialize<'de> for Plain {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PlainVisitor).map(Self)
    }
}

struct PlainVisitor;

impl<'de> Visitor<'de> for PlainVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        Node::deserialize(deserializer).map(|node| node.0)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut out = Vec::new();
        while let Some(Node(value)) = list.next_element()? {
            out.push(value);
        }
        Ok(Value::Array(out))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut out = Map::new();
        while let Some((key, Node(value))) = map.next_entry::<String, Node>()? {
            out.insert(key, value);
        }
        Ok(Value::Object(out))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_tags_are_spelt_out() {
        let text = "a: !Ref Queue\nb: !GetAtt Queue.Arn\nc: !Sub 'x-${Y}'\nd: !If [C, !Ref A, 1]\ne: {f: !Ref B}\ng: 2\n";
        assert_eq!(
            parse("t.yaml", text).unwrap(),
            json!({"a": {"Ref": "Queue"}, "b": {"Fn::GetAtt": ["Queue", "Arn"]}, "c": {"Fn::Sub": "x-${Y}"},
                   "d": {"Fn::If": ["C", {"Ref": "A"}, 1]}, "e": {"f": {"Ref": "B"}}, "g": 2})
        );
    }

    #[test]
    fn several_documents_are_a_list_and_pages_are_their_front_matter() {
        assert_eq!(parse("t.yaml", "---\na: 1\n---\nb: 2\n---\n").unwrap(), json!([{"a": 1}, {"b": 2}]));
        assert_eq!(parse("t.yaml", "# c\n---\na: 1\n").unwrap(), json!({"a": 1}));
        let page = "---\r\nid: x\nname: Y - Z\n---\n\n# Text\n\n---\nmore: no\n";
        assert_eq!(parse("p.mdx", page).unwrap(), json!({"id": "x", "name": "Y - Z"}));
        assert!(parse("p.md", "# no front matter\n").is_err());
    }
}
