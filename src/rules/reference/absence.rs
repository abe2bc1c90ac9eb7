//! What a condition comes to where no request holds its key.

use super::view::{Key, View};
use crate::evaluate::{Context, Truth, judge};
use crate::policy::Effect;

/// Whether a condition holds where the request does not hold its key; `None` where AWS does not say.
pub(super) fn holds_without(key: &Key<'_, '_, '_>) -> Option<bool> {
    match judge(key.condition, &Context::new()) {
        Truth::Yes => Some(true),
        Truth::No => Some(false),
        Truth::Unknown(_) => None,
    }
}

/// What comes of it for the statement, as the end of a sentence.
pub(super) fn consequence(view: &View<'_, '_, '_>, key: &Key<'_, '_, '_>) -> &'static str {
    match (holds_without(key), view.has_effect(Effect::Deny)) {
        (Some(false), false) => ", so the statement allows nothing",
        (Some(false), true) => ", so the statement never denies anything",
        (Some(true), false) => ", so the condition always holds and guards nothing",
        (Some(true), true) => ", so the condition always holds and the statement denies more than it seems to",
        (None, _) => "",
    }
}
