//! Exact availability of a structure, and how much each component matters, within a bounded amount of memory.

use thiserror::Error;

use super::diagram::{self, Chance, Solved};
use super::normal::{Input, Module, Normal, normalise};
use super::order;
use super::structure::{ComponentId, NodeId, Structure};

/// How much work and memory one evaluation may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Most nodes of all decision diagrams together; a node takes 16 bytes to keep
    /// and at most some 150 while its level is built.
    pub nodes: usize,
    /// States kept per level when only bounds can be given.
    pub bound_width: usize,
}

impl Default for Limits {
    /// A million nodes, some 150 MB at the very worst; bounds from the 4,096 likeliest states.
    fn default() -> Self {
        Self { nodes: 1_000_000, bound_width: 4_096 }
    }
}

/// The exact figures of one structure.
#[derive(Clone, Debug, PartialEq)]
pub struct Exact {
    /// Probability that the root is up at a random moment.
    pub availability: f64,
    /// Probability that it is down, computed without subtracting from one.
    pub unavailability: f64,
    /// Birnbaum's importance by component: the change of availability per change of the component's own,
    /// which is also the probability that the root is up just when the component is. 0 for unused components.
    pub importance: Vec<f64>,
    /// Size of the decision diagrams that were needed.
    pub nodes: usize,
}

/// The decision diagram would not fit; the true value lies between the bounds.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
#[error(
    "the parts are too entangled for an exact availability: more than {limit} diagram nodes; \
     it lies between {lower:.9} and {upper:.9}"
)]
pub struct TooEntangled {
    /// The limit that was passed, in nodes.
    pub limit: usize,
    /// The availability is at least this.
    pub lower: f64,
    /// The availability is at most this.
    pub upper: f64,
}

/// Exact availability of `root`, with every component's importance.
///
/// Independent modules are solved apart; within a module the orders of inputs that promise the narrowest diagram are
/// tried first, with a small and then a growing allowance of nodes.
pub fn exact(structure: &Structure, root: NodeId, limits: &Limits) -> Result<Exact, TooEntangled> {
    let count = structure.components().len();
    let modules = match normalise(structure, root) {
        Normal::Fixed(up) => {
            let chance = fixed(up);
            return Ok(Exact {
                availability: chance.up,
                unavailability: chance.down,
                importance: vec![0.0; count],
                nodes: 0,
            });
        }
        Normal::Component(component) => {
            let chance = own_chance(structure, component);
            let mut importance = vec![0.0; count];
            importance[component as usize] = 1.0;
            return Ok(Exact { availability: chance.up, unavailability: chance.down, importance, nodes: 0 });
        }
        Normal::Modules(modules) => modules,
    };
    let mut solved: Vec<Solved> = Vec::with_capacity(modules.len());
    let mut nodes = 0;
    for module in &modules {
        let chances: Vec<Chance> = module
            .inputs
            .iter()
            .map(|input| match *input {
                Input::Component(c) => own_chance(structure, c),
                Input::Module(m) => solved[m as usize].chance,
            })
            .collect();
        let Some(solution) = solve_within(module, &chances, limits.nodes - nodes) else {
            let (lower, upper) = bounds(structure, &modules, limits);
            return Err(TooEntangled { limit: limits.nodes, lower, upper });
        };
        nodes += solution.nodes;
        solved.push(solution);
    }
    let root = solved.last().map_or(fixed(false), |s| s.chance);
    let importance = chain_importance(&modules, &solved, count);
    Ok(Exact { availability: root.up, unavailability: root.down, importance, nodes })
}

/// Tries the candidate orders with a growing allowance.
fn solve_within(module: &Module, chances: &[Chance], max_nodes: usize) -> Option<Solved> {
    let orders = order::candidates(module);
    // The promise is mostly kept: the first order then needs no second try.
    let (cost, order) = &orders[0];
    let promised = (2.0 * cost).min(max_nodes as f64) as usize;
    if let Some(solved) = diagram::solve(module, order, chances, promised) {
        return Some(solved);
    }
    for (share, tries) in [(256, usize::MAX), (16, 4), (1, 2)] {
        for (_, order) in orders.iter().take(tries) {
            if let Some(solved) = diagram::solve(module, order, chances, max_nodes / share) {
                return Some(solved);
            }
        }
    }
    None
}

/// Importance in the root is importance in the module times the module's importance in the root.
fn chain_importance(modules: &[Module], solved: &[Solved], components: usize) -> Vec<f64> {
    let mut importance = vec![0.0; components];
    let mut of_module = vec![0.0; modules.len()];
    if let Some(last) = of_module.last_mut() {
        *last = 1.0;
    }
    for (m, module) in modules.iter().enumerate().rev() {
        for (input, own) in module.inputs.iter().zip(&solved[m].importance) {
            match *input {
                Input::Component(c) => importance[c as usize] += of_module[m] * own,
                Input::Module(below) => of_module[below as usize] += of_module[m] * own,
            }
        }
    }
    importance
}

/// Certain bounds on the availability: the mass of the likeliest states that are surely up, and surely down.
///
/// The structure is monotone, so bounds on a module's inputs give bounds on the module.
fn bounds(structure: &Structure, modules: &[Module], limits: &Limits) -> (f64, f64) {
    let mut pessimist: Vec<Chance> = Vec::new();
    let mut optimist: Vec<Chance> = Vec::new();
    for module in modules {
        let (_, order) = order::candidates(module).swap_remove(0);
        let run = |below: &[Chance]| {
            let chances = module.inputs.iter().map(|input| match *input {
                Input::Component(c) => own_chance(structure, c),
                Input::Module(m) => below[m as usize],
            });
            let chances: Vec<Chance> = chances.collect();
            diagram::bound(module, &order, &chances, limits.bound_width.max(1))
        };
        let low = run(&pessimist);
        pessimist.push(Chance { up: low.up, down: 1.0 - low.up });
        let high = run(&optimist);
        optimist.push(Chance { up: 1.0 - high.down, down: high.down });
    }
    (pessimist.last().map_or(0.0, |c| c.up), optimist.last().map_or(1.0, |c| c.up))
}

fn own_chance(structure: &Structure, component: u32) -> Chance {
    let c = &structure.components()[ComponentId(component).index()];
    Chance { up: c.availability, down: c.unavailability }
}

fn fixed(up: bool) -> Chance {
    if up { Chance { up: 1.0, down: 0.0 } } else { Chance { up: 0.0, down: 1.0 } }
}
