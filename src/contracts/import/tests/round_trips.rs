//! Out and in again, format by format: what each can carry comes back for every sample board.

use super::*;
use crate::contracts::tests::samples;

fn exported(board: &Board, format: &str) -> Vec<Source> {
    let bundle = Format::named(format).unwrap().export(board, &derive(board), &Options::default());
    sources(&bundle, |_| true)
}

/// Who publishes, sends, asks, subscribes, handles and answers what, and through which channels.
fn traffic(
    board: &Board,
    wanted: impl Fn(MessageKind, &[&str], crate::board::Mode) -> bool,
) -> BTreeSet<String> {
    let topology = derive(board);
    let name = |party: Option<crate::topology::PartyIx>| party.map(|party| topology[party].name.clone());
    let mut out = BTreeSet::new();
    for message in &topology.messages {
        for route in &message.routes {
            let route = &topology[*route];
            let way: Vec<&str> = route.channels.iter().map(|ix| topology[*ix].name.as_str()).collect();
            // Policies nobody hosts are no party of any catalogue.
            let Some(host) = name(topology[route.reaction].host) else { continue };
            if wanted(message.kind, &way, route.mode) {
                out.insert(format!(
                    "{:?} {} through {way:?} to {host}, {:?}",
                    message.kind, message.name, route.mode
                ));
            }
        }
        for (reaction, _) in &message.producers {
            if let Some(host) = name(topology[*reaction].host)
                && wanted(message.kind, &[], crate::board::Mode::Asynchronous)
            {
                out.insert(format!("{:?} {} from {host}", message.kind, message.name));
            }
        }
    }
    out
}

fn assert_equal(name: &str, before: &BTreeSet<String>, after: &BTreeSet<String>, report: &[Remark]) {
    let lost: Vec<_> = before.difference(after).collect();
    let invented: Vec<_> = after.difference(before).collect();
    assert!(
        lost.is_empty() && invented.is_empty(),
        "{name}\nlost: {lost:#?}\ninvented: {invented:#?}\n{report:#?}"
    );
}

#[test]
fn catalogues_carry_the_whole_topology() {
    for (name, board) in samples() {
        let imported = import(&exported(&board, "eventcatalog"), None).unwrap();
        let all = |board: &Board| traffic(board, |_, _, _| true);
        assert_equal(&name, &all(&board), &all(&imported.board), &imported.report);
        for (event, definition) in &board.events {
            let back = &imported.board.events[event];
            let schemas = |event: &crate::board::Event| {
                event
                    .versions
                    .iter()
                    .filter(|v| !v.schema.is_empty())
                    .map(|v| v.schema.clone())
                    .collect::<Vec<_>>()
            };
            assert_eq!(schemas(definition), schemas(back), "{name} {event}");
        }
    }
}

#[test]
fn backstage_catalogues_carry_the_whole_topology() {
    for (name, board) in samples() {
        let imported = import(&exported(&board, "backstage"), None).unwrap();
        let all = |board: &Board| traffic(board, |_, _, _| true);
        assert_equal(&name, &all(&board), &all(&imported.board), &imported.report);
    }
}

#[test]
fn openapi_documents_carry_the_synchronous_edge() {
    let edge = |board: &Board| {
        let waits = |kind, way: &[&str], mode| {
            kind != MessageKind::Event && way.is_empty() && mode == crate::board::Mode::Synchronous
        };
        let mut out = traffic(board, waits);
        out.retain(|line| line.contains(" through "));
        out
    };
    for (name, board) in samples() {
        let files = exported(&board, "openapi");
        if files.is_empty() {
            assert!(edge(&board).is_empty(), "{name}");
            continue;
        }
        let imported = import(&files, None).unwrap();
        assert_equal(&name, &edge(&board), &edge(&imported.board), &imported.report);
        for (query, definition) in
            board.queries.iter().filter(|(query, _)| imported.board.queries.contains_key(*query))
        {
            let back = &imported.board.queries[query];
            assert_eq!(
                (&definition.request, &definition.response),
                (&back.request, &back.response),
                "{name} {query}"
            );
        }
    }
}

#[test]
fn templates_carry_what_travels_by_bus() {
    for (name, board) in samples() {
        let files: Vec<Source> = exported(&board, "eventbridge")
            .into_iter()
            .filter(|file| file.path.starts_with("cloudformation"))
            .collect();
        if files.is_empty() {
            continue;
        }
        let imported = import(&files, None).unwrap();
        let bus = |channel: &str| {
            let stated = board.channels.get(channel);
            stated.is_none_or(|c| {
                c.kind == crate::board::ChannelKind::Bus && matches!(c.preset.as_str(), "" | "eventbridge")
            })
        };
        let default = board.settings.default_channel.as_str();
        // A publisher cannot feed the queues of several consumers: the board's bus stands before them.
        let by_bus = |board: &Board| {
            let mut out = traffic(board, |kind, way, _| {
                way.first().is_some_and(|first| bus(first) || kind == MessageKind::Event && bus(default))
            });
            out.retain(|line| line.contains(" through "));
            out.into_iter()
                .map(|line| line.replace(&format!("through [\"{default}\", "), "through ["))
                .collect()
        };
        assert_equal(&name, &by_bus(&board), &by_bus(&imported.board), &imported.report);
    }
}

