//! Actions on all resources that could be held to some.

use super::{Grant, unnamed};
use crate::finding::{Finding, Label, Severity};
use crate::lint::Rule;
use crate::pattern::{Mode, Unit, matches};
use crate::reference::{Action, Level, Traits, Verb, Yield, yields};
use crate::rules::address::Address;
use crate::rules::view::{Meaning, Named};

pub(super) static PERMISSIONS: Rule = Rule {
    name: "permissions-of-any-resource",
    severity: Severity::Medium,
    page: include_str!("../../../../rules/access/permissions-of-any-resource.md"),
};

pub(super) static DATA: Rule = Rule {
    name: "data-of-any-resource",
    severity: Severity::Medium,
    page: include_str!("../../../../rules/access/data-of-any-resource.md"),
};

pub(super) static CREDENTIALS: Rule = Rule {
    name: "credentials-of-any-resource",
    severity: Severity::Medium,
    page: include_str!("../../../../rules/access/credentials-of-any-resource.md"),
};

pub(super) static ANY: Rule =
    Rule { name: "any-resource", severity: Severity::Low, page: include_str!("../../../../rules/access/any-resource.md") };

pub(super) static LINKED_ROLE: Rule = Rule {
    name: "any-service-linked-role",
    severity: Severity::Low,
    page: include_str!("../../../../rules/access/any-service-linked-role.md"),
};

/// What makes an action on all resources matter, the most first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    /// It decides who may use them.
    Permissions,
    /// It hands out what they hold.
    Data,
    /// It hands out what they sign in with.
    Credentials,
    /// It changes or removes them.
    Write,
    /// It makes, tags, reads or lists them.
    Other,
}

/// An action that is allowed on all of some type.
struct Wide<'v, 'i, 'p, 's> {
    class: Class,
    named: &'v Named<'i, 'p, 's>,
    action: Action<'i>,
    resource: &'v Address<'i, 'p, 's>,
    format: &'i str,
}

/// Tells of the gravest of IAM and of other services, unless the statement was told of as a whole, and of service-linked roles.
pub(super) fn find(grant: &Grant<'_, '_, '_, '_, '_>, is_told: bool, findings: &mut Vec<Finding>) {
    if !grant.has_wide_resource() {
        return;
    }
    // what is of IAM leads on to all else, which may be told in its place; so the others are looked at apart
    let mut gravest: [Option<Wide<'_, '_, '_, '_>>; 2] = [None, None];
    each(grant, |named, action, class| {
        let Some(class) = class else {
            findings.extend(linked_role(grant, named, action));
            return;
        };
        let Some(gravest) = gravest.get_mut(usize::from(is_of_iam(action))).filter(|_| !is_told) else { return };
        if gravest.as_ref().is_some_and(|own| own.class <= class) {
            return;
        }
        let Some((resource, format)) = grant.unlimited(action) else { return };
        if grant.is_allowed(|| (format!("{}:{}", action.service.prefix(), action.name), unnamed(format))) {
            *gravest = Some(Wide { class, named, action, resource, format });
        }
    });
    for own in gravest.iter().flatten() {
        let mut all = 0_usize;
        each(grant, |_, action, class| {
            let is_meant = class.is_some() && is_of_iam(action) == is_of_iam(own.action);
            all += usize::from(is_meant && grant.is_unlimited(action));
        });
        findings.push(tell(own, all.saturating_sub(1)));
    }
}

fn is_of_iam(action: Action<'_>) -> bool {
    action.service.prefix() == "iam"
}

/// Goes over the actions that matter on all resources, each with what makes it matter; and over the one that makes service-linked roles, of
/// which another rule tells.
fn each<'v, 'i, 'p, 's>(
    grant: &Grant<'_, 'v, 'i, 'p, 's>,
    mut look: impl FnMut(&'v Named<'i, 'p, 's>, Action<'i>, Option<Class>),
) {
    let pedantic = grant.facts.is_pedantic(&ANY);
    for named in grant.view.actions.iter().filter(|own| !own.is_whole_service()) {
        let mut look_at = |action: Action<'i>| {
            let traits = action.traits();
            if action.name == "CreateServiceLinkedRole" && action.service.prefix() == "iam" {
                look(named, action, None);
            } else if let Some(class) = class(action, traits)
                // of what reads only that matters which hands something out
                && (pedantic || class < Class::Other && (traits.verb != Verb::Reads || traits.yields.is_some()))
            {
                look(named, action, Some(class));
            }
        };
        match named.meaning {
            Meaning::One(action) => look_at(action),
            Meaning::Several(matching) if Verb::of(matching.pattern) == Verb::Reads && !pedantic => {
                let handed = yields(matching.service.prefix()).iter();
                let handed = handed.filter(|(own, _)| matches(&[Unit::Wild(matching.pattern)], own, Mode::Action));
                handed.filter_map(|(own, _)| matching.service.action(own)).for_each(look_at);
            }
            Meaning::Several(matching) => matching.actions().for_each(look_at),
            _ => {}
        }
    }
}

