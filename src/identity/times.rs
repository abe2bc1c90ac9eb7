//! The times of a token: whether it is good at a point in time.

use std::fmt;

use super::{Claim, Claims};
use crate::policy::Instant;

/// How far clocks may differ before a token is refused for it, in seconds. AWS does not say how far; within it the answer is not known.
pub const TOLERANCE: i64 = 300;

/// Whether a token is good at a point in time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Times {
    /// It is.
    Good {
        /// Its end.
        until: Instant,
    },
    /// Its end is past.
    Expired(Instant),
    /// Its start is to come.
    NotYet(Instant),
    /// So little past its end, or before its start, that it hangs on how far clocks may differ.
    Within {
        /// `exp` or `nbf`.
        claim: &'static str,
        /// What it says.
        time: Instant,
    },
    /// This claim is no whole number of seconds since 1970.
    Malformed(&'static str),
    /// The claims name no end.
    None,
}

/// Whether a token with these claims is good at this time, where clocks may differ by so many seconds.
pub fn times(claims: &Claims, at: Instant, tolerance: i64) -> Times {
    let (start, end) = match (time(claims, "nbf"), time(claims, "exp")) {
        (Err(name), _) | (_, Err(name)) => return Times::Malformed(name),
        (Ok(start), Ok(end)) => (start, end),
    };
    let by = |from: Instant, to: Instant| to.seconds().saturating_sub(from.seconds());
    let late = end.filter(|end| *end <= at);
    let early = start.filter(|start| *start > at);
    match (late, early) {
        (Some(end), _) if by(end, at) >= tolerance => Times::Expired(end),
        (_, Some(start)) if by(at, start) >= tolerance => Times::NotYet(start),
        (Some(time), _) => Times::Within { claim: "exp", time },
        (None, Some(time)) => Times::Within { claim: "nbf", time },
        (None, None) => end.map_or(Times::None, |until| Times::Good { until }),
    }
}

impl fmt::Display for Times {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Good { until } => write!(out, "the token is good until {until}"),
            Self::Expired(end) => write!(out, "the token expired at {end}"),
            Self::NotYet(start) => write!(out, "the token is good from {start} on only"),
            Self::Within { claim: "nbf", time } => {
                write!(out, "the token is good from {time} on, and AWS does not say how far clocks may differ")
            }
            Self::Within { time, .. } => {
                write!(out, "the token expired at {time}, and AWS does not say how far clocks may differ")
            }
            Self::Malformed(claim) => write!(out, "the token's `{claim}` is no whole number of seconds"),
            Self::None => out.write_str("the claims name no end"),
        }
    }
}

fn time(claims: &Claims, name: &'static str) -> Result<Option<Instant>, &'static str> {
    match claims.get(name) {
        None => Ok(None),
        Some(Claim::Number(digits)) => digits.parse().map(|seconds| Some(Instant::from_seconds(seconds))).map_err(|_| name),
        Some(_) => Err(name),
    }
}
