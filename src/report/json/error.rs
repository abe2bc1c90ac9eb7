//! What may be behind an error message, for programs.

use serde_json::{Value, json};

use super::{VERSION, page};
use crate::reference::{self, KnownError};

/// What is known of an error. `title` is the text of it that was met.
pub fn error(error: &KnownError, title: &str) -> String {
    page(&json!({ "version": VERSION, "asOf": reference::errors_date(), "text": title, "error": known(error) }))
}

fn known(error: &KnownError) -> Value {
    let causes = error.causes.iter().map(|cause| json!({ "id": cause.id, "words": cause.words, "check": cause.check }));
    json!({
        "id": error.id,
        "saidBy": error.said_by,
        "exceptions": error.exceptions,
        "calls": error.calls,
        "gates": error.gates,
        "texts": error.texts,
        "about": error.about,
        "causes": causes.collect::<Vec<_>>(),
        "sources": error.sources,
    })
}
