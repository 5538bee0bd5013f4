//! The benchmark's graphs: a synthetic publish/subscribe system, the same numbers as the Python script that made
//! the peers' figures (44 % services, 56 % events, most subscribers near their publisher, some anywhere, a few
//! events that everyone wants). Python's random numbers are ported so that the graphs are the same.

/// A graph with the sizes of its boxes.
pub(crate) struct Sample {
    pub(crate) sizes: Vec<(f32, f32)>,
    pub(crate) edges: Vec<(usize, usize)>,
}

/// The names that the script gives the nodes, in order.
pub(crate) fn names(n: usize) -> Vec<String> {
    let services = (n as f64 * 0.44) as usize;
    (0..n).map(|v| if v < services { format!("s{v}") } else { format!("e{}", v - services) }).collect()
}

/// `gen.py n seed`.
pub(crate) fn generate(n: usize, seed: u32) -> Sample {
    let mut random = PythonRandom::new(seed);
    let services = (n as f64 * 0.44) as usize;
    let events = n - services;
    let mut edges = Vec::new();
    for event in 0..events {
        let publisher = if random.random() < 0.9 {
            (services as f64 * (event as f64 / events as f64)) as usize
        } else {
            random.below(services)
        };
        edges.push((publisher, services + event));
        let x = random.random();
        let subscribers = if x < 0.02 {
            (services / 10).clamp(3, 12)
        } else if x < 0.2 {
            3
        } else if x < 0.5 {
            2
        } else {
            1
        };
        for _ in 0..subscribers {
            let subscriber = if random.random() < 0.05 {
                random.below(services)
            } else {
                (publisher + 1 + random.exponential(1.0 / 8.0) as usize).min(services - 1)
            };
            if subscriber != publisher {
                edges.push((services + event, subscriber));
            }
        }
    }
    let names = names(n);
    edges.sort_by(|a, b| (&names[a.0], &names[a.1]).cmp(&(&names[b.0], &names[b.1])));
    edges.dedup();
    let sizes = (0..n).map(|v| if v < services { (120.0, 48.0) } else { (150.0, 36.0) }).collect();
    Sample { sizes, edges }
}

/// Python's `random.Random(seed)`: the Mersenne Twister MT19937 of M. Matsumoto and T. Nishimura (1998), seeded
/// through its array initialisation.
struct PythonRandom {
    state: [u32; 624],
    at: usize,
}

impl PythonRandom {
    fn new(seed: u32) -> Self {
        let mut s = [0_u32; 624];
        s[0] = 19_650_218;
        for i in 1..624 {
            s[i] = 1_812_433_253_u32.wrapping_mul(s[i - 1] ^ (s[i - 1] >> 30)).wrapping_add(i as u32);
        }
        // A key of one word.
        let mut i = 1;
        for _ in 0..624 {
            s[i] = (s[i] ^ (s[i - 1] ^ (s[i - 1] >> 30)).wrapping_mul(1_664_525)).wrapping_add(seed);
            i += 1;
            if i >= 624 {
                s[0] = s[623];
                i = 1;
            }
        }
        for _ in 0..623 {
            s[i] = (s[i] ^ (s[i - 1] ^ (s[i - 1] >> 30)).wrapping_mul(1_566_083_941)).wrapping_sub(i as u32);
            i += 1;
            if i >= 624 {
                s[0] = s[623];
                i = 1;
            }
        }
        s[0] = 0x8000_0000;
        Self { state: s, at: 624 }
    }

    fn word(&mut self) -> u32 {
        if self.at >= 624 {
            for i in 0..624 {
                let y = (self.state[i] & 0x8000_0000) | (self.state[(i + 1) % 624] & 0x7fff_ffff);
                let twist = if y & 1 == 1 { 0x9908_b0df } else { 0 };
                self.state[i] = self.state[(i + 397) % 624] ^ (y >> 1) ^ twist;
            }
            self.at = 0;
        }
        let mut y = self.state[self.at];
        self.at += 1;
        y ^= y >> 11;
        y ^= (y << 7) & 0x9d2c_5680;
        y ^= (y << 15) & 0xefc6_0000;
        y ^ (y >> 18)
    }

    fn random(&mut self) -> f64 {
        let (a, b) = (self.word() >> 5, self.word() >> 6);
        (f64::from(a) * 67_108_864.0 + f64::from(b)) / 9_007_199_254_740_992.0
    }

    fn below(&mut self, n: usize) -> usize {
        let bits = usize::BITS - n.leading_zeros();
        loop {
            let r = (self.word() >> (32 - bits)) as usize;
            if r < n {
                return r;
            }
        }
    }

    fn exponential(&mut self, rate: f64) -> f64 {
        -(1.0 - self.random()).ln() / rate
    }
}
