//! From routes to hops: ways that begin alike share their first steps, so that a message enters a channel once.

use super::{DIRECT, SimulationError, Work};
use crate::board::{self, LinkId, Mode};
use crate::pattern::Pattern;
use crate::simulation::model::{ChannelIx, Hop, HopIx, Target};
use crate::simulation::payload::Filter;
use crate::topology::{Route, RouteIx};

/// One route, cut into steps: the links and channel of each, and the links of the last.
struct Way<'a> {
    route: &'a Route,
    channels: Vec<ChannelIx>,
}

impl Way<'_> {
    /// The links of the step at a depth: into the channel of that number, or to the reaction behind all of them.
    fn links(&self, depth: usize) -> &[LinkId] {
        let links = &self.route.links;
        if self.route.stations.is_empty() {
            if depth < self.channels.len() { &[] } else { links }
        } else {
            links.get(depth..=depth).unwrap_or_default()
        }
    }
}

impl Work<'_> {
    /// The first hops of some routes. With `waits` the sender calls the first handler it can reach directly.
    pub(super) fn hops(
        &mut self,
        routes: &[RouteIx],
        prefix: &[LinkId],
        waits: bool,
    ) -> Result<Vec<HopIx>, SimulationError> {
        let topology = self.topology;
        if waits {
            let direct =
                routes.iter().map(|route| &topology[*route]).find(|route| route.mode == Mode::Synchronous);
            let Some(route) = direct else { return Ok(Vec::new()) };
            let way = Way { route, channels: Vec::new() };
            return Ok(vec![self.last_hop(&way, 0, prefix)?]);
        }
        let mut ways = Vec::new();
        for index in routes {
            let route = &topology[*index];
            let mut channels: Vec<ChannelIx> = Vec::new();
            for channel in &route.channels {
                let name = topology[*channel].name.as_str();
                channels.push(self.channel_or_direct(name)?);
            }
            if channels.is_empty() {
                let replied = self.replied.get(index).cloned();
                let name = replied.unwrap_or_else(|| self.board.settings.default_channel.clone());
                channels.push(self.channel_or_direct(&name)?);
            }
            ways.push(Way { route, channels });
        }
        self.steps(&ways.iter().collect::<Vec<_>>(), 0, prefix)
    }

    /// The channel of a name; the one that stands for direct delivery when it has none.
    pub(super) fn channel_or_direct(&mut self, name: &str) -> Result<ChannelIx, SimulationError> {
        let name = if name.is_empty() { DIRECT } else { name };
        match self.channel_named(name) {
            Some(channel) => Ok(channel),
            None => self.channel(name, &board::Channel::default()),
        }
    }

    fn steps(
        &mut self,
        ways: &[&Way<'_>],
        depth: usize,
        prefix: &[LinkId],
    ) -> Result<Vec<HopIx>, SimulationError> {
        let mut hops = Vec::new();
        let mut grouped = vec![false; ways.len()];
        for (at, way) in ways.iter().enumerate() {
            if grouped[at] {
                continue;
            }
            let Some(channel) = way.channels.get(depth).copied() else {
                hops.push(self.last_hop(way, depth, prefix)?);
                continue;
            };
            let filter = self.stated_filters(way.links(depth));
            let mut together: Vec<&Way<'_>> = Vec::new();
            for (other, candidate) in ways.iter().enumerate().skip(at) {
                let same = candidate.channels.get(depth) == Some(&channel)
                    && self.stated_filters(candidate.links(depth)) == filter;
                if same {
                    grouped[other] = true;
                    together.push(candidate);
                }
            }
            let next = self.steps(&together, depth + 1, &[])?;
            let links = prefix.iter().chain(way.links(depth)).copied().collect();
            let hop = self.model.into_channel(channel, next, links);
            self.model.hops[hop.at()].filters = self.filters(way.links(depth))?;
            hops.push(hop);
        }
        Ok(hops)
    }

    fn last_hop(&mut self, way: &Way<'_>, depth: usize, prefix: &[LinkId]) -> Result<HopIx, SimulationError> {
        let route = way.route;
        let stated = route.links.iter().filter_map(|link| self.board.links.get(link)?.idempotent).next_back();
        let host = self.topology[route.reaction].host.map(|party| self.topology[party].name.as_str());
        let service = host.and_then(|name| self.board.services.get(name));
        let idempotent = stated.unwrap_or_else(|| service.is_some_and(|service| service.idempotent));
        let links: Vec<LinkId> = prefix.iter().chain(way.links(depth)).copied().collect();
        let filters = self.filters(way.links(depth))?;
        let to = Target::Reaction { reaction: self.reactions[route.reaction.0], idempotent };
        Ok(self.model.hop(Hop { links: links.into(), filters, to }))
    }

    fn stated_filters(&self, links: &[LinkId]) -> Vec<&serde_json::Value> {
        links.iter().filter_map(|link| self.board.links.get(link)?.filter.as_ref()).collect()
    }

    fn filters(&mut self, links: &[LinkId]) -> Result<Box<[u32]>, SimulationError> {
        let mut numbers = Vec::new();
        for link in links {
            let Some(filter) = self.board.links.get(link).and_then(|link| link.filter.as_ref()) else {
                continue;
            };
            self.record = board::Key::Link(*link);
            let pattern = Pattern::parse(&filter.to_string()).map_err(|error| SimulationError::Filter {
                place: format!("on link {link}"),
                problem: error.to_string(),
            })?;
            numbers.push(self.model.filters.len() as u32);
            self.model.filters.push(Filter::new(pattern));
        }
        Ok(numbers.into())
    }
}
