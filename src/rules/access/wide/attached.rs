//! Policies that AWS manages, by their names, where a role has them and their document was not given.

use super::{everything, exception};
use crate::arn::Arn;
use crate::finding::{Finding, Label};
use crate::inventory::Role;
use crate::lint::{Facts, Rule};
use crate::rules::escalation::{self, Bounded};
use crate::source::Span;

/// A policy that makes its holder the master of the account, or nearly.
struct Known {
    name: &'static str,
    rule: &'static Rule,
    /// What it does.
    what: &'static str,
    within: Within,
}

/// What of it matters within a boundary that does not allow everything.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    /// Any way to more rights.
    Anything,
    /// A way to more rights that needs but this service.
    Service(&'static str),
    /// Nothing.
    Nothing,
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_job-functions.html>
static KNOWN: [Known; 3] = [
    Known { name: "AdministratorAccess", rule: &everything::ALL, what: "allows everything", within: Within::Anything },
    Known {
        name: "IAMFullAccess",
        rule: &escalation::PRIVILEGE,
        what: "lets it give itself any right of the account",
        within: Within::Service("iam"),
    },
    Known {
        name: "PowerUserAccess",
        rule: &exception::RULE,
        what: "allows every action but those of IAM, of organizations and of accounts",
        within: Within::Nothing,
    },
];

const HELP: &str = "attach a policy that lists what is used, or keep this to one role that only administrators may take";

pub(in crate::rules) fn find(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    for role in &facts.inventory.roles {
        for own in &role.unread {
            let Some(arn) = own.known().and_then(Arn::parse).filter(|arn| arn.account == "aws") else { continue };
            let is_it = |known: &&Known| arn.resource.strip_prefix("policy/") == Some(known.name);
            let Some(known) = KNOWN.iter().find(is_it) else { continue };
            match (&role.boundary, role.limit.as_deref()) {
                (None, _) => findings.push(tell(role, known, own.span(), "")),
                (_, Some(limit)) => findings.extend(
                    Bounded::of(role, limit, facts.reference).and_then(|bounded| find_within(role, known, own.span(), &bounded)),
                ),
                // what a role may do within a boundary that was not given nobody can tell
                (Some(_), None) => {}
            }
        }
    }
}

fn find_within(role: &Role<'_>, known: &Known, attached: Span, bounded: &Bounded<'_, '_>) -> Option<Finding> {
    let way = |service| Some(Finding { help: Some(HELP.to_owned()), ..bounded.way(service, attached)? });
    if let Within::Service(service) = known.within {
        return way(Some(service));
    }
    let Some(everything) = bounded.everything() else {
        return if known.within == Within::Anything { way(None) } else { None };
    };
    let rest =
        if bounded.denies() { ", and its boundary leaves it all but what is denied" } else { ", and so does its boundary" };
    let related = vec![Label::new(everything, "the boundary")];
    Some(Finding { related, ..tell(role, known, attached, rest) })
}

fn tell(role: &Role<'_>, known: &Known, attached: Span, rest: &str) -> Finding {
    let message = format!("`{}` has `{}`, which {}{rest}", role.name.shown(), known.name, known.what);
    Finding { help: Some(HELP.to_owned()), ..known.rule.finding(message, attached, "attached") }
}
