//! Many patterns at once: which of them match an event, at a cost that grows with the event.
//!
//! Each way to match (a pattern without `$or` has one) is a list of conditions, the most telling first. The
//! lists share their beginnings in a tree. An event is walked once; each of its values that some rule names
//! is looked up in its field's index, which gives the conditions it meets. The tree is then descended along
//! conditions that are met, so that rules whose first condition is not met cost nothing.

use rustc_hash::FxHashMap;
use std::sync::Arc;

use super::Pattern;
use super::condition::Operator;
use super::consistency::{Need, consistent};
use super::error::EventError;
use super::field::{Entry, FieldIndex};
use super::parse::Parsed;
use super::paths::{FieldId, PathId, Paths};
use super::scan::{Rules, scan};
use super::tally::{ConditionId, Level, ROOT, Scratch};

/// The number of a rule within its set, given by [`PatternSet::add`]. Numbers of removed rules come again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId(pub u32);

type NodeId = u32;
const TOP: NodeId = 0;
const NOWHERE: NodeId = u32::MAX;

/// The `anything-but`s that one condition can tell apart.
const MAX_EXCLUSIONS: usize = 64;

/// From so many next conditions on, those that are met are looked up instead of trying each.
const MANY: usize = 8;

/// How a condition comes to be met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// By a value it names.
    Positive,
    /// By any value but some.
    Negative,
    /// By absence, among others.
    Absence,
}

/// A list of alternatives on one field, shared by all rules that have it.
#[derive(Debug, Clone)]
struct Condition {
    field: FieldId,
    alternatives: Arc<[Operator]>,
    kind: Kind,
    exclusions: u8,
    /// The node of the rules that start with this condition.
    top: NodeId,
    uses: u32,
}

#[derive(Debug, Clone)]
struct Field {
    path: Arc<str>,
    place: PathId,
    index: FieldIndex,
    uses: u32,
    /// Conditions with `anything-but` that rules start with.
    top_negatives: Vec<(ConditionId, NodeId)>,
}

/// A node of the tree of conditions.
#[derive(Debug, Clone, Default)]
struct Node {
    parent: NodeId,
    condition: ConditionId,
    rules: Vec<u32>,
    positives: Vec<(ConditionId, NodeId)>,
    others: Vec<(ConditionId, NodeId)>,
}

#[derive(Debug, Clone, Default)]
struct Rule {
    ends: Vec<NodeId>,
}

/// A set of patterns to be matched at once.
///
/// Adding and removing a pattern touches only what that pattern names.
#[derive(Debug, Clone)]
pub struct PatternSet {
    paths: Paths,
    fields: Vec<Field>,
    free_fields: Vec<FieldId>,
    field_ids: FxHashMap<Arc<str>, FieldId>,
    conditions: Vec<Condition>,
    free_conditions: Vec<ConditionId>,
    condition_ids: FxHashMap<(FieldId, Arc<[Operator]>), ConditionId>,
    nodes: Vec<Node>,
    free_nodes: Vec<NodeId>,
    /// The way from a node by a condition that is met by values it names.
    edges: FxHashMap<(NodeId, ConditionId), NodeId>,
    rules: Vec<Option<Rule>>,
    free_rules: Vec<u32>,
    /// How many rules have several ways to match, so that they may be found twice.
    several_ways: usize,
}

impl Default for PatternSet {
    fn default() -> PatternSet {
        PatternSet::new()
    }
}

impl Rules for PatternSet {
    #[inline]
    fn paths(&self) -> &Paths {
        &self.paths
    }

    #[inline]
    fn field(&self, id: FieldId) -> &FieldIndex {
        &self.fields[id as usize].index
    }

    #[inline]
    fn exclusions(&self, condition: ConditionId) -> u8 {
        self.conditions[condition as usize].exclusions
    }
}

impl PatternSet {
    /// A set without patterns.
    #[must_use]
    pub fn new() -> PatternSet {
        PatternSet {
            paths: Paths::default(),
            fields: Vec::new(),
            free_fields: Vec::new(),
            field_ids: FxHashMap::default(),
            conditions: Vec::new(),
            free_conditions: Vec::new(),
            condition_ids: FxHashMap::default(),
            nodes: vec![Node { parent: NOWHERE, ..Node::default() }],
            free_nodes: Vec::new(),
            edges: FxHashMap::default(),
            rules: Vec::new(),
            free_rules: Vec::new(),
            several_ways: 0,
        }
    }

