//! Values of condition keys that are no text: enough of them that each way to be compared is among them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::evaluate::ContextValue;
use crate::policy::{Decimal, Instant, Operand, Value as Read};

/// What a request holds for a key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Value {
    /// It does not hold the key.
    Absent,
    /// One value; also of the action and the resource.
    One(String),
    /// A set of values.
    Many(Vec<String>),
}

impl Value {
    /// As the evaluator takes it; `None` where the key is absent.
    pub(super) fn in_context(&self) -> Option<ContextValue<'static>> {
        match self {
            Self::Absent => None,
            Self::One(value) => Some(ContextValue::One(value.clone().into())),
            Self::Many(values) => Some(ContextValue::Many(values.iter().map(|value| value.clone().into()).collect())),
        }
    }
}

/// Texts among which there is one for each way in which a request's value can lie to all of these.
pub(super) fn representatives(operands: &[&Operand<'_>]) -> Vec<String> {
    let values = operands.iter().map(|operand| &operand.value);
    let mut texts = Vec::new();
    if values.clone().any(|value| matches!(value, Read::Bool(_))) {
        texts.extend(["true", "false"].map(str::to_owned));
    }
    let numbers = values.clone().filter_map(|value| if let Read::Number(own) = value { Some(*own) } else { None });
    texts.extend(apart(numbers, Decimal::plus_one, Decimal::minus_one, Decimal::between).iter().map(ToString::to_string));
    let dates = values.clone().filter_map(|value| if let Read::Date(own) = value { Some(*own) } else { None });
    texts.extend(apart(dates, Instant::plus_second, Instant::minus_second, Instant::between).iter().map(ToString::to_string));
    let binaries = operands.iter().filter(|operand| matches!(operand.value, Read::Binary(_)));
    texts.extend(binaries.filter_map(|operand| operand.pattern.plain().map(str::to_owned)));
    if values.clone().any(|value| matches!(value, Read::Binary(_))) {
        // one of them is none of those that are asked for
        texts.extend((1..=operands.len() + 1).map(|count| "cm9s".repeat(count)));
    }
    let networks: Vec<(IpAddr, u8)> = values
        .filter_map(|value| if let Read::Network(first, prefix) = value { Some((*first, *prefix)) } else { None })
        .collect();
    if !networks.is_empty() {
        texts.extend(addresses(&networks));
    }
    texts
}

/// The points themselves, one between each two neighbours, and one beyond either end.
fn apart<T: Ord + Copy>(
    points: impl Iterator<Item = T>,
    up: fn(T) -> Option<T>,
    down: fn(T) -> Option<T>,
    between: fn(T, T) -> Option<T>,
) -> Vec<T> {
    let mut points: Vec<T> = points.collect();
    points.sort_unstable();
    points.dedup();
    let gaps = points.windows(2).filter_map(|pair| match *pair {
        [low, high] => up(low).filter(|own| *own < high).or_else(|| between(low, high)),
        _ => None,
    });
    let ends = [points.first().and_then(|own| down(*own)), points.last().and_then(|own| up(*own))];
    let more: Vec<T> = gaps.chain(ends.into_iter().flatten()).collect();
    points.into_iter().chain(more).collect()
}

/// Two addresses of the documentation, the first of each family, and of each block the first, the last, and those beside it.
fn addresses(networks: &[(IpAddr, u8)]) -> Vec<String> {
    let mut all: Vec<IpAddr> = vec![
        Ipv4Addr::new(203, 0, 113, 9).into(),
        Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 9).into(),
        Ipv4Addr::UNSPECIFIED.into(),
        Ipv6Addr::UNSPECIFIED.into(),
    ];
    for &(first, prefix) in networks {
        match first {
            IpAddr::V4(first) => {
                let (first, size) = (u32::from(first), 32 - u32::from(prefix.min(32)));
                let last = first | u32::MAX.checked_shr(32 - size).unwrap_or(0);
                let points = [Some(first), Some(last), last.checked_add(1)];
                all.extend(points.into_iter().flatten().map(|own| IpAddr::from(Ipv4Addr::from(own))));
            }
            IpAddr::V6(first) => {
                let (first, size) = (u128::from(first), 128 - u32::from(prefix.min(128)));
                let last = first | u128::MAX.checked_shr(128 - size).unwrap_or(0);
                let points = [Some(first), Some(last), last.checked_add(1)];
                // whether one that stands for an address of the other family is in a block, AWS does not say
                let own = points.into_iter().flatten().map(Ipv6Addr::from).filter(|own| own.to_ipv4_mapped().is_none());
                all.extend(own.map(IpAddr::from));
            }
        }
    }
    let mut texts: Vec<String> = Vec::new();
    for address in all {
        let text = address.to_string();
        if !texts.contains(&text) {
            texts.push(text);
        }
    }
    texts
}
