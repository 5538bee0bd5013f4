//! A board from a log alone: services, messages, reactions, schemas, rates and latencies.
//!
//! The log shows messages as they are sent, not as they are received. Who subscribes is therefore known only of those
//! who then send something themselves: a service that reacts in silence leaves no trace, and is not found.

mod arrange;
mod reactions;
mod schemas;

use std::collections::{BTreeMap, BTreeSet};

use super::event::Kind;
use super::index::Log;
use super::time::SECOND;
use crate::board::{
    Arrivals, Board, Command, Distribution, Envelope, Event, Link, LinkId, Mode, Query, Scenario, Service,
    Span, Sticky, StickyId, StickyKind, Stimulus, Version,
};
use arrange::arrange;
use reactions::{Effect, Reaction};

/// A board made from a log, and what was guessed.
#[derive(Clone, Debug)]
pub struct Discovered {
    /// The board.
    pub board: Board,
    /// What people should know before they trust it, in sentences.
    pub notes: Vec<String>,
}

/// A sender or receiver: a service, or the world outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Who {
    /// By source number.
    Service(u16),
    /// People and systems that the log does not name as services.
    Outside,
}

/// The service that stands for whoever publishes when a log names nobody, as those of process mining do not.
const NAMELESS: &str = "System";

/// What every type and source of the log is called on the board.
struct Naming {
    namespace: String,
    /// By type number.
    messages: Vec<String>,
    kinds: Vec<Kind>,
    /// By source number.
    senders: Vec<Who>,
    services: Vec<String>,
    names_nobody: bool,
}

/// Makes a board from a log.
pub fn discover(log: &Log) -> Discovered {
    let causes = log.causes();
    let naming = Naming::of(log);
    let mut notes = Vec::new();
    let reactions = if causes.is_empty() {
        let names_processes = log.events(0..log.len()).any(|event| event.correlation_key() != 0);
        let note = if names_processes {
            "the log names no causes: who reacts to what is guessed from what regularly came before in the same \
             process, and may be wrong"
        } else {
            "the log names neither causes nor processes: it tells who sends what, and nothing of who reacts to it; \
             name the field that tells one process from another if there is one"
        };
        notes.push(note.to_owned());
        reactions::guessed(log, &naming)
    } else {
        reactions::stated(log, &causes, &naming)
    };
    if naming.names_nobody {
        notes.push(format!(
            "the log names no publishers: one service, {NAMELESS}, stands for them all; name the field that tells them \
             apart if there is one"
        ));
    }
    notes.push(
        "a service that reacts without sending anything leaves no trace in a log: such subscribers are missing"
            .to_owned(),
    );
    let mut board = Board::default();
    board.settings.namespace.clone_from(&naming.namespace);
    board.settings.title = "Discovered".to_owned();
    board.settings.description = notes.iter().map(|note| sentence(note)).collect::<Vec<_>>().join(" ");
    board.settings.envelope = match log.formats().first() {
        Some((reader, _)) if reader.name == "envelope" => Envelope::MetadataData,
        _ => Envelope::CloudEvents,
    };
    define_messages(&mut board, log, &naming, &reactions);
    define_services(&mut board, &naming, &reactions);
    draw(&mut board, &naming, &reactions);
    arrange(&mut board);
    if let Some(scenario) = scenario(log, &naming, &reactions) {
        board.scenarios.insert("as captured".to_owned(), scenario);
    }
    Discovered { board, notes }
}

