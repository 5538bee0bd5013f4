//! Chains of cause.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::topology::derive;
use crate::topology::tests::{any_board, board};

fn chain(board: &Board, from: &str, to: &str) -> Option<Vec<String>> {
    let topology = derive(board);
    let one = |name: &str| topology.named(board, name)[0];
    let chain = between(board, &topology, one(from), one(to))?;
    Some(chain.into_iter().map(|subject| topology.name_of(board, subject).to_owned()).collect())
}

#[test]
fn a_chain_names_everything_on_the_way() {
    let board = board(
        "Actor:Client -> Command:Buy -> Service:Store -> Event:Bought -> Channel:Bus -> Service:Mail -> Command:Send -> External:Post",
    );
    let all = ["Client", "Buy", "Store", "Bought", "Bus", "Mail", "Send", "Post"];
    for from in 0..all.len() {
        for to in from..all.len() {
            let expected: Vec<String> = all[from..=to].iter().map(ToString::to_string).collect();
            assert_eq!(chain(&board, all[from], all[to]), Some(expected), "{} to {}", all[from], all[to]);
            assert!(from == to || chain(&board, all[to], all[from]).is_none());
        }
    }
}

#[test]
fn a_service_is_passed_only_where_one_thing_causes_the_other() {
    let two = "Service:A -> Event:X -> Service:B\nService:B -> Event:Y -> Service:C";
    assert_eq!(chain(&board(two), "A", "C"), None);
    let one = "Service:A -> Event:X -> Service:B -> Event:Y -> Service:C";
    assert_eq!(chain(&board(one), "A", "C").unwrap(), ["A", "X", "B", "Y", "C"]);
}

#[test]
fn a_shared_bus_is_no_shortcut() {
    let mut board = board("Service:A -> Event:X -> Service:B\nService:C -> Event:Y -> Service:D");
    board.settings.default_channel = "Bus".into();
    assert_eq!(chain(&board, "A", "D"), None);
    assert_eq!(chain(&board, "A", "B").unwrap(), ["A", "X", "Bus", "B"]);
    assert_eq!(chain(&board, "A", "Bus").unwrap(), ["A", "X", "Bus"]);
    assert_eq!(chain(&board, "Bus", "D").unwrap(), ["Bus", "D"]);
}

#[test]
fn the_names_of_a_board_are_found_whatever_their_capitals() {
    let board = board("Service:Checkout Process Manager -> Event:OrderPlaced -> Service:Mail");
    let topology = derive(&board);
    for name in ["OrderPlaced", "orderplaced", "order placed", "Order Placed"] {
        assert_eq!(topology.named(&board, name).len(), 1, "{name}");
    }
    assert!(topology.named(&board, "Order").is_empty());
}

proptest! {
    /// A chain exists exactly when silence at its start is felt at its end, and each of its steps is one of the board.
    #[test]
    fn chains_are_real_and_none_is_missed(board in any_board()) {
        let topology = derive(&board);
        let subjects: Vec<Subject> =
            topology.subjects(&board).filter(|s| !matches!(s, Subject::Actor(_) | Subject::Channel(_))).collect();
        for from in &subjects {
            let felt: BTreeSet<Subject> = crate::topology::affected::by_silence(&board, &topology, *from)
                .into_iter()
                .map(|one| one.subject)
                .collect();
            for to in &subjects {
                let chain = between(&board, &topology, *from, *to);
                prop_assert_eq!(chain.is_some(), from == to || felt.contains(to));
                for pair in chain.unwrap_or_default().windows(2) {
                    let real = match (pair[0], pair[1]) {
                        (Subject::Message(m), who @ (Subject::Party(_) | Subject::Policy(_))) =>
                            topology[m].routes.iter().any(|r| topology.reacting(topology[*r].reaction) == Some(who)),
                        (who @ (Subject::Party(_) | Subject::Policy(_)), Subject::Message(m)) =>
                            topology[m].producers.iter().any(|(r, _)| topology.reacting(*r) == Some(who)),
                        (Subject::Message(m), Subject::Channel(c)) =>
                            topology[m].routes.iter().any(|r| topology[*r].channels.contains(&c)),
                        (Subject::Channel(c), who) =>
                            topology[c].routes.iter().any(|r| topology.reacting(topology[*r].reaction) == Some(who))
                                || matches!(who, Subject::Channel(_) | Subject::Message(_)),
                        // A reaction that has no name yet stands between the two.
                        (Subject::Message(a), Subject::Message(b)) => topology.reactions.iter().any(|r| {
                            let hears = r.triggers.iter().any(|t| topology[*t].message == a);
                            r.host.is_none() && hears && r.outputs.iter().any(|o| o.message == b)
                        }),
                        _ => false,
                    };
                    prop_assert!(real, "{:?}", pair);
                }
            }
        }
    }
}
