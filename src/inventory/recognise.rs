//! What an input is: told by its content, never by its name.

use super::{Document, Form, Inventory, LoosePolicy, Role, aws_cli, snapshot};
use crate::finding::Fault;
use crate::policy::{self, PolicyKind};
use crate::source::{Source, SourceId, Sources, Span};
use crate::syntax::{Kind, Node, SyntaxFault, Text, Tree, json};

impl<'s> Inventory<'s> {
    /// Reads one input. What it is and what is wrong with its form stands in [`Inventory::documents`] afterwards.
    pub fn read(&mut self, sources: &'s Sources, id: SourceId) {
        self.sources = Some(sources);
        let source = sources.get(id);
        if !may_hold_json(source.text()) {
            return self.pass_over(id, "not JSON");
        }
        let (mut start, mut any) = (0, false);
        loop {
            let tree = json::read_from(std::mem::take(&mut self.room), id, source.text(), start);
            // another document may stand behind: `aws … >> all.json`
            let next = next_document(&tree, source.text());
            let tree = self.filled(tree, start);
            let forms = self.read_tree(sources, id, &tree, (start == 0, next.is_some()));
            self.room = tree.into_room();
            any |= !forms.is_empty();
            match next {
                Some(next) if start > 0 || forms.iter().all(is_of_stream) => start = next,
                _ => break,
            }
        }
        if !any {
            self.pass_over(id, "no policy, role or pool in it");
        }
    }

    /// As [`Inventory::read`], where it is said what kind of policy it is, if it is one by itself.
    pub fn read_as(&mut self, sources: &'s Sources, id: SourceId, kind: PolicyKind) {
        let usual = self.kind.replace(kind);
        self.read(sources, id);
        self.kind = usual;
    }

    /// Takes in a document, the first of an input or not, and one behind which another stands or not; gives what it is.
    fn read_tree(&mut self, sources: &Sources, id: SourceId, tree: &Tree<'s>, (is_first, goes_on): (bool, bool)) -> Vec<Form> {
        let source = sources.get(id);
        let mut faults = tree.faults().to_vec();
        if let Some(at) = source.not_utf8() {
            // what the reader says of the character that stands for such bytes is no news
            faults.retain(|fault| !sources.slice(fault.span).contains('\u{1A}'));
            if is_first {
                faults.insert(0, Fault::at(SyntaxFault::NotUtf8, Span::new(id, at, at + 1)));
            }
        }
        if source.is_utf16() && is_first {
            faults.insert(0, Fault::at(SyntaxFault::Utf16, Span::new(id, 0, 0)));
        }
        let root = tree.root();
        let forms = if root.kind() == Kind::List {
            // `jq -s` makes a list of a stream
            let outputs = root.items().filter_map(|item| aws_cli::read(self, sources, item, &mut faults)).collect();
            told_once(outputs)
        } else if root.get(snapshot::MARK).is_some() {
            self.add_snapshot(id, root);
            // the arguments of its entries name what lies beside it
            self.name_providers(sources);
            vec![Form::Snapshot]
        } else {
            aws_cli::read(self, sources, root, &mut faults).or_else(|| self.loose(source, id, root)).into_iter().collect()
        };
        if goes_on && (!is_first || forms.iter().all(is_of_stream)) {
            faults.retain(|fault| fault.kind != SyntaxFault::SecondDocument);
        }
        for &form in &forms {
            self.recognised(id, form, std::mem::take(&mut faults));
        }
        forms
    }

    /// Notes what an input, or a document in it, is. What holds many of one form is told of once.
    fn recognised(&mut self, source: SourceId, form: Form, faults: Vec<Fault<SyntaxFault>>) {
        let of_source = self.documents.iter_mut().rev().take_while(|own| own.source == source);
        let faults = if matches!(form, Form::Nothing(_)) { Vec::new() } else { faults };
        match of_source.into_iter().find(|own| own.form == form) {
            Some(own) => own.faults.extend(faults),
            None => self.documents.push(Document { source, form, faults }),
        }
    }

