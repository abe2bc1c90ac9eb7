//! Documents that stand in another text: in the fences of Markdown, in here-documents and arguments of shell scripts.

mod markdown;
mod shell;

use super::recognise::holds;
use super::{Form, Inventory};
use crate::finding::Fault;
use crate::policy::PolicyKind;
use crate::source::{SourceId, Sources};
use crate::syntax::{Literal, SyntaxFault, Text, Tree, hcl, json, yaml};
use markdown::{Language, fences};

pub(super) use markdown::holds_fence;
pub(super) use shell::{PERMISSION, documents};

/// What a script is called, and another text that holds documents.
const SCRIPTS: [&str; 2] = ["policies in a script", "policies in another text"];

const IN_CODE: &str = "a policy in source code; what a run of it gives is read";

const IN_JQ: &str = "a policy in a program of `jq`; what a run of it gives is read";

const MARKDOWN: &str = "a policy in Markdown; `--markdown` reads it";

/// A document in another text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Embedded<'s> {
    /// Its text, each byte of which knows where it stands.
    pub(super) text: Literal<'s>,
    /// What it goes by there: the file that it is written to, the variable that holds it, the role that it is given to.
    pub(super) name: Option<Literal<'s>>,
    /// Of what kind it is, where its command tells that.
    pub(super) kind: Option<PolicyKind>,
    /// What may make a document of it that is another one.
    pub(super) made_by: Option<Maker>,
}

/// What makes a document of something that only looks like one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Maker {
    /// `jq`, of which it is the program.
    Jq,
    /// A program in whose source it is a string, with more behind it.
    Program,
    /// An interpreter, whose program it is.
    Interpreter,
}

impl Embedded<'_> {
    /// Why a document is not looked at that reads like this, where it is only the source of one.
    pub(super) fn unread(&self, tree: &Tree<'_>) -> Option<&'static str> {
        let is_open =
            |fault: &Fault<SyntaxFault>| matches!(fault.kind, SyntaxFault::UnclosedBracket | SyntaxFault::UnclosedString);
        match self.made_by? {
            Maker::Jq => (!tree.faults().is_empty()).then_some(IN_JQ),
            Maker::Interpreter => Some(IN_CODE),
            Maker::Program => tree.faults().iter().any(is_open).then_some(IN_CODE),
        }
    }
}

/// Whether something in a fence of Markdown speaks of policies.
pub(super) fn may_hold_policy(text: &str) -> bool {
    let speaks = |inside: &str| {
        holds(inside, "Statement") && holds(inside, "Effect") || holds(inside, "AWS::") || holds(inside, "aws_iam_")
    };
    fences(text).into_iter().any(|(_, range)| text.get(range).is_some_and(speaks))
}

/// Whether something of this name is set in a text: `"Effect": …`, `Effect = …`, `Effect: …`.
fn sets(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(at, _)| {
        let behind = text.get(at + name.len()..).unwrap_or("");
        let behind = behind.strip_prefix(['"', '\'']).unwrap_or(behind).trim_start_matches(' ');
        behind.starts_with(':') || behind.starts_with('=') && !behind.starts_with("==")
    })
}

impl<'s> Inventory<'s> {
    /// Reads what stands in the fences of Markdown, where that is asked for.
    pub(super) fn read_fences(&mut self, sources: &'s Sources, id: SourceId) {
        if !self.markdown {
            return self.call_nothing(MARKDOWN);
        }
        let text = sources.get(id).text();
        let whole = Literal::whole(text, id);
        for (language, range) in fences(text) {
            let (inside, written) = (whole.part(range.clone()), text.get(range).unwrap_or(""));
            match language {
                Language::Json => {
                    self.read_embedded(sources, id, Embedded { text: inside, name: None, kind: None, made_by: None });
                }
                Language::Shell => {
                    for document in documents(&inside) {
                        self.read_embedded(sources, id, document);
                    }
                }
                Language::Yaml => {
                    for tree in yaml::read_all(id, written) {
                        let tree = self.filled(tree.inside(&inside), 0);
                        self.read_tree(sources, id, tree, false);
                    }
                }
                Language::Hcl => {
                    let tree = hcl::read(id, written).inside(&inside);
                    self.read_tree(sources, id, tree, false);
                }
            }
        }
        self.policies.iter_mut().filter(|own| own.source == id).for_each(|own| own.alone = false);
        self.call("policies in Markdown");
    }

    /// Reads the documents that stand in a text, whatever that is.
    pub(super) fn read_documents(&mut self, sources: &'s Sources, id: SourceId) {
        let text = sources.get(id).text();
        for document in documents(&Literal::whole(text, id)) {
            self.read_embedded(sources, id, document);
        }
        self.policies.iter_mut().filter(|own| own.source == id).for_each(|own| own.alone = false);
        let [script, other] = SCRIPTS;
        self.call(if text.starts_with("#!") { script } else { other });
        if self.passed_over.is_empty() && sets(text, "Statement") && sets(text, "Effect") {
            self.call_nothing(IN_CODE);
        }
    }

    /// Whether a text is one in which a shell or another program takes `$`, quotes and the like for its own.
    pub fn is_script(&self, source: SourceId) -> bool {
        let is_script = |form| matches!(form, Form::Holding(name) if SCRIPTS.contains(&name));
        self.documents.iter().any(|own| own.source == source && is_script(own.form))
    }

    fn read_embedded(&mut self, sources: &'s Sources, id: SourceId, document: Embedded<'s>) {
        let tree = json::read_inside(&document.text, false);
        if let Some(why) = document.unread(&tree) {
            return self.pass_over(why);
        }
        let tree = self.filled(tree, 0);
        self.told_name = document.name.map(|name| Text::made(name.value.clone(), name.span));
        self.as_kind(document.kind, |own| drop(own.read_tree(sources, id, tree, false)));
        self.told_name = None;
    }

    /// Takes policies to be of a kind, unless the user says what all are, for as long as something is read.
    fn as_kind<T>(&mut self, kind: Option<PolicyKind>, read: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.kind;
        self.kind = before.or(kind);
        let seen = read(self);
        self.kind = before;
        seen
    }

    /// Says what the last input is in which documents were found.
    fn call(&mut self, name: &'static str) {
        if let Some(document) = self.documents.last_mut().filter(|own| !matches!(own.form, Form::Nothing(_))) {
            document.form = Form::Holding(name);
        }
    }
}