    /// How many patterns the set holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rules.len() - self.free_rules.len()
    }

    /// Whether the set holds no pattern.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Adds a pattern and gives the number by which matches name it.
    pub fn add(&mut self, pattern: &Pattern) -> RuleId {
        self.add_parsed(pattern.parsed())
    }

    pub(crate) fn add_parsed(&mut self, parsed: &Parsed) -> RuleId {
        let id = self.free_rules.pop().unwrap_or_else(|| {
            self.rules.push(None);
            u32::try_from(self.rules.len() - 1).expect("fewer than 2^32 rules")
        });
        let mut ends = Vec::new();
        for branch in &parsed.branches {
            for way in ways(parsed, branch) {
                let end = self.add_way(&way);
                if !ends.contains(&end) {
                    ends.push(end);
                    self.nodes[end as usize].rules.push(id);
                }
            }
        }
        self.several_ways += usize::from(ends.len() > 1);
        self.rules[id as usize] = Some(Rule { ends });
        RuleId(id)
    }

    /// Takes a pattern out of the set; `false` when there is none of this number.
    pub fn remove(&mut self, rule: RuleId) -> bool {
        let Some(Rule { ends }) = self.rules.get_mut(rule.0 as usize).and_then(Option::take) else {
            return false;
        };
        self.several_ways -= usize::from(ends.len() > 1);
        for end in ends {
            self.nodes[end as usize].rules.retain(|&id| id != rule.0);
            self.prune(end);
        }
        self.free_rules.push(rule.0);
        true
    }

    /// The rules that match an event, in ascending order of their numbers.
    ///
    /// # Errors
    /// When the event is not one well-formed JSON object.
    pub fn matches(&self, event: &[u8]) -> Result<Vec<RuleId>, EventError> {
        super::check_event(event)?;
        let mut found = Vec::new();
        self.matches_into(event, &mut Scratch::new(), &mut found)?;
        found.sort_unstable();
        Ok(found)
    }

    /// The rules that match an event, each once, in no particular (but always the same) order, appended to
    /// `found`: the fast way for many events.
    ///
    /// Values that no rule names are passed over by their brackets and quotes alone, so that a fault inside
    /// them stays unnoticed; [`check_event`](super::check_event) finds every one.
    ///
    /// # Errors
    /// When the event is not one JSON object, as far as it had to be read.
    pub fn matches_into(
        &self,
        event: &[u8],
        scratch: &mut Scratch,
        found: &mut Vec<RuleId>,
    ) -> Result<(), EventError> {
        scratch.begin(self.conditions.len(), self.fields.len());
        scan(event, self, scratch)?;
        let before = found.len();
        self.descend(scratch, found);
        if self.several_ways > 0 && found.len() - before > 1 {
            found[before..].sort_unstable();
            let mut last = None;
            let mut kept = before;
            for at in before..found.len() {
                if last != Some(found[at]) {
                    last = Some(found[at]);
                    found[kept] = found[at];
                    kept += 1;
                }
            }
            found.truncate(kept);
        }
        Ok(())
    }

    /// How far a condition is met by the event at hand.
    #[inline]
    fn level(&self, id: ConditionId, scratch: &Scratch) -> Level {
        let condition = &self.conditions[id as usize];
        match condition.kind {
            Kind::Positive => scratch.met(id),
            Kind::Negative => scratch.met_unless_excluded(id, condition.field),
            Kind::Absence => {
                let by_value = if condition.exclusions > 0 {
                    scratch.met_unless_excluded(id, condition.field)
                } else {
                    scratch.met(id)
                };
                match scratch.values(condition.field) {
                    (0, 0) => Level::Met,
                    (0, _) if by_value != Level::Met => Level::Open,
                    _ => by_value,
                }
            }
        }
    }

    /// Goes down the tree along met conditions.
    fn descend(&self, scratch: &mut Scratch, found: &mut Vec<RuleId>) {
        let mut open = std::mem::take(&mut scratch.open);
        open.clear();
        let top = &self.nodes[TOP as usize];
        found.extend(top.rules.iter().map(|&id| RuleId(id)));
        for &id in &scratch.matched {
            let condition = &self.conditions[id as usize];
            if condition.top != NOWHERE && condition.kind == Kind::Positive {
                open.push((condition.top, u32::from(scratch.met(id) == Level::InArrays), false));
            }
        }
        for &field in &scratch.present {
            for &(id, node) in &self.fields[field as usize].top_negatives {
                self.enter(id, node, (0, false), scratch, &mut open);
            }
        }
        for &(id, node) in &top.others {
            if self.conditions[id as usize].kind == Kind::Absence {
                self.enter(id, node, (0, false), scratch, &mut open);
            }
        }
        let mut sorted = false;
        while let Some((node, in_arrays, unsure)) = open.pop() {
            let so_far = (in_arrays, unsure);
            let Node { rules, positives, others, .. } = &self.nodes[node as usize];
            if !rules.is_empty()
                && ((in_arrays < 2 && !unsure) || self.is_consistent(node, scratch, &mut sorted))
            {
                found.extend(rules.iter().map(|&id| RuleId(id)));
            }
            if positives.len() <= MANY || positives.len() <= scratch.matched.len() {
                for &(id, next) in positives {
                    self.enter(id, next, so_far, scratch, &mut open);
                }
            } else {
                for &id in &scratch.matched {
                    if let Some(&next) = self.edges.get(&(node, id)) {
                        self.enter(id, next, so_far, scratch, &mut open);
                    }
                }
            }
            for &(id, next) in others {
                self.enter(id, next, so_far, scratch, &mut open);
            }
        }
        scratch.open = open;
    }

    #[inline]
    fn enter(
        &self,
        id: ConditionId,
        node: NodeId,
        (in_arrays, unsure): (u32, bool),
        scratch: &Scratch,
        open: &mut Vec<(u32, u32, bool)>,
    ) {
        match self.level(id, scratch) {
            Level::Unmet => {}
            Level::Open => open.push((node, in_arrays, true)),
            Level::InArrays => open.push((node, in_arrays + 1, unsure)),
            Level::Met => open.push((node, in_arrays, unsure)),
        }
    }

    /// Whether the conditions down to a node are met by values that go together.
    fn is_consistent(&self, node: NodeId, scratch: &mut Scratch, sorted: &mut bool) -> bool {
        if !*sorted {
            scratch.hits.sort_unstable();
            scratch.excluded.sort_unstable();
            *sorted = true;
        }
        let mut conditions = Vec::new();
        let mut at = node;
        while at != TOP {
            let Node { parent, condition, .. } = self.nodes[at as usize];
            conditions.push(condition);
            at = parent;
        }
        let path = |id: &ConditionId| &self.fields[self.conditions[*id as usize].field as usize].path;
        conditions.sort_unstable_by(|a, b| path(a).cmp(path(b)));
        let any_open = conditions.iter().any(|&id| self.level(id, scratch) == Level::Open);
        let mut needs = Vec::new();
        for &id in &conditions {
            let level = self.level(id, scratch);
            if any_open || level == Level::InArrays {
                needs.push(self.need(id, level, scratch));
            }
        }
        consistent(&needs, &scratch.scopes)
    }

    fn need(&self, id: ConditionId, level: Level, scratch: &Scratch) -> Need {
        let condition = &self.conditions[id as usize];
        let from = scratch.hits.partition_point(|&(c, _)| c < id);
        let hits = scratch.hits[from..].iter().take_while(|&&(c, _)| c == id);
        let mut met_in: Vec<_> = hits.map(|&(_, scope)| scope).collect();
        let mut present_in = Vec::new();
        if condition.exclusions > 0 || level == Level::Open {
            for (at, &(field, scope)) in scratch.occurrences.iter().enumerate() {
                if field != condition.field {
                    continue;
                }
                present_in.push(scope);
                let occurrence = (id, u32::try_from(at).unwrap_or(u32::MAX));
                if condition.exclusions > 0 && scratch.excluded.binary_search(&occurrence).is_err() {
                    met_in.push(scope);
                }
            }
        }
        debug_assert!(met_in.iter().all(|&scope| scope != ROOT));
        Need { required: level == Level::InArrays, open: level == Level::Open, met_in, present_in }
    }

    /// The node of a way to match, made as far as it is missing.
    fn add_way(&mut self, way: &[(Arc<str>, Vec<Operator>)]) -> NodeId {
        let mut conditions: Vec<(u8, &Arc<str>, ConditionId)> = Vec::with_capacity(way.len());
        for (path, alternatives) in way {
            let id = self.add_condition(path, alternatives);
            conditions.push((rank(alternatives), path, id));
        }
        conditions.sort();
        let mut at = TOP;
        for &(_, _, id) in &conditions {
            at = match self.next(at, id) {
                Some(node) => node,
                None => self.add_node(at, id),
            };
        }
        at
    }

    fn next(&self, node: NodeId, id: ConditionId) -> Option<NodeId> {
        let condition = &self.conditions[id as usize];
        match (node, condition.kind) {
            (TOP, _) => (condition.top != NOWHERE).then_some(condition.top),
            (_, Kind::Positive) => self.edges.get(&(node, id)).copied(),
            _ => self.nodes[node as usize].others.iter().find(|&&(c, _)| c == id).map(|&(_, n)| n),
        }
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
        }
        match (parent, kind) {
            (TOP, Kind::Positive) => {}
            (TOP, Kind::Negative) => {
                self.fields[condition.field as usize].top_negatives.push((id, node));
            }
            (_, Kind::Positive) => {
                self.edges.insert((parent, id), node);
                self.nodes[parent as usize].positives.push((id, node));
            }
            _ => self.nodes[parent as usize].others.push((id, node)),
        }
        node
    }

    /// Removes a node that leads to no rule, and those above it likewise.
    fn prune(&mut self, node: NodeId) {
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
            }
            match (parent, kind) {
                (TOP, Kind::Positive) => {}
                (TOP, Kind::Negative) => {
                    self.fields[field as usize].top_negatives.retain(|&(c, _)| c != id);
                }
                (_, Kind::Positive) => {
                    self.edges.remove(&(parent, id));
                    self.nodes[parent as usize].positives.retain(|&(c, _)| c != id);
                }
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
        id
    }
}

