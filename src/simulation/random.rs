//! Seeded random streams, one per component, so that a change to one does not reshuffle the others.
//!
//! The generator is xoshiro256++ (Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2021),
//! its state filled by splitmix64. All functions of real numbers come from the `libm` crate: the same seed gives the
//! same numbers on every platform.
//! Exponential and normal variates come from ziggurats, which need a logarithm in one draw of a hundred.

use std::sync::LazyLock;

/// One stream of random numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stream([u64; 4]);

/// The next number of splitmix64: a good mix of all bits of `state`.
#[must_use]
pub const fn mix(state: u64) -> u64 {
    let z = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// The FNV-1a hash of a name, mixed: the same on every platform and in every version.
#[must_use]
pub fn hash(name: &str) -> u64 {
    let fnv = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    mix(name.bytes().fold(0xcbf2_9ce4_8422_2325, fnv))
}

impl Stream {
    /// The stream of the component `name` in a run with `seed`.
    #[must_use]
    pub fn new(seed: u64, name: &str) -> Self {
        let mut state = mix(seed) ^ hash(name);
        Self(std::array::from_fn(|_| {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            mix(state)
        }))
    }

    /// The next 64 random bits.
    #[inline]
    pub fn bits(&mut self) -> u64 {
        let s = &mut self.0;
        let result = s[0].wrapping_add(s[3]).rotate_left(23).wrapping_add(s[0]);
        let t = s[1] << 17;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= t;
        s[3] = s[3].rotate_left(45);
        result
    }

    /// A number above 0 and below 1.
    #[inline]
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit a double exactly")]
    pub fn unit(&mut self) -> f64 {
        ((self.bits() >> 11) as f64 + 0.5) * (1.0 / 9_007_199_254_740_992.0)
    }

    /// A whole number below `bound`, without bias worth naming (64 × 64 bit multiplication); 0 for bound 0.
    #[inline]
    pub fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.bits()) * u128::from(bound)) >> 64) as u64
    }

    /// True with this probability. Draws nothing when the answer is certain.
    #[inline]
    pub fn chance(&mut self, probability: f64) -> bool {
        probability > 0.0 && (probability >= 1.0 || self.unit() < probability)
    }

    /// An exponential variate with mean 1.
    #[inline]
    pub fn exponential(&mut self) -> f64 {
        let edges = &EXPONENTIAL.edges;
        let (layer, unit) = self.layer();
        let x = unit * edges[layer];
        if x < edges[layer + 1] { x } else { self.exponential_at_edge(layer, x) }
    }

    /// An exponential variate from a draw that fell where the density cuts through its layer.
    #[cold]
    fn exponential_at_edge(&mut self, layer: usize, x: f64) -> f64 {
        if layer == 0 {
            return EXPONENTIAL_TAIL - libm::log(self.unit());
        }
        if EXPONENTIAL.height(layer, self.unit()) < libm::exp(-x) { x } else { self.exponential() }
    }

    /// A standard normal variate.
    #[inline]
    pub fn normal(&mut self) -> f64 {
        let edges = &NORMAL.edges;
        let (layer, unit) = self.layer();
        let side = 2.0 * unit - 1.0;
        let x = side * edges[layer];
        if x.abs() < edges[layer + 1] { x } else { self.normal_at_edge(layer, x) }
    }

    /// A normal variate from a draw that fell where the density cuts through its layer.
    #[cold]
    fn normal_at_edge(&mut self, layer: usize, x: f64) -> f64 {
        if layer == 0 {
            return libm::copysign(self.normal_tail(), x);
        }
        if NORMAL.height(layer, self.unit()) < libm::exp(-0.5 * x * x) { x } else { self.normal() }
    }

    /// A normal variate beyond the outermost layer (Marsaglia, "Generating a variable from the tail of the normal
    /// distribution", 1964).
    #[cold]
    fn normal_tail(&mut self) -> f64 {
        loop {
            let x = -libm::log(self.unit()) / NORMAL_TAIL;
            let y = -libm::log(self.unit());
            if 2.0 * y >= x * x {
                return NORMAL_TAIL + x;
            }
        }
    }

    /// A layer of a ziggurat and a number between 0 and 1, from different bits of one draw.
    #[inline]
    fn layer(&mut self) -> (usize, f64) {
        let bits = self.bits();
        #[expect(clippy::cast_precision_loss, reason = "53 bits fit a double exactly")]
        let unit = ((bits >> 11) as f64 + 0.5) * (1.0 / 9_007_199_254_740_992.0);
        ((bits & 255) as usize, unit)
    }
}