    fn loose(&mut self, source: &Source, id: SourceId, root: Node<'_, 's>) -> Option<Form> {
        let root = undoubled(root);
        let torn = || root.tree().faults().iter().any(|fault| fault.kind == SyntaxFault::LostBracket);
        if !(policy::looks_like(root) || policy::looks_like_statement(root) && torn()) {
            return None;
        }
        let (kind, sure) = self.kind.map_or_else(|| policy::kind_of(root), |kind| (kind, true));
        let mut policy = policy::read(root, kind);
        policy.guessed = !sure;
        if kind == PolicyKind::Trust {
            let name = Text::made(stem(source.name()).to_owned(), policy.mark);
            self.add_role(Role { trust: Some(policy), ..Role::new(name) });
        } else {
            self.policies.push(LoosePolicy { source: id, name: None, policy, sure, alone: true });
        }
        Some(Form::Policy(kind, sure))
    }

    fn pass_over(&mut self, source: SourceId, why: &'static str) {
        self.documents.push(Document { source, form: Form::Nothing(why), faults: Vec::new() });
    }
}

/// Where the next document of a stream starts.
fn next_document(tree: &Tree<'_>, text: &str) -> Option<usize> {
    let fault = tree.faults().iter().find(|fault| fault.kind == SyntaxFault::SecondDocument)?;
    let start = fault.span.start as usize;
    text.get(start..).filter(|rest| rest.starts_with(['{', '['])).map(|_| start)
}

/// Whether another document may follow: behind a policy, it is a mistake.
fn is_of_stream(form: &Form) -> bool {
    matches!(form, Form::AwsCli(_) | Form::Nothing(_))
}

/// Each form once, in the order in which they come.
fn told_once(all: Vec<Form>) -> Vec<Form> {
    let mut forms: Vec<Form> = Vec::new();
    for form in all {
        if !forms.contains(&form) {
            forms.push(form);
        }
    }
    forms
}

/// What stands in doubled brackets, as in a format string: the reader takes the inner ones for a value without key.
fn undoubled<'t, 's>(root: Node<'t, 's>) -> Node<'t, 's> {
    root.entries().next().filter(|first| first.key.kind() == Kind::Wrong).map_or(root, |first| first.value)
}

/// Whether a text, or what it starts with, may be a document in JSON: one as it should be, or one that holds a policy and has
/// lost its first bracket, begins with a comment, or is pasted with its fence. Everything else is no matter of this reader.
pub fn may_hold_json(text: &str) -> bool {
    let text = text.trim_start_matches('\u{FEFF}').trim_start();
    if let Some(fenced) = text.strip_prefix("```") {
        // a text in Markdown goes on behind the fence
        let document = fenced.trim_start_matches(|c: char| c.is_ascii_alphanumeric()).trim_start();
        return document.starts_with('{') && document.split_once("\n```").is_none_or(|(_, behind)| behind.trim().is_empty());
    }
    let Some(text) = behind_comments(text) else { return false };
    if text.starts_with(['{', '[']) {
        return true;
    }
    let quoted = text.starts_with(['"', '\'', '\u{201C}']);
    let holds = |name: &str| text.match_indices(name).any(|(at, _)| key_ends(text.get(at + name.len()..).unwrap_or("")));
    // lists that are marked by dashes are those of YAML
    quoted
        && (holds("Statement") || holds("Effect") && holds("Action"))
        && !text.lines().any(|line| line.trim_start().starts_with("- "))
}

/// What follows the comments that a text starts with; nothing if they do not end.
fn behind_comments(mut text: &str) -> Option<&str> {
    loop {
        text = text.trim_start();
        text = if text.starts_with("//") || text.starts_with('#') {
            text.split_once('\n')?.1
        } else if let Some(comment) = text.strip_prefix("/*") {
            comment.split_once("*/")?.1
        } else {
            return Some(text);
        }
    }
}

/// Whether a key ends here: with a quote and a colon.
fn key_ends(text: &str) -> bool {
    let behind = text.strip_prefix(['"', '\'', '\u{201D}']);
    behind.is_some_and(|behind| behind.trim_start().starts_with(':'))
}

/// The name of a file without its folders and endings.
fn stem(path: &str) -> &str {
    let file = path.rsplit(['/', '\\']).next().unwrap_or(path);
    file.split_once('.').map_or(file, |(stem, _)| stem)
}
