//! Many patterns at once: which of them match an event, at a cost that grows with the event.
//!
//! Each way to match (a pattern without `$or` has one) is a list of conditions, the most telling first. The
//! lists share their beginnings in a tree. An event is walked once; each of its values that some rule names
//! is looked up in its field's index, which gives the conditions it meets. The tree is then descended along
//! conditions that are met, so that rules whose first condition is not met cost nothing.

mod build;

use std::sync::Arc;

use memchr::memmem;
use rustc_hash::FxHashMap;

use super::Pattern;
use super::condition::Operator;
use super::consistency::{MAX_TRIES, Need, TooTangled, consistent};
use super::error::EventError;
use super::field::FieldIndex;
use super::parse::Parsed;
use super::paths::{FieldId, PathId, Paths};
use super::scan::{Rules, scan};
use super::steps;
use super::tally::{ConditionId, Level, ROOT, Scratch};

/// The number of a rule within its set, given by [`PatternSet::add`]. Numbers of removed rules come again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId(pub u32);

type NodeId = u32;
const TOP: NodeId = 0;
const NOWHERE: NodeId = u32::MAX;

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
    /// What the keys of few fields end in; empty when there are many.
    key_ends: Vec<memmem::Finder<'static>>,
    conditions: Vec<Condition>,
    free_conditions: Vec<ConditionId>,
    condition_ids: FxHashMap<(FieldId, Arc<[Operator]>), ConditionId>,
    nodes: Vec<Node>,
    free_nodes: Vec<NodeId>,
    /// The way from a node other than the topmost by a condition.
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

    #[inline]
    fn field_count(&self) -> usize {
        self.fields.len() - self.free_fields.len()
    }

    #[inline]
    fn key_ends(&self) -> &[memmem::Finder<'static>] {
        &self.key_ends
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
            key_ends: Vec::new(),
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
        let ends = self.add_ways(parsed);
        for &end in &ends {
            self.nodes[end as usize].rules.push(id);
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
    /// When the event is not one well-formed JSON object, or has one key several times with arrays too tangled to be
    /// judged.
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
    /// Values that no rule names are passed over by their brackets and quotes alone, and what follows the last
    /// field that any rule names is not read, so that a fault there stays unnoticed;
    /// [`check_event`](super::check_event) finds every one.
    ///
    /// # Errors
    /// When the event is not one JSON object, as far as it had to be read, or has one key several times with arrays too
    /// tangled to be judged.
    pub fn matches_into(
        &self,
        event: &[u8],
        scratch: &mut Scratch,
        found: &mut Vec<RuleId>,
    ) -> Result<(), EventError> {
        scratch.begin(self.conditions.len(), self.fields.len());
        scan(event, self, scratch)?;
        let before = found.len();
        self.descend(scratch, found)?;
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
    fn descend(&self, scratch: &mut Scratch, found: &mut Vec<RuleId>) -> Result<(), EventError> {
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
            steps::count(1);
            let Node { rules, positives, others, .. } = &self.nodes[node as usize];
            if !rules.is_empty()
                && ((in_arrays < 2 && !unsure) || self.is_consistent(node, scratch, &mut sorted)?)
            {
                found.extend(rules.iter().map(|&id| RuleId(id)));
            }
            if positives.len() <= MANY || positives.len() <= scratch.matched.len() {
                for &(id, next) in positives {
                    self.enter(id, next, so_far, scratch, &mut open);
                }
            } else {
                for &id in &scratch.matched {
                    if self.conditions[id as usize].kind == Kind::Positive
                        && let Some(&next) = self.edges.get(&(node, id))
                    {
                        self.enter(id, next, so_far, scratch, &mut open);
                    }
                }
            }
            for &(id, next) in others {
                self.enter(id, next, so_far, scratch, &mut open);
            }
        }
        scratch.open = open;
        Ok(())
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
        steps::count(1);
        match self.level(id, scratch) {
            Level::Unmet => {}
            Level::Open => open.push((node, in_arrays, true)),
            Level::InArrays => open.push((node, in_arrays + 1, unsure)),
            Level::Met => open.push((node, in_arrays, unsure)),
        }
    }

    /// Whether the conditions down to a node are met by values that go together.
    fn is_consistent(
        &self,
        node: NodeId,
        scratch: &mut Scratch,
        sorted: &mut bool,
    ) -> Result<bool, EventError> {
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
        consistent(&needs, &scratch.scopes).map_err(|TooTangled| EventError::TooTangled(MAX_TRIES))
    }

    fn need(&self, id: ConditionId, level: Level, scratch: &Scratch) -> Need {
        let condition = &self.conditions[id as usize];
        let from = scratch.hits.partition_point(|&(c, _)| c < id);
        let hits = scratch.hits[from..].iter().take_while(|&&(c, _)| c == id);
        let mut met_in: Vec<_> = hits.map(|&(_, scope)| scope).collect();
        let mut present_in = Vec::new();
        if condition.exclusions > 0 || level == Level::Open {
            steps::count(scratch.occurrences.len());
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
