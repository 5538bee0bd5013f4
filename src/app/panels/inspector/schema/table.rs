//! The table of a schema's fields: name, type, who uses it; each row opens to its constraints.

use egui::{RichText, Ui, vec2};
use serde_json::Value;

use crate::app::context::Cx;
use crate::app::widgets::{choice_row, switch_row, text_row};
use crate::app::{icons, widgets};
use crate::board::{Field, FieldType, Schema};

use super::Users;

const TYPES: [(FieldType, &str); 7] = [
    (FieldType::String, "string"),
    (FieldType::Integer, "integer"),
    (FieldType::Number, "number"),
    (FieldType::Boolean, "boolean"),
    (FieldType::Object, "object"),
    (FieldType::Array, "array"),
    (FieldType::Any, "anything"),
];

/// What happens to the fields of one level.
enum Change {
    Remove(usize),
    Up(usize),
}

/// Shows the table and changes the schema in place.
pub(in crate::app::panels::inspector) fn show(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    salt: &str,
    schema: &mut Schema,
    used: Option<&Users>,
) {
    header(ui, cx, used.is_some());
    fields(ui, cx, salt, "", &mut schema.fields, used, 0);
    if add_button(ui, cx, "Add field") {
        let name = fresh_name(&schema.fields);
        ui.data_mut(|data| data.insert_temp(ui.id().with((salt, &name)), true));
        schema.fields.push(Field::new(name, FieldType::String));
    }
}

fn fresh_name(fields: &[Field]) -> String {
    let taken = |name: &str| fields.iter().any(|field| field.name == name);
    (1..)
        .map(|n| if n == 1 { "field".to_owned() } else { format!("field{n}") })
        .find(|name| !taken(name))
        .unwrap_or_default()
}

fn add_button(ui: &mut Ui, cx: &Cx<'_>, text: &str) -> bool {
    let icon = icons::text("plus", 12.0).color(cx.theme.accent);
    let text = RichText::new(text).color(cx.theme.accent).size(cx.theme.sizes.secondary);
    ui.add(egui::Button::new((icon, text)).frame_when_inactive(false)).clicked()
}

fn columns(width: f32) -> [f32; 2] {
    [width * 0.46, width * 0.34]
}

fn header(ui: &mut Ui, cx: &Cx<'_>, used: bool) {
    let [name, kind] = columns(ui.available_width());
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        let cell = |ui: &mut Ui, width: f32, text: &str| {
            ui.allocate_ui(vec2(width, 18.0), |ui| {
                ui.set_min_width(width);
                ui.label(RichText::new(text).size(cx.theme.sizes.secondary).color(cx.theme.secondary));
            });
        };
        cell(ui, name, "Field");
        cell(ui, kind, "Type");
        if used {
            cell(ui, ui.available_width(), "Used by");
        }
    });
    widgets::hairline(ui, cx.theme);
}

/// Who uses a field: who names it, and who names an object it lies in.
fn users_of<'a>(used: &'a Users, path: &str) -> Vec<&'a str> {
    let ends = path.match_indices('.').map(|(at, _)| at).chain([path.len()]);
    let mut users: Vec<&str> =
        ends.filter_map(|end| used.get(&path[..end])).flatten().map(String::as_str).collect();
    users.sort_unstable();
    users.dedup();
    users
}

fn fields(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    salt: &str,
    prefix: &str,
    fields: &mut Vec<Field>,
    used: Option<&Users>,
    depth: u8,
) {
    let mut change = None;
    for (i, field) in fields.iter_mut().enumerate() {
        let path = if prefix.is_empty() { field.name.clone() } else { format!("{prefix}.{}", field.name) };
        let id = ui.id().with((salt, &path));
        let mut open = ui.data(|data| data.get_temp::<bool>(id)).unwrap_or(false);
        if row(ui, cx, field, &path, used, depth) {
            open = !open;
            ui.data_mut(|data| data.insert_temp(id, open));
        }
        if open {
            ui.indent(id, |ui| {
                if let Some(asked) = details(ui, cx, &format!("{salt} {path}"), field, i) {
                    change = Some(asked);
                }
                let users = used.map_or_else(Vec::new, |used| users_of(used, &path));
                if !users.is_empty() {
                    let text = format!("Used by {}", users.join(", "));
                    ui.add(egui::Label::new(cx.theme.secondary(text)).wrap());
                }
            });
        }
        let inner = match &mut field.items {
            Some(items) if field.fields.is_empty() => Some(&mut items.fields),
            _ => Some(&mut field.fields),
        };
        if let Some(inner) = inner
            && !inner.is_empty()
            && depth < 12
        {
            self::fields(ui, cx, salt, &path, inner, used, depth + 1);
        }
    }
    match change {
        Some(Change::Remove(i)) => drop(fields.remove(i)),
        Some(Change::Up(i)) if i > 0 => fields.swap(i - 1, i),
        _ => {}
    }
}