impl Naming {
    fn of(log: &Log) -> Self {
        let texts: Vec<&str> = log.types().iter().map(|t| &*t.text).collect();
        let namespace = common_namespace(&texts);
        let cut =
            |text: &str| text.strip_prefix(&namespace).unwrap_or(text).trim_start_matches('.').to_owned();
        let kinds: Vec<Kind> = log.types().iter().map(|t| t.kind.unwrap_or(Kind::Event)).collect();
        let mut taken: BTreeMap<String, Kind> = BTreeMap::new();
        let messages = texts.iter().zip(&kinds).map(|(text, kind)| {
            let name = cut(text);
            // An event and a command of one name are two messages, and the names must tell.
            match taken.get(&name) {
                Some(other) if other != kind && *kind != Kind::Reply => format!("{name} ({})", kind.word()),
                _ => {
                    taken.insert(name.clone(), *kind);
                    name
                }
            }
        });
        let messages = messages.collect();
        let mut services: Vec<String> = Vec::new();
        let mut senders = Vec::new();
        for source in log.sources().iter() {
            let name = service_name(&source.text);
            let outside =
                matches!(name.to_lowercase().as_str(), "" | "outside" | "client" | "user" | "browser");
            senders.push(if outside { Who::Outside } else { Who::Service(senders.len() as u16) });
            services.push(name);
        }
        let names_nobody = services.iter().all(String::is_empty);
        if names_nobody {
            services.fill(NAMELESS.to_owned());
            senders = (0..services.len() as u16).map(Who::Service).collect();
        }
        Self { namespace, messages, kinds, senders, services, names_nobody }
    }

    fn sender(&self, source_number: u16) -> Who {
        self.senders.get(usize::from(source_number)).copied().unwrap_or(Who::Outside)
    }

    fn name(&self, who: Who) -> &str {
        match who {
            Who::Service(number) => self.services.get(usize::from(number)).map_or("", |s| s),
            Who::Outside => "Outside",
        }
    }

    fn kind(&self, type_number: u16) -> Kind {
        self.kinds.get(usize::from(type_number)).copied().unwrap_or(Kind::Event)
    }

    fn message(&self, type_number: u16) -> &str {
        self.messages.get(usize::from(type_number)).map_or("", |m| m)
    }
}

/// A note as a sentence of its own.
fn sentence(note: &str) -> String {
    let mut chars = note.chars();
    let first = chars.next().map(|first| first.to_uppercase().collect::<String>()).unwrap_or_default();
    format!("{first}{}.", chars.as_str())
}

/// The dotted beginning that all types share: a domain, without the last part of any.
fn common_namespace(texts: &[&str]) -> String {
    let Some(first) = texts.first() else { return String::new() };
    let mut parts: Vec<&str> = first.split('.').collect();
    parts.pop();
    for text in texts {
        let own: Vec<&str> = text.split('.').collect();
        let shared = parts.iter().zip(&own[..own.len() - 1]).take_while(|(a, b)| a == b).count();
        parts.truncate(shared);
    }
    parts.join(".")
}

/// The last part of a source's path, escapes undone.
fn service_name(source: &str) -> String {
    let plain = super::matching::unescaped(source);
    plain.trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_owned()
}

fn define_messages(board: &mut Board, log: &Log, naming: &Naming, reactions: &[Reaction]) {
    let samples = schemas::infer(log);
    let mentioned: BTreeSet<u16> =
        (0..log.types().len() as u16).filter(|t| naming.kind(*t) != Kind::Reply).collect();
    let consumed: BTreeSet<u16> = reactions.iter().flat_map(|r| r.triggers.iter().copied()).collect();
    for number in mentioned {
        let name = naming.message(number).to_owned();
        let (schema, examples) = samples.get(usize::from(number)).cloned().unwrap_or_default();
        let version =
            Version { version: "1".to_owned(), schema: schema.clone(), examples, ..Version::default() };
        let versions = if schema.is_empty() { Vec::new() } else { vec![version] };
        match naming.kind(number) {
            Kind::Command => {
                let command = Command { mode: Mode::Asynchronous, versions, ..Command::default() };
                board.commands.insert(name, command);
            }
            Kind::Query => {
                board.queries.insert(name, Query { request: schema, ..Query::default() });
            }
            Kind::Event | Kind::Reply => {
                let outgoing = !consumed.contains(&number);
                let from =
                    |r: &Reaction| r.who == Who::Outside && r.effects.iter().any(|e| e.type_number == number);
                let incoming = reactions.iter().any(from);
                board.events.insert(name, Event { outgoing, incoming, versions, ..Event::default() });
            }
        }
    }
}

