//! A role of an identity pool that may change who gets which role, or take any other.

use super::grants::{Grant, Holder, grants};
use super::strength::Scales;
use crate::arn::Arn;
use crate::finding::{Finding, Label, Severity};
use crate::identity::IdentityPool;
use crate::lint::{Facts, Rule};
use crate::reach::client::{pool_clients, short};
use crate::source::Span;

pub(super) static RULE: Rule = Rule {
    name: "pool-role-takes-over",
    severity: Severity::High,
    page: include_str!("../../../rules/cognito/pool-role-takes-over.md"),
};

pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    let clients = pool_clients(facts.world());
    for pool in &facts.inventory.identity_pools {
        for grant in grants(facts, &clients, pool) {
            let Some(power) = power(pool, &grant) else { continue };
            let mut finding = RULE.finding(
                format!(
                    "{} gets `{}`, and with it may {}",
                    grant.who,
                    short(grant.given.known().unwrap_or_default()),
                    power.what
                ),
                power.place,
                "allows it",
            );
            finding.related.push(Label::new(grant.given.span(), "the role is given here"));
            finding.severity = if grant.is_for_anybody() { RULE.severity } else { Severity::Medium };
            finding.related.extend(grant.open);
            finding.witness = grant.witness;
            finding.help = Some(format!(
                "take `{}` out of the role, or hold it to resources that give nothing more; what administers the pools is better a \
                 server's role than a user's",
                power.action
            ));
            findings.push(finding);
        }
    }
}

/// What a role may do that makes its holder stronger.
pub(super) struct Power {
    pub(super) action: &'static str,
    what: &'static str,
    place: Span,
}

/// The strongest of what a role may do so. A user whom others chose, such as an administrator, may well administer users.
pub(super) fn power(pool: &IdentityPool<'_>, grant: &Grant<'_, '_>) -> Option<Power> {
    let id = pool.id.known()?;
    let arn = Arn::parse(grant.given.known()?)?;
    let scales = if grant.holder == Holder::Guest { Scales::of_guest(id) } else { Scales::new(id) };
    let region = id.split(':').next()?;
    let fill =
        |form: &str| form.replace("{p}", arn.partition).replace("{a}", arn.account).replace("{r}", region).replace("{any}", ANY);
    let allowed = |action: &str, resource: &str| {
        let place = scales.allowed(grant.role, action, resource)?;
        (grant.holder != Holder::Guest || scales.leaves_guests(action, resource)).then_some(place)
    };
    let of_iam =
        POWERS.iter().find_map(|(action, form, what)| Some(Power { action, what, place: allowed(action, &fill(form))? }));
    let passes = || allowed("iam:PassRole", &fill("arn:{p}:iam::{a}:role/{any}")).is_some();
    let of_pools = || {
        let own = fill(&format!("arn:{{p}}:cognito-identity:{{r}}:{{a}}:identitypool/{id}"));
        let place = allowed("cognito-identity:SetIdentityPoolRoles", &own)?;
        passes().then_some(Power { action: "cognito-identity:SetIdentityPoolRoles", what: "give the pool any other role", place })
    };
    let of_users = || {
        let ids = pool.providers.iter().filter_map(|provider| provider.name.known()?.rsplit('/').next());
        ids.filter(|_| grant.holder != Holder::Chosen).find_map(|user_pool| {
            let own = fill(&format!("arn:{{p}}:cognito-idp:{{r}}:{{a}}:userpool/{user_pool}"));
            OF_USERS.iter().find_map(|(action, what)| Some(Power { action, what, place: allowed(action, &own)? }))
        })
    };
    of_iam.or_else(of_pools).or_else(of_users)
}

/// What nobody named.
const ANY: &str = "unrelated-7f3c";

/// What makes its holder the master of other roles and users, and of which.
const POWERS: [(&str, &str, &str); 8] = [
    ("iam:PutRolePolicy", "arn:{p}:iam::{a}:role/{any}", "write the policies of any role"),
    ("iam:AttachRolePolicy", "arn:{p}:iam::{a}:role/{any}", "attach policies to any role"),
    ("iam:UpdateAssumeRolePolicy", "arn:{p}:iam::{a}:role/{any}", "open any role"),
    ("iam:PutUserPolicy", "arn:{p}:iam::{a}:user/{any}", "write the policies of any user"),
    ("iam:AttachUserPolicy", "arn:{p}:iam::{a}:user/{any}", "attach policies to any user"),
    ("iam:CreateAccessKey", "arn:{p}:iam::{a}:user/{any}", "make access keys of any user"),
    ("iam:CreatePolicyVersion", "arn:{p}:iam::{a}:policy/{any}", "change any policy"),
    ("sts:AssumeRole", "arn:{p}:iam::{a}:role/{any}", "take every role that the account lets its own roles take"),
];

/// What makes its holder the master of the users of a user pool.
const OF_USERS: [(&str, &str); 4] = [
    ("cognito-idp:AdminAddUserToGroup", "put anybody into any group"),
    ("cognito-idp:AdminSetUserPassword", "set the password of any user"),
    ("cognito-idp:AdminUpdateUserAttributes", "write the attributes of any user"),
    ("cognito-idp:CreateIdentityProvider", "let another provider sign users in"),
];
