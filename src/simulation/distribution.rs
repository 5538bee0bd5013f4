//! Sampling lengths of time in whole nanoseconds.

use super::random::Stream;
use crate::board::Distribution;

/// The 99th percentile of the standard normal distribution.
const NORMAL_P99: f64 = 2.326_347_874_040_841;

/// A distribution of lengths of time, ready to draw from.
#[derive(Clone, Debug, PartialEq)]
pub enum Sampler {
    /// Always so many nanoseconds.
    Constant(u64),
    /// Evenly from `low` nanoseconds, `width` wide.
    Uniform {
        /// The least value.
        low: u64,
        /// The number of values above it.
        width: u64,
    },
    /// Exponential with this mean in nanoseconds.
    Exponential(f64),
    /// Log-normal by the mean and deviation of the logarithm of nanoseconds.
    LogNormal {
        /// The mean of the logarithm.
        mu: f64,
        /// The standard deviation of the logarithm.
        sigma: f64,
    },
    /// Weibull by scale in nanoseconds and 1 / shape.
    Weibull {
        /// The scale λ in nanoseconds.
        scale: f64,
        /// One over the shape k.
        inverse_shape: f64,
    },
    /// A sum of exponentials of equal mean (Erlang).
    Erlang {
        /// How many are summed.
        stages: u32,
        /// The mean of each in nanoseconds.
        mean: f64,
    },
    /// One of two exponentials (hyperexponential).
    HyperExponential {
        /// The probability of the first.
        first: f64,
        /// Their means in nanoseconds.
        means: [f64; 2],
    },
    /// One of these values.
    Empirical(Box<[u64]>),
}

/// A distribution's parameters make no sense.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DistributionError {
    /// Bounds the wrong way round.
    #[error("a uniform distribution's upper bound lies below its lower bound")]
    Bounds,
    /// A 99th percentile below the median, or a median of zero.
    #[error("a log-normal distribution needs a median above zero and a p99 not below it")]
    LogNormal,
    /// A shape that is not above zero.
    #[error("a Weibull distribution's shape must be above zero")]
    Shape,
    /// No values.
    #[error("an empirical distribution has no values")]
    Empty,
}

/// Whole nanoseconds, at most 292 years of them: a cast to a signed number takes half the steps of one to an unsigned.
#[inline]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast of floats saturates")]
fn nanos(value: f64) -> u64 {
    (value + 0.5) as i64 as u64
}

#[expect(clippy::cast_precision_loss, reason = "parameters, not sums")]
fn real(nanos: u64) -> f64 {
    nanos as f64
}

impl Sampler {
    /// Makes a board's distribution ready.
    ///
    /// # Errors
    /// When its parameters make no sense.
    pub fn new(distribution: &Distribution) -> Result<Self, DistributionError> {
        Ok(match distribution {
            Distribution::Constant(span) => Self::Constant(span.0),
            Distribution::Uniform(low, high) => Self::Uniform {
                low: low.0,
                width: high.0.checked_sub(low.0).ok_or(DistributionError::Bounds)?,
            },
            Distribution::Exponential(mean) => Self::Exponential(real(mean.0)),
            Distribution::LogNormal { median, p99 } => {
                if median.0 == 0 || p99 < median {
                    return Err(DistributionError::LogNormal);
                }
                let mu = libm::log(real(median.0));
                Self::LogNormal { mu, sigma: (libm::log(real(p99.0)) - mu) / NORMAL_P99 }
            }
            Distribution::Weibull { scale, shape } => {
                if !(*shape > 0.0 && shape.is_finite()) {
                    return Err(DistributionError::Shape);
                }
                Self::Weibull { scale: real(scale.0), inverse_shape: 1.0 / shape }
            }
            Distribution::Empirical(values) if values.is_empty() => return Err(DistributionError::Empty),
            Distribution::Empirical(values) => Self::Empirical(values.iter().map(|span| span.0).collect()),
        })
    }

    /// Draws one length of time in nanoseconds.
    #[inline]
    pub fn sample(&self, stream: &mut Stream) -> u64 {
        match self {
            Self::Constant(value) => *value,
            Self::Exponential(mean) => nanos(mean * stream.exponential()),
            _ => self.sample_other(stream),
        }
    }

