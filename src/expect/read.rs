//! Reads expectation files. Everything that is wrong in one is told, at its place.

mod never;

use std::borrow::Cow;
use std::collections::HashMap;

use super::{Case, Expectations, Expected, Given, Question, Request, TYPES, Test, Wanted, Who};
use crate::evaluate::{Caller, ContextValue, holds_many};
use crate::finding::Problem;
use crate::identity::{Claim, Claims};
use crate::policy::{self, Instant, Policy, PolicyKind};
use crate::reference::Reference;
use crate::simulate::{Access, Flow, GateKind};
use crate::source::Span;
use crate::spelling::nearest;
use crate::syntax::{Entry, Kind, Node, json};

/// What expectation files name by path.
pub trait Files<'s> {
    /// The policy in a file, read as one of this kind; else why not.
    fn policy(&self, path: &str, kind: PolicyKind) -> Result<Policy<'s>, String>;

    /// The text of a file that holds a token or an assertion; else why not.
    fn text(&self, path: &str) -> Result<String, String>;
}

/// The paths that an expectation file names, as written there.
#[derive(Clone, Debug, Default)]
pub struct Paths {
    /// Files and directories with roles, policies, groups and pools, with the place of each.
    pub inputs: Vec<(String, Span)>,
    /// Policies of requests.
    pub policies: Vec<String>,
}

/// What the holes of the inputs stand for: names and values, with the place of each name.
pub fn assumptions(root: Node<'_, '_>) -> Vec<(String, String, Span)> {
    let entries = root.get("assume").into_iter().flat_map(Node::entries);
    entries.filter_map(|entry| Some((entry.key.string()?.into_owned(), plain(entry.value), entry.key.span()))).collect()
}

/// The paths that an expectation file names.
pub fn paths(root: Node<'_, '_>) -> Paths {
    let mut paths = Paths::default();
    let inputs = root.get("inputs").into_iter().flat_map(Node::items_or_self);
    paths.inputs.extend(inputs.filter_map(|own| Some((own.string()?.into_owned(), own.span()))));
    let requests = root.get("request").into_iter().flat_map(Node::items_or_self);
    for given in requests.filter_map(|request| request.get("policies")).flat_map(Node::entries) {
        let levels = given.value.items_or_self().flat_map(Node::items_or_self);
        paths.policies.extend(levels.filter_map(path_of).map(Cow::into_owned));
    }
    paths.policies.sort_unstable();
    paths.policies.dedup();
    paths
}

/// Reads an expectation file. With problems there are no expectations: a part of them would pass for all.
pub fn read<'s>(root: Node<'_, 's>, reference: &Reference, files: &dyn Files<'s>) -> Result<Expectations<'s>, Vec<Problem>> {
    let mut reader = Reader { reference, files, policies: Vec::new(), places: HashMap::new(), problems: Vec::new() };
    let mut tests = Vec::new();
    if root.kind() == Kind::Map {
        for Entry { key, value } in root.entries() {
            match key.string().as_deref() {
                Some("inputs") => reader.strings(value, "inputs").clear(),
                Some("case") => tests.extend(value.items_or_self().filter_map(|own| reader.test(own, false))),
                Some("request") => tests.extend(value.items_or_self().filter_map(|own| reader.test(own, true))),
                Some("never") => tests.extend(value.items_or_self().filter_map(|own| reader.never(own))),
                Some("assume") if value.kind() == Kind::Map => {}
                Some("assume") => {
                    reader.problem(value.mark(), "`assume` is no table", Some("write `assume = { NAME = \"VALUE\" }`"));
                }
                _ => reader.unknown(key, &["inputs", "assume", "case", "request", "never"]),
            }
        }
    } else {
        reader.problem(
            root.mark(),
            "not a table of expectations",
            Some("write `inputs`, `[[case]]`, `[[request]]` and `[[never]]`"),
        );
    }
    if tests.is_empty() && reader.problems.is_empty() {
        reader.problem(root.mark(), "nothing is asked", Some("write `[[case]]`, `[[request]]` or `[[never]]`"));
    }
    tests.sort_by_key(|test| test.span);
    if reader.problems.is_empty() {
        return Ok(Expectations { tests, policies: reader.policies });
    }
    reader.problems.sort_by_key(|problem| problem.span);
    Err(reader.problems)
}

