//! Guests who get a role by the classic flow, past what Cognito lets guests do.

use super::strength::Scales;
use crate::evaluate::Verdict;
use crate::finding::{Finding, Label, Severity, Witness};
use crate::identity::IdentityPool;
use crate::lint::{Facts, Rule};
use crate::reach::client::{classic_flow, short};
use crate::simulate::{Flow, GateState, Presented, try_assume};

pub(super) static RULE: Rule =
    Rule { name: "unlimited-guest", severity: Severity::High, page: include_str!("../../../rules/cognito/unlimited-guest.md") };

pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    findings.extend(facts.inventory.identity_pools.iter().filter_map(|pool| of_pool(facts, pool)));
}

fn of_pool(facts: &Facts<'_, '_>, pool: &IdentityPool<'_>) -> Option<Finding> {
    let id = pool.id.known()?;
    let guests = pool.guests.filter(|guests| guests.value)?;
    let map = facts.inventory.role_map(pool)?;
    let name = map.unauthenticated.as_ref()?.known()?;
    let role = facts.inventory.role(name)?;
    let token = Presented::guest(id);
    let takes = try_assume(role.trust.as_ref()?, Some(name), &token, Flow::Classic, &[]).verdict;
    let gate =
        classic_flow(facts.world(), id).filter(|gate| gate.state == GateState::Pass && matches!(takes, Verdict::Allowed(_)))?;
    let more = Scales::of_guest(id).beyond_guests(role)?;
    let message = format!(
        "a guest who takes `{}` by the classic flow may do {}, which Cognito keeps guests of the enhanced flow from",
        short(name),
        more.request
    );
    let mut finding = RULE.finding(message, more.place, "not cut down for guests");
    finding.related.push(Label::new(guests.span, "guests get in"));
    finding.related.extend(gate.places);
    if pool.classic.is_none() {
        finding.related.push(Label::new(pool.mark, "no `AllowClassicFlow`: it is open"));
    }
    finding.help = Some("set `AllowClassicFlow` to `false`, and take out of the role what guests are not to do".to_owned());
    let who = format!("a guest, who in the classic flow names `{}`", short(name));
    finding.witness = Some(Witness { who, claims: token.claims.to_json() });
    Some(finding)
}
