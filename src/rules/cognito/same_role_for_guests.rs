//! One role for guests and for signed-in users.

use crate::evaluate::Verdict;
use crate::finding::{Finding, Label, Severity, Witness};
use crate::lint::{Facts, Rule};
use crate::simulate::{Flow, Presented, try_assume};

pub(super) static RULE: Rule = Rule {
    name: "same-role-for-guests",
    severity: Severity::Medium,
    page: include_str!("../../../rules/cognito/same-role-for-guests.md"),
};

pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    let inventory = facts.inventory;
    for map in &inventory.role_maps {
        let (Some(users), Some(guests)) = (&map.authenticated, &map.unauthenticated) else { continue };
        let Some(name) = users.known().filter(|name| guests.known() == Some(name)) else { continue };
        let pool = inventory.identity_pools.iter().find(|pool| pool.id.known().is_some() && pool.id.known() == map.pool.known());
        let setting = pool.and_then(|pool| pool.guests);
        let is_off = setting.is_some_and(|setting| !setting.value);
        let mut finding = RULE.finding(
            format!("guests and signed-in users get the same role, `{}`", crate::reach::client::short(name)),
            guests.span(),
            "the role of guests",
        );
        finding.related.push(Label::new(users.span(), "the role of signed-in users"));
        finding.related.extend(
            setting.map(|setting| Label::new(setting.span, if is_off { "no guest gets in today" } else { "guests get in" })),
        );
        if is_off {
            finding.severity = Severity::Low;
        }
        let help = if is_off {
            "take `unauthenticated` out of `Roles`: the day that guests are let in, they get it"
        } else {
            "give guests a role of their own that may do less, and let each trust policy ask for the way of signing in"
        };
        finding.help = Some(help.to_owned());
        let trust = inventory.role(name).and_then(|role| role.trust.as_ref()).filter(|_| !is_off);
        let token = map.pool.known().map(Presented::guest);
        finding.witness = trust.zip(token).and_then(|(trust, token)| {
            let takes = matches!(try_assume(trust, Some(name), &token, Flow::Enhanced, &[]).verdict, Verdict::Allowed(_));
            takes.then(|| Witness { who: "a guest".to_owned(), claims: token.claims.to_json() })
        });
        findings.push(finding);
    }
}
