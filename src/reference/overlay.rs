//! Service data of the user's, newer than what is built in or of services of their own.
//!
//! It is the text that `make-services.py` writes, of one service or of several, or the JSON of AWS's own service reference
//! (<https://docs.aws.amazon.com/service-authorization/latest/reference/service-reference.html>), of one service or a list of them.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::key::KeyType;
use super::name::fold_cmp;
use super::service::Service;
use super::{Overlay, Reference};
use crate::source::SourceId;
use crate::syntax::{Kind, Node, json};

/// Why a text cannot be laid over what is built in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refusal {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong there.
    pub message: String,
}

/// More than all services of AWS together, several times over.
pub const LONGEST: usize = 64 << 20;

impl Reference {
    /// Lays the services of a text over those that are known: each replaces the one of its prefix. What the JSON of AWS does not tell, such as
    /// which resource types are required, stays as it was. Of a text that is refused nothing is taken.
    pub fn overlay(&mut self, name: &str, text: &str) -> Result<(), Refusal> {
        if text.len() > LONGEST {
            return Err(refusal(1, "it is over 64 MiB"));
        }
        let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
        let is_json = text.trim_start().starts_with(['{', '[']);
        let services = if is_json { from_json(self, text)? } else { from_text(text)? };
        if services.is_empty() {
            return Err(refusal(1, "there is no service in it"));
        }
        let prefixes = services.iter().map(|service| service.prefix().to_owned()).collect();
        // the first of each prefix stays: of the newest text the last
        let older = std::mem::take(&mut self.overlay);
        self.overlay = services.into_iter().rev().chain(older).collect();
        self.overlay.sort_by(|a, b| fold_cmp(a.prefix(), b.prefix()));
        self.overlay.dedup_by(|a, b| a.prefix() == b.prefix());
        self.overlays.push(Overlay { name: name.to_owned(), prefixes });
        Ok(())
    }
}

// -- text -----------------------------------------------------------------------------------------------------------------

/// The services of a text, each from its line `# prefix Title` to the next.
fn from_text(text: &str) -> Result<Vec<Service>, Refusal> {
    let mut services = Vec::new();
    let mut rest = text;
    let mut line = 1;
    while !rest.is_empty() {
        let end = rest.match_indices("\n# ").next().map_or(rest.len(), |(at, _)| at + 1);
        let (own, behind) = rest.split_at_checked(end).unwrap_or((rest, ""));
        if !own.trim().is_empty() {
            services.push(service_from_text(own, line)?);
        }
        line += own.matches('\n').count();
        rest = behind;
    }
    Ok(services)
}

/// Reads one service and judges each of its lines, of which the first has the number `first`.
fn service_from_text(text: &str, first: usize) -> Result<Service, Refusal> {
    let mut section = "";
    let mut actions = Vec::new();
    for (line, own) in text.lines().enumerate().map(|(at, own)| (first + at, own.trim_end())) {
        let mut words = own.split(' ').filter(|word| !word.is_empty());
        let name = words.next().unwrap_or("");
        let problem = match section {
            _ if own.is_empty() => None,
            "" if line == first => {
                let prefix = own.strip_prefix("# ").and_then(|head| head.split(' ').next()).unwrap_or("");
                (!is_prefix(prefix)).then(|| "a service starts with a line `# prefix Title`".to_owned())
            }
            _ if own.starts_with('[') => {
                section = own;
                let known = ["[resources]", "[keys]", "[actions]", "[descriptions]"].contains(&own);
                (!known).then(|| format!("there is no section `{own}`"))
            }
            "" => {
                (own != "rcp" && name != "page").then(|| format!("what is `{name}`? Only `page`, `rcp` and sections stand here"))
            }
            "[resources]" => {
                let (formats, keys): (Vec<&str>, Vec<&str>) = words.partition(|word| word.starts_with("arn:"));
                let wrong = keys.iter().find(|word| !word.contains(':')).map(|word| format!("`{word}` is no condition key"));
                wrong.or_else(|| formats.is_empty().then(|| format!("the resource type `{name}` has no ARN")))
            }
            "[keys]" => match (words.next(), words.next(), words.next()) {
                _ if !name.contains(':') => Some(format!("`{name}` is no condition key: it has no colon")),
                (Some(kind), None | Some("many"), None) if KeyType::named(kind).is_some() => None,
                (Some(kind), None | Some("many"), None) => Some(format!("`{kind}` is no type of a condition key")),
                _ => Some(format!("behind `{name}` stand its type and, where it is so, `many`")),
            },
            "[actions]" => {
                actions.push((line, name));
                let level = words.next().is_some_and(|level| ["L", "R", "W", "T", "P"].contains(&level));
                (!level).then(|| format!("behind `{name}` stands its access level: L, R, W, T or P"))
            }
            _ => None,
        };
        if let Some(message) = problem {
            return Err(Refusal { line, message });
        }
    }
    let service = Service::read(Cow::Owned(text.to_owned())).ok_or_else(|| refusal(first, "there is no service in it"))?;
    for (line, name) in actions {
        let gone = service.action(name).and_then(|action| action.resources().find(|kind| kind.kind(&service).is_none()));
        if let Some(gone) = gone {
            return Err(refusal(line, format!("`{}` has no resource type `{}`", service.prefix(), gone.name())));
        }
    }
    Ok(service)
}