struct Reader<'f, 's> {
    reference: &'f Reference,
    files: &'f dyn Files<'s>,
    policies: Vec<Policy<'s>>,
    /// Where the policy of a file stands among these, read as one of a kind.
    places: HashMap<(String, PolicyKind), usize>,
    problems: Vec<Problem>,
}

const OF_ANY: [&str; 7] = ["name", "why", "action", "resource", "context", "at", "expect"];
const OF_CASE: [&str; 23] = [
    "guest",
    "group",
    "claims",
    "login",
    "user",
    "token",
    "saml",
    "linked",
    "developer",
    "tags",
    "pre-token",
    "client",
    "pool",
    "pool-account",
    "flow",
    "custom-role",
    "role",
    "session-name",
    "duration",
    "then-role",
    "expect-role",
    "expect-gate",
    "expect-claims",
];
const OF_REQUEST: [&str; 9] = [
    "principal",
    "principal-tags",
    "resource-account",
    "resource-org",
    "management-account",
    "service-linked-role",
    "partial-context",
    "policies",
    "blocked-by",
];

impl<'s> Reader<'_, 's> {
    fn problem(&mut self, span: Span, message: impl Into<String>, help: Option<&str>) {
        self.problems.push(Problem { span, message: message.into(), help: help.map(str::to_owned) });
    }

    fn unknown(&mut self, key: Node<'_, 's>, known: &[&'static str]) {
        let name = key.string().unwrap_or_default();
        let help = nearest(&name, known.iter().copied())
            .map_or_else(|| format!("there are {}", listed(known)), |meant| format!("did you mean `{meant}`?"));
        self.problem(key.span(), format!("there is no `{name}` here"), Some(&help));
    }

    /// A value that is none of those that may stand there.
    fn no_such(&mut self, value: Node<'_, 's>, known: &[&'static str]) {
        let name = value.string().unwrap_or_default();
        let help = nearest(&name, known.iter().copied())
            .map_or_else(|| format!("write one of {}", listed(known)), |meant| format!("did you mean `{meant}`?"));
        self.problem(value.span(), format!("`{name}` cannot stand here"), Some(&help));
    }

    fn test(&mut self, node: Node<'_, 's>, is_request: bool) -> Option<Test> {
        if node.kind() != Kind::Map {
            self.problem(node.mark(), "not a table", None);
            return None;
        }
        let own = if is_request { &OF_REQUEST[..] } else { &OF_CASE };
        let known: Vec<&'static str> = OF_ANY.iter().chain(own).copied().collect();
        for entry in node.entries().filter(|entry| !known.iter().any(|name| entry.key.is(name))) {
            self.unknown(entry.key, &known);
        }
        let name = node.get("name").and_then(|name| Some((self.string(name, "name")?, name.span())));
        let span = name.as_ref().map_or(node.mark(), |(_, span)| *span);
        let name = name.map_or_else(|| "without a name".to_owned(), |(name, _)| name);
        let why = self.optional(node, "why");
        let expected = self.expected(node);
        let is_told = |name: &str| name == "blocked-by" || name.starts_with("expect");
        if !node.entries().any(|entry| entry.key.string().is_some_and(|name| is_told(&name))) {
            let help = if is_request { "add `expect`" } else { "add `expect`, `expect-role`, `expect-gate` or `expect-claims`" };
            self.problem(span, "nothing is expected", Some(help));
        }
        let question = if is_request {
            Question::Request(Box::new(self.request(node, span)))
        } else {
            Question::Case(Box::new(self.case(node, span)?))
        };
        let doubts = self.doubts(node);
        Some(Test { name, span, why, doubts, question, expected })
    }

    fn expected(&mut self, table: Node<'_, 's>) -> Expected {
        let mut expected = Expected::default();
        if let Some(node) = table.get("expect")
            && let Some(name) = self.string(node, "expect")
        {
            let names = Wanted::ALL.map(|(name, _)| name);
            match Wanted::named(&name) {
                Some(wanted) => expected.answer = Some((wanted, node.span())),
                None => self.no_such(node, &names),
            }
        }
        if let Some(node) = table.get("blocked-by") {
            let names: Vec<&'static str> = PolicyKind::ALL.iter().map(|kind| kind.name()).chain(["caller"]).collect();
            for own in node.items_or_self().filter(|own| !names.iter().any(|name| own.is(name))) {
                self.no_such(own, &names);
            }
            expected.blocked_by = Some((self.strings(node, "blocked-by"), node.mark()));
        }
        if let Some(node) = table.get("expect-role") {
            expected.role = self.string(node, "expect-role").map(|role| (role, node.span()));
        }
        if let Some(node) = table.get("expect-gate")
            && let Some(name) = self.string(node, "expect-gate")
        {
            let names = GateKind::ALL.map(GateKind::name);
            if names.contains(&name.as_str()) {
                expected.gate = Some((name, node.span()));
            } else {
                self.no_such(node, &names);
            }
        }
        for Entry { key, value } in table.get("expect-claims").into_iter().flat_map(Node::entries) {
            let name = key.string().unwrap_or_default().into_owned();
            let wanted = match value.kind() {
                Kind::Bool(false) => None,
                Kind::List => Some(format!("[{}]", value.items().map(plain).collect::<Vec<_>>().join(", "))),
                _ => Some(plain(value)),
            };
            expected.claims.push((name, wanted, value.mark()));
        }
        expected
    }

    fn case(&mut self, table: Node<'_, 's>, span: Span) -> Option<Case> {
        let who = self.who(table, span)?;
        let flow = match table.get("flow") {
            None => Flow::Enhanced,
            Some(node) => FLOWS.into_iter().find(|(name, _)| node.is(name)).map_or_else(
                || {
                    self.no_such(node, &FLOWS.map(|(name, _)| name));
                    Flow::Enhanced
                },
                |(_, flow)| flow,
            ),
        };
        if let Some(node) = table.get("custom-role").filter(|_| flow != Flow::Enhanced) {
            self.problem(node.span(), "`custom-role` is for the enhanced flow", Some("give `role`"));
        }
        let linked = table.get("linked").into_iter().flat_map(Node::items_or_self);
        let linked = linked.filter_map(|node| self.secret(node, "linked")).collect();
        let changes = table.get("pre-token").into_iter().flat_map(Node::entries);
        let pre_token = changes.map(|entry| {
            let claim = (entry.value.kind() != Kind::Bool(false)).then(|| Claims::of(entry.value));
            (entry.key.string().unwrap_or_default().into_owned(), claim)
        });
        let pre_token = pre_token.collect();
        let context = self.context(table);
        let texts = |value: ContextValue<'_>| value.values().map(str::to_owned).collect();
        let action = self.optional(table, "action");
        let resource = self.optional(table, "resource");
        if let Some(node) = table.get("resource").filter(|_| action.is_none()) {
            self.problem(node.span(), "a resource without an action", Some("add `action`"));
        }
        let roles = ["role", "custom-role", "then-role"].into_iter().filter_map(|key| table.get(key));
        let roles = roles.map(|node| (plain(node), node.span())).collect();
        Some(Case {
            who,
            roles,
            client: self.optional(table, "client"),
            linked,
            pre_token,
            pool: self.optional(table, "pool"),
            pool_account: self.optional(table, "pool-account"),
            flow,
            custom_role: self.optional(table, "custom-role"),
            role: self.optional(table, "role"),
            session_name: self.optional(table, "session-name"),
            duration: self.seconds(table, "duration"),
            then_role: self.optional(table, "then-role"),
            at: self.time(table),
            access: action.map(|action| (action, resource.unwrap_or_else(|| "*".to_owned()))),
            context: context.into_iter().map(|(key, value)| (key, texts(value))).collect(),
        })
    }

    fn who(&mut self, table: Node<'_, 's>, span: Span) -> Option<Who> {
        const WAYS: [&str; 6] = ["guest", "group", "claims", "token", "saml", "developer"];
        let mut given = WAYS.into_iter().filter_map(|name| Some((name, table.get(name)?)));
        let alone =
            || Some(("login", table.get("login").filter(|_| table.get("user").is_some() || table.get("claims").is_none())?));
        let (first, second) = (given.next(), given.next());
        let (Some((name, node)), None) = (first.or_else(alone), second) else {
            self.problem(
                span,
                "it is not told who signs in, or told twice",
                Some("give one of `guest = true`, `group`, `claims`, `token`, `saml`, `developer`, or `login` with `user`"),
            );
            return None;
        };
        let going = [
            ("login", &["claims", "saml", "login"][..]),
            ("user", &["login"]),
            ("tags", &["developer"]),
            ("client", &["group"]),
            ("linked", &["token", "claims", "group", "saml", "developer", "login"]),
        ];
        for (key, with) in going {
            if let Some(other) = table.get(key).filter(|_| !with.contains(&name)) {
                let with = with.first().copied().unwrap_or_default();
                self.problem(other.mark(), format!("`{key}` goes with `{with}`"), None);
            }
        }
        match name {
            "guest" if node.kind() == Kind::Bool(true) => Some(Who::Guest),
            "guest" => {
                self.problem(node.span(), "`guest` is `true` or left out", None);
                None
            }
            "group" => Some(Who::Groups(self.strings(node, "group"))),
            "developer" => {
                let tags = table.get("tags").into_iter().flat_map(Node::entries);
                let tags = tags.map(|entry| (entry.key.string().unwrap_or_default().into_owned(), plain(entry.value))).collect();
                Some(Who::Developer(self.string(node, "developer")?, tags))
            }
            "login" => Some(Who::Social(self.string(node, "login")?, self.optional(table, "user"))),
            "token" => self.secret(node, "token").map(Who::Token),
            "saml" => Some(Who::Saml(self.secret(node, "saml")?, self.optional(table, "login"))),
            _ => {
                let Some(mut claims) = Claims::read(node) else {
                    self.problem(node.mark(), "`claims` is no table", None);
                    return None;
                };
                if let Some(login) = self.optional(table, "login").filter(|_| claims.get("iss").is_none()) {
                    let issuer = if login.contains("://") { login } else { format!("https://{login}") };
                    claims.set("iss", Claim::Text(issuer));
                }
                Some(Who::Claims(claims.to_json()))
            }
        }
    }

    /// The text of a file that holds a token or an assertion.
    fn secret(&mut self, node: Node<'_, 's>, name: &str) -> Option<String> {
        let path = self.string(node, name)?;
        match self.files.text(&path) {
            Ok(text) => Some(text),
            // what stands here may be the token itself, which is never repeated
            Err(why) => {
                self.problem(node.span(), format!("cannot read what `{name}` names: {why}"), Some("it is the path of a file"));
                None
            }
        }
    }

    fn seconds(&mut self, table: Node<'_, 's>, name: &str) -> Option<u32> {
        let node = table.get(name)?;
        let seconds = node.written().parse().ok().filter(|_| node.kind() == Kind::Number);
        if seconds.is_none() {
            self.problem(node.mark(), format!("`{name}` is no whole number of seconds"), None);
        }
        seconds
    }

    fn request(&mut self, table: Node<'_, 's>, span: Span) -> Request {
        let principal = self.needed(table, "principal", span);
        if let (Some(text), Some(node)) = (&principal, table.get("principal"))
            && Caller::parse(text).is_none()
        {
            let help =
                "write the ARN of a user, role or session, an account id, or `anonymous`; `docs/expectations.md` lists all forms";
            self.problem(node.span(), format!("`{text}` cannot ask for anything"), Some(help));
        }
        let action = self.needed(table, "action", span);
        if let (Some(text), Some(node)) = (&action, table.get("action"))
            && (!text.contains(':') || text.contains(['*', '?']))
        {
            self.problem(node.span(), format!("`{text}` is no action"), Some("write it as `s3:GetObject`"));
        }
        let context = self.context(table);
        let tags = table.get("principal-tags").into_iter().flat_map(Node::entries);
        let tags = tags.map(|entry| (entry.key.string().unwrap_or_default().into_owned(), plain(entry.value))).collect();
        Request {
            principal: principal.unwrap_or_default(),
            action: action.unwrap_or_default(),
            resource: self.optional(table, "resource").unwrap_or_else(|| "*".to_owned()),
            resource_account: self.optional(table, "resource-account"),
            resource_org: self.optional(table, "resource-org"),
            management_account: self.flag(table, "management-account"),
            service_linked_role: self.flag(table, "service-linked-role"),
            context,
            partial: self.flag(table, "partial-context"),
            tags,
            at: self.time(table),
            policies: self.given(table),
        }
    }

    fn given(&mut self, table: Node<'_, 's>) -> Option<Given> {
        let mut given = Given::default();
        let node = table.get("policies")?;
        if node.kind() != Kind::Map {
            self.problem(node.mark(), "`policies` is no table", None);
        }
        for Entry { key, value } in node.entries() {
            let Some((name, kind)) = TYPES.into_iter().find(|(name, _)| key.is(name)) else {
                self.unknown(key, &TYPES.map(|(name, _)| name));
                continue;
            };
            match kind {
                PolicyKind::Identity => given.identity = self.union(value, kind),
                PolicyKind::Boundary => given.boundaries = self.union(value, kind),
                PolicyKind::Session => given.session = self.union(value, kind),
                PolicyKind::Endpoint => given.endpoint = self.union(value, kind),
                PolicyKind::Scp => given.scps = self.levels(value, kind),
                PolicyKind::Rcp => given.rcps = self.levels(value, kind),
                PolicyKind::Resource | PolicyKind::Trust => {
                    let own = self.union(value, kind);
                    if own.len() > 1 || given.resource.is_some() && !own.is_empty() {
                        self.problem(key.span(), format!("a resource has one policy, so `{name}` is one too many"), None);
                    }
                    given.resource = given.resource.or(own.first().copied());
                }
            }
        }
        Some(given)
    }

    fn union(&mut self, value: Node<'_, 's>, kind: PolicyKind) -> Vec<usize> {
        value.items_or_self().filter_map(|own| self.policy(own, kind)).collect()
    }

    fn levels(&mut self, value: Node<'_, 's>, kind: PolicyKind) -> Vec<Vec<usize>> {
        value.items_or_self().map(|level| self.union(level, kind)).collect()
    }

    /// A policy: by path, inline, inline as JSON text, or with a name.
    fn policy(&mut self, node: Node<'_, 's>, kind: PolicyKind) -> Option<usize> {
        if let Some(path) = path_of(node) {
            let key = (path.into_owned(), kind);
            if let Some(&place) = self.places.get(&key) {
                return Some(place);
            }
            return match self.files.policy(&key.0, kind) {
                Ok(policy) => {
                    let place = self.keep(policy);
                    self.places.insert(key, place);
                    Some(place)
                }
                Err(why) => {
                    self.problem(node.span(), format!("cannot read `{}`: {why}", key.0), None);
                    None
                }
            };
        }
        if let Some(text) = node.literal() {
            let tree = json::read_inside(&text, false);
            return Some(self.keep(policy::read(tree.root(), kind)));
        }
        if node.kind() != Kind::Map {
            self.problem(node.mark(), "neither a policy nor the path of one", None);
            return None;
        }
        match node.get("document").filter(|_| node.get("Statement").is_none()) {
            Some(document) => self.policy(document, kind),
            None => Some(self.keep(policy::read(node, kind))),
        }
    }

    fn keep(&mut self, policy: Policy<'s>) -> usize {
        self.policies.push(policy);
        self.policies.len() - 1
    }

    fn context(&mut self, table: Node<'_, 's>) -> Vec<(String, ContextValue<'static>)> {
        let mut context = Vec::new();
        for Entry { key, value } in table.get("context").into_iter().flat_map(Node::entries) {
            let name = key.string().unwrap_or_default().into_owned();
            let values: Vec<Cow<'static, str>> = value.items_or_self().map(|own| Cow::Owned(plain(own))).collect();
            let is_set = value.kind() == Kind::List || holds_many(self.reference, &name);
            let value = match <[_; 1]>::try_from(values) {
                Ok([only]) if !is_set => ContextValue::One(only),
                Ok([only]) => ContextValue::Many(vec![only]),
                Err(values) => ContextValue::Many(values),
            };
            context.push((name, value));
        }
        context
    }

    /// What a question names that no request has.
    fn doubts(&self, table: Node<'_, 's>) -> Vec<Problem> {
        let (action, resource) = (table.get("action"), table.get("resource"));
        let named = |node: Option<Node<'_, 's>>| node.map(|own| (plain(own), own.span()));
        let Some((name, span)) = named(action) else { return Vec::new() };
        let (on, of_resource) = named(resource).unwrap_or_else(|| ("*".to_owned(), span));
        let access = Access { action: &name, resource: &on };
        let place = |own: &str| if own == name { span } else { of_resource };
        access.doubts(self.reference).map(|(own, message)| Problem { span: place(own), message, help: None }).collect()
    }

    fn time(&mut self, table: Node<'_, 's>) -> Option<Instant> {
        let node = table.get("at")?;
        let text = plain(node);
        let time = Instant::parse(&text);
        if time.is_none() {
            self.problem(node.span(), format!("`{text}` is no point in time"), Some("write `2026-11-23` or `2026-11-23T21:00Z`"));
        }
        time
    }

    fn flag(&mut self, table: Node<'_, 's>, name: &str) -> bool {
        match table.get(name).map(|node| (node, node.kind())) {
            None => false,
            Some((_, Kind::Bool(set))) => set,
            Some((node, _)) => {
                self.problem(node.mark(), format!("`{name}` is `true` or `false`"), None);
                false
            }
        }
    }

    fn needed(&mut self, table: Node<'_, 's>, name: &str, span: Span) -> Option<String> {
        let own = self.optional(table, name);
        if table.get(name).is_none() {
            self.problem(span, format!("a request without `{name}`"), None);
        }
        own
    }

    fn optional(&mut self, table: Node<'_, 's>, name: &str) -> Option<String> {
        table.get(name).and_then(|node| self.string(node, name))
    }

    fn string(&mut self, node: Node<'_, 's>, name: &str) -> Option<String> {
        match node.kind() {
            Kind::String | Kind::Number => Some(plain(node)),
            _ => {
                self.problem(node.mark(), format!("`{name}` is no text"), None);
                None
            }
        }
    }

    fn strings(&mut self, node: Node<'_, 's>, name: &str) -> Vec<String> {
        node.items_or_self().filter_map(|own| self.string(own, name)).collect()
    }
}

const FLOWS: [(&str, Flow); 3] = [("enhanced", Flow::Enhanced), ("classic", Flow::Classic), ("direct", Flow::Direct)];

/// A path stands where a policy may; JSON text does not look like one.
fn path_of<'t>(node: Node<'t, '_>) -> Option<Cow<'t, str>> {
    node.string().filter(|text| !text.trim_start().starts_with('{'))
}

/// A value as text.
fn plain(node: Node<'_, '_>) -> String {
    node.string().map_or_else(|| node.written().to_owned(), Cow::into_owned)
}

fn listed(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
