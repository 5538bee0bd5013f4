//! Egon.io domain stories, `.dst` and `.egn`, of every version: actors, work objects, numbered activities, groups.

use serde_json::Value;

use super::{Area, Arrow, Drawing, Note, Parsed, Reader, key, number, one_line, string};
use crate::board::{Point, Size};

/// The reader.
pub(super) const READER: Reader = Reader { name: "Egon.io", sniff, read };

/// The size of an actor or work object.
const SHAPE: Size = Size::new(75.0, 75.0);

/// The elements of a story: a list, a text that holds one, or a list under a name.
fn elements(file: &Parsed<'_>) -> Option<(Vec<Value>, String)> {
    let json = file.json.as_ref()?;
    let story = json.get("domainStory").or_else(|| json.get("dst")).unwrap_or(json);
    let story = match story {
        Value::String(text) => serde_json::from_str(text).ok()?,
        other => other.clone(),
    };
    let title = string(&story, "/title").to_owned();
    let list = match story {
        Value::Array(list) => list,
        Value::Object(mut fields) => match fields.remove("businessObjects") {
            Some(Value::Array(list)) => list,
            _ => return None,
        },
        _ => return None,
    };
    list.iter().any(|element| string(element, "/type").starts_with("domainStory:")).then_some((list, title))
}

fn sniff(file: &Parsed<'_>) -> bool {
    elements(file).is_some()
}

fn read(file: &Parsed<'_>) -> Drawing {
    let mut drawing = Drawing::default();
    let Some((elements, title)) = elements(file) else { return drawing };
    drawing.title = title;
    for element in &elements {
        let kind = string(element, "/type").trim_start_matches("domainStory:");
        let at =
            Point::new(number(element, "/x").unwrap_or_default(), number(element, "/y").unwrap_or_default());
        let name = one_line(string(element, "/name"));
        let id = key(element, "/id");
        let icon = kind.strip_prefix("actor").or_else(|| kind.strip_prefix("workObject"));
        match (kind, icon) {
            (_, Some(icon)) => {
                // An actor or work object without a name is known by its icon.
                let text = if name.is_empty() { icon.to_owned() } else { name };
                drawing.notes.push(Note {
                    key: id,
                    text,
                    mark: icon.to_owned(),
                    at,
                    size: Some(SHAPE),
                    kind: None,
                });
            }
            ("activity" | "connection", None) => {
                let number = element.get("number").and_then(Value::as_u64);
                let number = number.map(|number| format!("{number}. ")).unwrap_or_default();
                let (from, to) = (key(element, "/source"), key(element, "/target"));
                drawing.arrows.push(Arrow { from, to, label: one_line(&format!("{number}{name}")) });
            }
            ("group", None) => {
                let size = Size::new(
                    number(element, "/width").unwrap_or(400.0),
                    number(element, "/height").unwrap_or(300.0),
                );
                drawing.areas.push(Area { name, at, size });
            }
            ("", None) => {}
            (other, None) => {
                // Annotations, and whatever later versions bring.
                let text = [string(element, "/text"), &name].map(one_line).join(" ");
                if other != "textAnnotation" {
                    drawing.remarks.push(format!("a {other} became free text where there is a word on it"));
                }
                drawing.notes.push(Note { key: id, text, at, ..Note::default() });
            }
        }
    }
    drawing
}
