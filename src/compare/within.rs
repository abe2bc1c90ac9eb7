//! Whether another form of one policy is no wider: it allows nothing more, and denies no less.

use super::Means;
use super::ask::{among, everything};
use super::same::{Forms, form};
use crate::policy::{Effect, Policy, Statement};
use crate::prove::{Proof, Question, prove};
use crate::source::Sources;

/// Whether it is shown of a policy that its new form allows nothing that the old one does not, and denies all that the old one does. What
/// is wrong with the grammar, so that AWS would refuse it, is left aside: that of the old form is what was to be mended.
pub fn is_within(old: &Policy<'_>, new: &Policy<'_>, means: Means<'_>) -> bool {
    let [old, new] = [old, new].map(|policy| Policy { faults: Vec::new(), ..policy.clone() });
    let forms = Forms::of(&[&new], means.sources);
    if forms.are_within(&Forms::of(&[&old], means.sources)) {
        return true;
    }
    // what is filled in later may be a Deny
    if old.later.is_some() {
        return false;
    }
    let holds = |question: &Question<'_, '_>| matches!(prove(question, means.reference, means.budget), Proof::Holds);
    let all = everything(old.kind);
    let among = among([&old, &new].into_iter(), means.reference);
    let denies_it = |own: &Statement<'_>| {
        let effect = own.effect.map(|(effect, _)| effect);
        if effect == Some(Effect::Allow) || forms.deny(&form(&old, own, means.sources)) {
            return true;
        }
        let alone = Policy { statements: vec![own.clone()].into(), later: None, ..old.clone() };
        let question = Question { allowed_by: vec![all, &new], not_by: vec![all, &alone], among: among.clone() };
        effect.is_some() && holds(&question)
    };
    old.statements.iter().all(denies_it) && holds(&Question { allowed_by: vec![&new], not_by: vec![&old], among: among.clone() })
}

/// Whether two policies, each with the texts that it was read from, have the same statements.
pub fn has_same_statements(one: (&Policy<'_>, &Sources), other: (&Policy<'_>, &Sources)) -> bool {
    let forms = |(policy, sources): (&Policy<'_>, &Sources)| Forms::of(&[policy], sources);
    forms(one).has_statements_of(&forms(other))
}
