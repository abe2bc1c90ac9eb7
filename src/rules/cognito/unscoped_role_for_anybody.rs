//! A role that anybody on earth gets, and that is not limited to named things.

use super::grants::{Grant, Holder, grants};
use super::pool_role_takes_over::power;
use super::strength::Scales;
use crate::arn::Arn;
use crate::finding::{Finding, Label, Severity};
use crate::identity::IdentityPool;
use crate::lint::{Facts, Rule};
use crate::reach::client::{pool_clients, short};
use crate::source::Span;

pub(super) static RULE: Rule = Rule {
    name: "unscoped-role-for-anybody",
    severity: Severity::High,
    page: include_str!("../../../rules/cognito/unscoped-role-for-anybody.md"),
};

pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    let clients = pool_clients(facts.world());
    for pool in &facts.inventory.identity_pools {
        for grant in grants(facts, &clients, pool).into_iter().filter(Grant::is_for_anybody) {
            // who rules the account is told of once
            let found = if power(pool, &grant).is_some() { None } else { reach(pool, &grant) };
            let Some((action, what, place)) = found else { continue };
            let mut finding = RULE.finding(
                format!(
                    "{} gets `{}`, which allows `{action}` on {what}",
                    grant.who,
                    short(grant.given.known().unwrap_or_default())
                ),
                place,
                "not limited to named things",
            );
            finding.related.push(Label::new(grant.given.span(), "the role is given here"));
            finding.related.extend(grant.open);
            finding.witness = grant.witness;
            finding.help = Some(match grant.holder {
                Holder::Guest => "name the resources that guests may use in the role's policies, or let no guests in".to_owned(),
                _ => "name the resources in the role's policies, with `${cognito-identity.amazonaws.com:sub}` for what is each user's own; \
                      or give the role to members of a group only"
                    .to_owned(),
            });
            findings.push(finding);
        }
    }
}

/// The first thing that a role may do to what nobody named.
fn reach(pool: &IdentityPool<'_>, grant: &Grant<'_, '_>) -> Option<(&'static str, &'static str, Span)> {
    let id = pool.id.known()?;
    let arn = Arn::parse(grant.given.known()?)?;
    let region = id.split(':').next()?;
    let scales = if grant.holder == Holder::Guest { Scales::of_guest(id) } else { Scales::new(id) };
    REQUESTS.iter().find_map(|(action, form, what)| {
        let resource = form.replace("{p}", arn.partition).replace("{a}", arn.account).replace("{r}", region);
        let place = scales.allowed(grant.role, action, &resource)?;
        let is_left = grant.holder != Holder::Guest || scales.leaves_guests(action, &resource);
        is_left.then_some((*action, *what, place))
    })
}

/// Requests for what nobody named, the worst first.
const REQUESTS: [(&str, &str, &str); 11] = [
    ("secretsmanager:GetSecretValue", "arn:{p}:secretsmanager:{r}:{a}:secret:unrelated-7f3c-AbCdEf", "every secret"),
    ("ssm:GetParameter", "arn:{p}:ssm:{r}:{a}:parameter/unrelated-7f3c", "every parameter"),
    ("kms:Decrypt", "arn:{p}:kms:{r}:{a}:key/7f3c0000-aaaa-4bbb-8ccc-000000000001", "every key"),
    ("s3:PutObject", "arn:{p}:s3:::unrelated-7f3c/unrelated-7f3c", "every bucket"),
    ("s3:GetObject", "arn:{p}:s3:::unrelated-7f3c/unrelated-7f3c", "every bucket"),
    ("dynamodb:PutItem", "arn:{p}:dynamodb:{r}:{a}:table/unrelated-7f3c", "every table"),
    ("dynamodb:GetItem", "arn:{p}:dynamodb:{r}:{a}:table/unrelated-7f3c", "every table"),
    ("dynamodb:Scan", "arn:{p}:dynamodb:{r}:{a}:table/unrelated-7f3c", "every table"),
    ("lambda:InvokeFunction", "arn:{p}:lambda:{r}:{a}:function:unrelated-7f3c", "every function"),
    ("sqs:ReceiveMessage", "arn:{p}:sqs:{r}:{a}:unrelated-7f3c", "every queue"),
    ("logs:GetLogEvents", "arn:{p}:logs:{r}:{a}:log-group:unrelated-7f3c:log-stream:unrelated-7f3c", "every log"),
];
