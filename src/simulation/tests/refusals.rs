//! Bad input: every scenario and board that makes no sense is refused with one message that says what and where.

use crate::board::{
    Archive, Arrivals, Board, Channel, ChannelKind, Distribution, FaultKind, Outcome, Promise, Scenario,
    Span, format,
};
use crate::simulation::compile::{compile, every_problem};
use crate::simulation::report;

const SYNCHRONOUS: &str = include_str!("../../../sample-boards/avatar-store/synchronous.ron");
const NAME: &str = "checkout day";

fn board() -> Board {
    format::read(SYNCHRONOUS, format::Syntax::Ron).unwrap()
}

/// What is said of the board after a change.
fn refused(change: impl Fn(&mut Board)) -> String {
    let mut board = board();
    change(&mut board);
    compile(&board, Some(NAME)).map(drop).expect_err("it is refused").to_string()
}

fn of_scenario(change: impl Fn(&mut Scenario)) -> String {
    refused(|board| change(board.scenarios.get_mut(NAME).unwrap()))
}

fn of_fault(kind: FaultKind, target: &str) -> String {
    of_scenario(|scenario| {
        scenario.faults[0].kind = kind.clone();
        target.clone_into(&mut scenario.faults[0].target);
    })
}

fn of_promise(promise: Promise) -> String {
    of_scenario(|scenario| {
        let expectation = &mut scenario.expectations[0];
        expectation.promise = promise.clone();
        "it holds".clone_into(&mut expectation.name);
    })
}

fn of_weights(weight: f64) -> String {
    refused(|board| {
        for link in board.links.values_mut() {
            if board.stickies[&link.from].name == "Balance" {
                link.outcome = Outcome::OneOf(weight);
            }
        }
    })
}

#[test]
fn what_a_scenario_names_must_be_there() {
    let missing = compile(&board(), Some("nope")).map(drop).unwrap_err().to_string();
    assert_eq!(missing, "the board has no scenario `nope`; it has checkout day, quiet evening");
    let bare = Board::default();
    assert_eq!(
        compile(&bare, Some("nope")).map(drop).unwrap_err().to_string(),
        "the board has no scenario `nope`; it has none"
    );
    let nothing = "nothing arrives at this board: draw an actor that issues a command, or add a scenario with a stimulus";
    assert_eq!(compile(&bare, None).map(drop).unwrap_err().to_string(), nothing);
    let table = [
        (of_scenario(|s| s.stimuli.clear()), nothing),
        (
            of_scenario(|s| s.stimuli[0].entry = "Nope".into()),
            "scenario `checkout day`: a stimulus names `Nope`, which is not on the board",
        ),
        (of_fault(FaultKind::Down, "Nope"), "the fault `down` names `Nope`, which is not on the board"),
        (
            of_fault(FaultKind::Down, "CreateCheckout"),
            "the fault `down` strikes a service or a channel, and `CreateCheckout` is none",
        ),
        (
            of_fault(FaultKind::Partition, "Balance"),
            "the fault `partition` strikes a frame, and `Balance` is none",
        ),
        (
            of_promise(Promise::AtMostOnce("Nope".into())),
            "scenario `checkout day`: the expectation \"it holds\" names `Nope`, which is not on the board",
        ),
        (
            of_promise(Promise::QueueDepth { channel: "Balance".into(), at_most: 5 }),
            "scenario `checkout day`: the expectation \"it holds\" names `Balance`, which is not on the board",
        ),
    ];
    for (said, expected) in table {
        assert_eq!(said, expected);
    }
}

#[test]
fn numbers_must_make_sense() {
    let arrivals = |arrivals: Arrivals| of_scenario(|s| s.stimuli[0].arrivals = arrivals.clone());
    let at = "scenario `checkout day`, arrivals of `CreateCheckout`";
    let fault = "the fault on `BalanceDeducted`";
    let promise = "scenario `checkout day`, the expectation \"it holds\"";
    let latency = |percentile| Promise::Latency {
        entry: "CreateCheckout".into(),
        percentile,
        under: Span::from_secs(1),
    };
    let table = [
        (arrivals(Arrivals::Poisson(0.0)), format!("{at}: the rate must be above zero, not 0")),
        (arrivals(Arrivals::Poisson(-1.0)), format!("{at}: the rate must be above zero, not -1")),
        (arrivals(Arrivals::Poisson(f64::NAN)), format!("{at}: the rate must be above zero, not NaN")),
        (arrivals(Arrivals::Poisson(f64::INFINITY)), format!("{at}: the rate must be above zero, not inf")),
        (
            arrivals(Arrivals::Poisson(2e9)),
            format!("{at}: the rate must be at most one every nanosecond, not 2000000000"),
        ),
        (arrivals(Arrivals::Every(Span::ZERO)), format!("{at}: the pause must be above zero, not 0")),
        (
            of_fault(FaultKind::Drop(1.5), "BalanceDeducted"),
            format!("{fault}: the probability must be between 0 and 1, not 1.5"),
        ),
        (
            of_fault(FaultKind::Poison(-0.1), "BalanceDeducted"),
            format!("{fault}: the probability must be between 0 and 1, not -0.1"),
        ),
        (
            of_fault(FaultKind::Flapping(Span::ZERO), "Balance"),
            "the fault on `Balance`: the time must be above zero, not 0".to_owned(),
        ),
        (
            of_fault(FaultKind::Slow(0.0), "Balance"),
            "the fault on `Balance`: the number must be above zero, not 0".to_owned(),
        ),
        (
            of_fault(FaultKind::Delay(Distribution::Empirical(Vec::new())), "BalanceDeducted"),
            format!("{fault}: an empirical distribution has no values"),
        ),
        (of_promise(latency(150.0)), format!("{promise}: the percentile must be between 0 and 100, not 150")),
        (
            of_promise(Promise::Answered { entry: "CreateCheckout".into(), at_least: 99.0 }),
            format!("{promise}: the share must be between 0 and 1, not 99"),
        ),
        (
            of_promise(Promise::Count { of: "BalanceDeducted".into(), at_least: 5, at_most: 4 }),
            format!("{promise}: the least must be no more than the most, not 5"),
        ),
        (
            of_promise(Promise::Ratio {
                of: "BalanceDeducted".into(),
                to: "CreateCheckout".into(),
                at_least: f64::NAN,
                at_most: 1.0,
            }),
            format!("{promise}: the least must be no more than the most, not NaN"),
        ),
        (
            of_weights(0.0),
            "`Balance`: the sum of the weights of what may happen must be above zero, not 0".to_owned(),
        ),
        (
            of_weights(-1.0),
            "`Balance`: the weight of `BalanceDeducted` must be zero or more, not -1".to_owned(),
        ),
        (
            refused(|board| board.services.get_mut("Balance").unwrap().failure = 2.0),
            "service `Balance`: failure must be between 0 and 1, not 2".to_owned(),
        ),
        (
            refused(|board| board.services.get_mut("Balance").unwrap().rate_limit = Some(0.0)),
            "service `Balance`: rate limit must be above zero, not 0".to_owned(),
        ),
    ];
    for (said, expected) in table {
        assert_eq!(said, expected);
    }
}

