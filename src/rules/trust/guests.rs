//! Statements that take guests and signed-in users alike, and what lets the guests in.

use super::foreign_issuer_key::foreign_keys;
use crate::evaluate::{Context, Truth, compare};
use crate::finding::Label;
use crate::identity::MappingType;
use crate::inventory::{Inventory, Role};
use crate::lint::Facts;
use crate::pattern::Pattern;
use crate::policy::{Comparison, Condition, Operand, Policy, Value};
use crate::reference::identity_pool_host;
use crate::rules::probe::{Door, GUEST, Probe, guest, is_on, pool_probe, signed_in};
use crate::syntax::Text;

/// Stands for a pool that a template names.
const SOME_POOL: &str = "us-east-1:00000000-0000-4000-8000-000000000000";

/// What shows that a statement takes guests as well as signed-in users.
pub(super) struct Both {
    /// A guest's token that gets through.
    pub(super) guest: Probe,
    /// Why no guest can come by such a token today, where the inputs tell: the pool is closed to guests, or its tokens stay inside.
    pub(super) closed: Option<Label>,
}

/// What lets a guest in.
#[derive(Clone, Copy)]
pub(super) enum Cause<'p, 's> {
    /// No condition on `amr`.
    Missing,
    /// A value that is `unauthenticated`.
    Value(&'p Operand<'s>),
    /// A pattern that also matches it.
    Pattern(&'p Operand<'s>),
    /// An operator that holds whatever the way of signing in, or for all but some.
    Operator(&'p Condition<'s>),
}

/// Whether a statement takes guests and signed-in users of one identity pool. Not for a role that is a pool's role for guests
/// and nothing else.
pub(super) fn takes_both(door: &Door<'_, '_>, facts: &Facts<'_, '_>) -> Option<Both> {
    if is_for_guests(facts.inventory, door.role) || is_for_both(facts.inventory, door.role) {
        return None;
    }
    if let Some((policy, index)) = with_some_pool(door) {
        let statement = policy.statements.get(index)?;
        let (guest, own) = (pool_probe(SOME_POOL, &guest()), Door { policy: &policy, statement, ..*door });
        let takes = |login: &_| own.takes(&pool_probe(SOME_POOL, login));
        let is_both = own.takes(&guest) && signed_in(own.policy, own.host, SOME_POOL).iter().any(takes);
        let mut given = facts.inventory.identity_pools.iter().filter_map(|pool| pool.id.known());
        return is_both.then(|| Both { guest, closed: given.find_map(|pool| closed(facts.inventory, pool)) });
    }
    let strange = door.strange_pools(facts).into_iter().map(|(pool, _)| pool);
    let mut found: Option<Both> = None;
    for pool in door.own_pools(facts).into_iter().chain(strange) {
        let guest = pool_probe(&pool, &guest());
        let user = |login: &_| door.takes(&pool_probe(&pool, login));
        if !door.takes(&guest) || !signed_in(door.policy, door.host, &pool).iter().any(user) {
            continue;
        }
        let closed = closed(facts.inventory, &pool);
        // an open pool makes the stronger witness
        if closed.is_none() {
            return Some(Both { guest, closed });
        }
        found = found.or(Some(Both { guest, closed }));
    }
    found
}

/// The policy with some pool in the place of one that a template names: what takes the guests of that takes those of any other that may
/// stand there. `None` where the statement names a pool, or none.
fn with_some_pool<'s>(door: &Door<'_, 's>) -> Option<(Policy<'s>, usize)> {
    let key = door.key("aud");
    let is_open = |own: &Condition<'_>| is_on(own, &key) && !own.values.is_empty() && own.values.iter().all(is_unknown);
    if !door.statement.conditions.iter().any(is_open) || identity_pool_host(SOME_POOL) != door.host {
        return None;
    }
    let index = door.policy.statements.iter().position(|own| std::ptr::eq(own, door.statement))?;
    let mut statements = door.policy.statements.to_vec();
    let own = statements.get_mut(index)?;
    for condition in own.conditions.iter_mut().filter(|own| is_open(own)) {
        for operand in &mut condition.values {
            let text = Text::made(SOME_POOL, operand.pattern.text.span());
            *operand = Operand { pattern: Pattern::new(text, true), value: Value::Text };
        }
    }
    Some((Policy { statements: statements.into(), ..door.policy.clone() }, index))
}