    /// Draws from what is neither constant nor exponential: those two are short enough to be drawn in line.
    fn sample_other(&self, stream: &mut Stream) -> u64 {
        match self {
            Self::Constant(_) | Self::Exponential(_) => self.sample(stream),
            Self::Uniform { low, width } => low.saturating_add(stream.below(width.saturating_add(1))),
            Self::LogNormal { mu, sigma } => nanos(libm::exp(mu + sigma * stream.normal())),
            Self::Weibull { scale, inverse_shape } => {
                nanos(scale * libm::pow(stream.exponential(), *inverse_shape))
            }
            Self::Erlang { stages, mean } => nanos((0..*stages).map(|_| mean * stream.exponential()).sum()),
            Self::HyperExponential { first, means } => {
                nanos(means[usize::from(!stream.chance(*first))] * stream.exponential())
            }
            #[expect(clippy::cast_possible_truncation, reason = "below the number of values")]
            Self::Empirical(values) => values[stream.below(values.len() as u64) as usize],
        }
    }

    /// True when every draw is zero.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        matches!(self, Self::Constant(0))
    }

    /// The mean in nanoseconds.
    #[must_use]
    pub fn mean(&self) -> f64 {
        match self {
            Self::Constant(value) => real(*value),
            Self::Uniform { low, width } => real(*low) + real(*width) / 2.0,
            Self::Exponential(mean) => *mean,
            Self::LogNormal { mu, sigma } => libm::exp(mu + sigma * sigma / 2.0),
            Self::Weibull { scale, inverse_shape } => scale * libm::tgamma(1.0 + inverse_shape),
            Self::Erlang { stages, mean } => f64::from(*stages) * mean,
            Self::HyperExponential { first, means } => first * means[0] + (1.0 - first) * means[1],
            Self::Empirical(values) => {
                values.iter().map(|value| real(*value)).sum::<f64>() / real(values.len() as u64)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::board::Span;

    const MS: u64 = 1_000_000;

    fn draws(sampler: &Sampler) -> Vec<u64> {
        let mut stream = Stream::new(3, "draws");
        let mut values: Vec<u64> = (0..100_000).map(|_| sampler.sample(&mut stream)).collect();
        values.sort_unstable();
        values
    }

    #[test]
    fn samples_have_the_mean_they_claim() {
        let ms = |n: u64| Span(n * MS);
        for distribution in [
            Distribution::Constant(ms(5)),
            Distribution::Uniform(ms(2), ms(8)),
            Distribution::Exponential(ms(20)),
            Distribution::LogNormal { median: ms(40), p99: ms(200) },
            Distribution::Weibull { scale: ms(10), shape: 1.5 },
            Distribution::Empirical(vec![ms(1), ms(2), ms(9)]),
        ] {
            let sampler = Sampler::new(&distribution).unwrap();
            let values = draws(&sampler);
            let mean = values.iter().map(|value| *value as f64).sum::<f64>() / values.len() as f64;
            assert!(
                (mean / sampler.mean() - 1.0).abs() < 0.02,
                "{distribution:?}: {mean} against {}",
                sampler.mean()
            );
        }
    }

    #[test]
    fn a_log_normal_has_the_median_and_p99_it_was_given() {
        let values = draws(
            &Sampler::new(&Distribution::LogNormal { median: Span(40 * MS), p99: Span(200 * MS) }).unwrap(),
        );
        let close = |value: u64, expected: u64| (value as f64 / expected as f64 - 1.0).abs() < 0.03;
        assert!(close(values[50_000], 40 * MS));
        assert!(close(values[99_000], 200 * MS));
    }

    #[test]
    fn senseless_parameters_are_refused() {
        let refused = |distribution| Sampler::new(&distribution).unwrap_err();
        assert_eq!(refused(Distribution::Uniform(Span(2), Span(1))), DistributionError::Bounds);
        assert_eq!(
            refused(Distribution::LogNormal { median: Span(0), p99: Span(1) }),
            DistributionError::LogNormal
        );
        assert_eq!(
            refused(Distribution::LogNormal { median: Span(2), p99: Span(1) }),
            DistributionError::LogNormal
        );
        for shape in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(refused(Distribution::Weibull { scale: Span(1), shape }), DistributionError::Shape);
        }
        assert_eq!(refused(Distribution::Empirical(vec![])), DistributionError::Empty);
    }
}
