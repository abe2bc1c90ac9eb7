//! Policies that AWS manages, by their names, where a role has them and their document was not given.

use super::{everything, exception};
use crate::arn::Arn;
use crate::finding::Finding;
use crate::lint::{Facts, Rule};
use crate::rules::escalation;

/// Those that make their holder the master of the account, or nearly.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_job-functions.html>
static KNOWN: [(&str, &Rule, &str); 3] = [
    ("AdministratorAccess", &everything::ALL, "allows everything"),
    ("IAMFullAccess", &escalation::PRIVILEGE, "lets it give itself any right of the account"),
    ("PowerUserAccess", &exception::RULE, "allows every action but those of IAM, of organizations and of accounts"),
];

pub(in crate::rules) fn find(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    for role in facts.inventory.roles.iter().filter(|role| role.boundary.is_none()) {
        for own in &role.unread {
            let Some(arn) = own.known().and_then(Arn::parse).filter(|arn| arn.account == "aws") else { continue };
            let Some((name, rule, what)) = KNOWN.iter().find(|(name, ..)| arn.resource.strip_prefix("policy/") == Some(name))
            else {
                continue;
            };
            findings.push(Finding {
                help: Some(
                    "attach a policy that lists what is used, or keep this to one role that only administrators may take"
                        .to_owned(),
                ),
                ..rule.finding(format!("`{}` has `{name}`, which {what}", role.name.shown()), own.span(), "attached")
            });
        }
    }
}
