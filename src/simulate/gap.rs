//! What an undecided answer hangs on, in words.

use crate::evaluate::{Gap, GapReason, Trace};
use crate::source::SourceId;

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
        GapReason::Key => {
            let conditions = trace.statements.iter().flat_map(|statement| &statement.conditions);
            let key = conditions.map(|own| &own.condition.key).find(|key| key.span() == gap.span);
            match key.map(|key| key.shown()) {
                Some(key) => format!("it hangs on `{key}`, which is not known here; give it by `--context {key}=VALUE`"),
                None => "it hangs on a condition key that is not known here; give it by `--context KEY=VALUE`".to_owned(),
            }
        }
    }
}
