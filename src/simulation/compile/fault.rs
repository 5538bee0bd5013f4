//! From a fault on a board, or one struck by hand, to a fault of a model.

use super::{SimulationError, positive, probability, sampler};
use crate::board::{self, ChannelKind, FaultKind, near};
use crate::simulation::broker::archive::INTERVAL;
use crate::simulation::distribution::Sampler;
use crate::simulation::faults::fault_type;
use crate::simulation::model::{ChannelIx, Fault, MessageIx, Model, ServiceIx, Struck};

/// Compiles one fault.
///
/// # Errors
/// When it names what is not in the model, or what it cannot strike, or a senseless number.
pub fn fault(model: &Model, fault: &board::Fault) -> Result<Fault, SimulationError> {
    let owner = format!("the fault on `{}`", fault.target);
    let mut delay = None;
    match &fault.kind {
        FaultKind::Drop(p)
        | FaultKind::Duplicate(p)
        | FaultKind::Corrupt(p)
        | FaultKind::Poison(p)
        | FaultKind::CrashBeforePublish(p)
        | FaultKind::CrashBeforeAck(p) => {
            probability(&owner, "the probability", *p)?;
        }
        FaultKind::Slow(factor) | FaultKind::Burst(factor) | FaultKind::RateLimit(factor) => {
            positive(&owner, "the number", *factor)?;
        }
        FaultKind::Flapping(span) => {
            positive(&owner, "the time", span.as_secs_f64())?;
        }
        FaultKind::Delay(distribution) => {
            delay = Some(sampler(Some(distribution), &Sampler::Constant(0), || owner.clone())?);
        }
        FaultKind::Replay { from, to, only } => {
            if from >= to {
                return Err(SimulationError::Window { name: fault.target.clone() });
            }
            let is_service = |name: &&String| model.services.iter().any(|service| service.name == **name);
            if let Some(name) = only.iter().find(|name| !is_service(name)) {
                let what = format!("the replay of `{}`", fault.target);
                let known = model.services.iter().filter(|service| !service.outside);
                let near = nearest(name, known.map(|service| service.name.as_str()));
                return Err(SimulationError::Unknown { what, name: name.clone(), near });
            }
        }
        FaultKind::Down
        | FaultKind::Reorder(_)
        | FaultKind::Partition
        | FaultKind::BreakingSchema
        | FaultKind::ClockSkew(_) => {}
    }
    let row = fault_type(&fault.kind);
    let candidates = struck(model, &fault.target);
    if candidates.is_empty() {
        let what = format!("the fault `{}`", row.name);
        let strikes = |name: &&str| struck(model, name).iter().any(row.accepts);
        let near = nearest(&fault.target, names(model).filter(strikes));
        return Err(SimulationError::Unknown { what, name: fault.target.clone(), near });
    }
    let (name, strikes) = (row.name, row.strikes);
    let struck = candidates.into_iter().find(row.accepts).ok_or_else(|| SimulationError::Misdirected {
        fault: name,
        strikes,
        name: fault.target.clone(),
    })?;
    if let (FaultKind::Replay { .. }, Struck::Channel(channel)) = (&fault.kind, &struck) {
        let channel = &model.channels[channel.at()];
        if channel.kind != ChannelKind::Stream && channel.archive.is_none() {
            return Err(SimulationError::NothingKept { name: fault.target.clone() });
        }
    }
    let from = fault.at.map_or(0, |span| span.0);
    let lasts = fault.lasts.map(|lasts| lasts.0).or_else(|| replay_lasts(&fault.kind));
    let until = lasts.map_or(u64::MAX, |lasts| from.saturating_add(lasts));
    Ok(Fault { kind: fault.kind.clone(), struck, target: fault.target.clone(), from, until, sampler: delay })
}

/// How long a replay takes at most: a second for every minute of its window.
fn replay_lasts(kind: &FaultKind) -> Option<u64> {
    let FaultKind::Replay { from, to, .. } = kind else { return None };
    Some((to.0.saturating_sub(from.0) / INTERVAL + 2).saturating_mul(1_000_000_000))
}

/// Everything in a model that has a name a fault may strike.
fn names(model: &Model) -> impl Iterator<Item = &str> {
    let services = model.services.iter().map(|service| service.name.as_str());
    let channels = model.channels.iter().map(|channel| channel.name.as_str());
    let messages = model.messages.iter().map(|message| message.name.as_str());
    let islands = model.islands.iter().map(|(frame, _)| frame.as_str());
    services.chain(channels).chain(messages).chain(islands)
}

/// The known names that are spelt most like one, as an error keeps them.
pub(super) fn nearest<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> Vec<String> {
    near::nearest(name, known).into_iter().map(str::to_owned).collect()
}

/// Everything a name may stand for.
fn struck(model: &Model, name: &str) -> Vec<Struck> {
    let services = model.services.iter().position(|service| service.name == name && !service.outside);
    let channels = model.channels.iter().position(|channel| channel.name == name);
    let message = model.messages.iter().rposition(|message| message.name == name);
    let entries = model.entries.iter().zip(0u32..);
    let entries: Vec<u32> =
        entries.filter(|(e, _)| model.messages[e.message.at()].name == name).map(|(_, at)| at).collect();
    let island = model.islands.iter().find(|(frame, _)| frame == name);
    let mut found = Vec::new();
    found.extend(services.map(|at| Struck::Service(ServiceIx(at as u32))));
    found.extend(channels.map(|at| Struck::Channel(ChannelIx(at as u32))));
    found.extend(message.map(|at| Struck::Message(MessageIx(at as u32))));
    found.extend((!entries.is_empty()).then_some(Struck::Entries(entries)));
    found.extend(island.map(|(_, services)| Struck::Island(services.clone())));
    found
}