/// One row of the table; true when it was clicked.
fn row(ui: &mut Ui, cx: &Cx<'_>, field: &Field, path: &str, used: Option<&Users>, depth: u8) -> bool {
    let theme = cx.theme;
    let width = ui.available_width();
    let (rect, response) = ui.allocate_exact_size(vec2(width, 23.0), egui::Sense::click());
    response
        .widget_info(|| egui::WidgetInfo::labeled(egui::WidgetType::Button, true, format!("Field {path}")));
    let painter = ui.painter_at(rect);
    if response.hovered() || response.has_focus() {
        painter.rect_filled(rect, 3.0, theme.hover);
    }
    let [name_width, type_width] = columns(width);
    let font = crate::app::theme::Theme::plain(theme.sizes.secondary + 0.5);
    let middle = rect.left_center();
    let cell = |x: f32, width: f32, text: String, color: egui::Color32| {
        let mut job = egui::text::LayoutJob::simple_singleline(text, font.clone(), color);
        job.wrap = egui::text::TextWrapping::truncate_at_width((width - 6.0).max(8.0));
        let galley = painter.layout_job(job);
        let at = egui::pos2(rect.left() + x, middle.y - galley.size().y * 0.5);
        painter.galley(at, galley, color);
    };
    let name = if field.optional { format!("{}?", field.name) } else { field.name.clone() };
    let inset = f32::from(depth) * 12.0 + 2.0;
    cell(inset, name_width - inset, name, theme.text);
    cell(name_width, type_width, type_text(field), theme.secondary);
    let leaf = field.fields.is_empty() && field.items.as_ref().is_none_or(|items| items.fields.is_empty());
    if let Some(used) = used
        && leaf
    {
        let stated = !used.is_empty();
        let users = users_of(used, path);
        let (text, color) = match users.as_slice() {
            [] if stated => ("nobody".to_owned(), theme.warning),
            [] => ("–".to_owned(), theme.secondary),
            [one] => ((*one).to_owned(), theme.text),
            several => (format!("{} services", several.len()), theme.text),
        };
        cell(name_width + type_width, width - name_width - type_width, text, color);
    }
    painter.hline(rect.x_range(), rect.bottom(), theme.line());
    response
        .on_hover_text(if field.description.is_empty() { "Click to edit" } else { &field.description })
        .clicked()
}

/// The type of a field in a few letters: its values or its format where it has some, and its bounds.
fn type_text(field: &Field) -> String {
    let base = if !field.reference.is_empty() {
        field.reference.clone()
    } else if !field.allowed.is_empty() {
        let all: Vec<String> = field.allowed.iter().map(value_text).collect();
        all.join(" | ")
    } else if field.format.is_empty() {
        match &field.items {
            Some(items) => format!("{}[]", type_text(items)),
            None => field.r#type.json_name().unwrap_or("anything").to_owned(),
        }
    } else {
        field.format.clone()
    };
    let base = if field.pattern.is_empty() { base } else { format!("{base} /{}/", field.pattern) };
    let base = if field.nullable { format!("{base} or null") } else { base };
    match (field.min, field.max) {
        (Some(min), Some(max)) => format!("{base} {min}–{max}"),
        (Some(min), None) => format!("{base} ≥ {min}"),
        (None, Some(max)) => format!("{base} ≤ {max}"),
        (None, None) => base,
    }
}

