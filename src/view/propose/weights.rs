//! What each sign is worth: fitted to the sample boards by `tests/proposals.rs`, which writes this file and says
//! when it is stale.

use super::Weights;

/// In the order of [`super::signs::SIGNS`].
pub const WEIGHTS: Weights = [
    -1.866, -0.093, 0.855, -3.555, -1.091, -0.867, -3.231, -1.042, -2.764, -1.531, -0.803, -1.018, 1.291,
    4.041, 0.264, 1.332, 1.407, 1.950, 0.947, 1.074, 0.322, 2.130, -0.385, -1.139, 0.627, 0.243, 0.549,
    1.110, 0.621, 0.121, 0.000, -2.223, -0.253, -0.891, 0.069, 1.270, 1.650, 0.468, -4.289, 0.000,
];
