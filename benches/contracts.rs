//! Contracts at scale: a board of 1,000 services and 10,000 events exported in every format, written to disk, and its
//! AsyncAPI documents imported again. Processor time, so that a busy machine does not matter.
//!
//! `cargo bench --bench contracts [-- SERVICES EVENTS]`

use std::time::Instant;

use isobar::board::{
    Board, Channel, ChannelKind, Envelope, Event, Field, FieldType, Link, LinkId, Point, Schema, Service,
    Sticky, StickyId, StickyKind, Version,
};
use isobar::contracts::import::{Source, import};
use isobar::contracts::{FORMATS, Format, Model, Options, Syntax};
use isobar::io::bundle::{Manner, write};
use isobar::topology::derive;

/// Subscribers of each event.
const SUBSCRIBERS: usize = 2;

fn main() {
    let numbers: Vec<usize> = std::env::args().skip(1).filter_map(|arg| arg.parse().ok()).collect();
    let (services, events) = match numbers[..] {
        [services, events] => (services, events),
        _ => (1_000, 10_000),
    };
    let board = board(services, events);
    println!(
        "{services} services, {events} events, {} stickies, {} links",
        board.stickies.len(),
        board.links.len()
    );
    let (topology, seconds) = timed(|| derive(&board));
    println!("{:<24} {seconds:>7.2} s", "topology");
    let (model, modelled) = timed(|| Model::new(&board, &topology));
    println!("{:<24} {modelled:>7.2} s", "model");
    let folder = tempfile::tempdir().expect("a folder for the files");
    let mut all = seconds + modelled;
    for format in FORMATS {
        let (bundle, made) = timed(|| format.export_model(&model, &Options::default()));
        let bytes: usize = bundle.files.values().map(Vec::len).sum();
        let (_, written) = timed(|| {
            write(&folder.path().join(format.name), format.name, &bundle, Manner::default(), &mut |_| {})
                .expect("files are written")
        });
        all += made + written;
        println!(
            "{:<24} {made:>7.2} s, written in {written:>5.2} s: {} files, {:.1} MB",
            format.name,
            bundle.files.len(),
            bytes as f64 / 1e6
        );
    }
    println!("{:<24} {all:>7.2} s", "everything exported");
    for syntax in [Syntax::Json, Syntax::Yaml] {
        let asyncapi = Format::named("asyncapi").expect("a format of this name");
        let bundle = asyncapi.export_model(&model, &Options { syntax });
        let texts = bundle.files.iter().filter(|(path, _)| path.starts_with("services/"));
        let sources: Vec<Source> = texts
            .map(|(path, bytes)| Source {
                path: path.clone(),
                text: String::from_utf8_lossy(bytes).into_owned(),
            })
            .collect();
        let (imported, seconds) = timed(|| import(&sources, None).expect("our own documents are read"));
        assert_eq!((imported.board.events.len(), imported.board.services.len()), (events, services));
        println!("{:<24} {seconds:>7.2} s: {} documents as {syntax:?}", "imported", sources.len());
    }
}

/// What a piece of work gives, and the processor time it took on this thread and its helpers.
fn timed<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let (before, wall) = (processor_time(), Instant::now());
    let out = work();
    let used = match (before, processor_time()) {
        (Some(before), Some(after)) => after - before,
        _ => wall.elapsed().as_secs_f64(),
    };
    (out, used)
}

/// Seconds of processor time this process has had; none where the system does not tell.
fn processor_time() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks: f64 = fields.get(11)?.parse::<f64>().ok()? + fields.get(12)?.parse::<f64>().ok()?;
    Some(ticks / 100.0)
}

/// Services that each publish some events on one bus; every event has subscribers elsewhere, behind their own queue.
fn board(services: usize, events: usize) -> Board {
    let mut board = Board::default();
    board.settings.title = "Large".to_owned();
    board.settings.default_channel = "bus".to_owned();
    board.settings.envelope = Envelope::CloudEvents;
    board.channels.insert(
        "bus".to_owned(),
        Channel { kind: ChannelKind::Bus, preset: "eventbridge".to_owned(), ..Channel::default() },
    );
    let service = |n: usize| format!("Service{n:04}");
    for n in 0..services {
        let team = format!("Team {}", n % 50);
        board.services.insert(service(n), Service { team, ..Service::default() });
    }
    let mut ids = board.id_gen(0);
    let mut sticky = |board: &mut Board, kind: StickyKind, name: String, at: (usize, usize)| {
        let id = StickyId(ids.mint());
        let at = Point::new(at.0 as f32 * 200.0, at.1 as f32 * 120.0);
        board.stickies.insert(id, Sticky { kind, name, at, ..Sticky::default() });
        id
    };
    let mut links: Vec<(StickyId, StickyId)> = Vec::new();
    let publishers: Vec<StickyId> =
        (0..services).map(|n| sticky(&mut board, StickyKind::Service, service(n), (0, n))).collect();
    for n in 0..events {
        let name = format!("Thing{n:05}Changed");
        let schema = Schema { fields: fields(n), ..Schema::default() };
        let version = Version { version: "1".to_owned(), schema, ..Version::default() };
        let description = format!("Thing {n} has changed.");
        board.events.insert(name.clone(), Event { description, versions: vec![version], ..Event::default() });
        let event = sticky(&mut board, StickyKind::Event, name, (1, n));
        links.push((publishers[n % services], event));
        for k in 0..SUBSCRIBERS {
            let reader = sticky(
                &mut board,
                StickyKind::Service,
                service((n * 7 + k * 131 + 1) % services),
                (2 + k, n),
            );
            links.push((event, reader));
        }
    }
    let mut ids = board.id_gen(1);
    for (from, to) in links {
        board.links.insert(LinkId(ids.mint()), Link { from, to, ..Link::default() });
    }
    board
}

fn fields(n: usize) -> Vec<Field> {
    let mut out = vec![
        Field { format: "uuid".to_owned(), ..Field::new("thingId", FieldType::String) },
        Field { format: "date-time".to_owned(), ..Field::new("changedAt", FieldType::String) },
        Field { min: Some(0.0), ..Field::new("amount", FieldType::Number) },
    ];
    out.extend(
        (0..n % 5).map(|k| Field { optional: true, ..Field::new(format!("note{k}"), FieldType::String) }),
    );
    let line = Field {
        fields: vec![Field::new("sku", FieldType::String), Field::new("count", FieldType::Integer)],
        ..Field::new("", FieldType::Object)
    };
    out.push(Field { items: Some(Box::new(line)), ..Field::new("lines", FieldType::Array) });
    out
}