/// Where the base layer of each ziggurat ends, and the area of every layer, for 256 layers (Marsaglia and Tsang,
/// "The ziggurat method for generating random variables", 2000).
const EXPONENTIAL_TAIL: f64 = 7.697_117_470_131_05;
const EXPONENTIAL_AREA: f64 = 0.003_949_659_822_581_557;
const NORMAL_TAIL: f64 = 3.654_152_885_361_009;
const NORMAL_AREA: f64 = 0.004_928_673_233_992_336;

static EXPONENTIAL: LazyLock<Ziggurat> =
    LazyLock::new(|| Ziggurat::new(EXPONENTIAL_TAIL, EXPONENTIAL_AREA, |x| libm::exp(-x), |y| -libm::log(y)));
static NORMAL: LazyLock<Ziggurat> = LazyLock::new(|| {
    let inverse = |y| libm::sqrt(-2.0 * libm::log(y));
    Ziggurat::new(NORMAL_TAIL, NORMAL_AREA, |x| libm::exp(-0.5 * x * x), inverse)
});

/// A falling density cut into 256 layers of equal area, the widest first.
struct Ziggurat {
    /// The right edge of each layer.
    edges: [f64; 257],
    /// The density at each edge.
    heights: [f64; 257],
}

impl Ziggurat {
    fn new(tail: f64, area: f64, density: impl Fn(f64) -> f64, inverse: impl Fn(f64) -> f64) -> Self {
        let mut edges = [0.0; 257];
        // The base layer is as wide as a rectangle of its area would be: beyond `tail` lies the tail.
        edges[0] = area / density(tail);
        edges[1] = tail;
        for layer in 2..256 {
            edges[layer] = inverse(area / edges[layer - 1] + density(edges[layer - 1]));
        }
        Self { edges, heights: edges.map(density) }
    }

    /// The height at a share of the way from the top of a layer to its bottom.
    fn height(&self, layer: usize, share: f64) -> f64 {
        let Self { heights, .. } = self;
        heights[layer + 1] + (heights[layer] - heights[layer + 1]) * share
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_repeat_and_differ_by_seed_and_name() {
        let draw = |seed, name| Stream::new(seed, name).bits();
        assert_eq!(draw(7, "Balance"), draw(7, "Balance"));
        assert_ne!(draw(7, "Balance"), draw(8, "Balance"));
        assert_ne!(draw(7, "Balance"), draw(7, "Inventory"));
    }

    #[test]
    fn the_generator_is_xoshiro256_plus_plus() {
        // The first numbers of the authors' reference implementation from the state 1, 2, 3, 4.
        let mut stream = Stream([1, 2, 3, 4]);
        let first: Vec<u64> = (0..4).map(|_| stream.bits()).collect();
        assert_eq!(first, [41_943_041, 58_720_359, 3_588_806_011_781_223, 3_591_011_842_654_386]);
    }

    #[test]
    fn variates_have_their_means() {
        let mut stream = Stream::new(1, "means");
        let n = 200_000;
        let mean = |mut f: Box<dyn FnMut() -> f64>| (0..n).map(|_| f()).sum::<f64>() / f64::from(n);
        let mut other = stream.clone();
        assert!((mean(Box::new(move || other.exponential())) - 1.0).abs() < 0.01);
        let mut other = stream.clone();
        assert!(mean(Box::new(move || other.normal())).abs() < 0.01);
        // The shares beyond a few places, among them beyond the last layer of each ziggurat.
        let draws = 2_000_000;
        let mut other = stream.clone();
        let exponential: Vec<f64> = (0..draws).map(|_| other.exponential()).collect();
        let normal: Vec<f64> = (0..draws).map(|_| other.normal()).collect();
        let share =
            |of: &[f64], beyond: f64| of.iter().filter(|x| **x > beyond).count() as f64 / f64::from(draws);
        let close = |found: f64, expected: f64| {
            let deviation = libm::sqrt(expected * (1.0 - expected) / f64::from(draws));
            assert!((found - expected).abs() < 4.5 * deviation, "{found} against {expected}");
        };
        for x in [0.01, 0.1, 0.5, 1.0, 2.0, 4.0, 7.0, 7.8, 9.0] {
            close(share(&exponential, x), libm::exp(-x));
        }
        for x in [-3.0f64, -1.0, -0.2, 0.0, 0.1, 0.7, 1.5, 2.5, 3.5, 3.7, 4.0] {
            close(share(&normal, x), 0.5 * libm::erfc(x / std::f64::consts::SQRT_2));
        }
        let hits = (0..n).filter(|_| stream.chance(0.3)).count();
        assert!((hits as f64 / f64::from(n) - 0.3).abs() < 0.005);
        assert!((0..1000).all(|_| stream.below(7) < 7));
    }
}
