//! The page on architectures that others published: their boards, and the advice they get, kept fresh.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use isobar::advice::{Context, Finding, Options, advise, rule};
use isobar::board::format::{Syntax, read};
use isobar::topology::derive;

use super::generated;

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
        source: "Microsoft, *eShopOnContainers*, commit [`b6965936`](https://github.com/dotnet-architecture/eShopOnContainers/tree/b6965936842cab32553543c1abe8a68714956f44) \
                 (14 November 2023, the last with code): the `Subscribe` calls in the `Startup.cs` of each service and the \
                 records under `IntegrationEvents/Events`; the book with it is *.NET Microservices: Architecture for \
                 Containerized .NET Applications*.",
        ours: "The names and fields of the integration events, who publishes and handles each, the queue a service, \
               the outbox of Catalog and Ordering (`IntegrationEventLog`) and the acknowledgement of a failed \
               handler's message are those of the source. Availability, latency and the scenario are ours, and of the \
               requests only those on the way to an order are drawn.",
        known: "The comment beside `BasicAck` in `EventBusRabbitMQ.cs` says that a real system wants a dead-letter \
                exchange there. `GracePeriodManagerService` of `Ordering.BackgroundTasks` selects from \
                `[ordering].[orders]` by SQL: it is the other half of Ordering. Catalog takes stock off on each \
                `OrderStatusChangedToPaid` without looking whether it has done so. `BasketController` of the aggregator \
                asks Catalog, then Basket, and then updates it. What no rule can see on a board: the event log is \
                published from once, right after the commit, and what failed then stays in it.",
    },
    Published {
        file: "serverlesspresso",
        source: "AWS, *Serverlesspresso*, commit [`082d2e30`](https://github.com/aws-samples/serverless-coffee/tree/082d2e3050cad7d095d13c6414a09632605a9da6) \
                 (1 April 2025): the rules in `01-appCore/template.yaml` and `backends/*/template.yaml`, the workflows \
                 `backends/4-order-processing/statemachine/op.asl.json` and `backends/5-order-manager/statemachine/om.asl.json`; \
                 the workshop with it is <https://workshop.serverlesscoffee.com>.",
        ours: "Services, detail types, the fields of their details, who has a rule for what, the two pauses of the Step \
               Functions workflow and the rules without a queue are those of the source. Availability, latency and the \
               scenario are ours; resuming the workflow (`SendTaskSuccess`) is drawn as a command.",
        known: "The functions write their table and then call `PutEvents`. Every rule invokes its function directly: \
                fine for one coffee bar, and the first thing to change for a chain of them. `MakeOrder`, `NewOrder` and \
                `WaitingCompletion` are what the workflow asks for or waits for, not what happened. Drawing it brought \
                up two things that are on the board as hotspots: the workflows of Order Processor and Order Manager \
                read Config's table, and the rule of Metrics for `OrderManager.OrderCancelled` matches no event, since \
                the workflow names it after the event it is at: `OrderManager.OrderNYC-CANCELLED`.",
    },
    Published {
        file: "ftgo",
        source: "Chris Richardson, *Microservices Patterns*, Manning 2018, chapters 4 to 8, and its code, commit \
                 [`558dfc53`](https://github.com/microservices-patterns/ftgo-application/tree/558dfc53b11d30a5f1d995c0c6d58d5106c28189) \
                 (3 September 2022): `CreateOrderSaga`, the command handlers, the event consumers and `OrderHandlers` of \
                 the gateway.",
        ours: "The steps of the saga and its compensations, commands, events and their fields, channels, the \
               outbox, the event-sourced accounts, the order history view and the gateway's empty answers are those of \
               the code. Availability, latency and the scenario are ours; replies are drawn as events under names of \
               ours, and the id of an aggregate, which travels in the envelope, as a field. The sagas that cancel and \
               revise an order are left out.",
        known: "Restaurant Service has a class `RestaurantMenuRevised`, two services handle it, and nothing publishes it. \
                `confirmCreateTicket` publishes `TicketCreated`, which nobody consumes. The gateway composes an answer \
                from four services and goes on without three of them (`onErrorReturn`), so that only the order itself \
                is waited for: chapter 8 recommends just that. What no rule can see on a board is its hotspot: \
                `Ticket.cancelCreate` is not implemented yet, so the compensation that is drawn fails.",
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
    generated::check("docs/published.md", &page(), "tidy");
}
