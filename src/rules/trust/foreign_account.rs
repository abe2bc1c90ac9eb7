//! Accounts that may take a role, and whose they are.

use crate::arn::{Arn, is_account_id};
use crate::evaluate::{Caller, Truth, Verdict};
use crate::finding::Witness;
use crate::inventory::Role;
use crate::lint::Facts;
use crate::policy::{Effect, Policy, Principal, PrincipalKind, Statement};
use crate::rules::probe::{call, principals_of, put, storable, stranger, takes};
use crate::simulate::Judgement;

/// A principal of an account other than the role's own.
#[derive(Clone, Copy)]
pub(super) struct Foreigner<'p, 's> {
    pub(super) role: &'p Role<'s>,
    policy: &'p Policy<'s>,
    pub(super) statement: &'p Statement<'s>,
    pub(super) principal: &'p Principal<'s>,
    name: &'p str,
    /// The account.
    pub(super) account: &'p str,
    /// Whether all of the account is meant.
    pub(super) is_whole: bool,
}

/// Whose an account is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    /// The user's own.
    Own,
    /// One of the partners that the user named.
    Partner,
    /// Somebody else's, since the user named the own ones.
    Other,
    /// Not told.
    Unknown,
}

/// Each principal of another account in a statement that allows.
pub(super) fn foreigners<'i, 's>(facts: &Facts<'i, 's>) -> Vec<Foreigner<'i, 's>> {
    let mut all = Vec::new();
    for (role, policy) in storable(facts) {
        let own = facts.inventory.account_of_role(role);
        for statement in policy.with_effect(Effect::Allow) {
            for (principal, name) in principals_of(statement, PrincipalKind::Aws) {
                let Some((account, is_whole)) = account_of(name) else { continue };
                if own != Some(account) {
                    all.push(Foreigner { role, policy, statement, principal, name, account, is_whole });
                }
            }
        }
    }
    all
}

impl Foreigner<'_, '_> {
    /// Whose the account is.
    pub(super) fn owner(&self, facts: &Facts<'_, '_>) -> Owner {
        let trust = &facts.config.trust;
        let lists = |list: &[String]| list.iter().any(|own| own == self.account);
        match () {
            () if lists(&trust.own_accounts) => Owner::Own,
            () if lists(&trust.partners) => Owner::Partner,
            () if !trust.own_accounts.is_empty() => Owner::Other,
            () => Owner::Unknown,
        }
    }

    /// Whether the statement lets this principal in, with an external id or without. What nobody knows of the call keeps him out.
    pub(super) fn gets_in(&self, external_id: Option<&str>) -> bool {
        self.put(external_id, takes)
    }

    /// Whether it may be that the statement lets this principal in.
    pub(super) fn may_get_in(&self) -> bool {
        self.put(Some("made-up"), |judgement, statement| {
            let mut own = judgement.trace.statements.iter().filter(|trace| std::ptr::eq(trace.statement, statement));
            !matches!(judgement.verdict, Verdict::Denied(_))
                && own.any(|trace| trace.principal == Truth::Yes && trace.action == Truth::Yes)
        })
    }

    /// The call by which this principal gets in.
    pub(super) fn witness(&self, external_id: Option<&str>) -> Witness {
        let (who, arn) = (format!("a role of account {}", self.account), self.arn());
        let context = stranger(&arn, self.account, external_id);
        call(self.role, self.policy, (&who, &arn, "sts:AssumeRole"), &context)
    }

    fn arn(&self) -> String {
        if self.is_whole { format!("arn:aws:iam::{}:role/somebody", self.account) } else { self.name.to_owned() }
    }

    fn put<T>(&self, external_id: Option<&str>, look: impl FnOnce(&Judgement<'_, '_>, &Statement<'_>) -> T) -> T {
        let arn = self.arn();
        let context = stranger(&arn, self.account, external_id);
        let judgement = put(self.role, self.policy, (Caller::Aws(&arn), "sts:AssumeRole"), &context);
        look(&judgement, self.statement)
    }
}

/// The account of a principal, and whether all of it is meant.
fn account_of(name: &str) -> Option<(&str, bool)> {
    if let Some(account) = Some(name).filter(|own| is_account_id(own)) {
        return Some((account, true));
    }
    let arn = Arn::parse(name)?;
    Some((Some(arn.account).filter(|own| is_account_id(own))?, arn.resource == "root"))
}
