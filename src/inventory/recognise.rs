//! What an input is: told by its content, and by its name only where the programs that it is for go by that.

use super::embedded;
use super::reader::Reader;
use super::{
    Belongs, Document, Form, Inventory, LoosePolicy, Pending, Role, aws_cli, cloudformation, foreign, holding, snapshot,
    source_code, terraform,
};
use crate::finding::Fault;
use crate::policy::{self, Policy, PolicyKind};
use crate::source::{Source, SourceId, Sources, Span};
use crate::syntax::{Kind, Node, SyntaxFault, Text, Tree, hcl, is_directive, json, yaml};

/// Behind so many documents in a row of which nothing is known, no output is looked for: it is a log, or a list of something else.
const MOST_OTHERS: usize = 1_000;

/// Why a text is not looked at in which nothing speaks of policies.
pub const NOTHING: &str = "no policy, role or pool in it";

const RENDERED: &str = "a template of YAML; what it comes to is read (`helm template`)";

impl<'s> Inventory<'s> {
    /// Reads one input. What it is and what is wrong with its form stands in [`Inventory::documents`] afterwards.
    pub fn read(&mut self, sources: &'s Sources, id: SourceId) {
        self.sources = Some(sources);
        let text = sources.get(id).text();
        match look_at(sources.get(id).name(), text) {
            Ok(Look::Json) => {
                self.begin(sources, id);
                self.read_stream(sources, id, text);
            }
            Ok(Look::Hcl) => {
                self.begin(sources, id);
                let tree = terraform::template(id, text).unwrap_or_else(|| hcl::read(id, text));
                let faults = tree.faults().to_vec();
                match terraform::recognise_hcl(sources.get(id).name(), tree.root()) {
                    Some((form, belongs)) => self.put_off(tree, form, belongs),
                    None => drop(self.read_tree(sources, id, tree, false)),
                }
                // of a file in which every block is broken, that is all there is to tell
                if let Some(own) = self.documents.last_mut().filter(|own| matches!(own.form, Form::Nothing(_))) {
                    own.form = terraform::call_unknown(sources.get(id).name());
                    own.faults.extend(faults);
                }
            }
            Ok(Look::Yaml) => {
                self.begin(sources, id);
                let mut is_yaml = true;
                for tree in yaml::read_all(id, text) {
                    is_yaml &= !tree.faults().iter().any(|fault| matches!(fault.kind, SyntaxFault::NotYaml(_)));
                    let tree = self.filled(tree, 0);
                    self.read_tree(sources, id, tree, false);
                }
                if !is_yaml && ["{{", "{%"].iter().any(|open| text.contains(open)) {
                    self.call_nothing(RENDERED);
                }
            }
            Ok(Look::Markdown) => {
                self.begin(sources, id);
                self.read_fences(sources, id);
            }
            Ok(Look::Text) => {
                self.begin(sources, id);
                self.read_documents(sources, id);
            }
            Err(why) => self.documents.push(Document { source: id, form: Form::Nothing(why), faults: Vec::new() }),
        }
        self.attach_arrived();
        self.end();
    }

    /// As [`Inventory::read`], where it is said what kind of policy it is, if it is one by itself.
    pub fn read_as(&mut self, sources: &'s Sources, id: SourceId, kind: PolicyKind) {
        let usual = self.kind.replace(kind);
        self.read(sources, id);
        self.kind = usual;
    }

    /// Keeps the tree of the last input until all was read.
    fn put_off(&mut self, tree: Tree<'s>, form: Form, belongs: Belongs) {
        let Some(document) = self.documents.len().checked_sub(1) else { return };
        if let Some(own) = self.documents.get_mut(document) {
            own.form = form;
            own.faults.extend(tree.faults().iter().copied());
        }
        self.pending.push(Pending { document, tree, belongs });
    }

    /// Says why a part of the last input is not looked at.
    pub(super) fn pass_over(&mut self, why: &'static str) {
        self.passed_over.push(why);
    }

    /// Says why nothing was recognised in the last input, where that is so.
    pub(super) fn call_nothing(&mut self, why: &'static str) {
        if let Some(document) = self.documents.last_mut().filter(|own| matches!(own.form, Form::Nothing(_))) {
            document.form = Form::Nothing(why);
        }
    }

