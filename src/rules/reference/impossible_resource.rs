//! Resources that there cannot be: a secret without its random end, a bucket or an object without a name, a domain in place of what it holds.

use super::address::{ACCOUNT, Address, REGION, RESOURCE, SERVICE, Section, UNKNOWN};
use super::view::{Named, View};
use super::{Check, arn_form, malformed_arn};
use crate::finding::{Finding, Severity};
use crate::lint::Rule;
use crate::pattern::{Mode, Unit, matches};
use crate::policy::{Effect, PolicyKind};

pub(super) const CHECK: Check = Check { rule: &RULE, run };

static RULE: Rule = Rule {
    name: "impossible-resource",
    severity: Severity::Medium,
    page: include_str!("../../../rules/reference/impossible-resource.md"),
};

/// Why there is no such resource.
struct Flaw {
    what: &'static str,
    label: &'static str,
    /// A resource, for its sixth part, that was meant.
    example: String,
    /// The sixth part that is to be written.
    meant: String,
    why: &'static str,
    /// Whether hardly anything else was meant.
    likely: bool,
}

fn run(view: &View<'_, '_, '_>, findings: &mut Vec<Finding>) {
    if view.policy.kind != PolicyKind::Trust {
        findings.extend(view.resources.iter().filter_map(|address| finding(view, address)));
    }
}

/// Whether there can be no such resource, as this rule says.
pub(super) fn is_impossible<'i>(view: &View<'i, '_, '_>, address: &Address<'i, '_, '_>) -> bool {
    flaw(view, address).is_some()
}

fn finding<'i>(view: &View<'i, '_, '_>, address: &Address<'i, '_, '_>) -> Option<Finding> {
    let Flaw { what, label, example, meant, why, likely } = flaw(view, address)?;
    let resource = address.part(RESOURCE)?;
    // beside one that takes in what was meant it does no harm
    let service = address.part(SERVICE)?.text;
    let takes_in = |own: &Address<'_, '_, '_>| {
        if own.part(SERVICE).is_some_and(|own| own.is_plain() && own.text != service) {
            return false;
        }
        let part = own.part(RESOURCE).map(|part| matches(&[Unit::Wild(part.text)], &example, Mode::Like));
        own.is_every() || part.unwrap_or_else(|| own.reaches_on())
    };
    if view.resources.iter().any(takes_in) {
        return None;
    }
    let shown = address.pattern.text.shown();
    let written = match (meant.strip_prefix(resource.text), shown.strip_suffix(resource.text)) {
        (Some(more), _) => format!("write `{shown}{more}`"),
        (None, Some(head)) => format!("write `{head}{meant}`"),
        (None, None) => "write it without that".to_owned(),
    };
    let excepts = view.statement.resources.as_ref().is_some_and(|own| own.negated);
    let (vain, severity) = match (excepts, view.has_effect(Effect::Deny)) {
        (false, true) => ("forbids nothing", Severity::High),
        (false, false) => ("allows nothing", RULE.severity),
        (true, true) => ("excepts nothing", RULE.severity),
        (true, false) => ("excepts nothing", Severity::High),
    };
    let whole = address.pattern.text.span();
    let fix = || view.mender().likely(address.start_of(&resource, usize::MAX)?, &meant);
    Some(Finding {
        severity,
        fix: if likely && !resource.text.is_empty() { fix() } else { None },
        help: Some(format!("{written}: {why}")),
        ..RULE.finding(
            format!("`{shown}` stands for no {what}, so it {vain}"),
            if resource.text.is_empty() { whole } else { address.span(&resource) },
            label,
        )
    })
}

fn flaw<'i>(view: &View<'i, '_, '_>, address: &Address<'i, '_, '_>) -> Option<Flaw> {
    let service = address.part(SERVICE).filter(Section::is_plain)?;
    let resource = address.part(RESOURCE)?;
    let flaw = match service.text {
        "secretsmanager" => secret(view, resource.text),
        "s3" if [REGION, ACCOUNT].iter().all(|part| address.part(*part).is_some_and(|part| part.text.is_empty())) => {
            bucket(resource.text).or_else(|| nameless(view, address, &resource, service.text))
        }
        "es" => domain(view, resource.text).or_else(|| nameless(view, address, &resource, service.text)),
        // requests for these name paths, of which an empty part may be one
        "apigateway" | "execute-api" => None,
        service => nameless(view, address, &resource, service),
    };
    // what is no ARN of the service is told as such
    flaw.filter(|_| !address.is_every() && !malformed_arn::is_malformed(address) && !arn_form::is_unknown(view, address))
}

