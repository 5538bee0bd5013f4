//! Flows of catalogues: out and in again, and those that others wrote.

use super::*;
use crate::board::{Sticky, StickyKind};
use crate::contracts::tests::samples;
use crate::topology::MessageKind;

fn catalogue(board: &Board) -> Vec<Source> {
    let bundle = Format::named("eventcatalog").unwrap().export(board, &derive(board), &Options::default());
    sources(&bundle, |_| true)
}

/// Who issues what from outside.
fn issued(board: &Board) -> BTreeSet<String> {
    let topology = derive(board);
    let mut out = BTreeSet::new();
    for message in &topology.messages {
        for sticky in message.issuers.iter().filter_map(|id| board.stickies.get(id)) {
            // What nobody handles is in no process.
            if !message.routes.is_empty() {
                out.insert(format!("{:?} {} issues {}", sticky.kind, sticky.name, message.name));
            }
        }
    }
    out
}

/// What policies that nobody hosts do upon what.
fn policies(board: &Board) -> BTreeSet<String> {
    let topology = derive(board);
    let loose = topology.reactions.iter().filter(|r| r.host.is_none() && r.kind == StickyKind::Policy);
    let connected = loose.filter(|r| !r.triggers.is_empty() && !r.outputs.is_empty());
    connected
        .map(|reaction| {
            let on: BTreeSet<&str> =
                reaction.triggers.iter().map(|r| topology[topology[*r].message].name.as_str()).collect();
            let does: Vec<&str> =
                reaction.outputs.iter().map(|o| topology[o.message].name.as_str()).collect();
            format!("{} upon {on:?} does {does:?}", board.stickies[&reaction.sticky].name)
        })
        .collect()
}

#[test]
fn catalogues_carry_who_starts_what_and_the_policies_nobody_hosts() {
    let (mut started, mut loose) = (0, 0);
    for (name, board) in samples() {
        let imported = import(&catalogue(&board), None).unwrap();
        assert_eq!(issued(&board), issued(&imported.board), "{name}");
        assert_eq!(policies(&board), policies(&imported.board), "{name}");
        started += issued(&board).len();
        loose += policies(&board).len();
    }
    assert!(started > 10 && loose > 0, "{started} entries, {loose} policies");
}

#[test]
fn every_step_of_a_flow_leads_to_one_there_is() {
    for (name, board) in samples() {
        let mut flows = 0;
        for source in catalogue(&board).iter().filter(|source| source.path.starts_with("flows/")) {
            let front = source.text.split("---\n").nth(1).unwrap();
            let front: Value = serde_saphyr::from_str(front).unwrap();
            let steps = front["steps"].as_array().unwrap();
            let ids: Vec<&str> = steps.iter().map(|step| step["id"].as_str().unwrap()).collect();
            assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "{name}");
            for step in steps {
                assert!(
                    step.get("next_step").is_none() || step.get("next_steps").is_none(),
                    "{name}: {step}"
                );
                let one = step.get("next_step").into_iter();
                for next in one.chain(step.get("next_steps").and_then(Value::as_array).into_iter().flatten())
                {
                    assert!(ids.contains(&next["id"].as_str().unwrap()), "{name}: {step}");
                }
            }
            flows += 1;
        }
        assert!(flows > 0, "{name}");
    }
}

const SHIPPING: &[(&str, &str)] = &[
    ("c/events/Paid/index.mdx", "---\nid: paid\nname: Paid\nversion: 1.0.0\n---\n"),
    ("c/events/Shipped/index.mdx", "---\nid: shipped\nname: Shipped\nversion: 1.0.0\n---\n"),
    ("c/events/Lost/index.mdx", "---\nid: lost\nname: Lost\nversion: 1.0.0\n---\n"),
    (
        "c/services/Depot/index.mdx",
        "---\nid: depot\nname: Depot\nversion: 1.0.0\nreceives: [{id: paid}]\nsends: [{id: shipped}, {id: lost}]\n---\n",
    ),
    (
        "c/flows/Ship/index.mdx",
        "---\nid: ship\nname: Ship\nversion: 1.0.0\nsteps:\n  - {id: 1, title: Paid, message: {id: paid}, next_step: {id: 2}}\n  - id: 2\n    title: Depot\n    service: {id: depot}\n    next_steps: [{id: 3, label: In stock}, {id: 4, label: Nowhere to be found}]\n  - {id: 3, title: Shipped, message: {id: shipped}, next_step: {id: 5, label: hands over}}\n  - {id: 4, title: Lost, message: {id: lost}, next_step: 6}\n  - {id: 5, title: Carrier, externalSystem: {name: Carrier}}\n  - {id: 6, title: Board, container: {id: shelf}}\n---\n",
    ),
];

#[test]
fn a_flow_says_what_a_service_does_upon_what_where_its_page_is_silent() {
    let files: Vec<Source> =
        SHIPPING.iter().map(|(path, text)| Source { path: (*path).into(), text: (*text).into() }).collect();
    let imported = import(&files, None).unwrap();
    let board = &imported.board;
    let topology = derive(board);
    let depot = topology.party("Depot").unwrap();
    let [reaction] = topology[depot].reactions[..] else { panic!("{:?}", topology.reactions) };
    let does: Vec<(&str, &str)> = topology[reaction]
        .outputs
        .iter()
        .map(|output| (topology[output.message].name.as_str(), board.links[&output.link].note.as_str()))
        .collect();
    assert_eq!(does, [("Shipped", "In stock"), ("Lost", "Nowhere to be found")]);
    let carrier = topology.party("Carrier").expect("the flow alone tells of it");
    assert!(topology[carrier].external);
    let shipped = topology.message(MessageKind::Event, "Shipped").unwrap();
    assert_eq!(topology.consumers(shipped), [carrier]);
    let again = import(&files, Some(board)).unwrap();
    assert_eq!(again.board, *board, "importing again changes nothing");
    assert!(board.stickies.values().map(Sticky::rect).all(|rect| rect.min.is_finite()));
}