/// A value as people write it in a list: texts without quotes.
fn value_text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The values of a list people wrote, as values of a type.
fn values_of(text: &str, kind: FieldType) -> Vec<Value> {
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    parts
        .map(|part| match kind {
            FieldType::String => Value::from(part),
            _ => serde_json::from_str(part).unwrap_or_else(|_text| Value::from(part)),
        })
        .collect()
}

/// What the bounds of a type limit.
const fn bound_names(kind: FieldType) -> Option<(&'static str, &'static str)> {
    match kind {
        FieldType::Integer | FieldType::Number => Some(("At least", "At most")),
        FieldType::String => Some(("Shortest", "Longest")),
        FieldType::Array => Some(("Fewest items", "Most items")),
        FieldType::Boolean | FieldType::Object | FieldType::Any => None,
    }
}

fn details(ui: &mut Ui, cx: &mut Cx<'_>, salt: &str, field: &mut Field, place: usize) -> Option<Change> {
    let theme = cx.theme;
    if let Some(name) = text_row(ui, theme, salt, "Field name", &field.name, "")
        && !name.trim().is_empty()
    {
        name.trim().clone_into(&mut field.name);
    }
    if let Some(kind) = choice_row(ui, theme, "Type", field.r#type, &TYPES) {
        retype(field, kind);
    }
    if let Some(required) = switch_row(ui, theme, "Required", !field.optional) {
        field.optional = !required;
    }
    if let Some(nullable) = switch_row(ui, theme, "May be null", field.nullable) {
        field.nullable = nullable;
    }
    if field.r#type == FieldType::String {
        if let Some(format) = text_row(ui, theme, salt, "Format", &field.format, "uuid, date-time…") {
            format.trim().clone_into(&mut field.format);
        }
        if let Some(pattern) = text_row(ui, theme, salt, "Pattern", &field.pattern, "a regular expression") {
            field.pattern = pattern;
        }
    }
    if matches!(field.r#type, FieldType::String | FieldType::Integer | FieldType::Number) {
        let shown: Vec<String> = field.allowed.iter().map(value_text).collect();
        if let Some(text) =
            text_row(ui, theme, salt, "Allowed values", &shown.join(", "), "any; else a, b, c")
        {
            field.allowed = values_of(&text, field.r#type);
        }
    }
    if let Some((least, most)) = bound_names(field.r#type) {
        let number = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
        if let Some(text) = text_row(ui, theme, salt, least, &number(field.min), "no limit")
            && let Some(value) = super::super::optional(cx, &text, "a number")
        {
            field.min = value;
        }
        if let Some(text) = text_row(ui, theme, salt, most, &number(field.max), "no limit")
            && let Some(value) = super::super::optional(cx, &text, "a number")
        {
            field.max = value;
        }
    }
    if let Some(items) = &mut field.items
        && let Some(kind) = choice_row(ui, theme, "Items", items.r#type, &TYPES)
    {
        retype(items, kind);
    }
    if let Some(text) = text_row(ui, theme, salt, "Meaning", &field.description, "in a sentence") {
        field.description = text;
    }
    let inner = match &mut field.items {
        Some(items) if items.r#type == FieldType::Object => Some(&mut items.fields),
        _ if field.r#type == FieldType::Object => Some(&mut field.fields),
        _ => None,
    };
    if let Some(inner) = inner
        && add_button(ui, cx, "Add field inside")
    {
        let name = fresh_name(inner);
        inner.push(Field::new(name, FieldType::String));
    }
    let mut change = None;
    ui.horizontal(|ui| {
        if ui.small_button("Move up").clicked() {
            change = Some(Change::Up(place));
        }
        if ui.small_button("Remove field").clicked() {
            change = Some(Change::Remove(place));
        }
    });
    change
}

/// Gives a field another type; constraints that mean nothing for it go.
fn retype(field: &mut Field, kind: FieldType) {
    field.r#type = kind;
    field.reference.clear();
    field.allowed.clear();
    (field.min, field.max) = (None, None);
    if kind != FieldType::String {
        field.format.clear();
        field.pattern.clear();
    }
    if kind != FieldType::Object {
        field.fields.clear();
    }
    field.items = (kind == FieldType::Array).then(|| Box::new(Field::new("", FieldType::String)));
}
