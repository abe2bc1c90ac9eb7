//! What an input is: told by its content, never by its name.

use super::{Document, Form, Inventory, LoosePolicy, Role, aws_cli};
use crate::finding::Fault;
use crate::policy::{self, PolicyKind};
use crate::source::{Source, SourceId, Sources, Span};
use crate::syntax::{Node, SyntaxFault, Text, Tree, json};

impl<'s> Inventory<'s> {
    /// Reads one input. What it is and what is wrong with its form stands in [`Inventory::documents`] afterwards.
    pub fn read(&mut self, sources: &'s Sources, id: SourceId) {
        let source = sources.get(id);
        let text = source.text().trim_start_matches('\u{FEFF}').trim_start();
        if !text.starts_with(['{', '[']) {
            return self.pass_over(id, "not JSON");
        }
        let tree = json::read(id, source.text());
        self.read_tree(sources, id, &tree);
    }

    fn read_tree(&mut self, sources: &Sources, id: SourceId, tree: &Tree<'s>) {
        let source = sources.get(id);
        let mut faults = tree.faults().to_vec();
        if let Some(at) = source.not_utf8() {
            // what the reader says of the character that stands for such bytes is no news
            faults.retain(|fault| !sources.slice(fault.span).contains('\u{1A}'));
            faults.insert(0, Fault::at(SyntaxFault::NotUtf8, Span::new(id, at, at + 1)));
        }
        let root = tree.root();
        let form = aws_cli::read(self, root, &mut faults).or_else(|| self.loose(source, id, root));
        match form {
            Some(form) => self.documents.push(Document { source: id, form, faults }),
            None => self.pass_over(id, "no policy, role or pool in it"),
        }
    }

    fn loose(&mut self, source: &Source, id: SourceId, root: Node<'_, 's>) -> Option<Form> {
        if !policy::looks_like(root) {
            return None;
        }
        let (kind, sure) = self.kind.map_or_else(|| policy::kind_of(root), |kind| (kind, true));
        let mut policy = policy::read(root, kind);
        policy.guessed = !sure;
        if kind == PolicyKind::Trust {
            let name = Text::made(stem(source.name()).to_owned(), policy.mark);
            self.roles.push(Role { trust: Some(policy), ..Role::new(name) });
        } else {
            self.policies.push(LoosePolicy { source: id, policy, sure });
        }
        Some(Form::Policy(kind, sure))
    }

    fn pass_over(&mut self, source: SourceId, why: &'static str) {
        self.documents.push(Document { source, form: Form::Nothing(why), faults: Vec::new() });
    }
}

/// The name of a file without its folders and endings.
fn stem(path: &str) -> &str {
    let file = path.rsplit(['/', '\\']).next().unwrap_or(path);
    file.split_once('.').map_or(file, |(stem, _)| stem)
}