/// Whether nothing is known of a value.
fn is_unknown(own: &Operand<'_>) -> bool {
    own.pattern.text.is_hole()
}

/// What lets a guest in through a statement that takes one: a value that says so counts most.
pub(super) fn cause<'p, 's>(door: &Door<'p, 's>) -> Option<Cause<'p, 's>> {
    let conditions = door.conditions("amr");
    if conditions.is_empty() {
        let is_amr = |key: &str| key.rsplit(':').next().is_some_and(|claim| claim.eq_ignore_ascii_case("amr"));
        let misnamed = foreign_keys(door.statement).iter().any(|(own, _)| own.key.known().is_some_and(is_amr));
        return (!misnamed).then_some(Cause::Missing);
    }
    let causes: Vec<Cause<'p, 's>> = conditions.into_iter().filter_map(cause_in).collect();
    let rank = |cause: &Cause<'_, '_>| match cause {
        Cause::Value(_) => 0,
        Cause::Pattern(_) => 1,
        Cause::Operator(_) | Cause::Missing => 2,
    };
    causes.into_iter().min_by_key(rank)
}

fn cause_in<'p, 's>(condition: &'p Condition<'s>) -> Option<Cause<'p, 's>> {
    let operator = condition.operator?;
    if operator.negated || operator.comparison == Comparison::Null {
        return Some(Cause::Operator(condition));
    }
    let nothing = Context::new();
    let matches = |operand: &&Operand<'_>| compare(operator.comparison, operand, GUEST, &nothing) == Truth::Yes;
    let mut matching: Vec<&Operand<'s>> = condition.values.iter().filter(matches).collect();
    matching.sort_by_key(|operand| operand.pattern.has_wildcard());
    Some(match matching.first() {
        Some(operand) if operand.pattern.has_wildcard() => Cause::Pattern(operand),
        Some(operand) => Cause::Value(operand),
        None => Cause::Operator(condition),
    })
}

/// Whether some pool gives the role to its guests, and nothing gives it to somebody who signed in.
fn is_for_guests(inventory: &Inventory<'_>, role: &Role<'_>) -> bool {
    let is = |named: &Option<Text<'_>>| named.as_ref().and_then(|named| named.known()).is_some_and(|named| role.is(named));
    let guests = inventory.role_maps.iter().any(|map| is(&map.unauthenticated));
    let mappings = inventory.role_maps.iter().flat_map(|map| &map.mappings);
    let rules = mappings.flat_map(|mapping| match &mapping.kind {
        MappingType::Rules(rules) => rules.as_slice(),
        _ => &[],
    });
    let signed_in = inventory.role_maps.iter().any(|map| is(&map.authenticated))
        || inventory.groups.iter().any(|group| is(&group.role))
        || rules.into_iter().any(|rule| rule.role().is_some_and(|named| role.is(named)));
    guests && !signed_in
}

/// Whether some pool gives the role to guests and to signed-in users by its settings: then those are what to mend.
fn is_for_both(inventory: &Inventory<'_>, role: &Role<'_>) -> bool {
    let is = |named: &Option<Text<'_>>| named.as_ref().and_then(|named| named.known()).is_some_and(|named| role.is(named));
    inventory.role_maps.iter().any(|map| is(&map.unauthenticated) && is(&map.authenticated))
}

/// What keeps guests of a pool from calling STS themselves, as far as the inputs tell.
fn closed(inventory: &Inventory<'_>, pool: &str) -> Option<Label> {
    let own = inventory.identity_pools.iter().find(|own| own.id.known() == Some(pool))?;
    if let Some(off) = own.guests.filter(|guests| !guests.value) {
        return Some(Label::new(off.span, "guest access is off"));
    }
    if let Some(off) = own.classic.filter(|classic| !classic.value) {
        return Some(Label::new(off.span, "the classic flow is off"));
    }
    let mapping = inventory.role_map(own)?.mappings.first()?;
    Some(Label::new(mapping.provider.span(), "role mappings close the classic flow"))
}
