//! An event whose name is not in the past tense.

use crate::advice::{Context, Finding, Findings, Rule, Severity};
use crate::board::notation::words;
use crate::board::tense::{in_past, is_order, is_past};
use crate::board::{DefinitionKind, Key};
use crate::edit::{Edit, Intent};

/// The rule.
pub(super) const RULE: Rule = Rule {
    name: "present-tense-event",
    title: "Present-tense event",
    severity: Severity::Note,
    what: "An event's name is not in the past tense.",
    why: "An event is a fact: it has happened and cannot be undone. A name that does not say so invites people to veto it.",
    cure: "Name what has happened",
    example: "Service:Store -> Event:CheckoutCreate",
    source: "Alberto Brandolini, Introducing EventStorming",
    check,
    fix: Some(fix),
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for (event, name, _) in context.events() {
        let spoken = words(name);
        if !is_past(&spoken) && !is_order(&spoken) {
            let message = format!("{name} does not say that something has happened");
            match in_past(name) {
                Some(past) => {
                    let free = !context.board.events.contains_key(&past);
                    findings.add_with_cure(context.message_places(event), message, format!("Call it {past}"));
                    findings.cured_by(free.then(|| format!("Rename {name} to {past}")));
                }
                None => {
                    findings.add(context.message_places(event), message);
                    findings.cured_by(None);
                }
            }
        }
    }
}

fn fix(context: &Context<'_>, finding: &Finding) -> Option<Edit> {
    let Key::Sticky(id) = finding.places.first()? else { return None };
    let from = context.board.stickies.get(id)?.name.clone();
    let to = in_past(&from)?;
    if context.board.events.contains_key(&to) {
        return None;
    }
    let rename = Intent::RenameDefinition { kind: DefinitionKind::Event, from, to };
    rename.plan(context.board, &mut context.board.id_gen(0)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::advice::testing::{advice, apply_fix, board};

    #[test]
    fn it_speaks_and_renames() {
        let mut present = board("Service:Store -> Event:CheckoutCreate -> Service:Mail");
        let found = advice(&present, RULE.name);
        assert!(found[0].cure.contains("CheckoutCreated"), "{}", found[0].cure);
        apply_fix(&mut present, &found[0]);
        assert!(present.stickies.values().any(|sticky| sticky.name == "CheckoutCreated"));
        assert!(advice(&present, RULE.name).is_empty());
    }
}