fn tell(own: &Wide<'_, '_, '_, '_>, others: usize) -> Finding {
    let (rule, severity, what) = match own.class {
        Class::Permissions => (&PERMISSIONS, Severity::Medium, "decides who may use it"),
        Class::Data => (&DATA, Severity::Medium, "hands out what it holds"),
        Class::Credentials => (&CREDENTIALS, Severity::Medium, "hands out credentials"),
        Class::Write => (&ANY, Severity::Low, "changes it"),
        Class::Other => (&ANY, Severity::Style, "is about it"),
    };
    let name = format!("{}:{}", own.action.service.prefix(), own.action.name);
    let kind = own.action.service.forms().iter().find(|form| form.format == own.format).map_or("", |form| form.kind.as_str());
    let further = match others {
        0 => String::new(),
        1 => ", and so is another action on all that it takes".to_owned(),
        _ => format!(", and so are {others} other actions on all that they take"),
    };
    let label = if own.named.text().eq_ignore_ascii_case(&name) { what.to_owned() } else { format!("`{name}` {what}") };
    Finding {
        severity,
        related: vec![Label::new(own.named.span(), label)],
        help: Some(format!("name what it is for: `{name}` takes `{}`", own.format)),
        ..rule.finding(format!("`{name}` is allowed on every `{kind}`{further}"), own.resource.pattern.text.span(), "every one")
    }
}

/// What makes it matter; `None` where another rule tells of it.
fn class(action: Action<'_>, traits: Traits) -> Option<Class> {
    match (traits.yields, traits.level) {
        (Some(Yield::Data), _) => return Some(Class::Data),
        (Some(Yield::Credentials), _) => return Some(Class::Credentials),
        // the reference has some of this level that only read
        (_, Level::PermissionsManagement) if traits.verb != Verb::Reads => {}
        // what is made has its name only then; and logs are written by all
        (_, Level::Write) if traits.verb != Verb::Makes && action.name != "PutLogEvents" => {}
        _ => return Some(Class::Other),
    }
    let prefix = action.service.prefix();
    let is_told = prefix == "sts" || (prefix == "iam" && action.name == "PassRole");
    let class = if traits.level == Level::Write { Class::Write } else { Class::Permissions };
    (!is_told).then_some(class)
}

fn linked_role(grant: &Grant<'_, '_, '_, '_, '_>, named: &Named<'_, '_, '_>, action: Action<'_>) -> Option<Finding> {
    let resource =
        grant.view.resources.iter().find(|own| {
            own.is_every() || own.part(crate::rules::address::RESOURCE).is_some_and(|part| OPEN.contains(&part.text))
        })?;
    let name = format!("iam:{}", action.name);
    grant.is_allowed(|| (name, LINKED.to_owned())).then(|| Finding {
        related: vec![Label::new(resource.pattern.text.span(), "every service's")],
        help: Some("add a condition on `iam:AWSServiceName`, with the services that are used".to_owned()),
        ..LINKED_ROLE.finding(
            format!("{} allows the service-linked role of every service", grant.view.statement.title()),
            named.span(),
            "makes a role for a service",
        )
    })
}

/// The role of a service that nobody named.
const LINKED: &str = "arn:aws:iam::111122223333:role/aws-service-role/unrelated.amazonaws.com/Unrelated";

/// What takes in the service-linked roles of all services.
const OPEN: [&str; 5] =
    ["*", "role/*", "role/aws-service-role/*", "role/aws-service-role/*/*", "role/aws-service-role/*/AWSServiceRoleFor*"];
