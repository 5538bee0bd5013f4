//! What the tools say about the sample boards: the lessons they are drawn to teach, and nothing else.

use std::collections::BTreeSet;
use std::path::Path;

use isobar::advice::{Context, Options, advise};
use isobar::availability::{Limits, all_entries, downtime_hours};
use isobar::board::Board;
use isobar::board::format::{Syntax, read};
use isobar::topology::derive;

fn sample(name: &str) -> Board {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-boards").join(format!("{name}.ron"));
    read(&std::fs::read_to_string(path).unwrap(), Syntax::Ron).unwrap()
}

/// The rules that speak up on each sample, judged by hand against what the talks say of that design.
const ADVICE: [(&str, &[&str]); 14] = [
    // Balance has to know everybody whose events mean coins.
    ("avatar-store/choreography", &["too-many-sources"]),
    ("avatar-store/monolith", &[]),
    // The process manager is the one part every checkout passes.
    ("avatar-store/orchestration", &["single-source-of-failure"]),
    ("avatar-store/synchronous", &["availability-chain"]),
    ("avatar-store/two-phase-commit", &["availability-chain"]),
    // Search lives on one event of one team: fine, when it is meant.
    ("car-marketplace/after", &["lazy-consumer"]),
    // Inventory's table is everybody's contract: that is how the God event came about.
    ("car-marketplace/god-event", &["event-ledger", "god-event"]),
    // Version 1 goes on beside version 2 for as long as Analytics reads it.
    ("pizza/event-driven", &["breaking-change"]),
    ("pizza/synchronous", &["availability-chain", "dual-write", "tight-towards-uncontrolled"]),
    ("procurement/healthy", &[]),
    (
        "procurement/pinball",
        &[
            "availability-chain",
            "command-in-disguise",
            "dual-write",
            "lambda-pinball",
            "missing-idempotency",
            "no-correlation",
            "shared-database",
            "synchronous-cycle",
            "technical-event",
            "tight-towards-uncontrolled",
            "unprotected-subscriber",
        ],
    ),
    // Known to its authors: the job that reads Ordering's table, and handlers that acknowledge what they failed on.
    (
        "published/eshop-on-containers",
        &["availability-chain", "missing-idempotency", "no-dead-letter", "shared-database"],
    ),
    // A well-made saga, around which some events have lost an end.
    ("published/ftgo", &["availability-chain", "unconsumed-event", "unpublished-event"]),
    (
        "published/serverlesspresso",
        &[
            "availability-chain",
            "command-in-disguise",
            "dual-write",
            "present-tense-event",
            "unprotected-subscriber",
        ],
    ),
];

#[test]
fn each_sample_gets_the_advice_it_deserves() {
    for (name, expected) in ADVICE {
        let board = sample(name);
        let topology = derive(&board);
        let found = advise(&Context::new(&board, &topology), &Options::default());
        let rules: BTreeSet<&str> = found.iter().map(|finding| finding.rule).collect();
        let told: Vec<&String> = found.iter().map(|finding| &finding.message).collect();
        assert_eq!(rules, expected.iter().copied().collect(), "{name}: {told:#?}");
    }
}

/// What is said of each sample, word for word, is on file and was read by a person: `UPDATE_DOCS=1` writes what is new,
/// to be read again.
#[test]
fn each_sample_gets_the_very_advice_on_file() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/advice");
    for (name, _) in ADVICE {
        let board = sample(name);
        let topology = derive(&board);
        let context = Context::new(&board, &topology).on(jiff::civil::date(2026, 11, 28));
        let lines = advise(&context, &Options::default()).into_iter().map(|finding| {
            let click = finding.fix.map_or_else(String::new, |fix| format!("  [{fix}]\n"));
            format!(
                "{} {}\n  {}\n  {}\n{click}",
                finding.severity.name(),
                finding.rule,
                finding.message,
                finding.cure
            )
        });
        let told: String = lines.collect();
        let file = folder.join(format!("{}.txt", name.replace('/', "-")));
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(&file, &told).unwrap();
        }
        let on_file = std::fs::read_to_string(&file).unwrap_or_default();
        assert_eq!(told, on_file, "{name}: read it, and run UPDATE_DOCS=1 cargo test sample_findings");
    }
}

/// The availability of an entry of a sample.
fn answered(name: &str, entry: &str) -> f64 {
    let board = sample(name);
    let topology = derive(&board);
    let entries = all_entries(&board, &topology, &Limits::default());
    entries.iter().find(|report| report.entry == entry).expect("an entry of this name").availability
}

#[test]
fn three_services_in_a_row_lose_seventy_nine_hours_a_year() {
    let three = 0.997_f64.powi(3);
    for variant in ["synchronous", "two-phase-commit"] {
        let up = answered(&format!("avatar-store/{variant}"), "CreateCheckout");
        assert!((up - three).abs() < 1e-12, "{variant}: {up}");
        assert!((downtime_hours(1.0 - up) - 78.7).abs() < 0.05, "{variant}");
    }
    for variant in ["monolith", "choreography", "orchestration"] {
        let up = answered(&format!("avatar-store/{variant}"), "CreateCheckout");
        assert!((up - 0.997).abs() < 1e-12, "{variant}: {up}");
    }
}

#[test]
fn a_thin_order_api_does_not_wait_for_the_partner() {
    let together = 0.997_f64.powi(5) * 0.99;
    let synchronous = answered("pizza/synchronous", "PlaceOrder");
    assert!((synchronous - together).abs() < 1e-12, "{synchronous}");
    let thin = answered("pizza/event-driven", "PlaceOrder");
    assert!((thin - 0.997).abs() < 1e-12, "{thin}");
}

#[test]
fn the_vehicle_updated_event_falls_into_events_a_business_would_name() {
    let board = sample("car-marketplace/god-event");
    let topology = derive(&board);
    let context = Context::new(&board, &topology);
    let explained = isobar::advice::explain::EventExplained::of(&context, "VehicleUpdated").unwrap();
    let parts = explained.proposal.unwrap().parts;
    let listing = parts.iter().find(|part| part.name == "VehicleListingChanged").expect("a listing");
    assert_eq!(listing.fields, ["price", "published"]);
    let names: BTreeSet<&str> = parts.iter().map(|part| part.name.as_str()).collect();
    assert_eq!(names.len(), parts.len());
    for name in ["VehicleReservationChanged", "VehicleServiceHistoryChanged", "RefurbishmentCompleted"] {
        assert!(names.contains(name), "{names:?}");
    }
}
