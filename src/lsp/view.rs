//! What is told of a text that is open, in the terms of the editor: made of what was found, and kept until that is looked at again.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use gen_lsp_types::{
    Code, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag, DocumentChange, Edit as Change, Location,
    OptionalVersionedTextDocumentIdentifier, Position, Range as Place, TextDocumentEdit, TextDocumentIdentifier, TextEdit, Uri,
    WorkspaceEdit,
};
use serde_json::json;

use super::Looked;
use super::actions::{self, Remedy};
use super::client::Client;
use super::documents::{Document, Documents};
use super::hover::{self, Spot};
use super::lenses::{Lens, lenses};
use super::position::Lines;
use super::uri::uri_of;
use crate::finding::{Edit, Finding, Problem, Severity};
use crate::report::text;
use crate::source::{SourceId, Sources, Span};

/// What is told of a text.
#[derive(Debug, Default)]
pub(super) struct View {
    pub(super) diagnostics: Vec<Diagnostic>,
    /// Where each finding lies in the text, with what there is to say of it where one stops there.
    pub(super) notes: Vec<Note>,
    pub(super) remedies: Vec<Remedy>,
    /// All that may be made unseen, at once.
    pub(super) fix_all: Option<WorkspaceEdit>,
    pub(super) spots: Vec<Spot>,
    pub(super) lenses: Vec<Lens>,
}

/// A finding in a text.
#[derive(Debug)]
pub(super) struct Note {
    pub(super) range: Range<usize>,
    pub(super) rule: &'static str,
    /// The claims of the token that gets through.
    pub(super) claims: Option<String>,
}

/// The rules whose findings are about what has no effect.
pub const UNNECESSARY: [&str; 8] = [
    "allow-under-deny",
    "empty-statement",
    "expired-statement",
    "needless-if-exists",
    "redundant-session",
    "redundant-statement",
    "redundant-value",
    "statement-never-applies",
];

/// The rules whose findings are about what AWS advises against by now.
pub const DEPRECATED: [&str; 1] = ["deprecated-condition-key"];

impl View {
    /// What is told of an open text, where it was read.
    pub(super) fn of(document: &Document, looked: &Looked<'_, '_, '_>, places: &Places<'_>) -> Self {
        let Some(id) = places.source_of(document) else { return Self::default() };
        let own: Vec<&Finding> = looked.findings.iter().filter(|finding| finding.primary.span.source == id).collect();
        Self {
            diagnostics: own.iter().map(|finding| diagnostic(finding, places)).collect(),
            notes: own.iter().map(|finding| note(finding)).collect(),
            remedies: actions::remedies(&own, looked, places),
            fix_all: actions::fix_all(id, looked, places),
            spots: hover::spots(id, looked.facts),
            lenses: lenses(id, document, looked.facts, places),
        }
    }
}

/// What is wrong in a configuration that is open.
pub(super) fn mistakes(document: &Document, mistakes: &[Problem], client: &Client) -> View {
    let lines = Lines::of(&document.text);
    let position = |offset: u32| {
        let point = lines.point(&document.text, offset as usize, client.encoding);
        Position { line: point.line, character: point.column }
    };
    let told = mistakes.iter().map(|mistake| {
        let mut message = text::escape(&mistake.message).into_owned();
        if let Some(help) = &mistake.help {
            message.extend(["\nhelp: ", &*text::escape(help)]);
        }
        Diagnostic {
            range: Place { start: position(mistake.span.start), end: position(mistake.span.end) },
            severity: Some(DiagnosticSeverity::Error),
            source: Some("rolecall".to_owned()),
            message: message.into(),
            ..Diagnostic::default()
        }
    });
    View { diagnostics: told.collect(), ..View::default() }
}

fn note(finding: &Finding) -> Note {
    let span = finding.primary.span;
    let claims = finding.witness.as_ref().map(|witness| witness.claims.clone());
    Note { range: span.start as usize..span.end as usize, rule: finding.rule, claims }
}

fn diagnostic(finding: &Finding, places: &Places<'_>) -> Diagnostic {
    let mut message = text::escape(&finding.message).into_owned();
    if let Some(help) = &finding.help {
        message.extend(["\nhelp: ", &*text::escape(help)]);
    }
    if let Some(witness) = &finding.witness {
        message.extend(["\nwitness: ", &*text::escape(&witness.who)]);
    }
    let related = finding.related.iter().map(|label| DiagnosticRelatedInformation {
        location: places.location(label.span),
        message: if label.text.is_empty() { "see here".to_owned() } else { text::escape(&label.text).into_owned() },
    });
    let related: Vec<_> = related.collect();
    let witness = finding.witness.as_ref().map(|own| json!({ "who": own.who, "claims": own.claims }));
    Diagnostic {
        range: places.range(finding.primary.span),
        severity: Some(severity(finding.severity)),
        code: Some(Code::String(finding.rule.to_owned())),
        source: Some("rolecall".to_owned()),
        message: message.into(),
        tags: tag(finding.rule).map(|tag| vec![tag]),
        related_information: (!related.is_empty()).then_some(related),
        data: Some(json!({
            "rule": finding.rule,
            "severity": finding.severity.name(),
            "label": finding.primary.text,
            "help": finding.help,
            "witness": witness,
        })),
        ..Diagnostic::default()
    }
}

