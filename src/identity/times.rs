//! The times of a token: whether it is good at a point in time.

use std::fmt;

use super::{Claim, Claims};
use crate::policy::Instant;

/// So many seconds past its end a token is still taken, for clocks differ.
///
/// Source: "OIDC federation" of the IAM user guide for STS, "OIDC providers" of the Cognito developer guide for identity pools.
pub const TOLERANCE: i64 = 300;

/// Whether a token is good at a point in time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Times {
    /// It is.
    Good {
        /// Its end.
        until: Instant,
    },
    /// Its end is past, by so little that AWS takes it all the same.
    Late(Instant),
    /// Its end is past.
    Expired(Instant),
    /// Its start is to come.
    NotYet(Instant),
    /// So little past its end, or before its start, that it hangs on how far clocks may differ.
    Within {
        /// The part of an assertion that tells it.
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
    let (start, issued, end) = match (time(claims, "nbf"), time(claims, "iat"), time(claims, "exp")) {
        (Err(name), ..) | (_, Err(name), _) | (.., Err(name)) => return Times::Malformed(name),
        (Ok(start), Ok(issued), Ok(end)) => (start, issued, end),
    };
    let late = end.filter(|end| *end <= at);
    let early = start.max(issued).filter(|start| *start > at);
    match (late, early) {
        (Some(end), _) if at.seconds().saturating_sub(end.seconds()) >= tolerance => Times::Expired(end),
        (_, Some(start)) => Times::NotYet(start),
        (Some(end), _) => Times::Late(end),
        (None, None) => end.map_or(Times::None, |until| Times::Good { until }),
    }
}

impl fmt::Display for Times {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Good { until } => write!(out, "the token is good until {until}"),
            Self::Expired(end) => write!(out, "the token expired at {end}"),
            Self::Late(end) => write!(out, "the token expired at {end}, by less than AWS allows for clocks that differ"),
            Self::NotYet(start) => {
                write!(out, "the token is good from {start} on only, and AWS does not say whether it takes it before")
            }
            Self::Within { claim, time } => {
                write!(out, "`{claim}` is {time}, and AWS does not say how far clocks may differ")
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
