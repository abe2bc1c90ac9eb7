//! Requests for one of the actions of a statement.

use crate::pattern::Pattern;
use crate::policy::Statement;
use crate::prove::{Among, Budget, Proof, Question, Witness, prove_each};
use crate::reference::{Action, Reference};
use crate::rules::reference::never_holds;

/// A request that a statement allows, for one of its actions that is wanted.
pub(in crate::rules) fn by_action<'q, 's>(
    statement: &Statement<'s>,
    question: &Question<'q, 's>,
    reference: &Reference,
    wanted: &dyn Fn(Action<'_>) -> bool,
) -> Option<Box<Witness<'q, 's>>> {
    let listed = statement.actions.as_ref().filter(|own| !own.negated)?.list.iter().filter_map(Pattern::plain);
    let named = listed.filter_map(|text| {
        let (prefix, name) = text.split_once(':')?;
        let service = reference.service(prefix)?;
        let own = service.action(name).filter(|own| wanted(*own));
        let own = own.or_else(|| service.matching(name).actions().find(|own| wanted(*own)))?;
        Some(format!("{}:{}", service.prefix(), own.name))
    });
    named.take(MOST_ACTIONS).find_map(|action| {
        let among = Among { action: Some(action), ..question.among.clone() };
        let proofs = prove_each(&Question { among, ..question.clone() }, reference, Budget::default());
        proofs.into_iter().find_map(|(own, proof)| match proof {
            Proof::Witness(witness) if std::ptr::eq(own, statement) => Some(witness),
            _ => None,
        })
    })
}

/// A request that a statement allows and that there can be, where one is known to be allowed: of an action that comes with the keys which the
/// request has to hold. None where no action of the statement does.
pub(in crate::rules) fn possible<'q, 's>(
    witness: Box<Witness<'q, 's>>,
    statement: &Statement<'s>,
    question: &Question<'q, 's>,
    reference: &Reference,
) -> Option<Box<Witness<'q, 's>>> {
    let comes_with =
        |action: Action<'_>, own: &Witness<'_, '_>| own.context.iter().all(|(key, _)| !never_holds(reference, action, key));
    let can_be = |own: &Witness<'_, '_>| reference.action(&own.action).is_none_or(|action| comes_with(action, own));
    if can_be(&witness) {
        return Some(witness);
    }
    let other = by_action(statement, question, reference, &|action| comes_with(action, &witness)).filter(|own| can_be(own));
    // what stands for actions of all services may stand for one that was not tried
    let is_told = statement.actions.as_ref().is_some_and(|own| !own.negated && own.list.iter().all(is_of_service));
    other.or_else(|| (!is_told).then_some(witness))
}

fn is_of_service(pattern: &Pattern<'_>) -> bool {
    pattern.plain().is_some_and(|text| text.contains(':'))
}

/// How many actions of a statement are tried.
const MOST_ACTIONS: usize = 5;