fn severity(severity: Severity) -> DiagnosticSeverity {
    match severity {
        Severity::Error | Severity::High => DiagnosticSeverity::Error,
        Severity::Medium => DiagnosticSeverity::Warning,
        Severity::Low => DiagnosticSeverity::Information,
        Severity::Style => DiagnosticSeverity::Hint,
    }
}

fn tag(rule: &str) -> Option<DiagnosticTag> {
    let unnecessary = UNNECESSARY.contains(&rule).then_some(DiagnosticTag::Unnecessary);
    unnecessary.or_else(|| DEPRECATED.contains(&rule).then_some(DiagnosticTag::Deprecated))
}

/// Spans as places in documents.
pub(super) struct Places<'a> {
    client: &'a Client,
    documents: &'a Documents,
    sources: &'a Sources,
    home: &'a Path,
    lines: RefCell<HashMap<SourceId, Lines>>,
}

impl<'a> Places<'a> {
    pub(super) fn new(client: &'a Client, documents: &'a Documents, sources: &'a Sources, home: &'a Path) -> Self {
        Self { client, documents, sources, home, lines: RefCell::default() }
    }

    pub(super) fn range(&self, span: Span) -> Place {
        let source = self.sources.get(span.source);
        let is_open = self.document(span.source).is_some();
        let mut lines = self.lines.borrow_mut();
        let own = lines.entry(span.source);
        let lines = own.or_insert_with(|| if is_open { Lines::of(source.text()) } else { Lines::of_file(source.text()) });
        let position = |offset: u32| {
            let point = lines.point(source.text(), offset as usize, self.client.encoding);
            Position { line: point.line, character: point.column }
        };
        Place { start: position(span.start), end: position(span.end) }
    }

    pub(super) fn location(&self, span: Span) -> Location {
        Location { uri: self.uri(span.source), range: self.range(span) }
    }

    /// Edits as the editor makes them, each for the state of its document that was read.
    pub(super) fn edit<'e>(&self, edits: impl IntoIterator<Item = &'e Edit>) -> WorkspaceEdit {
        let mut by_source: Vec<(SourceId, Vec<TextEdit>)> = Vec::new();
        for edit in edits {
            let own = TextEdit { range: self.range(edit.span), new_text: edit.text.clone() };
            match by_source.iter_mut().find(|(id, _)| *id == edit.span.source) {
                Some((_, edits)) => edits.push(own),
                None => by_source.push((edit.span.source, vec![own])),
            }
        }
        if !self.client.takes_versions {
            let changes = by_source.into_iter().map(|(id, edits)| (self.uri(id), edits)).collect();
            return WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() };
        }
        let changes = by_source.into_iter().map(|(id, edits)| {
            DocumentChange::TextDocumentEdit(TextDocumentEdit {
                text_document: OptionalVersionedTextDocumentIdentifier {
                    version: self.document(id).map(|document| document.version),
                    text_document_identifier: TextDocumentIdentifier { uri: self.uri(id) },
                },
                edits: edits.into_iter().map(Change::TextEdit).collect(),
            })
        });
        WorkspaceEdit { document_changes: Some(changes.collect()), ..WorkspaceEdit::default() }
    }

    /// The number of an open text among those that were read.
    fn source_of(&self, document: &Document) -> Option<SourceId> {
        let name = document.path.strip_prefix(self.home).unwrap_or(&document.path).to_string_lossy();
        // the configuration goes by its whole path
        let is_it = |own: &str| own == name || Path::new(own) == document.path;
        self.sources.iter().find(|(_, source)| is_it(source.name())).map(|(id, _)| id)
    }

    fn document(&self, id: SourceId) -> Option<&Document> {
        let name = self.sources.get(id).name();
        self.documents.get(name).or_else(|| self.documents.of_file(&self.path(id)))
    }

    fn path(&self, id: SourceId) -> PathBuf {
        self.home.join(self.sources.get(id).name())
    }

    fn uri(&self, id: SourceId) -> Uri {
        self.document(id).map_or_else(|| uri_of(&self.path(id)), |document| document.uri.clone()).into()
    }
}
