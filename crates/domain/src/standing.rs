//! Standing: what advocates and detractors are ranked by, a published formula. What one backtweet is worth lives in [`crate::signal`], whom an
//! author brings that nobody else does in [`crate::reach`].

#[cfg(test)]
mod tests;

use std::time::Duration;

use crate::reach::Estimate;
use crate::time::Timestamp;

/// The time after which a signal counts half: 30 days, so that two backtweets of a month ago weigh as much as one of today.
pub const HALF_LIFE: Duration = Duration::from_secs(30 * 24 * 3_600);

/// The standing of one author with one subject, and all that it was computed from.
///
/// value = recent x (1 + log2(1 + marginal) / 10), where recent = sum over signals of strength x 2^(-age / half-life)
///
/// | input | unit | why so |
/// |---|---|---|
/// | strength | thousandths: 1,000 is one neutral mention, less than 0 speaks against | a sum, so that who speaks up twice counts twice, and one complaint takes back one praise |
/// | recency | each signal halves every half-life | decays signal by signal: one new mention does not make ten old ones new |
/// | marginal reach | accounts that no other amplifier brings, the lower end of their interval | a logarithm, since audiences differ a millionfold and opinions do not: a thousand such accounts double a standing, a million treble it. The lower end, so that nobody rises by an error. Whom others reach as well is not lost without this author |
///
/// More than 0 is an advocate, less a detractor. Marginal reach and recency change how much a standing is, never whose side it is on, unless
/// signals for and against differ in age.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// What authors are ranked by, in thousandths.
    pub value: i64,
    /// The sum of all signals whatever their age, in thousandths.
    pub strength: i64,
    /// The sum of all signals, each as much as its age leaves of it, in thousandths.
    pub recent: i64,
    /// The time after which a signal counted half.
    pub half_life: Duration,
    /// Accounts that no other amplifier brings; `None` where follow edges are missing, and then nothing is added for them.
    pub marginal: Option<Estimate>,
}

impl Standing {
    /// The standing at `now` of who sent `signals`: when each came, and its [`strength`](crate::signal::strength), or the sum of those of a
    /// stretch of time that is short beside the half-life.
    ///
    /// Powers and logarithms of two are straight between whole ones (Mitchell 1962, "Computer multiplication and division using binary
    /// logarithms"), so that each machine computes the same integers: what age leaves is at most 6.2 % too much, and a logarithm at most 0.09
    /// too little.
    pub fn of(
        signals: impl IntoIterator<Item = (Timestamp, i64)>,
        marginal: Option<Estimate>,
        half_life: Duration,
        now: Timestamp,
    ) -> Self {
        let (strength, recent) = signals.into_iter().fold((0_i64, 0_i64), |(all, recent), (at, signal)| {
            let left = left_after(now.since(at), half_life, signal);
            (all.saturating_add(signal), recent.saturating_add(left))
        });
        let weight = 1_000 + marginal.map_or(0, |marginal| log2_thousandths(marginal.low.saturating_add(1))) / 10;
        Self {
            value: clamp(i128::from(recent) * i128::from(weight) / 1_000),
            strength,
            recent,
            half_life,
            marginal,
        }
    }
}

/// What is left of a signal at that age, rounded towards 0.
fn left_after(age: Duration, half_life: Duration, signal: i64) -> i64 {
    // A signal times two half-lives stays within 128 bits.
    let half_life = half_life.as_micros().clamp(1, i64::MAX as u128);
    let (halvings, rest) = (age.as_micros() / half_life, age.as_micros() % half_life);
    // Beyond 63 halvings nothing is left of any signal.
    let whole = i128::from(signal) / (1_i128 << halvings.min(64));
    let (half_life, rest) = (half_life.cast_signed(), rest.cast_signed());
    clamp(whole * (2 * half_life - rest) / (2 * half_life))
}

/// The logarithm to base 2 of 1 or more, in thousandths.
fn log2_thousandths(number: u64) -> i64 {
    let whole = number.ilog2();
    let rest = u128::from(number - (1 << whole)) * 1_000;
    i64::from(whole) * 1_000 + (rest >> whole) as i64
}

fn clamp(number: i128) -> i64 {
    number.clamp(i64::MIN.into(), i64::MAX.into()) as i64
}
