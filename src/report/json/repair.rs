//! What would let a token in, for programs.

use serde_json::{Value, json};

use super::place;
use crate::finding::Edit;
use crate::repair::Repair;
use crate::source::Sources;

/// A repair: its edits with what stands there and what to put there, and who else gets in.
pub(super) fn repair(repair: &Repair, sources: &Sources) -> Value {
    json!({
        "side": repair.side.name(),
        "words": repair.words,
        "edits": repair.edits.iter().map(|own| edit(own, sources)).collect::<Vec<_>>(),
        "admits": repair.admits.iter().map(|own| json!({ "who": own.who, "stranger": own.stranger })).collect::<Vec<_>>(),
    })
}

fn edit(edit: &Edit, sources: &Sources) -> Value {
    json!({ "place": place(edit.span, sources), "old": sources.slice(edit.span), "new": edit.text })
}
