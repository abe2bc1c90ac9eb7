//! Which holders of an OIDC issuer's tokens take a role: strangers, more than one name, more than one circumstance.
//!
//! Who gets in is asked of [`reach`](crate::reach), so that no rule here hangs on how a condition is written.

mod cluster;
mod names;
mod several;
mod strangers;
mod wide;

use super::foreign_issuer_key::foreign_keys;
use crate::evaluate::Verdict;
use crate::finding::{Finding, Witness};
use crate::identity::Claims;
use crate::inventory::Role;
use crate::lint::{Facts, Rule};
use crate::policy::{Policy, Statement};
use crate::reach::{Breadth, Distance, Kind, Sample, Taker, holders};
use crate::reference::{self, Issuer};
use crate::rules::probe::{ask, is_on};
use crate::simulate::Presented;
use crate::source::Span;

/// A rule with the function that looks for what it reports among those who get in.
#[derive(Debug)]
pub(in crate::rules) struct Check {
    /// The rule.
    pub(in crate::rules) rule: &'static Rule,
    /// What it says of one kind of holders.
    run: fn(&Opening<'_, '_, '_>) -> Option<Finding>,
}

/// The rules of these.
pub(in crate::rules) static CHECKS: &[Check] = &[
    strangers::ANY_TENANT,
    strangers::ANY_WORKLOAD,
    strangers::ANY_USER,
    names::OPEN_OWNER,
    names::OPEN_MEMBER,
    names::OPEN_ENDED,
    wide::WHOLE_ORGANIZATION,
    wide::ANY_CONTEXT,
    wide::PLAN_CAN_APPLY,
    Check { rule: &several::RULE, run: |_| None },
];

/// A kind of holders of tokens who take a role.
struct Opening<'a, 'i, 's> {
    role: &'i Role<'s>,
    taker: &'a Taker<'i, 's>,
    /// The issuer's host and path.
    host: &'a str,
    breadth: &'a Breadth,
    /// The token of one of them.
    token: &'a Presented,
}

/// The findings of all these rules. Who takes a role is asked once for all of them.
pub(in crate::rules) fn findings(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    let mut all = Vec::new();
    let others = otherwise(facts);
    let filled: Vec<_> = facts.inventory.roles.iter().filter_map(cluster::of_some_cluster).collect();
    let own = facts.inventory.roles.iter().map(|role| (role, true, None));
    let filled = filled.iter().map(|(role, issuer)| (role, false, Some(issuer)));
    for (role, is_own, issuer) in own.chain(others.iter().map(|role| (role, false, None))).chain(filled) {
        let takers = holders(facts.world(), role).takers;
        if takers.is_empty() {
            continue;
        }
        let mut told: Vec<(usize, Finding)> = Vec::new();
        // a condition that names another issuer is that rule's
        let meant = takers.iter().filter(|taker| foreign_keys(taker.statement).is_empty());
        for opening in meant.filter_map(|taker| Opening::of(role, taker)) {
            for finding in CHECKS.iter().filter_map(|check| (check.run)(&opening)) {
                let index = opening.taker.statement.index;
                match told.iter_mut().find(|(own, other)| *own == index && other.rule == finding.rule) {
                    Some((_, other)) if other.primary.span == finding.primary.span => {}
                    // what else of a statement has the same cause
                    Some((_, other)) => other.related.push(finding.primary),
                    None => told.push((index, finding)),
                }
            }
        }
        findings.extend(told.into_iter().map(|(_, finding)| match issuer {
            Some(issuer) => in_words_of(finding, issuer),
            None => finding,
        }));
        if is_own {
            all.push((role, takers));
        }
    }
    several::findings(facts, &all, findings);
}

/// A finding on some cluster, with its issuer as the policy writes it.
fn in_words_of(finding: Finding, issuer: &str) -> Finding {
    let said = |text: String| text.replace(cluster::SOME_CLUSTER, issuer);
    Finding { message: said(finding.message), help: finding.help.map(said), ..finding }
}

/// Roles with the trust policies that they have in other branches of their templates.
fn otherwise<'s>(facts: &Facts<'_, 's>) -> Vec<Role<'s>> {
    let with =
        |role: &Role<'s>, trust: &Policy<'s>| Role { trust: Some(trust.clone()), other_trusts: Vec::new(), ..role.clone() };
    let of = |role: &Role<'s>| role.other_trusts.iter().map(|trust| with(role, trust)).collect::<Vec<_>>();
    facts.inventory.roles.iter().flat_map(of).collect()
}