/// Whether this can stand before the colon of an action.
fn is_prefix(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

// -- JSON -----------------------------------------------------------------------------------------------------------------

fn from_json(reference: &Reference, text: &str) -> Result<Vec<Service>, Refusal> {
    let tree = json::read(SourceId::NONE, text);
    if let Some(fault) = tree.faults().first() {
        return Err(refusal(line_of(text, fault.span.start), "this is not JSON"));
    }
    tree.root().items_or_self().map(|node| Reader { text }.service(node, reference)).collect()
}

/// Takes apart what AWS's service reference says of a service.
#[derive(Clone, Copy)]
struct Reader<'t> {
    text: &'t str,
}

/// What is told by name, in the order of the names without letter case.
type Table<T> = BTreeMap<String, T>;

impl Reader<'_> {
    /// The same text as `make-services.py --aws` writes, read.
    fn service(self, node: Node<'_, '_>, reference: &Reference) -> Result<Service, Refusal> {
        let prefix = self.name(node)?;
        if !is_prefix(&prefix) {
            return Err(self.refuse(node, format!("`{prefix}` is no prefix of actions")));
        }
        let old = reference.service(&prefix);
        let mut out = format!("# {prefix} {}\n", old.map_or(&*prefix, Service::title));
        if let Some(page) = old.and_then(Service::page_name) {
            push_line(&mut out, &["page", page]);
        }
        out.push_str(if old.is_some_and(Service::has_rcps) { "rcp\n" } else { "" });
        out.push_str("[resources]\n");
        for line in self.resources(node, &prefix)?.values() {
            push_line(&mut out, &[line]);
        }
        out.push_str("[keys]\n");
        let keys = self.keys(node, &prefix)?;
        for (name, kind) in keys.values() {
            push_line(&mut out, &[name, kind]);
        }
        out.push_str("[actions]\n");
        let actions = self.actions(node, &prefix, old)?;
        for (name, line) in actions.values() {
            push_line(&mut out, &[name, line]);
        }
        out.push_str("[descriptions]\n");
        let of_actions = actions.values().filter_map(|(name, _)| Some((name, old?.action(name)?.about()?)));
        let of_keys = keys.values().filter_map(|(name, _)| Some((name, old?.description(name)?)));
        for (name, about) in of_actions.chain(of_keys) {
            push_line(&mut out, &[name, about]);
        }
        Service::read(Cow::Owned(out)).ok_or_else(|| self.refuse(node, "there is no service in it"))
    }

    fn resources(self, node: Node<'_, '_>, prefix: &str) -> Result<Table<String>, Refusal> {
        let mut resources = Table::new();
        for kind in self.list(node, "Resources")? {
            let mut words = vec![self.word(kind, &self.name(kind)?)?];
            for format in self.list(kind, "ARNFormats")? {
                let text = self.string(format)?;
                if !text.starts_with("arn:") || text.contains(char::is_whitespace) {
                    return Err(self.refuse(format, format!("`{text}` is no ARN")));
                }
                words.push(text);
            }
            words.extend(self.key_names(kind, "ConditionKeys", prefix)?);
            resources.insert(self.name(kind)?.to_ascii_lowercase(), words.join(" "));
        }
        Ok(resources)
    }

    /// The keys but for the global ones, each with its type.
    fn keys(self, node: Node<'_, '_>, prefix: &str) -> Result<Table<(String, String)>, Refusal> {
        let mut keys = Table::new();
        for key in self.list(node, "ConditionKeys")? {
            let name = self.name(key)?;
            let types = self.list(key, "Types")?;
            let kind = types.first().map_or(Ok("String".to_owned()), |kind| self.string(*kind))?;
            let (kind, many) = kind.strip_prefix("ArrayOf").map_or((&*kind, ""), |kind| (kind, " many"));
            let kind = match kind {
                "Arn" => "ARN",
                "Boolean" => "Bool",
                "Long" | "Number" => "Numeric",
                "IpAddress" => "IPAddress",
                kind => kind,
            };
            let line = (self.key(key, &name, prefix)?, format!("{}{many}", self.word(key, kind)?));
            if !name.to_ascii_lowercase().starts_with("aws:") {
                keys.insert(name.to_ascii_lowercase(), line);
            }
        }
        Ok(keys)
    }

    /// The actions, each with what stands behind its name.
    fn actions(self, node: Node<'_, '_>, prefix: &str, old: Option<&Service>) -> Result<Table<(String, String)>, Refusal> {
        let mut actions = Table::new();
        for action in self.list(node, "Actions")? {
            let name = self.word(action, &self.name(action)?)?;
            let known = old.and_then(|old| old.action(&name));
            let keys = self.key_names(action, "ActionConditionKeys", prefix)?;
            let marks = action.get("Annotations").and_then(|own| own.get("Properties"));
            let told = marks.filter(|marks| marks.entries().next().is_some());
            let level = match (told, known) {
                (Some(marks), _) => level(marks),
                (None, Some(known)) => known.letter(),
                (None, None) => "W",
            };
            let mut kinds = Table::new();
            for kind in self.list(action, "Resources")? {
                let kind = self.word(kind, &self.name(kind)?)?;
                let was = known.and_then(|known| known.resources().find(|own| own.name.eq_ignore_ascii_case(&kind)));
                let only = was.map_or("", |was| was.keys).split(',').filter(|own| !own.is_empty());
                let only: Vec<&str> = only.filter(|own| !keys.iter().any(|key| key == own)).collect();
                let only = if only.is_empty() { String::new() } else { format!("({})", only.join(",")) };
                let mark = if was.is_some_and(|was| was.required) { "" } else { "?" };
                kinds.insert(kind.to_ascii_lowercase(), format!("{kind}{mark}{only}"));
            }
            let needs = known.into_iter().flat_map(super::Action::needs).map(|name| format!("+{name}"));
            let words: Vec<String> =
                std::iter::once(level.to_owned()).chain(kinds.into_values()).chain(keys).chain(needs).collect();
            actions.insert(name.to_ascii_lowercase(), (name, words.join(" ")));
        }
        Ok(actions)
    }

    /// A list of condition keys as the text writes them, sorted.
    fn key_names(self, node: Node<'_, '_>, member: &str, prefix: &str) -> Result<Vec<String>, Refusal> {
        let names = self.list(node, member)?;
        let names: Result<Vec<String>, Refusal> =
            names.iter().map(|name| self.key(*name, &self.string(*name)?, prefix)).collect();
        let mut names = names?;
        names.sort_by_key(|name| (name.to_ascii_lowercase(), name.clone()));
        names.dedup();
        Ok(names)
    }

    /// `s3:BucketTag/${TagKey}` of `s3` is `:BucketTag/`.
    fn key(self, node: Node<'_, '_>, name: &str, prefix: &str) -> Result<String, Refusal> {
        let open = name.strip_suffix('}').and_then(|rest| rest.rsplit_once("${")).filter(|(_, own)| !own.contains('}'));
        let name = match open {
            Some((before, _)) => before,
            None => name
                .strip_suffix("<key>")
                .unwrap_or_else(|| name.strip_suffix("tag-key").filter(|own| own.ends_with('/')).unwrap_or(name)),
        };
        let own = name.strip_prefix(prefix).filter(|own| own.starts_with(':'));
        if !name.contains(':') {
            return Err(self.refuse(node, format!("`{name}` is no condition key: it has no colon")));
        }
        self.word(node, own.unwrap_or(name))
    }

    /// A name in the place of a word.
    fn word(self, node: Node<'_, '_>, name: &str) -> Result<String, Refusal> {
        let word = name.trim().replace(' ', "~");
        if word.is_empty() || word.contains(|c: char| c.is_whitespace() || "(),!+".contains(c)) {
            return Err(self.refuse(node, format!("`{name}` cannot be a name")));
        }
        Ok(word)
    }

    /// The member `Name`.
    fn name(self, node: Node<'_, '_>) -> Result<String, Refusal> {
        node.get("Name").ok_or_else(|| self.refuse(node, "`Name` is missing")).and_then(|name| self.string(name))
    }

    fn string(self, node: Node<'_, '_>) -> Result<String, Refusal> {
        node.string().map(Cow::into_owned).ok_or_else(|| self.refuse(node, "this is no string"))
    }

    /// The items of a member; none where it is not there.
    fn list<'n, 's>(self, node: Node<'n, 's>, member: &str) -> Result<Vec<Node<'n, 's>>, Refusal> {
        match node.get(member) {
            None => Ok(Vec::new()),
            Some(list) if list.kind() == Kind::List => Ok(list.items().collect()),
            Some(other) => Err(self.refuse(other, format!("`{member}` is no list"))),
        }
    }

    fn refuse(self, node: Node<'_, '_>, message: impl Into<String>) -> Refusal {
        refusal(line_of(self.text, node.outer().start), message)
    }
}

/// The letter of the access level that the marks of an action tell.
fn level(marks: Node<'_, '_>) -> &'static str {
    let has = |mark: &str| marks.get(mark).is_some_and(|mark| mark.kind() == Kind::Bool(true));
    let levels = [("IsPermissionManagement", "P"), ("IsTaggingOnly", "T"), ("IsList", "L"), ("IsWrite", "W")];
    levels.into_iter().find(|(mark, _)| has(mark)).map_or("R", |(_, letter)| letter)
}

fn push_line(out: &mut String, words: &[&str]) {
    out.push_str(&words.join(" "));
    out.push('\n');
}

fn line_of(text: &str, offset: u32) -> usize {
    text.bytes().take(offset as usize).filter(|byte| *byte == b'\n').count() + 1
}

fn refusal(line: usize, message: impl Into<String>) -> Refusal {
    Refusal { line, message: message.into() }
}
