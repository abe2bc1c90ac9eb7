//! What an undecided answer hangs on, in words.

use std::borrow::Cow;

use crate::evaluate::{Gap, GapReason, Trace};
use crate::pattern::Pattern;
use crate::source::SourceId;
use crate::source::Span;

/// One clause on what is missing, and how to give it where it can be given.
pub(super) fn words(gap: Gap, trace: &Trace<'_, '_>) -> String {
    match gap.reason {
        GapReason::Hole => "it hangs on a value that is filled in later".to_owned(),
        GapReason::Caller => "what is said of the caller does not tell whether this principal is it".to_owned(),
        GapReason::Policy if gap.span.source == SourceId::NONE => {
            "the policy of the resource itself was not given, and it must allow".to_owned()
        }
        GapReason::Policy => "it hangs on a policy that is not known here".to_owned(),
        GapReason::Undocumented(id) => format!("AWS does not document what holds here (`{id}`)"),
        GapReason::Key => match key_at(gap.span, trace) {
            Some(key) => format!("it hangs on `{key}`, which is not known here; give it by `--context {key}=VALUE`"),
            None => "it hangs on a condition key that is not known here; give it by `--context KEY=VALUE`".to_owned(),
        },
    }
}

/// The condition key that is missing, where it is one.
pub(super) fn key<'t>(gap: Gap, trace: &'t Trace<'_, '_>) -> Option<Cow<'t, str>> {
    matches!(gap.reason, GapReason::Key).then(|| key_at(gap.span, trace)).flatten()
}

/// The key of the condition, or of the variable, that stands there.
fn key_at<'t>(span: Span, trace: &'t Trace<'_, '_>) -> Option<Cow<'t, str>> {
    let conditions = || trace.statements.iter().flat_map(|own| &own.conditions).map(|own| own.condition);
    let of_condition = conditions().find(|own| own.key.span() == span).map(|own| own.key.shown());
    of_condition.or_else(|| {
        let resources = trace.statements.iter().filter_map(|own| own.statement.resources.as_ref()).flat_map(|own| &own.list);
        let values = conditions().flat_map(|own| &own.values).map(|value| &value.pattern);
        let mut variables = resources.chain(values).flat_map(Pattern::variables);
        variables.find(|own| own.span == span).map(|own| Cow::Borrowed(&*own.key))
    })
}
