//! What an editor can do about a finding.

use gen_lsp_types::{CodeAction, CodeActionKind, Command, Diagnostic, Range as Place, WorkspaceEdit};
use serde_json::json;

use super::Looked;
use super::lenses::EXPLAIN;
use super::view::{Places, View};
use crate::finding::Finding;
use crate::fix::{Chosen, together};
use crate::report::text;
use crate::source::SourceId;

/// The kind of the action that makes all safe fixes of a document.
pub(super) const FIX_ALL: &str = "source.fixAll.rolecall";

/// What mends a finding.
#[derive(Debug)]
pub(super) struct Remedy {
    /// The place of its diagnostic in the list.
    at: usize,
    what: String,
    safe: bool,
    edit: WorkspaceEdit,
}

/// What mends these findings, where it can be made in the texts as they are.
pub(super) fn remedies(findings: &[&Finding], looked: &Looked<'_, '_, '_>, places: &Places<'_>) -> Vec<Remedy> {
    let fixed = findings.iter().enumerate().filter_map(|(at, finding)| Some((at, finding.fix.as_ref()?)));
    let can_be_made = fixed.filter(|(_, fix)| fix.edits.iter().all(|edit| (looked.is_as_read)(edit.span.source)));
    let remedy = |(at, fix): (usize, &crate::finding::Fix)| Remedy {
        at,
        what: text::escape(&fix.what).into_owned(),
        safe: fix.safe,
        edit: places.edit(&fix.edits),
    };
    can_be_made.map(remedy).collect()
}

/// All safe fixes of a text that can be made at once.
pub(super) fn fix_all(id: SourceId, looked: &Looked<'_, '_, '_>, places: &Places<'_>) -> Option<WorkspaceEdit> {
    let is_own = |finding: &&Finding| {
        let fix = finding.fix.as_ref().filter(|fix| fix.safe);
        fix.is_some_and(|fix| fix.edits.iter().all(|edit| edit.span.source == id))
    };
    looked.findings.iter().find(is_own)?;
    let may_change = |own: SourceId| own == id && (looked.is_as_read)(own);
    let made = together(looked.findings, looked.facts, Chosen::Safe, may_change);
    let fixes = made.iter().filter_map(|at| looked.findings.get(*at)?.fix.as_ref());
    let mut edits: Vec<_> = fixes.flat_map(|fix| &fix.edits).collect();
    edits.sort_by_key(|edit| edit.span);
    (!edits.is_empty()).then(|| places.edit(edits))
}

/// The actions in a part of a document, of the kinds that are asked for.
pub(super) fn actions(view: &View, place: Place, only: Option<&[CodeActionKind]>) -> Vec<CodeAction> {
    let is_asked = |kind: &str| {
        only.is_none_or(|only| {
            only.iter().any(|own| {
                let own = own.to_string();
                own.is_empty() || kind == own || kind.strip_prefix(&own).is_some_and(|rest| rest.starts_with('.'))
            })
        })
    };
    let mut actions = Vec::new();
    let is_near = |own: &Place| own.start <= place.end && place.start <= own.end;
    if is_asked("quickfix") {
        let touched: Vec<(usize, &Diagnostic)> =
            view.diagnostics.iter().enumerate().filter(|(_, diagnostic)| is_near(&diagnostic.range)).collect();
        for (at, diagnostic) in &touched {
            actions.extend(view.remedies.iter().filter(|remedy| remedy.at == *at).map(|remedy| remedy.action(diagnostic)));
        }
        let mut told: Vec<&str> = Vec::new();
        for (at, diagnostic) in touched {
            let Some(note) = view.notes.get(at).filter(|note| !told.contains(&note.rule)) else { continue };
            told.push(note.rule);
            actions.push(explain(note.rule, diagnostic));
        }
    }
    if let Some(edit) = view.fix_all.as_ref().filter(|_| is_asked(FIX_ALL)) {
        actions.push(CodeAction {
            title: "make all safe fixes of rolecall".to_owned(),
            kind: Some(CodeActionKind::Custom(FIX_ALL.into())),
            edit: Some(edit.clone()),
            ..CodeAction::default()
        });
    }
    // some editors show no lenses
    for lens in view.lenses.iter().filter(|lens| only.is_none() && is_near(&lens.place)) {
        let (title, command) = (lens.command.title.clone(), Some(lens.command.clone()));
        actions.push(CodeAction { title, command, ..CodeAction::default() });
    }
    actions
}

impl Remedy {
    fn action(&self, diagnostic: &Diagnostic) -> CodeAction {
        let doubt = if self.safe { "" } else { " (unsafe: it may change what the policy means)" };
        CodeAction {
            title: format!("{}{doubt}", self.what),
            kind: Some(CodeActionKind::QuickFix),
            diagnostics: Some(vec![diagnostic.clone()]),
            is_preferred: Some(self.safe),
            edit: Some(self.edit.clone()),
            ..CodeAction::default()
        }
    }
}

fn explain(rule: &str, diagnostic: &Diagnostic) -> CodeAction {
    let title = format!("explain {rule}");
    let command =
        Command { title: title.clone(), command: EXPLAIN.to_owned(), arguments: Some(vec![json!(rule)]), tooltip: None };
    CodeAction {
        title,
        kind: Some(CodeActionKind::QuickFix),
        diagnostics: Some(vec![diagnostic.clone()]),
        command: Some(command),
        ..CodeAction::default()
    }
}
