//! A role's own tag that stands in for a session tag: for whoever's token lacks the claim.

use super::pool_roles::pool_roles;
use super::shared_group_trust::logins;
use super::user_writable_tag::use_of_tag;
use crate::evaluate::Verdict;
use crate::finding::{Finding, Label, Severity, Witness};
use crate::identity::{IdentityPool, TagMap};
use crate::lint::{Facts, Rule};
use crate::simulate::{Flow, Presented, try_assume};

pub(super) static RULE: Rule =
    Rule { name: "role-tag-shows", severity: Severity::High, page: include_str!("../../../rules/cognito/role-tag-shows.md") };

pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    for pool in &facts.inventory.identity_pools {
        let Some(id) = pool.id.known() else { continue };
        for map in facts.inventory.tag_maps.iter().filter(|map| map.pool.known() == Some(id)) {
            of_map(facts, (pool, id), map, findings);
        }
    }
}

fn of_map(facts: &Facts<'_, '_>, (pool, id): (&IdentityPool<'_>, &str), map: &TagMap<'_>, findings: &mut Vec<Finding>) {
    let Some(provider) = map.provider.known().filter(|_| map.defaults.is_none_or(|defaults| !defaults.value)) else { return };
    let host = provider.split_once(":oidc-provider/").map_or(provider, |(_, host)| host);
    let Some((host, user)) = logins(pool).find(|(own, _)| own == host) else { return };
    for (name, role, trust) in pool_roles(facts.inventory, pool) {
        for (tag, claim) in &map.tags {
            let (Some(key), Some(from)) = (tag.known(), claim.known()) else { continue };
            let own = role.tags.iter().find(|(own, _)| own.known().is_some_and(|own| own.eq_ignore_ascii_case(key)));
            let Some((own, value)) = own.filter(|_| !ALWAYS.contains(&from)) else { continue };
            let others: Vec<(&str, &str)> =
                map.tags.iter().filter_map(|(tag, _)| Some((tag.known().filter(|other| *other != key)?, "example"))).collect();
            let token = Presented::signed_in_by(id, &host, &user).with_tags(&others);
            if !matches!(try_assume(trust, Some(name), &token, Flow::Enhanced, &[]).verdict, Verdict::Allowed(_)) {
                continue;
            }
            let hanging = use_of_tag(role, trust, key);
            let mut finding = RULE.finding(
                format!(
                    "a user whose token has no `{from}` gets the role's own tag in its place: `{key}` is then `{}`",
                    value.shown()
                ),
                own.span(),
                "shows where the claim is missing",
            );
            finding.related.push(Label::new(claim.span(), "makes the session tag"));
            finding.related.extend(hanging.map(|span| Label::new(span, "hangs on the tag")));
            if hanging.is_none() {
                finding.severity = Severity::Low;
            }
            finding.help = Some(format!(
                "take the tag off the role, or let its trust policy ask for the session tag: `StringLike` on `aws:RequestTag/{key}`"
            ));
            finding.witness = Some(Witness { who: format!("a user without `{from}`"), claims: token.claims.to_json() });
            findings.push(finding);
        }
    }
}

/// Claims that every token holds.
const ALWAYS: [&str; 6] = ["sub", "aud", "iss", "exp", "iat", "cognito:username"];
