//! The page on architectures that others published: their boards, and the advice they get, kept fresh.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use isobar::advice::{Context, Finding, Options, advise, rule};
use isobar::board::format::{Syntax, read};
use isobar::topology::derive;

/// An architecture that was published by others and drawn here from what they published.
struct Published {
    file: &'static str,
    source: &'static str,
    ours: &'static str,
    known: &'static str,
}

const PUBLISHED: [Published; 3] = [
    Published {
        file: "eshop-on-containers",
        source: "Microsoft, *eShopOnContainers*: <https://github.com/dotnet-architecture/eShopOnContainers>; \
                 the book with it is *.NET Microservices: Architecture for Containerized .NET Applications*.",
        ours: "The names and fields of the integration events, who publishes and handles each, the queue a service, \
               the outbox of Catalog and Ordering (`IntegrationEventLog`) and the acknowledgement of a failed \
               handler's message are those of the source. Availability, latency and the scenario are ours.",
        known: "The comment beside the acknowledgement in `EventBusRabbitMQ` says that a real system wants a dead-letter \
                exchange there. `Ordering.BackgroundTasks` selects from `[ordering].[orders]` by SQL: it is the other \
                half of Ordering. Catalog takes stock off on each `OrderStatusChangedToPaid` without looking whether it \
                has done so. Adding to the basket goes through an aggregator that asks Catalog and then Basket.",
    },
    Published {
        file: "serverlesspresso",
        source: "AWS, *Serverlesspresso*: <https://github.com/aws-samples/serverless-coffee> and \
                 <https://workshop.serverlesscoffee.com>.",
        ours: "Services, detail types, the shape of their details, the two pauses of the Step Functions workflow and \
               the rules without a queue are those of the source. Availability, latency and the scenario are ours.",
        known: "The functions write their table and then call `PutEvents`. Every rule invokes its function directly: \
                fine for one coffee bar, and the first thing to change for a chain of them. `MakeOrder`, `NewOrder` and \
                `WaitingCompletion` are what the workflow asks for or waits for, not what happened.",
    },
    Published {
        file: "ftgo",
        source: "Chris Richardson, *Microservices Patterns*, Manning 2018, chapters 4 to 7, and \
                 <https://github.com/microservices-patterns/ftgo-application>.",
        ours: "The steps of the saga and its compensations, the channels, the outbox, the event-sourced accounts and \
               the order history view are those of the book and its source. Availability, latency and the scenario \
               are ours, and replies are drawn as events.",
        known: "Chapter 4 makes every step compensatable, and chapter 7 says of API composition what the one finding \
                says: each provider it asks lowers the availability of the answer.",
    },
];

fn page() -> String {
    let mut out = String::from(
        "# Three published architectures\n\n\
         The other sample boards were drawn to teach, so they get the advice they were drawn for. These three were drawn \
         from what others published for their own reasons, and then given to `isobar advise` as they were: an \
         independent check of the rules. The boards are in `sample-boards/published`. This page is made by \
         `UPDATE_DOCS=1 cargo test tidy`.\n",
    );
    for published in PUBLISHED {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-boards/published");
        let text = std::fs::read_to_string(path.join(published.file).with_extension("ron")).unwrap();
        let board = read(&text, Syntax::Ron).unwrap();
        let topology = derive(&board);
        let found = advise(&Context::new(&board, &topology), &Options::default());
        let mut by_rule: BTreeMap<(usize, &str), Vec<&Finding>> = BTreeMap::new();
        for (at, finding) in found.iter().enumerate() {
            let first = found.iter().position(|other| other.rule == finding.rule).unwrap_or(at);
            by_rule.entry((first, finding.rule)).or_default().push(finding);
        }
        let _ = write!(
            out,
            "\n## {}\n\n{}\n\n**Source.** {}\n\n**What is theirs and what is ours.** {}\n\n",
            board.title(),
            board.settings.description,
            published.source,
            published.ours
        );
        for ((_, name), findings) in by_rule {
            let title = rule(name).map_or(name, |rule| rule.title);
            let _ = writeln!(out, "- **{title}** ([`{name}`](rules.md), {})", findings[0].severity.name());
            for finding in findings {
                let _ = writeln!(out, "  - {}.", finding.message);
            }
        }
        let _ = write!(out, "\n**What is known about it.** {}\n", published.known);
    }
    out
}

#[test]
fn the_page_on_published_architectures_is_fresh() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/published.md");
    let page = page();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == page, "docs/published.md is stale: run UPDATE_DOCS=1 cargo test tidy");
}
