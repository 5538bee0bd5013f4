//! Adding rules to a set and taking them out, piece by piece.

use std::sync::Arc;

use memchr::memmem;

use super::{Condition, Field, Kind, NOWHERE, Node, NodeId, PatternSet, TOP};
use crate::pattern::condition::Operator;
use crate::pattern::field::{Entry, FieldIndex};
use crate::pattern::parse::{self, Branch, Parsed};
use crate::pattern::paths::FieldId;
use crate::pattern::steps;
use crate::pattern::tally::{ConditionId, MAX_EXCLUSIONS};

/// A way to match: conditions with how telling each is and its path.
type Way<'p> = Vec<(u8, &'p Arc<str>, ConditionId)>;

/// Up to so many fields, the rest of an event is searched for their keys instead of being read.
const FEW_FIELDS: usize = 4;

impl PatternSet {
    /// The nodes where the ways to match a pattern end, each once, made as far as they are missing.
    pub(super) fn add_ways(&mut self, parsed: &Parsed) -> Vec<NodeId> {
        // Branches share most of their lists, which may be long.
        let mut known = vec![None; parsed.fields.len()];
        let mut ends = Vec::new();
        for branch in &parsed.branches {
            for mut way in self.ways(parsed, branch, &mut known) {
                way.sort_unstable();
                steps::count(way.len());
                let mut at = TOP;
                for (_, _, id) in way {
                    at = match self.next(at, id) {
                        Some(node) => node,
                        None => self.add_node(at, id),
                    };
                }
                ends.push(at);
            }
        }
        ends.sort_unstable();
        ends.dedup();
        ends
    }

