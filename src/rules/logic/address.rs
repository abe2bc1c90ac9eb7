//! Conditions on addresses that do not ask for what they seem to.

use std::net::IpAddr;

use super::walk::{Line, lines};
use crate::finding::{Finding, Label, Severity};
use crate::lint::{Facts, Rule};
use crate::policy::{Comparison, Operand, PolicyKind, Value};
use crate::rules::mend::guess;
use crate::source::Span;

pub(super) static HOST_BITS: Rule = Rule {
    name: "host-bits-in-range",
    severity: Severity::Low,
    page: include_str!("../../../rules/logic/host-bits-in-range.md"),
};

pub(super) static PRIVATE: Rule = Rule {
    name: "private-source-address",
    severity: Severity::Medium,
    page: include_str!("../../../rules/logic/private-source-address.md"),
};

pub(super) static ANY: Rule = Rule {
    name: "any-source-address",
    severity: Severity::Medium,
    page: include_str!("../../../rules/logic/any-source-address.md"),
};

pub(super) fn host_bits(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    for line in lines(facts).filter(of_addresses) {
        let ranges = || line.condition.values.iter().filter_map(|own| Some((own, range_of(own)?)));
        let mut places = ranges();
        let Some((first, (address, network, prefix))) = places.next() else { continue };
        let text = &first.pattern.text;
        let written: Vec<(Span, String)> =
            ranges().map(|(own, (_, network, prefix))| (own.pattern.text.span(), format!("{network}/{prefix}"))).collect();
        let one = if address.is_ipv4() { 32 } else { 128 };
        findings.push(Finding {
            related: places.map(|(own, _)| Label::new(own.pattern.text.span(), "and here")).collect(),
            fix: line.mender(facts).write_all(written.iter().map(|(place, range)| (*place, range.as_str()))),
            help: Some(format!("write `{network}/{prefix}` for the range, or `{address}/{one}` for the one address")),
            ..HOST_BITS.finding(
                format!("`{}` is all of `{network}/{prefix}`, not one address in it", text.shown()),
                text.span(),
                "host bits are ignored",
            )
        });
    }
}

pub(super) fn private(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    for line in lines(facts).filter(of_source) {
        let mut own = line.condition.values.iter().filter(|own| is_private(own));
        let Some(first) = own.next() else { continue };
        let others: Vec<_> = own.map(|own| Label::new(own.pattern.text.span(), "nor this")).collect();
        let all = others.len() + 1 == line.condition.values.len();
        let consequence = match (all, line.operator.negated, line.denies()) {
            (false, ..) => "so this value does nothing",
            (true, false, false) => "so the statement allows nothing",
            (true, false, true) => "so the statement denies nothing",
            (true, true, false) => "so the condition always holds and guards nothing",
            (true, true, true) => "so the condition always holds and the statement denies more than it seems to",
        };
        let numbered = line.condition.values.iter().enumerate();
        let needless: Vec<usize> = numbered.filter(|(_, own)| is_private(own)).map(|(at, _)| at).collect();
        let texts: Vec<_> = line.condition.values.iter().map(|own| &own.pattern.text).collect();
        findings.push(Finding {
            // another key may be meant, which does hold private addresses
            fix: line.mender(facts).without(&texts, &needless).map(guess),
            severity: if all { PRIVATE.severity } else { Severity::Low },
            related: others,
            help: Some(
                "name public addresses; within a VPC ask for `aws:VpcSourceIp` together with `aws:SourceVpc`, or for \
                 `aws:SourceVpce`"
                    .to_owned(),
            ),
            ..PRIVATE.finding(
                format!(
                    "`{}` is private and `{}` holds public addresses only, {consequence}",
                    first.pattern.text.shown(),
                    line.key
                ),
                first.pattern.text.span(),
                "no request comes from here",
            )
        });
    }
}

pub(super) fn any(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    // an Allow that spares all addresses, and a Deny that holds for all, may mean the endpoints of VPCs
    let weakens = |line: &Line<'_, '_>| if line.operator.negated { line.denies() } else { line.allows() };
    let is_told = |line: &Line<'_, '_>| line.policy.kind == PolicyKind::Resource && line.is_all_before_strangers();
    for line in lines(facts).filter(of_source).filter(|line| weakens(line) && !is_told(line)) {
        let mut own = line.condition.values.iter().filter(|own| matches!(own.value, Value::Network(_, 0)));
        let Some(first) = own.next() else { continue };
        let family = if matches!(first.value, Value::Network(first, _) if first.is_ipv4()) { "IPv4" } else { "IPv6" };
        let consequence = if line.denies() { "so the statement denies none of them" } else { "so it keeps none of them out" };
        findings.push(Finding {
            related: own.map(|own| Label::new(own.pattern.text.span(), "and this")).collect(),
            help: Some("name the ranges that are meant, or take the condition out".to_owned()),
            ..ANY.finding(
                format!("`{}` is every {family} address, {consequence}", first.pattern.text.shown()),
                first.pattern.text.span(),
                "takes in all",
            )
        });
    }
}

fn of_addresses(line: &Line<'_, '_>) -> bool {
    line.operator.comparison == Comparison::IpAddress
}

fn of_source(line: &Line<'_, '_>) -> bool {
    of_addresses(line) && line.is_of("aws:SourceIp")
}

/// The address of a range that is not its first one, with that and the length of the prefix.
fn range_of(operand: &Operand<'_>) -> Option<(IpAddr, IpAddr, u8)> {
    let Value::Network(network, prefix) = operand.value else { return None };
    let (address, _) = operand.pattern.plain()?.split_once('/')?;
    let address: IpAddr = address.parse().ok()?;
    (address != network).then_some((address, network, prefix))
}

/// Whether this is a block of addresses of RFC 1918.
pub(in crate::rules) fn is_private(operand: &Operand<'_>) -> bool {
    let Value::Network(IpAddr::V4(first), prefix) = operand.value else { return false };
    let widest = match first.octets() {
        [10, ..] => 8,
        [172, ..] => 12,
        _ => 16,
    };
    first.is_private() && prefix >= widest
}