    /// Notes an input of which nothing was recognised yet, with what is wrong with its bytes.
    fn begin(&mut self, sources: &Sources, id: SourceId) {
        let source = sources.get(id);
        let mut faults = Vec::new();
        if source.is_utf16() {
            faults.push(Fault::at(SyntaxFault::Utf16, Span::new(id, 0, 0)));
        }
        faults.extend(source.not_utf8().map(|at| Fault::at(SyntaxFault::NotUtf8, Span::new(id, at, at + 1))));
        self.documents.push(Document { source: id, form: Form::Nothing(NOTHING), faults });
    }

    /// What is wrong with the form of an input is told only where something was recognised in it, and so is what is not looked at beside it.
    fn end(&mut self) {
        let mut parts = std::mem::take(&mut self.passed_over);
        match parts.first() {
            Some(why) if self.documents.last().is_some_and(|own| own.form == Form::Nothing(NOTHING)) => self.call_nothing(why),
            _ => self.unread_parts.append(&mut parts),
        }
        if let Some(document) = self.documents.last_mut().filter(|own| matches!(own.form, Form::Nothing(_))) {
            document.faults.clear();
        }
    }

    /// Reads what the AWS CLI printed into one file by several commands; or the one document that it is.
    fn read_stream(&mut self, sources: &'s Sources, id: SourceId, text: &'s str) {
        let (mut start, mut others) = (0, 0);
        loop {
            let tree = json::read_from(std::mem::take(&mut self.room), id, text, start);
            let next = next_document(&tree, text);
            let tree = self.filled(tree, start);
            let (tree, form) = self.read_tree(sources, id, tree, start > 0);
            if let Some(tree) = tree {
                self.room = tree.into_room();
            }
            others = if form.is_some() { 0 } else { others + 1 };
            match next {
                Some(next) if (start > 0 || form.is_none_or(is_of_stream)) && others < MOST_OTHERS => start = next,
                _ => return,
            }
        }
    }

    /// Reads a document of the last input, which may stand behind another one. Gives its tree back, where that is no longer needed, and what it
    /// was recognised as.
    pub(super) fn read_tree(
        &mut self,
        sources: &'s Sources,
        id: SourceId,
        tree: Tree<'s>,
        is_behind: bool,
    ) -> (Option<Tree<'s>>, Option<Form>) {
        let source = sources.get(id);
        let Some(document) = self.documents.len().checked_sub(1) else { return (Some(tree), None) };
        let mut faults = tree.faults().to_vec();
        if source.not_utf8().is_some() {
            // what the reader says of the character that stands for such bytes is no news
            faults.retain(|fault| !sources.slice(fault.span).contains('\u{1A}'));
        }
        let tree = match cloudformation::part(self, tree.root()) {
            Some(part) => {
                if self.templates.last() != Some(&id) {
                    self.templates.push(id);
                }
                part
            }
            None => tree,
        };
        let root = tree.root();
        if let Some(why) = foreign::reason(root) {
            self.pass_over(why);
            return (Some(tree), None);
        }
        // nearly all there is are policies by themselves, which nothing else looks like
        let is_policy = policy::is_nothing_else(root);
        let template = || cloudformation::recognise(root).or_else(|| terraform::recognise(source.name(), root));
        let (form, belongs) = if is_policy {
            (self.loose(source, id, root), None)
        } else if let Some((form, belongs)) = template() {
            if let Some(beside) = cloudformation::beside(root) {
                let beside = cloudformation::part(self, beside.root()).unwrap_or(beside);
                holding::read(&mut Reader { inventory: self, sources, faults: &mut faults }, beside.root());
            }
            (Some(form), Some(belongs))
        } else if root.get(snapshot::MARK).is_some() {
            self.add_snapshot(id, root);
            // the arguments of its entries name what lies beside it
            self.name_providers(sources);
            (Some(Form::Snapshot), None)
        } else {
            let form = aws_cli::read(self, sources, root, &mut faults).or_else(|| self.loose(source, id, root));
            let form = form.or_else(|| self.read_list(sources, root, &mut faults));
            let form = form.or_else(|| holding::read(&mut Reader { inventory: self, sources, faults: &mut faults }, root));
            // what follows each other is a stream, and holds no parameters
            let is_alone = !is_behind && !faults.iter().any(|fault| fault.kind == SyntaxFault::SecondDocument);
            let may_be_parameters = form.is_none() && is_alone && cloudformation::may_be_parameters(root);
            (form, may_be_parameters.then_some(Belongs::Settings))
        };
        if is_behind || form.is_some_and(is_of_stream) {
            faults.retain(|fault| fault.kind != SyntaxFault::SecondDocument);
        }
        if let (Some(form), Some(own)) = (form, self.documents.get_mut(document)) {
            own.faults.extend(faults);
            if matches!(own.form, Form::Nothing(_)) {
                own.form = form;
            }
        }
        match belongs {
            Some(belongs) => {
                let is_template = belongs == Belongs::CloudFormation;
                let trees = if is_template { cloudformation::comes_to(self, tree) } else { vec![tree] };
                self.pending.extend(trees.into_iter().map(|tree| Pending { document, tree, belongs }));
                (None, form)
            }
            None => (Some(tree), form),
        }
    }

