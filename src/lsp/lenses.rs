//! What can be asked of a role, above its trust policy.

use gen_lsp_types::{CodeLens, Command, Range as Place};
use serde_json::json;

use super::documents::Document;
use super::view::Places;
use crate::lint::Facts;
use crate::source::SourceId;

/// Who can take a role: arguments are the URI of a document, and the role.
pub(super) const WHO: &str = "rolecall.who";
/// What comes of a sign-in: arguments are the URI of a document, the role and, optionally, the path or URI of a token or of claims, or claims.
pub(super) const SIMULATE: &str = "rolecall.simulate";
/// The page of a rule: the argument is its name.
pub(super) const EXPLAIN: &str = "rolecall.explain";

/// All commands.
pub(super) const COMMANDS: [&str; 3] = [WHO, SIMULATE, EXPLAIN];

/// What can be asked of the role of a trust policy.
#[derive(Debug)]
pub(super) struct Lens {
    /// Where the policy starts.
    mark: Place,
    /// The policy.
    pub(super) place: Place,
    pub(super) command: Command,
}

/// The lenses of a text: two for each trust policy in it.
pub(super) fn lenses(id: SourceId, document: &Document, facts: &Facts<'_, '_>, places: &Places<'_>) -> Vec<Lens> {
    let own = facts.trust_policies().filter(|(_, trust)| trust.mark.source == id);
    let lenses = own.flat_map(|(role, trust)| {
        let arguments = vec![json!(document.uri), json!(role.id())];
        let (mark, place) = (places.range(trust.mark), places.range(trust.range));
        [(WHO, "who can take this role"), (SIMULATE, "simulate with token…")].map(|(command, title)| Lens {
            mark,
            place,
            command: Command {
                title: title.to_owned(),
                command: command.to_owned(),
                arguments: Some(arguments.clone()),
                tooltip: None,
            },
        })
    });
    lenses.collect()
}

impl Lens {
    pub(super) fn shown(&self) -> CodeLens {
        CodeLens { range: self.mark, command: Some(self.command.clone()), data: None }
    }
}