    /// The ways to match a branch: one, unless a list has more `anything-but`s than can be told apart.
    fn ways<'p>(
        &mut self,
        parsed: &Parsed,
        branch: &'p Branch,
        known: &mut [Option<Vec<(u8, ConditionId)>>],
    ) -> Vec<Way<'p>> {
        let mut ways = vec![Way::with_capacity(branch.len())];
        for (path, &field) in branch {
            let parts =
                known[field].get_or_insert_with(|| self.add_parts(path, &parsed.fields[field])).as_slice();
            let (&first, others) = parts.split_first().expect("a list has an alternative");
            let before = if others.is_empty() { Vec::new() } else { ways.clone() };
            for (at, &(rank, id)) in std::iter::once(&first).chain(others).enumerate() {
                if at == 0 {
                    ways.iter_mut().for_each(|way| way.push((rank, path, id)));
                } else {
                    ways.extend(before.iter().map(|way| {
                        let mut way = way.clone();
                        way.push((rank, path, id));
                        way
                    }));
                }
            }
        }
        ways
    }

    /// The conditions of a list, split where it has more `anything-but`s than can be told apart: a list is met when
    /// one of its parts is.
    fn add_parts(&mut self, path: &Arc<str>, field: &parse::Field) -> Vec<(u8, ConditionId)> {
        let mut alternatives: Vec<Operator> = Vec::new();
        let mut negatives: Vec<Operator> = Vec::new();
        let mut seen = rustc_hash::FxHashSet::default();
        for alternative in &field.alternatives {
            steps::count(1);
            let operator = &alternative.operator;
            if seen.insert(operator) {
                if operator.is_negative() { &mut negatives } else { &mut alternatives }
                    .push(operator.clone());
            }
        }
        let mut parts = negatives.chunks(MAX_EXCLUSIONS);
        alternatives.extend_from_slice(parts.next().unwrap_or_default());
        std::iter::once(alternatives.as_slice())
            .chain(parts)
            .map(|part| (rank(part), self.add_condition(path, part)))
            .collect()
    }

    fn next(&self, node: NodeId, id: ConditionId) -> Option<NodeId> {
        let condition = &self.conditions[id as usize];
        if node == TOP {
            return (condition.top != NOWHERE).then_some(condition.top);
        }
        self.edges.get(&(node, id)).copied()
    }

    fn add_node(&mut self, parent: NodeId, id: ConditionId) -> NodeId {
        let fresh = Node { parent, condition: id, ..Node::default() };
        let node = match self.free_nodes.pop() {
            Some(node) => {
                self.nodes[node as usize] = fresh;
                node
            }
            None => {
                self.nodes.push(fresh);
                NodeId::try_from(self.nodes.len() - 1).expect("fewer than 2^32 nodes")
            }
        };
        let condition = &mut self.conditions[id as usize];
        condition.uses += 1;
        let kind = condition.kind;
        if parent == TOP {
            condition.top = node;
        } else {
            self.edges.insert((parent, id), node);
        }
        match (parent, kind) {
            (TOP, Kind::Positive) => {}
            (TOP, Kind::Negative) => {
                self.fields[condition.field as usize].top_negatives.push((id, node));
            }
            (_, Kind::Positive) => self.nodes[parent as usize].positives.push((id, node)),
            _ => self.nodes[parent as usize].others.push((id, node)),
        }
        node
    }

    /// Removes a node that leads to no rule, and those above it likewise.
    pub(super) fn prune(&mut self, node: NodeId) {
        let mut at = node;
        while at != TOP {
            let Node { parent, condition: id, ref rules, ref positives, ref others } =
                self.nodes[at as usize];
            if !(rules.is_empty() && positives.is_empty() && others.is_empty()) {
                return;
            }
            let condition = &mut self.conditions[id as usize];
            condition.uses -= 1;
            let (kind, uses, field) = (condition.kind, condition.uses, condition.field);
            if parent == TOP {
                condition.top = NOWHERE;
            } else {
                self.edges.remove(&(parent, id));
            }
            match (parent, kind) {
                (TOP, Kind::Positive) => {}
                (TOP, Kind::Negative) => {
                    self.fields[field as usize].top_negatives.retain(|&(c, _)| c != id);
                }
                (_, Kind::Positive) => self.nodes[parent as usize].positives.retain(|&(c, _)| c != id),
                _ => self.nodes[parent as usize].others.retain(|&(c, _)| c != id),
            }
            self.nodes[at as usize] = Node::default();
            self.free_nodes.push(at);
            if uses == 0 {
                self.remove_condition(id);
            }
            at = parent;
        }
    }

    fn add_condition(&mut self, path: &Arc<str>, alternatives: &[Operator]) -> ConditionId {
        let field = self.add_field(path);
        let key = (field, Arc::from(alternatives));
        if let Some(&id) = self.condition_ids.get(&key) {
            return id;
        }
        let absence = alternatives.contains(&Operator::Absent);
        let exclusions = alternatives.iter().filter(|a| a.is_negative()).count();
        let condition = Condition {
            field,
            alternatives: key.1.clone(),
            kind: match exclusions {
                _ if absence => Kind::Absence,
                0 => Kind::Positive,
                _ => Kind::Negative,
            },
            exclusions: u8::try_from(exclusions).expect("ways have at most 64 anything-buts on a field"),
            top: NOWHERE,
            uses: 0,
        };
        let id = match self.free_conditions.pop() {
            Some(id) => {
                self.conditions[id as usize] = condition;
                id
            }
            None => {
                self.conditions.push(condition);
                let id = self.conditions.len() - 1;
                assert!(id < 1 << 24, "fewer than 2^24 distinct conditions");
                id as ConditionId
            }
        };
        self.condition_ids.insert(key, id);
        let field = &mut self.fields[field as usize];
        field.uses += 1;
        for (operator, entry) in entries(id, alternatives) {
            field.index.insert(operator, entry);
        }
        id
    }

    fn remove_condition(&mut self, id: ConditionId) {
        let Condition { field, ref alternatives, .. } = self.conditions[id as usize];
        let alternatives = alternatives.clone();
        let owner = &mut self.fields[field as usize];
        for (operator, entry) in entries(id, &alternatives) {
            owner.index.remove(operator, entry);
        }
        owner.uses -= 1;
        if owner.uses == 0 {
            let (path, place) = (owner.path.clone(), owner.place);
            owner.index = FieldIndex::default();
            self.field_ids.remove(&path);
            self.paths.remove(place);
            self.free_fields.push(field);
            self.refresh_key_ends();
        }
        self.condition_ids.remove(&(field, alternatives));
        self.free_conditions.push(id);
    }

    fn add_field(&mut self, path: &Arc<str>) -> FieldId {
        if let Some(&id) = self.field_ids.get(path) {
            return id;
        }
        let place = self.paths.add(path);
        let field = Field {
            path: path.clone(),
            place,
            index: FieldIndex::default(),
            uses: 0,
            top_negatives: Vec::new(),
        };
        let id = match self.free_fields.pop() {
            Some(id) => {
                self.fields[id as usize] = field;
                id
            }
            None => {
                self.fields.push(field);
                FieldId::try_from(self.fields.len() - 1).expect("fewer than 2^32 fields")
            }
        };
        self.paths.set_field(place, Some(id));
        self.field_ids.insert(path.clone(), id);
        self.refresh_key_ends();
        id
    }

    fn refresh_key_ends(&mut self) {
        self.key_ends.clear();
        if self.field_ids.len() > FEW_FIELDS {
            return;
        }
        let last = |path: &str| path.rsplit('.').next().unwrap_or_default().to_owned() + "\"";
        let used =
            self.fields.iter().filter(|field| field.uses > 0 || self.field_ids.contains_key(&field.path));
        // Text that would be written with an escape is found by its backslash.
        self.key_ends.extend(used.map(|field| memmem::Finder::new(&last(&field.path)).into_owned()));
    }
}

/// The entries of a condition's alternatives.
fn entries(id: ConditionId, alternatives: &[Operator]) -> impl Iterator<Item = (&Operator, Entry)> {
    let mut place = 0;
    alternatives.iter().map(move |operator| {
        let entry = if operator.is_negative() {
            place += 1;
            Entry::excluded(id, place - 1)
        } else {
            Entry::met(id)
        };
        (operator, entry)
    })
}

/// How telling a condition is: the lower, the fewer values meet it.
fn rank(alternatives: &[Operator]) -> u8 {
    let one = |operator: &Operator| match operator {
        Operator::String(_)
        | Operator::Address(..)
        | Operator::Number(..)
        | Operator::NumericEquals(_)
        | Operator::IgnoreCase(_) => 0,
        Operator::True | Operator::False | Operator::Null => 1,
        Operator::Exists => 3,
        Operator::Absent => 5,
        _ if operator.is_negative() => 4,
        _ => 2,
    };
    alternatives.iter().map(one).max().unwrap_or(0)
}