    /// A list of outputs, as `jq -s` makes it of a stream.
    fn read_list(&mut self, sources: &Sources, root: Node<'_, 's>, faults: &mut Vec<Fault<SyntaxFault>>) -> Option<Form> {
        let (mut first, mut others) = (None, 0);
        for item in root.items().filter(|item| item.kind() == Kind::Map) {
            let form = aws_cli::read(self, sources, item, faults);
            others = if form.is_some() { 0 } else { others + 1 };
            if others == MOST_OTHERS {
                break;
            }
            first = first.filter(|first| matches!(first, Form::AwsCli(_))).or(form);
        }
        first
    }

    fn loose(&mut self, source: &Source, id: SourceId, root: Node<'_, 's>) -> Option<Form> {
        let root = undoubled(root);
        let torn = || root.tree().faults().iter().any(|fault| fault.kind == SyntaxFault::LostBracket);
        if !(policy::looks_like(root) || policy::looks_like_statement(root) && torn()) {
            return None;
        }
        let (policy, sure) = self.of_unsure_kind(root);
        let kind = policy.kind;
        // what a template may leave out is looked at as if it were there, too
        let whole = policy.with_all_parts(|span| is_directive(source.text().get(span.start as usize..).unwrap_or("")));
        if kind == PolicyKind::Trust {
            let told = self.told_name.take();
            let name = told.unwrap_or_else(|| Text::made(stem(source.name()).to_owned(), policy.mark));
            self.add_role(Role { trust: Some(policy), other_trusts: whole.into_iter().collect(), ..Role::new(name) });
        } else {
            let loose = |policy, alone| LoosePolicy { source: id, name: None, policy, sure, alone };
            self.policies.push(loose(policy, true));
            self.policies.extend(whole.map(|policy| loose(policy, false)));
        }
        Some(Form::Policy(kind, sure))
    }

    /// Takes in a policy that is put together in a template, of which that does not tell what it is for.
    pub(super) fn loose_made(&mut self, root: Node<'_, 's>, name: Text<'s>) {
        let (policy, sure) = self.of_unsure_kind(root);
        if policy.says_nothing() {
            return;
        }
        if policy.kind == PolicyKind::Trust {
            self.add_role(Role { trust: Some(policy), ..Role::new(name) });
        } else {
            let source = policy.mark.source;
            self.policies.push(LoosePolicy { source, name: Some(name), policy, sure, alone: false });
        }
    }

    /// A policy by itself; whether its kind is sure.
    fn of_unsure_kind(&self, root: Node<'_, 's>) -> (Policy<'s>, bool) {
        let (kind, sure) = self.kind.map_or_else(|| policy::kind_of(root), |kind| (kind, true));
        let mut policy = policy::read(root, kind);
        policy.guessed = !sure;
        (policy, sure)
    }
}

/// Whether another document may follow: behind a policy, it is a mistake.
fn is_of_stream(form: Form) -> bool {
    matches!(form, Form::AwsCli(_) | Form::Nothing(_))
}

/// Where the next document of a stream starts.
fn next_document(tree: &Tree<'_>, text: &str) -> Option<usize> {
    let fault = tree.faults().iter().find(|fault| fault.kind == SyntaxFault::SecondDocument)?;
    let start = fault.span.start as usize;
    text.get(start..).filter(|rest| rest.starts_with(['{', '['])).map(|_| start)
}

