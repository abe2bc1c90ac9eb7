//! Whether a resource has the form of the ARNs of its service.

use std::cmp::Reverse;

use super::Check;
use super::address::{ACCOUNT, Address, PARTITION, REGION, RESOURCE, SERVICE, Section};
use super::malformed_arn;
use super::view::View;
use crate::finding::{Finding, Severity};
use crate::lint::Rule;
use crate::policy::PolicyKind;
use crate::reference::{Form, Partition, Slot, partitions, regions_date};
use crate::spelling::nearest;

pub(super) const MISMATCH_CHECK: Check = Check { rule: &MISMATCH, run: |view, findings| each(view, findings, of_parts) };

pub(super) const TYPE_CHECK: Check = Check { rule: &UNKNOWN_TYPE, run: |view, findings| each(view, findings, of_type) };

pub(super) const PARTITION_CHECK: Check =
    Check { rule: &UNKNOWN_PARTITION, run: |view, findings| each(view, findings, of_partition) };

static MISMATCH: Rule = Rule {
    name: "arn-part-mismatch",
    severity: Severity::Medium,
    page: include_str!("../../../rules/reference/arn-part-mismatch.md"),
};

static UNKNOWN_TYPE: Rule = Rule {
    name: "unknown-resource-type",
    severity: Severity::Medium,
    page: include_str!("../../../rules/reference/unknown-resource-type.md"),
};

static UNKNOWN_PARTITION: Rule = Rule {
    name: "unknown-partition",
    severity: Severity::Medium,
    page: include_str!("../../../rules/reference/unknown-partition.md"),
};

/// Whether a resource is of no type that is known, which a check tells.
pub(super) fn is_unknown<'i>(view: &View<'i, '_, '_>, address: &Address<'i, '_, '_>) -> bool {
    of_type(view, address).is_some()
}

/// The findings of each resource that is not wrong as a whole.
fn each<'i, 'p, 's>(
    view: &View<'i, 'p, 's>,
    findings: &mut Vec<Finding>,
    judge: fn(&View<'i, 'p, 's>, &Address<'i, 'p, 's>) -> Option<Finding>,
) {
    if view.policy.kind != PolicyKind::Trust {
        let addresses = view.resources.iter().filter(|own| !own.is_every() && !malformed_arn::is_malformed(own));
        findings.extend(addresses.filter(|own| !is_sound(view, own)).filter_map(|address| judge(view, address)));
    }
}

/// Whether no check here has anything to tell of a resource.
fn is_sound<'i>(view: &View<'i, '_, '_>, address: &Address<'i, '_, '_>) -> bool {
    address.is_sound(|| {
        of_partition(view, address).is_none() && of_parts(view, address).is_none() && of_type(view, address).is_none()
    })
}

fn of_partition(view: &View<'_, '_, '_>, address: &Address<'_, '_, '_>) -> Option<Finding> {
    let partition = address.part(PARTITION).filter(Section::is_plain)?;
    if Partition::named(partition.text).is_some() {
        return None;
    }
    let near = nearest(partition.text, partitions().map(|own| own.name));
    let label = near.map_or_else(String::new, |near| format!("did you mean `{near}`?"));
    Some(Finding {
        severity: view.severity_of_unknown(UNKNOWN_PARTITION.severity),
        fix: near.and_then(|near| view.mender().likely(address.start_of(&partition, usize::MAX)?, near)),
        help: Some(format!("write `aws`, `aws-cn` or `aws-us-gov`; the list that was looked at is of {}", regions_date())),
        ..UNKNOWN_PARTITION.finding(format!("no partition `{}`", partition.text), address.span(&partition), label)
    })
}

fn of_parts<'i>(view: &View<'i, '_, '_>, address: &Address<'i, '_, '_>) -> Option<Finding> {
    if ![REGION, ACCOUNT].iter().any(|part| address.part(*part).is_some_and(|part| part.is_plain())) {
        return None;
    }
    let forms = address.misfits(view.reference)?;
    part(view, address, forms, REGION, |form| form.region).or_else(|| part(view, address, forms, ACCOUNT, |form| form.account))
}

