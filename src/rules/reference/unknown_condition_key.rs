//! A condition on a key that does not exist.

use super::Check;
use super::absence::consequence;
use super::view::{Key, View, is_of_issuer};
use crate::finding::{Finding, Severity};
use crate::lint::Rule;
use crate::reference::{self, Reference, Service};
use crate::spelling::nearest;

pub(super) const CHECK: Check = Check { rule: &RULE, run };

static RULE: Rule = Rule {
    name: "unknown-condition-key",
    severity: Severity::Medium,
    page: include_str!("../../../rules/reference/unknown-condition-key.md"),
};

fn run(view: &View<'_, '_, '_>, findings: &mut Vec<Finding>) {
    let unknown = view.keys.iter().filter(|key| key.known.is_none() && !is_of_issuer(key.name));
    findings.extend(unknown.map(|key| finding(view, key)));
}

fn finding(view: &View<'_, '_, '_>, key: &Key<'_, '_, '_>) -> Finding {
    let (prefix, name) = key.name.split_once(':').unwrap_or(("", key.name));
    let service = view.reference.service(prefix);
    let what = match service {
        _ if prefix.eq_ignore_ascii_case("aws") => format!("no global condition key is called `{}`", key.name),
        Some(service) if service.keys().len() == 0 => format!("`{}` has no condition keys of its own", service.prefix()),
        _ if view.reference.has_keys_of(prefix) => format!("`{prefix}` has no condition key `{name}`"),
        _ => format!("no condition key has the prefix `{prefix}`"),
    };
    let meant = meant(view, prefix, name);
    let help = match (&meant, service.and_then(Service::page)) {
        (Some(meant), _) => format!("write `{meant}`, if that is what you mean"),
        (None, Some(page)) => format!("take a key of {page}"),
        (None, None) => "take a key that AWS documents as a global one, or as one of the service".to_owned(),
    };
    let whole = view.reference.has_keys_of(prefix);
    let place = if whole { key.condition.key.span() } else { key.condition.key.span_of(0..prefix.len()) };
    let near = near(view.reference, prefix, name).filter(|near| Some(near) == meant.as_ref());
    Finding {
        fix: near.and_then(|near| view.mender().likely(key.condition.key.span(), &near)),
        severity: view.severity_of_unknown(RULE.severity),
        help: Some(format!("{help}; {}", view.reference.as_of(prefix))),
        ..RULE.finding(
            format!("{what}{}", consequence(view, key)),
            place,
            meant.map_or_else(String::new, |meant| format!("did you mean `{meant}`?")),
        )
    }
}

/// The key that was meant: one that differs in a few letters, or that another service has by that very name.
fn meant(view: &View<'_, '_, '_>, prefix: &str, name: &str) -> Option<String> {
    let may_be_meant = |key: &String| key.starts_with("aws:") || may_be_held(view, key);
    let of_near_service = || {
        let own = nearest(prefix, view.reference.prefixes())?;
        view.reference.key(&format!("{own}:{name}")).map(|_| format!("{own}:{name}"))
    };
    let near = near(view.reference, prefix, name).filter(may_be_meant);
    near.or_else(|| elsewhere(view, name).filter(may_be_meant)).or_else(|| of_near_service().filter(may_be_meant))
}

/// Whether requests for some action of the statement may hold a key, as far as these are told.
fn may_be_held(view: &View<'_, '_, '_>, key: &str) -> bool {
    let mut actions = view.all_actions().peekable();
    actions.peek().is_none() || actions.any(|action| action.takes_key(key))
}

/// The key of this prefix that is nearest to a name.
pub(super) fn near(reference: &Reference, prefix: &str, name: &str) -> Option<String> {
    let is_global = prefix.eq_ignore_ascii_case("aws");
    let own = reference.service(prefix).into_iter().flat_map(Service::keys);
    let known: Vec<String> = if is_global {
        reference::global_keys()
            .filter(|key| !key.global.is_some_and(|global| global.deprecated || global.unsupported))
            .map(|key| key.name.to_string())
            .collect()
    } else {
        own.map(|key| key.name.to_string()).collect()
    };
    let behind = |key: &'_ str| key.split_once(':').map(|(_, name)| name.to_owned());
    let heads: Vec<(String, &String)> =
        known.iter().filter_map(|key| Some((behind(key)?.trim_end_matches("/${TagKey}").to_owned(), key))).collect();
    let (head, tag) = name.split_once('/').map_or((name, None), |(head, tag)| (head, Some(tag)));
    let near = nearest(head, heads.iter().map(|(head, _)| head.as_str()))?;
    let (_, key) = heads.iter().find(|(head, _)| head == near)?;
    Some(match tag.filter(|tag| !tag.is_empty()) {
        Some(tag) => key.replace("${TagKey}", tag),
        None => (*key).clone(),
    })
}

/// The key of this name that is a global one, one of a service whose actions the statement names, or that of a single service.
fn elsewhere(view: &View<'_, '_, '_>, name: &str) -> Option<String> {
    let global = format!("aws:{name}");
    if view.reference.key(&global).is_some() {
        return Some(global);
    }
    let mut services = view.actions.iter().filter_map(|own| own.meaning.service());
    let of = |service: &Service| {
        let key = format!("{}:{name}", service.prefix());
        service.key(&key).map(|_| key)
    };
    services.find_map(of).or_else(|| {
        let mut all = view.reference.services().filter_map(of);
        all.next().filter(|_| all.next().is_none())
    })
}
