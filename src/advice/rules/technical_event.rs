//! An event that names a row, a file or a click instead of a fact.

use crate::advice::{Context, Findings, Rule, Severity};
use crate::board::EventClass;
use crate::board::notation::words;

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "technical-event",
    title: "Technical event",
    severity: Severity::Note,
    what: "A public event names a record, a file, a row or a button: RecordUpdated, S3ObjectCreated, ButtonClicked.",
    why: "It says nothing about the business, so every consumer guesses what it means.",
    cure: "Name the business fact behind it",
    example: "Service:Store -> Event:RecordUpdated",
    source: "James Eastham, NDC London 2024 (event-driven versus event-based)",
    check,
    fix: None,
};

const TECHNICAL: [&str; 20] = [
    "record", "row", "table", "file", "object", "bucket", "blob", "document", "entity", "database", "db",
    "button", "page", "form", "field", "column", "cache", "api", "http", "item",
];
const CRUD: [&str; 10] = [
    "created", "updated", "deleted", "inserted", "changed", "modified", "saved", "clicked", "removed",
    "written",
];

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (event, name, definition) in context.events() {
        // Inside one team, and for what clients report, technical names are the right ones.
        let inside = definition
            .is_some_and(|event| matches!(event.class, EventClass::Component | EventClass::Analytics));
        let spoken = words(name).to_lowercase();
        let spoken: Vec<&str> = spoken.split([' ', '.']).collect();
        let technical = spoken.iter().find(|word| TECHNICAL.contains(word));
        let crud = spoken.last().is_some_and(|word| CRUD.contains(word));
        if let Some(thing) = technical.filter(|_| crud && !inside) {
            let article = if thing.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
            findings.add(
                context.message_places(event),
                format!("{name} tells of {article} {thing}, not of the business"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::advice::testing::{advice, board};

    #[test]
    fn rows_and_files_are_no_business() {
        for name in ["RecordUpdated", "S3ObjectCreated", "FileCreated", "ButtonClicked"] {
            assert_eq!(
                advice(&board(&format!("Service:A -> Event:{name}")), super::RULE.name).len(),
                1,
                "{name}"
            );
        }
        for name in ["PizzaBoxed", "CheckoutCreated", "listingUpdated", "DocumentSigned"] {
            assert!(
                advice(&board(&format!("Service:A -> Event:{name}")), super::RULE.name).is_empty(),
                "{name}"
            );
        }
    }
}
