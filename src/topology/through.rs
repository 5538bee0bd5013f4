//! What reaches whom through channels: a graph draws the channel between the two, and this tells who is behind it.

use super::{ChannelIx, ReactionIx, RouteIx, Subject, Topology};

/// Somebody or something on the other side of channels.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Through {
    /// Who hears the message, or what is heard.
    pub subject: Subject,
    /// The channels between, in the order they are passed.
    pub channels: Vec<ChannelIx>,
}

impl Topology {
    /// Who gets a message through channels; for a service or policy, what it gets through channels. Each once, in order.
    #[must_use]
    pub fn through_channels(&self, subject: Subject) -> Vec<Through> {
        let passes = |route: &RouteIx| !self[*route].channels.is_empty();
        let mut through: Vec<Through> = match subject {
            Subject::Message(message) => self[message]
                .routes
                .iter()
                .filter(|route| passes(route))
                .filter_map(|route| {
                    let subject = self.reacting(self[*route].reaction)?;
                    Some(Through { subject, channels: self[*route].channels.clone() })
                })
                .collect(),
            Subject::Party(_) | Subject::Policy(_) => {
                let triggers = |reaction: ReactionIx| self[reaction].triggers.iter();
                let routes = self.reactions_of(subject).into_iter().flat_map(triggers);
                let heard = routes.filter(|route| passes(route)).map(|route| Through {
                    subject: Subject::Message(self[*route].message),
                    channels: self[*route].channels.clone(),
                });
                heard.collect()
            }
            Subject::Channel(_) | Subject::Actor(_) => Vec::new(),
        };
        through.sort_unstable();
        through.dedup();
        through
    }
}

#[cfg(test)]
mod tests {
    use super::super::{MessageKind, derive};
    use super::*;
    use crate::board::testing::board;

    #[test]
    fn who_is_behind_a_channel_is_told_from_both_sides() {
        let board = board(
            "Service:Shop -> Event:Sold -> Channel:bus -> Channel:mail queue -> Service:Mail\n\
             Event:Sold -> Channel:bus -> Service:Stock\nEvent:Sold -> Service:Books",
        );
        let topology = derive(&board);
        let sold = Subject::Message(topology.message(MessageKind::Event, "Sold").unwrap());
        let told = |subject| -> Vec<String> {
            let through = topology.through_channels(subject);
            let line = |through: &Through| {
                let channels: Vec<&str> =
                    through.channels.iter().map(|at| topology[*at].name.as_str()).collect();
                format!("{} via {}", topology.name_of(&board, through.subject), channels.join(", "))
            };
            through.iter().map(line).collect()
        };
        assert_eq!(told(sold), ["Mail via bus, mail queue", "Stock via bus"]);
        let mail = Subject::Party(topology.party("Mail").unwrap());
        assert_eq!(told(mail), ["Sold via bus, mail queue"]);
        let books = Subject::Party(topology.party("Books").unwrap());
        assert!(told(books).is_empty(), "no channel lies between");
    }
}