fn define_services(board: &mut Board, naming: &Naming, reactions: &[Reaction]) {
    let mut times: BTreeMap<Who, Vec<i64>> = BTreeMap::new();
    for reaction in reactions {
        times.entry(reaction.who).or_default().extend(&reaction.first_effect_nanos);
    }
    for (who, mut taken) in times {
        if who == Who::Outside {
            continue;
        }
        taken.sort_unstable();
        let span = |p: f64| Span::from_nanos(super::stats::percentile(&taken, p).max(0) as u64);
        let latency = (!taken.is_empty())
            .then(|| Distribution::LogNormal { median: span(0.5), p99: span(0.99).max(span(0.5)) });
        board.services.insert(naming.name(who).to_owned(), Service { latency, ..Service::default() });
    }
}

/// Puts stickies and links: one for each message, one for each reaction.
fn draw(board: &mut Board, naming: &Naming, reactions: &[Reaction]) {
    let mut ids = board.id_gen(0);
    let mut messages: BTreeMap<u16, StickyId> = BTreeMap::new();
    let mut place = |board: &mut Board, kind: StickyKind, name: &str| {
        let id = StickyId(ids.mint());
        board.stickies.insert(id, Sticky { kind, name: name.to_owned(), ..Sticky::default() });
        id
    };
    let used = reactions
        .iter()
        .flat_map(|r| r.triggers.iter().copied().chain(r.effects.iter().map(|e| e.type_number)));
    for number in used.collect::<BTreeSet<u16>>() {
        let kind = match naming.kind(number) {
            Kind::Command => StickyKind::Command,
            Kind::Query => StickyKind::Query,
            Kind::Event | Kind::Reply => StickyKind::Event,
        };
        messages.insert(number, place(board, kind, naming.message(number)));
    }
    let mut links: Vec<Link> = Vec::new();
    for reaction in reactions {
        let Some((kind, name)) = drawn_as(naming, reaction) else { continue };
        let sticky = place(board, kind, &name);
        for trigger in &reaction.triggers {
            if let Some(from) = messages.get(trigger) {
                links.push(Link { from: *from, to: sticky, ..Link::default() });
            }
        }
        let mut order = String::new();
        for effect in &reaction.effects {
            let Some(to) = messages.get(&effect.type_number) else { continue };
            order = crate::board::order::between(&order, "");
            let outcome = effect.outcome.clone();
            links.push(Link { from: sticky, to: *to, order: order.clone(), outcome, ..Link::default() });
        }
    }
    let mut ids = board.id_gen(0);
    board.links.extend(links.into_iter().map(|link| (LinkId(ids.mint()), link)));
}

/// The sticky of a reaction. Nameless parties that react with commands are policies; those who send commands of
/// their own accord are people; an event of theirs simply comes in, and needs no sticky.
fn drawn_as(naming: &Naming, reaction: &Reaction) -> Option<(StickyKind, String)> {
    let is_asked = |e: &Effect| naming.kind(e.type_number) != Kind::Event;
    let name = naming.name(reaction.who).to_owned();
    match (reaction.who, reaction.triggers.first()) {
        (Who::Service(_), _) => Some((StickyKind::Service, name)),
        (Who::Outside, Some(trigger)) if reaction.effects.iter().all(is_asked) => {
            Some((StickyKind::Policy, format!("Whenever {}", naming.message(*trigger))))
        }
        (Who::Outside, Some(_)) => Some((StickyKind::Service, name)),
        (Who::Outside, None) => reaction.effects.iter().any(is_asked).then_some((StickyKind::Actor, name)),
    }
}

/// What came in from outside, at the rate it did.
fn scenario(log: &Log, naming: &Naming, reactions: &[Reaction]) -> Option<Scenario> {
    let (first, last) = log.span()?;
    let seconds = (last - first) as f64 / SECOND as f64;
    if seconds <= 0.0 {
        return None;
    }
    let spontaneous = reactions.iter().filter(|r| r.triggers.is_empty());
    let stimuli = spontaneous
        .flat_map(|r| &r.effects)
        .map(|effect| Stimulus {
            entry: naming.message(effect.type_number).to_owned(),
            arrivals: Arrivals::Poisson(effect.count as f64 / seconds),
            ..Stimulus::default()
        })
        .collect();
    Some(Scenario {
        description: "Arrivals at the rates of the captured log.".to_owned(),
        duration: Some(Span::from_nanos((last - first).max(1) as u64)),
        stimuli,
        ..Scenario::default()
    })
}

#[cfg(test)]
mod tests;