/// What stands in doubled brackets, as in a format string: the reader takes the inner ones for a value without key.
fn undoubled<'t, 's>(root: Node<'t, 's>) -> Node<'t, 's> {
    root.entries().next().filter(|first| first.key.kind() == Kind::Wrong).map_or(root, |first| first.value)
}

/// How a text is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Look {
    /// As JSON, or what comes near.
    Json,
    /// As YAML.
    Yaml,
    /// As HCL, the language of Terraform.
    Hcl,
    /// For what stands in the fences of Markdown.
    Markdown,
    /// For documents in it, whatever it is.
    Text,
}

/// How a text is to be read, by what stands in it and, where that tells, by its name; or why it is not looked at.
pub fn look_at(name: &str, text: &str) -> Result<Look, &'static str> {
    if may_hold_json(text) {
        return Ok(Look::Json);
    }
    let is_hcl = terraform::is_hcl_by_name(name) && !text.trim().is_empty() || terraform::may_be_hcl(text);
    if is_hcl || terraform::is_template(text) {
        return Ok(Look::Hcl);
    }
    let is_markdown = embedded::holds_fence(text);
    if let Some(reason) = source_code::reason(text).filter(|_| !is_markdown) {
        return Err(reason);
    }
    // functions that anybody may call by their URLs
    let is_service = || ["functions:", "url:"].iter().all(|mark| holds(text, mark)) && may_be_yaml(text);
    if !MARKS.iter().any(|mark| holds(text, mark)) && !is_service() {
        return Err(NOTHING);
    }
    if is_markdown {
        return if embedded::may_hold_policy(text) { Ok(Look::Markdown) } else { Err(NOTHING) };
    }
    Ok(if may_be_yaml(text) { Look::Yaml } else { Look::Text })
}

/// Whether a text stands somewhere in another one.
pub(super) fn holds(text: &str, needle: &str) -> bool {
    memchr::memmem::find(text.as_bytes(), needle.as_bytes()).is_some()
}

/// What stands in each text that is worth reading, one of them at least.
const MARKS: [&str; 6] = ["Statement", "AWS::", "Effect", "sts:", "aws_iam_", embedded::PERMISSION];

/// Whether the first line that says something starts a document of YAML.
fn may_be_yaml(text: &str) -> bool {
    let mut lines = text.trim_start_matches('\u{FEFF}').lines().map(str::trim_end);
    let first = lines.find(|line| !line.trim_start().is_empty() && !line.trim_start().starts_with(['#', '%']));
    let Some(first) = first.map(str::trim_start) else { return false };
    // the commands of a target of `make` stand behind a tab, where no key of YAML may
    let is_command = |line: &str| {
        let word = line.strip_prefix('\t').and_then(|line| line.split_whitespace().next());
        word.is_some_and(|word| !word.ends_with(':') && !word.starts_with(['-', '"', '\'', '#', '{', '[']))
    };
    if lines.find(|line| !line.is_empty()).is_some_and(is_command) {
        return false;
    }
    let key = first.split_once(':').map(|(key, rest)| (key.trim_end(), rest));
    let is_key = |(key, rest): (&str, &str)| {
        let named = |c: char| c.is_alphanumeric() || "_-./ '\"".contains(c);
        key.chars().all(named) && !key.is_empty() && (rest.is_empty() || rest.starts_with(' '))
    };
    first == "---" || first.starts_with("--- ") || first.starts_with("- ") || key.is_some_and(is_key)
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

/// What follows the comments and directives of templates that a text starts with; nothing if they do not end.
fn behind_comments(mut text: &str) -> Option<&str> {
    loop {
        text = text.trim_start();
        text = if text.starts_with("//") || text.starts_with('#') {
            text.split_once('\n')?.1
        } else if let Some(comment) = text.strip_prefix("/*") {
            comment.split_once("*/")?.1
        } else if let Some(directive) = text.strip_prefix("<%") {
            directive.split_once("%>")?.1
        } else if let Some(directive) = text.strip_prefix("%{") {
            directive.split_once('}')?.1
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
pub(super) fn stem(path: &str) -> &str {
    let file = path.rsplit(['/', '\\']).next().unwrap_or(path);
    file.split_once('.').map_or(file, |(stem, _)| stem)
}
