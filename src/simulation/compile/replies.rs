//! Asynchronous commands are answered through their response channel: by the messages a board draws, or by a plain
//! answer where it draws none.

use std::collections::BTreeMap;

use super::{SimulationError, Work};
use crate::board::{Board, Mode};
use crate::simulation::model::{Hop, MessageIx, Reaction, Reply, Target};
use crate::topology::{MessageKind, Output, PartyIx, RouteIx, Topology};

/// The response channel of an output that is an asynchronous command and names one.
fn response_channel<'b>(board: &'b Board, topology: &Topology, output: &Output) -> Option<&'b str> {
    let message = &topology[output.message];
    let asked = message.kind == MessageKind::Command && output.mode == Mode::Asynchronous;
    let command = asked.then(|| board.commands.get(&message.name)).flatten()?;
    Some(command.response_channel.as_str()).filter(|channel| !channel.is_empty())
}

/// The routes by which whoever handles a command tells a party of its outcome.
fn answers(topology: &Topology, command: &Output, sender: PartyIx) -> Vec<RouteIx> {
    let handlers = command.routes.iter().map(|route| &topology[topology[*route].reaction]);
    let told = handlers.flat_map(|handler| &handler.outputs).flat_map(|output| &output.routes);
    told.filter(|route| topology[topology[**route].reaction].host == Some(sender)).copied().collect()
}

/// The answers that the board draws without saying how they travel, with their response channel.
pub(super) fn drawn(board: &Board, topology: &Topology) -> BTreeMap<RouteIx, String> {
    let mut found = BTreeMap::new();
    for reaction in &topology.reactions {
        let Some(sender) = reaction.host else { continue };
        for output in &reaction.outputs {
            if let Some(channel) = response_channel(board, topology, output) {
                let routes = answers(topology, output, sender).into_iter();
                found.extend(routes.map(|route| (route, channel.to_owned())));
            }
        }
    }
    found
}

impl Work<'_> {
    /// Gives every asynchronous command whose answer nobody drew one of its own.
    pub(super) fn replies(&mut self) -> Result<(), SimulationError> {
        let topology = self.topology;
        for (at, reaction) in topology.reactions.iter().enumerate() {
            let Some(sender) = reaction.host else { continue };
            for (number, output) in (0u16..).zip(&reaction.outputs) {
                let Some(channel) = response_channel(self.board, topology, output) else { continue };
                if output.routes.is_empty() || !answers(topology, output, sender).is_empty() {
                    continue;
                }
                let asked = self.reactions[at];
                let message = self.reply_to(&topology[output.message].name);
                let service = self.model.reactions[asked.at()].service;
                let sticky = self.model.reactions[asked.at()].sticky;
                let takes = Reaction { takes_reply: true, ..Reaction::new(service, sticky, Vec::new()) };
                let target = Target::Reaction { reaction: self.model.reaction(takes), idempotent: true };
                let last = self.model.hop(Hop { links: Box::default(), filters: Box::default(), to: target });
                let channel = self.channel_or_direct(channel)?;
                let to = self.model.into_channel(channel, vec![last], Box::default());
                self.model.reactions[asked.at()].replies.push(Reply { output: number, message, to });
                self.model.has_replies = true;
            }
        }
        Ok(())
    }

    /// The answer to a command, one for all who send it.
    fn reply_to(&mut self, command: &str) -> MessageIx {
        let name = format!("{command} reply");
        let known = self.model.messages.iter().position(|message| message.reply && message.name == name);
        if let Some(at) = known {
            return MessageIx(at as u32);
        }
        let index = self.model.message(name, MessageKind::Event);
        self.model.messages[index.at()].reply = true;
        index
    }
}