#[test]
fn what_is_replayed_must_have_been_kept() {
    let with = |archive: Option<Archive>, kind: FaultKind| {
        refused(|board| {
            let bus = Channel { kind: ChannelKind::Bus, archive: archive.clone(), ..Channel::default() };
            board.channels.insert("bus".to_owned(), bus);
            let scenario = board.scenarios.get_mut(NAME).unwrap();
            scenario.faults[0].kind = kind.clone();
            "bus".clone_into(&mut scenario.faults[0].target);
        })
    };
    let replay = |from, to, only: &[&str]| FaultKind::Replay {
        from: Span::from_secs(from),
        to: Span::from_secs(to),
        only: only.iter().map(|name| (*name).to_owned()).collect(),
    };
    let all = Some(Archive::default());
    let unreadable = Some(Archive { pattern: Some(serde_json::json!({"a": []})), ..Archive::default() });
    let table = [
        (
            with(None, replay(0, 60, &[])),
            "`bus` keeps nothing to be replayed: give it an `archive`, or strike a stream",
        ),
        (with(all.clone(), replay(60, 60, &[])), "the replay of `bus` must end after it begins"),
        (with(all, replay(0, 60, &["Nope"])), "the replay of `bus` names `Nope`, which is not on the board"),
        (
            with(unreadable, replay(0, 60, &[])),
            "the filter of the archive of `bus` cannot be read: Event pattern is not valid. Reason: Empty arrays are not allowed",
        ),
    ];
    for (said, expected) in table {
        assert!(said.starts_with(expected), "{said}");
    }
}

#[test]
fn everything_wrong_is_told_with_its_line_and_what_may_have_been_meant() {
    let sample = include_str!("../../../sample-boards/pizza/event-driven.ron");
    let slips = [
        ("(entry: \"PlaceOrder\", arrivals", "(entry: \"PlaceOrdr\", arrivals"),
        ("target: \"Email Notification\"", "target: \"email notifications\""),
        ("poisson(5.0)", "poisson(-5.0)"),
        ("at_most_once(\"EmailSent\")", "at_most_once(\"MailSent\")"),
    ];
    let mut text = sample.to_owned();
    for (right, wrong) in slips {
        assert_eq!(text.matches(right).count(), 1, "{right}");
        text = text.replace(right, wrong);
    }
    let board = format::read(&text, format::Syntax::Ron).unwrap();
    let problems = every_problem(&board);
    let told = report::problems("pizza.ron", &text, &problems);
    let on = |slip: &str| 1 + text.lines().position(|line| line.contains(slip)).unwrap();
    let scenario = "scenario `Friday night`";
    assert_eq!(
        told,
        [
            format!(
                "pizza.ron:{}: {scenario}: a stimulus names `PlaceOrdr`, which is not on the board; \
                 did you mean `PlaceOrder`?",
                on("PlaceOrdr")
            ),
            format!(
                "pizza.ron:{}: {scenario}, arrivals of `GetOrderStatus`: the rate must be above zero, not -5",
                on("poisson(-5.0)")
            ),
            format!(
                "pizza.ron:{}: the fault `slow` names `email notifications`, which is not on the board; \
                 did you mean `Email Notification`?",
                on("email notifications")
            ),
            format!(
                "pizza.ron:{}: {scenario}: the expectation \"nobody gets two mails for one order\" names \
                 `MailSent`, which is not on the board; did you mean `EmailSent`?",
                on("MailSent")
            ),
        ]
    );
    // What the board itself says comes first, on the line of its record.
    let mut worse = board;
    worse.services.get_mut("Kitchen").unwrap().failure = 2.0;
    let text = format::write(&worse, format::Syntax::Json);
    let told = report::problems("pizza.json", &text, &every_problem(&worse));
    let line = 1 + text.lines().position(|line| line.trim_start().starts_with("\"Kitchen\":")).unwrap();
    assert_eq!(
        told,
        [format!("pizza.json:{line}: service `Kitchen`: failure must be between 0 and 1, not 2")]
    );
}