/// A secret whose ARN cannot end with `-` and six letters or digits.
///
/// <https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_iam-permissions.html>
fn secret(view: &View<'_, '_, '_>, text: &str) -> Option<Flaw> {
    let name = text.strip_prefix("secret:").filter(|name| !name.is_empty())?;
    // one that is only made has no random end yet
    let mut actions = view.actions.iter().map(Named::text);
    if ends_as_secret(name) || view.names_actions() && actions.all(|own| own.eq_ignore_ascii_case("secretsmanager:CreateSecret"))
    {
        return None;
    }
    // the key of a JSON value, as ECS takes it, is no part of the ARN
    let own = name.split(':').next().unwrap_or(name);
    let (meant, example) = if own.len() < name.len() && ends_as_secret(own) {
        (format!("secret:{own}"), format!("secret:{own}"))
    } else {
        (format!("secret:{own}-??????"), format!("secret:{own}-a1b2c3"))
    };
    Some(Flaw {
        what: "secret",
        label: if own.len() < name.len() { "more than an ARN" } else { "without the random end" },
        example,
        meant,
        why: "behind the name of a secret its ARN has `-` and six random letters or digits",
        likely: true,
    })
}

/// Whether a name may end with `-` and six letters or digits, wildcards and variables filled in.
fn ends_as_secret(name: &str) -> bool {
    let mut before = name.chars().rev();
    for at in 0..7 {
        match before.next() {
            Some('*' | UNKNOWN) => return true,
            Some('?') => {}
            Some(own) if if at == 6 { own == '-' } else { own.is_ascii_alphanumeric() } => {}
            _ => return false,
        }
    }
    true
}

/// A bucket or an object of it without a name, or with one that no bucket has.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html>
fn bucket(text: &str) -> Option<Flaw> {
    let (bucket, key) = text.split_once('/').map_or((text, None), |(bucket, key)| (bucket, Some(key)));
    if let Some(rest) = text.strip_prefix(['/', ':']).filter(|rest| !rest.is_empty()) {
        return Some(Flaw {
            what: if key.is_some() && text.starts_with(':') { "object" } else { "bucket" },
            label: if text.starts_with(':') { "a colon too many" } else { "no bucket before the `/`" },
            example: rest.replace(['*', '?'], "x"),
            meant: rest.to_owned(),
            why: "the name of the bucket stands behind the third of these colons, and has neither a slash nor a colon",
            likely: !rest.starts_with(['*', '/', ':', '?']),
        });
    }
    (key == Some("") && !bucket.is_empty() && !bucket.ends_with('*')).then(|| Flaw {
        what: "object",
        label: "no key behind the `/`",
        example: format!("{}/x", bucket.replace('?', "x")),
        meant: format!("{bucket}/*"),
        why: "the key of an object has at least one character",
        likely: true,
    })
}

/// A domain of `OpenSearch` beside actions that are about its indexes and APIs alone.
///
/// <https://docs.aws.amazon.com/opensearch-service/latest/developerguide/ac.html#ac-types-resource>
fn domain(view: &View<'_, '_, '_>, text: &str) -> Option<Flaw> {
    let name = text.strip_prefix("domain/").filter(|name| !name.is_empty() && !name.contains(['/', '*', '?', UNKNOWN]))?;
    let begins = |name: &str| name.get(..6).is_some_and(|own| own.eq_ignore_ascii_case("eshttp"));
    let is_of_data = |own: &str| own.split_once(':').is_some_and(|(_, name)| begins(name));
    let is_sure = view.names_actions() && !view.actions.is_empty() && view.actions.iter().map(Named::text).all(is_of_data);
    is_sure.then(|| Flaw {
        what: "index or API of a domain",
        label: "the domain itself",
        example: format!("domain/{name}/x"),
        meant: format!("domain/{name}/*"),
        why: "these actions are about what a domain holds, and ARNs of that go on behind its name",
        likely: true,
    })
}

/// A type without a name behind it. Requests for actions without resource types may be held against such a one, as that for
/// `iam:ListRoles` is against `role/`.
fn nameless<'i>(view: &View<'i, '_, '_>, address: &Address<'i, '_, '_>, resource: &Section<'_>, service: &str) -> Option<Flaw> {
    let text = resource.text;
    if !(text.is_empty() || text.ends_with(['/', ':'])) || !resource.is_plain() {
        return None;
    }
    let service = view.reference.service(service)?;
    let mut actions = view.all_actions().peekable();
    let is_sure = actions.peek().is_some() && actions.all(|action| action.traits().takes_resources && !action.traits().unsure);
    let mut forms = address.forms(service).filter(|_| is_sure).peekable();
    let none = forms.peek().is_some() && forms.all(|form| form.several && form.bare == text);
    none.then(|| Flaw {
        what: "resource",
        label: "no name",
        example: format!("{text}x"),
        meant: format!("{text}*"),
        why: "behind it stands a name, or `*` for all",
        likely: false,
    })
}
