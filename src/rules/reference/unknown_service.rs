//! An action of a service that does not exist.

use super::Check;
use super::view::{Meaning, Named, View};
use crate::finding::{Finding, Label, Severity};
use crate::lint::Rule;
use crate::reference::{Reference, Service, operation, products};
use crate::rules::mend::guess;
use crate::spelling::{near, nearest};

pub(super) const CHECK: Check = Check { rule: &RULE, run };

static RULE: Rule = Rule {
    name: "unknown-service",
    severity: Severity::Medium,
    page: include_str!("../../../rules/reference/unknown-service.md"),
};

fn run(view: &View<'_, '_, '_>, findings: &mut Vec<Finding>) {
    let prefix = |meaning: &Meaning<'_, '_>| match meaning {
        Meaning::NoService(prefix, _) => Some(prefix.to_ascii_lowercase()),
        _ => None,
    };
    for (_, group) in view.grouped(prefix) {
        findings.extend(finding(view, &group));
    }
}

/// One finding for all actions of the statement that have this prefix.
fn finding(view: &View<'_, '_, '_>, group: &[&Named<'_, '_, '_>]) -> Option<Finding> {
    let (first, others) = group.split_first()?;
    let Meaning::NoService(prefix, name) = first.meaning else { return None };
    let names = group.iter().filter_map(|own| match own.meaning {
        Meaning::NoService(_, name) => Some(name),
        _ => None,
    });
    let meant = meant(view.reference, prefix, &names.collect::<Vec<_>>());
    let (label, help) = match meant {
        Some(meant) => (format!("did you mean `{meant}`?"), format!("write `{meant}:{name}`")),
        None => (
            String::new(),
            "write the prefix that the service authorization reference gives, or leave it out if AWS has ended the service"
                .to_owned(),
        ),
    };
    let message = format!("`{prefix}` is not a service that AWS lists");
    let place = |own: &Named<'_, '_, '_>| own.part(0..prefix.len());
    let fix = meant.and_then(|meant| view.mender().write_all(group.iter().map(|own| (place(own), meant)))).map(guess);
    Some(Finding {
        severity: view.severity_of_unknown(RULE.severity),
        fix,
        related: others.iter().map(|own| Label::new(place(own), "")).collect(),
        help: Some(format!("{help}; {}", view.if_unknown(prefix))),
        ..RULE.finding(message, place(first), label)
    })
}

/// The service that was meant. Best is one that has all these actions and is called nearly so.
fn meant<'r>(reference: &'r Reference, prefix: &str, names: &[&str]) -> Option<&'r str> {
    let of_operation = || {
        let found = names.iter().find_map(|name| operation(&format!("{prefix}:{name}")))?;
        found.actions().next()?.split_once(':').map(|(service, _)| service)
    };
    let product = products().find(|(own, _)| own.eq_ignore_ascii_case(prefix)).map(|(_, service)| service);
    if let Some(known) = product.or_else(of_operation) {
        return reference.service(known).map(Service::prefix);
    }
    let has = |service: &&Service| {
        names
            .iter()
            .all(|name| if is_pattern(name) { !service.matching(name).is_empty() } else { service.action(name).is_some() })
    };
    // a wildcard alone says nothing on the service
    let telling = names.iter().find(|name| !is_pattern(name));
    let having = || -> Vec<&Service> {
        match telling {
            Some(name) => reference.actions_named(name).map(|action| action.service).filter(has).collect(),
            None => reference.services().filter(has).collect(),
        }
    };
    // few are called nearly so, and only these are looked into
    let near = || {
        let near = near(prefix, reference.prefixes()).filter(|(_, own)| reference.service(own).as_ref().is_some_and(has));
        near.min_by_key(|(apart, _)| *apart).map(|(_, own)| own)
    };
    let called = || {
        let name = Letters::of(prefix);
        only(having().iter().filter(|service| name.may_call(service)).map(|service| service.prefix()))
    };
    let holder = || telling.and_then(|_| only(having().iter().map(|service| service.prefix())));
    // all of `sagemaker` is much more than all of `sagemaker-groundtruth-synthetic`
    let widens =
        |meant: &&str| telling.is_none() && prefix.len() > meant.len() + 2 && prefix.to_ascii_lowercase().contains(meant);
    let found = near().or_else(called).or_else(holder).or_else(|| nearest(prefix, reference.prefixes()));
    found.filter(|meant| !widens(meant))
}

fn is_pattern(name: &str) -> bool {
    name.contains(['*', '?'])
}

/// The item, where there is but one.
fn only<T>(mut items: impl Iterator<Item = T>) -> Option<T> {
    items.next().filter(|_| items.next().is_none())
}

/// The letters and digits of a name, in lower case.
struct Letters {
    all: Vec<u8>,
    /// Which of them there are, each as one bit.
    set: u64,
}

impl Letters {
    fn of(name: &str) -> Self {
        Self { all: letters(name).collect(), set: set(name) }
    }

    /// Whether this may be a name of the service: a part of its prefix or title, or the initials of that.
    fn may_call(&self, service: &Service) -> bool {
        let (prefix, title) = (service.prefix(), service.title());
        // nearly every text has a letter that the other lacks
        let (of_prefix, of_title) = (set(prefix), set(title));
        let within = |text| self.all.len() > 3 && holds(&letters(text).collect::<Vec<_>>(), &self.all);
        let around = || {
            let prefix: Vec<u8> = letters(prefix).collect();
            prefix.len() > 3 && holds(&self.all, &prefix)
        };
        (self.set & !of_prefix == 0 && within(prefix))
            || (of_prefix & !self.set == 0 && around())
            || (self.set & !of_title == 0 && (within(title) || self.are_initials_of(title)))
    }

    fn are_initials_of(&self, title: &str) -> bool {
        let words = title.split_whitespace().filter(|word| !["Amazon", "AWS"].contains(word));
        let initials = words.filter_map(|word| word.bytes().next()).map(|byte| byte.to_ascii_lowercase());
        self.all.len() > 2 && initials.eq(self.all.iter().copied())
    }
}

fn holds(long: &[u8], short: &[u8]) -> bool {
    long.windows(short.len()).any(|own| own == short)
}

fn set(text: &str) -> u64 {
    letters(text).fold(0, |set, letter| set | 1 << (letter % 64))
}

/// The letters and digits of a text, in lower case.
fn letters(text: &str) -> impl Iterator<Item = u8> {
    text.bytes().filter(u8::is_ascii_alphanumeric).map(|byte| byte.to_ascii_lowercase())
}
