//! SEISMIC, the self-exciting point process of Zhao et al. (2015), "SEISMIC: A self-exciting point process model for predicting tweet
//! popularity", to measure the forecast by.

use std::collections::HashMap;
use std::time::Duration;

use super::{Real, USUAL_FOLLOWERS, quantile};

/// The memory kernel is constant up to `knee` seconds, then falls as a power law; infectiousness is estimated from what was observed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seismic {
    knee: f64,
    exponent: f64,
    /// Stands for the followers of those who passed it on, which are not known.
    usual: f64,
}

/// No more descendants a post than this: a process at 1 has no end.
const MOST_EXCITED: f64 = 0.95;

impl Seismic {
    /// The kernel that makes the delays between posts and what they hang on likeliest, and the followers that make the forecasts after one
    /// hour best.
    pub(super) fn fit(cascades: &[Real]) -> Self {
        let delays: Vec<f64> = cascades.iter().flat_map(delays).filter(|delay| *delay > 0.0).collect();
        let mut kernels = Vec::new();
        for knee in [60.0, 120.0, 300.0, 500.0, 1_000.0, 2_000.0] {
            for tenths in 1..=10 {
                let kernel = Self {
                    knee,
                    exponent: f64::from(tenths) / 10.0,
                    usual: 0.0,
                };
                let likelihood: f64 = delays.iter().map(|&delay| kernel.density(delay).ln()).sum();
                kernels.push((likelihood, kernel));
            }
        }
        let (_, kernel) = kernels.into_iter().max_by(|a, b| a.0.total_cmp(&b.0)).unwrap();
        let usual = [0.0, 50.0, 100.0, 200.0, 300.0, 500.0, 1_000.0].map(|usual| Self { usual, ..kernel });
        let error = |seismic: &Self| {
            let hour = Duration::from_secs(3_600);
            let errors = cascades.iter().map(|real| {
                let guess = seismic.forecast(&real.ages, real.followers, hour);
                (guess - real.size()).abs() / real.size()
            });
            quantile(errors, 0.5)
        };
        usual.into_iter().min_by(|a, b| error(a).total_cmp(&error(b))).unwrap()
    }

    /// The final size, from the posts that came within `observed`.
    pub(super) fn forecast(&self, ages: &[Duration], followers: Option<u64>, observed: Duration) -> f64 {
        let origin = followers.unwrap_or(USUAL_FOLLOWERS) as f64;
        let seen = ages.iter().take_while(|age| **age <= observed);
        let size = seen.clone().count() as f64;
        let exposed = |age: Duration| self.mass((observed - age).as_secs_f64());
        let reached = origin * exposed(Duration::ZERO) + self.usual * seen.map(|&age| exposed(age)).sum::<f64>();
        let infectiousness = size / reached.max(1e-9);
        let excited = (infectiousness * self.usual).min(MOST_EXCITED);
        size + infectiousness * (origin + self.usual * size - reached) / (1.0 - excited)
    }

    fn height(&self) -> f64 {
        self.exponent / (self.knee * (1.0 + self.exponent))
    }

    fn density(&self, delay: f64) -> f64 {
        self.height() * (delay / self.knee).max(1.0).powf(-1.0 - self.exponent)
    }

    /// How much of the kernel lies within `delay`.
    fn mass(&self, delay: f64) -> f64 {
        let tail = 1.0 - (delay / self.knee).max(1.0).powf(-self.exponent);
        self.height() * (delay.min(self.knee) + self.knee / self.exponent * tail)
    }
}

fn delays(real: &Real) -> Vec<f64> {
    let times: HashMap<_, _> = real.posts.iter().map(|(id, node)| (id, node.at)).collect();
    let delay = |node: &super::Node| Some(node.at.since(times[node.parent.as_ref()?]).as_secs_f64());
    real.posts.iter().filter_map(|(_, node)| delay(node)).collect()
}
