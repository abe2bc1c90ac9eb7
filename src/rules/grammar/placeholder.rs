//! Placeholders that nobody has filled in: AWS stores them as they stand.

use crate::finding::{Finding, Label};
use crate::lint::Facts;
use crate::policy::Policy;
use crate::syntax::Text;

use super::{MOST_PLACES, UNFILLED_PLACEHOLDER};

/// One finding for each placeholder of a policy, however often it stands there. A policy in which `${…}`, `{{ … }}` or the like stand is
/// a template, of which each placeholder may be filled in.
pub(super) fn findings(facts: &Facts<'_, '_>) -> Vec<Finding> {
    facts.inventory.all_policies().flat_map(|(policy, _)| of_policy(policy)).collect()
}

fn of_policy(policy: &Policy<'_>) -> Vec<Finding> {
    if !policy.has_hole {
        return Vec::new();
    }
    let mut found: Vec<Finding> = Vec::new();
    let mut names: Vec<&str> = Vec::new();
    for hole in texts(policy).flat_map(Text::holes) {
        let name = hole.written.as_ref();
        if is_filled_in(name) {
            return Vec::new();
        }
        let known = names.iter().position(|own| *own == name).and_then(|at| found.get_mut(at));
        if let Some(finding) = known {
            if finding.related.len() < MOST_PLACES {
                finding.related.push(Label::new(hole.span, "and here"));
            }
            continue;
        }
        names.push(name);
        found.push(Finding {
            help: Some("write the value; AWS takes the placeholder for the value itself, which matches nothing".to_owned()),
            ..UNFILLED_PLACEHOLDER.finding(format!("`{name}` is not filled in"), hole.span, "a placeholder")
        });
    }
    found
}

/// Whether a hole is written as a program fills it in, rather than as a page tells people to.
fn is_filled_in(hole: &str) -> bool {
    hole.starts_with(['$', '{', '#', '@', '[', '_']) || ["<%", "%{", "%("].iter().any(|open| hole.starts_with(open))
}

/// All that a policy says, in the order of the text but for the elements of a statement.
fn texts<'p, 's>(policy: &'p Policy<'s>) -> impl Iterator<Item = &'p Text<'s>> {
    let statements = policy.statements.iter().flat_map(|statement| {
        let principals = statement.principals.iter().flat_map(|principals| &principals.list).map(|principal| &principal.value);
        let patterns = statement.actions.iter().chain(&statement.resources).flat_map(|patterns| &patterns.list);
        let conditions = statement.conditions.iter().flat_map(|condition| {
            let values = condition.values.iter().map(|operand| &operand.pattern.text);
            [&condition.operator_text, &condition.key].into_iter().chain(values)
        });
        statement.sid.iter().chain(principals).chain(patterns.map(|pattern| &pattern.text)).chain(conditions)
    });
    policy.id.iter().chain(statements)
}