/// A token of a stranger that gets in by a statement, where every customer of a shared issuer does.
pub(super) fn everybody(facts: &Facts<'_, '_>, role: &Role<'_>, statement: &Statement<'_>) -> Option<Witness> {
    let takers = holders(facts.world(), role).takers;
    let own = takers.iter().filter(|taker| std::ptr::eq(taker.statement, statement));
    let mut openings = own.filter_map(|taker| Opening::of(role, taker));
    openings.find(strangers::are_any_tenants).map(|opening| opening.witness())
}

impl<'a, 'i, 's> Opening<'a, 'i, 's> {
    fn of(role: &'i Role<'s>, taker: &'a Taker<'i, 's>) -> Option<Self> {
        match (&taker.kind, &taker.sample) {
            // to whom the issuer gives a session tag that is asked for, it says itself
            (Kind::Subject { .. }, Sample::Token(token)) if token.further_actions().next().is_some() => None,
            (Kind::Subject { host, breadth }, Sample::Token(token)) => Some(Self { role, taker, host, breadth, token }),
            _ => None,
        }
    }

    fn issuer(&self) -> Option<&'static Issuer> {
        reference::issuer(self.host)
    }

    fn is_issuer(&self, id: &str) -> bool {
        self.issuer().is_some_and(|issuer| issuer.id.starts_with(id))
    }

    fn is_anyone(&self) -> bool {
        self.taker.distance == Distance::Anyone
    }

    /// The condition key of a claim.
    fn key(&self, claim: &str) -> String {
        format!("{}:{claim}", self.host)
    }

    /// "statement 1 lets in whom"
    fn message(&self) -> String {
        format!("{} lets in {}", self.taker.statement.title(), self.taker.who)
    }

    fn witness(&self) -> Witness {
        Witness { who: self.taker.who.clone(), claims: self.token.claims.to_json() }
    }

    fn finding(&self, rule: &Rule, message: String, (span, label): (Span, &str), help: String) -> Finding {
        Finding { help: Some(help), witness: Some(self.witness()), ..rule.finding(message, span, label) }
    }

    /// The value that lets them in, with a label of one's own; or else what there is in its place.
    fn place(&self, label: &'static str) -> (Span, &'static str) {
        if let Some(span) = self.taker.place {
            return (span, label);
        }
        let conditions = &self.taker.statement.conditions;
        let on = |claim: &str| conditions.iter().find(|own| is_on(own, &self.key(claim))).map(|own| own.key.span());
        let hint = HINTS.iter().find_map(|(claim, hint)| Some((on(claim)?, *hint)));
        let other = conditions.iter().find(|own| own.key.known().is_some_and(|key| key.starts_with(self.host)));
        let other = other.map(|own| (own.key.span(), label));
        let own = self.taker.statement.principals.iter().flat_map(|principals| &principals.list);
        let mut own = own.filter(|principal| principal.value.known().is_some_and(|name| name.ends_with(self.host)));
        let principal = own.next().map(|principal| (principal.value.span(), "no condition on the subject"));
        hint.or(other).or(principal).unwrap_or((self.taker.statement.mark, label))
    }

    /// Whether this token gets in by the same trust policy.
    fn takes(&self, token: &Presented) -> bool {
        let Some(policy) = &self.role.trust else { return false };
        matches!(ask(self.role, policy, token).verdict, Verdict::Allowed(_))
    }

    /// Whether more is asked for than whose token it is: who started the job, or which workflow runs in it.
    fn is_narrowed(&self) -> bool {
        const CLAIMS: [&str; 6] = ["job_workflow_ref", "actor", "actor_id", "user_login", "user_id", "user_email"];
        CLAIMS.iter().filter(|claim| self.token.claims.text(claim).is_some()).any(|claim| {
            let mut claims = Claims::new();
            let others = self.token.claims.iter().filter(|(own, _)| own != claim);
            others.for_each(|(own, value)| claims.set(own.to_owned(), value.clone()));
            !self.takes(&Presented::new(self.host, claims))
        })
    }

    /// A subject of the issuer, as its page writes it.
    fn form(&self) -> Option<&'static str> {
        self.issuer()?.subjects.first().map(|form| form.form.as_str())
    }
}

/// What conditions on claims that tell no owner come to.
const HINTS: [(&str, &str); 7] = [
    ("sub", "holds for strangers, too"),
    ("job_workflow_ref", "tells the workflow, not who calls it"),
    ("actor", "tells who started the job, not where"),
    ("actor_id", "tells who started the job, not where"),
    ("user_login", "tells who started the job, not where"),
    ("user_id", "tells who started the job, not where"),
    ("aud", "tells the audience, not whose token it is"),
];