#[cfg(test)]
impl PatternSet {
    /// Whether nothing of any pattern is held.
    pub(crate) fn is_pristine(&self) -> bool {
        self.free_nodes.len() + 1 == self.nodes.len()
            && self.free_conditions.len() == self.conditions.len()
            && self.free_fields.len() == self.fields.len()
            && self.edges.is_empty()
            && self.condition_ids.is_empty()
            && self.field_ids.is_empty()
            && !self.paths.node(0).has_children()
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

/// A branch as lists of distinct alternatives, split where a list has more `anything-but`s than can be told
/// apart: a list is met when one of its parts is.
fn ways(parsed: &Parsed, branch: &super::parse::Branch) -> Vec<Vec<(Arc<str>, Vec<Operator>)>> {
    let mut ways = vec![Vec::with_capacity(branch.len())];
    for (path, &field) in branch {
        let mut alternatives: Vec<Operator> = Vec::new();
        let mut negatives: Vec<Operator> = Vec::new();
        let mut seen = rustc_hash::FxHashSet::default();
        for alternative in &parsed.fields[field].alternatives {
            let operator = &alternative.operator;
            if seen.insert(operator) {
                if operator.is_negative() { &mut negatives } else { &mut alternatives }
                    .push(operator.clone());
            }
        }
        let mut parts = negatives.chunks(MAX_EXCLUSIONS);
        let first =
            alternatives.into_iter().chain(parts.next().unwrap_or_default().iter().cloned()).collect();
        let parts: Vec<Vec<Operator>> = std::iter::once(first).chain(parts.map(<[_]>::to_vec)).collect();
        ways = parts
            .iter()
            .flat_map(|part| {
                ways.iter().map(|way| {
                    let mut way = way.clone();
                    way.push((path.clone(), part.clone()));
                    way
                })
            })
            .collect();
    }
    ways
}