#[test]
fn every_format_in_one_folder_is_one_board() {
    for (name, board) in samples() {
        let mut all: Vec<Source> = Vec::new();
        for format in ["asyncapi", "openapi", "json-schema", "eventcatalog", "backstage"] {
            all.extend(
                exported(&board, format)
                    .into_iter()
                    .map(|file| Source { path: format!("{format}/{}", file.path), ..file }),
            );
        }
        let imported = import(&all, None).unwrap();
        let everything = |board: &Board| traffic(board, |_, _, _| true);
        assert_equal(&name, &everything(&board), &everything(&imported.board), &imported.report);
        assert_eq!(
            imported.board.services.keys().collect::<Vec<_>>(),
            board.services.keys().collect::<Vec<_>>(),
            "{name}"
        );
    }
}

#[test]
fn what_was_understood_of_foreign_documents_is_said_again() {
    let folder = std::path::Path::new("../shared/data");
    if !folder.is_dir() {
        println!("SKIPPED: no {}", folder.display());
        return;
    }
    let mut cases: Vec<Vec<Source>> = Vec::new();
    for entry in std::fs::read_dir(folder.join("asyncapi")).unwrap() {
        let path = entry.unwrap().path();
        cases.push(crate::io::sources::collect(&[path]).unwrap().sources);
    }
    cases.push(crate::io::sources::collect(&[folder.join("eventcatalog")]).unwrap().sources);
    cases.push(crate::io::sources::collect(&[folder.join("asyncapi")]).unwrap().sources);
    for case in cases {
        let name = case[0].path.clone();
        let board = import(&case, None).unwrap().board;
        let back = import(&exported(&board, "asyncapi"), None).unwrap();
        assert_same(&name, &board, &back.board);
    }
}

#[test]
fn teams_whose_names_differ_in_case_only_stay_apart() {
    let teams = ["Ops", "OPS", "ops", "O-ps", "Ops!"];
    let long = "a very long name of a service ".repeat(4);
    let mut board = Board::default();
    let mut ids = board.id_gen(0);
    for (n, team) in teams.iter().enumerate() {
        let name = format!("{long}{n}");
        let service = crate::board::Service { team: (*team).to_owned(), ..Default::default() };
        board.services.insert(name.clone(), service);
        let mut place = |kind, name: String| {
            let id = crate::board::StickyId(ids.mint());
            board.stickies.insert(id, crate::board::Sticky { kind, name, ..Default::default() });
            id
        };
        let from = place(crate::board::StickyKind::Service, name);
        let to = place(crate::board::StickyKind::Event, format!("Thing{n}Done"));
        let link = crate::board::Link { from, to, ..Default::default() };
        board.links.insert(crate::board::LinkId(ids.mint()), link);
    }
    for format in ["eventcatalog", "backstage"] {
        let files = exported(&board, format);
        let imported = import(&files, None).unwrap().board;
        for (name, service) in &board.services {
            assert_eq!(imported.services[name].team, service.team, "{format}");
        }
        // Backstage refuses longer names.
        let names =
            files.iter().flat_map(|file| file.text.lines()).filter_map(|l| l.strip_prefix("  name: "));
        assert!(format != "backstage" || names.clone().count() > teams.len());
        assert!(names.into_iter().all(|name| name.len() <= 63), "{format}");
    }
}

/// What a bus archives and how long a receive waits: in the template, in Terraform's words, and back again.
#[test]
fn templates_carry_archives_and_long_polling() {
    use crate::board::{Archive, ChannelKind, Span};
    let (mut buses, mut queues) = (0, 0);
    for (name, mut board) in samples() {
        let pattern = serde_json::json!({"total": [{"numeric": [">", 5]}]});
        let archive =
            Archive { retention: Some(Span::from_secs(36 * 3_600)), pattern: Some(pattern.clone()) };
        let names: BTreeSet<String> =
            derive(&board).channels.iter().map(|channel| channel.name.clone()).collect();
        for name in names {
            let channel = board.channels.entry(name).or_default();
            match channel.kind {
                ChannelKind::Bus => channel.archive = Some(archive.clone()),
                ChannelKind::Queue => channel.wait = Some(Span::from_secs(90)),
                _ => {}
            }
        }
        let files = exported(&board, "eventbridge");
        let Some(terraform) = files.iter().find(|file| file.path.ends_with("terraform.tf.json")) else {
            continue;
        };
        let terraform: Value = serde_json::from_str(&terraform.text).unwrap();
        for archive in terraform["resource"]["aws_cloudwatch_event_archive"].as_object().into_iter().flatten()
        {
            assert_eq!(archive.1["retention_days"], 2);
            assert_eq!(archive.1["event_pattern"], format!("{{\"detail\":{pattern}}}"));
        }
        let imported = import(&files, None).unwrap();
        for (channel, back) in &imported.board.channels {
            let Some(before) = board.channels.get(channel) else { continue };
            if back.kind == ChannelKind::Bus && back.preset == "eventbridge" && before.archive.is_some() {
                let kept =
                    back.archive.clone().unwrap_or_else(|| panic!("{name}: {channel} archives nothing"));
                assert_eq!(kept.pattern, Some(pattern.clone()));
                assert_eq!(kept.retention, Some(Span::from_secs(2 * 86_400)), "in whole days");
                buses += 1;
            }
            if back.kind == ChannelKind::Queue && before.wait.is_some() {
                assert_eq!(back.wait, Some(Span::from_secs(20)), "{name}: {channel}: SQS waits 20 s at most");
                queues += 1;
            }
        }
    }
    assert!(buses > 0 && queues > 0, "{buses} buses and {queues} queues");
}