/// A region or an account that stands where all forms have none, or the reverse.
fn part(
    view: &View<'_, '_, '_>,
    address: &Address<'_, '_, '_>,
    forms: &[&Form],
    number: usize,
    slot: fn(&Form) -> Slot,
) -> Option<Finding> {
    let own = address.part(number).filter(Section::is_plain)?;
    let form = forms.first().filter(|_| !forms.iter().any(|form| slot(form).may_be(own.text)))?;
    let what = if number == REGION { "region" } else { "account" };
    let resource = address.part(RESOURCE)?;
    let (place, message, label, remedy) = if own.text.is_empty() {
        let message = format!("an ARN of type `{}` has {} {what}, and this one has none", form.kind, article(what));
        (address.span(&resource), message, format!("no {what} before this"), format!("write the {what}, or `*` for any"))
    } else {
        let message = format!("an ARN of type `{}` has no {what}", form.kind);
        (address.span(&own), message, format!("{} {what}", article(what)), "leave it empty".to_owned())
    };
    let is_extra = !own.text.is_empty();
    let place_of = || address.start_of(&own, usize::MAX).filter(|_| is_extra);
    let fix = place_of().and_then(|place| view.mender().empty(place, &format!("leave the {what} empty")));
    Some(Finding { fix, help: Some(format!("{remedy}: `{}`", form.format)), ..MISMATCH.finding(message, place, label) })
}

fn article(word: &str) -> &'static str {
    if word.starts_with('a') { "an" } else { "a" }
}

/// A resource that no type fits.
fn of_type<'i>(view: &View<'i, '_, '_>, address: &Address<'i, '_, '_>) -> Option<Finding> {
    if !address.misfits(view.reference)?.is_empty() {
        return None;
    }
    let (service, resource) = (address.part(SERVICE)?, address.part(RESOURCE)?);
    let severity = view.severity_of_unknown(UNKNOWN_TYPE.severity);
    let forms = view.reference.forms(service.text, |_| true);
    if forms.is_empty() && view.reference.service(service.text).is_none() {
        let near = nearest(service.text, view.reference.prefixes());
        let (label, remedy) = match near {
            Some(near) => (format!("did you mean `{near}`?"), format!("write `{near}`")),
            None => (String::new(), "write the service as its ARNs have it".to_owned()),
        };
        let message = format!("no service has ARNs with `{}`", service.text);
        let help = Some(format!("{remedy}; {}", view.reference.as_of(service.text)));
        let fix = near.and_then(|near| view.mender().likely(address.start_of(&service, usize::MAX)?, near));
        return Some(Finding { severity, help, fix, ..UNKNOWN_TYPE.finding(message, address.span(&service), label) });
    }
    let form = *forms
        .iter()
        .max_by_key(|form| (alike(&form.format, resource.text), form.account != Slot::Empty, Reverse(form.format.len())))?;
    let head = form.format.splitn(6, ':').nth(5).and_then(|own| own.split("${").next()).unwrap_or("");
    // where but the case of letters differs there is no doubt of what was meant
    let cased = resource.text.get(..head.len()).is_some_and(|own| own != head && own.eq_ignore_ascii_case(head));
    let near = alike(&form.format, resource.text) > 0 || forms.len() == 1;
    let named = if near { format!("write it as `{}`", form.format) } else { "write one that the service has".to_owned() };
    Some(Finding {
        fix: address.start_of(&resource, head.len()).filter(|_| cased).and_then(|place| view.mender().write(place, head)),
        severity: if cased { severity } else { severity.min(Severity::Low) },
        help: Some(format!("{named}; {}", view.reference.as_of(service.text))),
        ..UNKNOWN_TYPE.finding(
            format!("`{}` has no resources of this form", service.text),
            address.span(&resource),
            if cased { format!("`{head}` in other letter case") } else { String::new() },
        )
    })
}

/// How many characters a format and a resource have in common from the start of the sixth part, without letter case.
fn alike(format: &str, resource: &str) -> usize {
    let own = format.splitn(6, ':').nth(5).unwrap_or("");
    own.chars().zip(resource.chars()).take_while(|(own, other)| own.eq_ignore_ascii_case(other)).count()
}
