//! Requests made of what policies say: their patterns filled, their values and those beside them, whom they name.
//!
//! They are such as proofs are about (`docs/proofs.md`): what no proof speaks of can contradict none.

use std::fmt;

use rolecall::arn::Arn;
use rolecall::evaluate::{
    Caller, Context, ContextValue, OF_CALLER, Request, Setting, Standing, Verdict, derive, evaluate, holds_many,
};
use rolecall::policy::{Comparison, Instant, Policy, PrincipalKind};
use rolecall::reference::{KeyType, Reference};

use crate::chance::Chance;

/// What requests to some policies are made of.
pub struct Words {
    actions: Vec<String>,
    resources: Vec<String>,
    /// None where no policy says whom it is for.
    callers: Vec<String>,
    keys: Vec<Key>,
}

struct Key {
    name: String,
    many: bool,
    values: Vec<String>,
    /// What it is compared as; `None` while it is compared with nothing.
    kind: Option<Kind>,
    /// Whether all operators on it are for sets.
    only_sets: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Number,
    Date,
    Bool,
    Address,
    Binary,
    /// In several ways, which no proof goes into.
    Mixed,
}

/// A request.
pub struct Sample<'w> {
    caller: &'w str,
    action: String,
    resource: String,
    keys: Vec<(&'w str, bool, Vec<String>)>,
    derives: bool,
}

/// What stands for `*`, and for `?`.
const FILLINGS: [&str; 8] = ["", "x", "example", "a/b", "1", "Get", ":", "é"];
/// What stands for a variable.
const WORDS: [&str; 2] = ["x", "example"];
const LETTERS: [&str; 3] = ["x", "a", "0"];
const ACTIONS: [&str; 4] = ["s3:GetObject", "s3:PutObject", "sts:AssumeRole", "x:y"];
const RESOURCES: [&str; 4] = ["*", "arn:aws:s3:::b/x", "arn:aws:iam::111122223333:role/reader", "arn:aws:x:::"];
const CALLERS: [&str; 6] = [
    "arn:aws:iam::111122223333:user/example",
    "arn:aws:sts::111122223333:assumed-role/example/session",
    "arn:aws:iam::999999999999:user/example",
    "arn:aws:iam::999999999999:root",
    "service:example.amazonaws.com",
    "anonymous",
];
const NUMBERS: [&str; 5] = ["0", "1", "10.5", "-1", "1000000"];
const DATES: [&str; 4] = ["1970-01-01T00:00:00Z", "2026-11-26T00:00:00Z", "2026-11-26T00:00:01Z", "2099-01-01T00:00:00Z"];
const ADDRESSES: [&str; 5] = ["10.0.0.1", "10.1.2.3", "192.0.2.1", "2001:db8::1", "0.0.0.0"];

impl Words {
    /// What requests to these policies are made of.
    pub fn of(policies: &[&Policy<'_>], reference: &Reference) -> Self {
        let mut words = Self {
            actions: ACTIONS.map(str::to_owned).to_vec(),
            resources: RESOURCES.map(str::to_owned).to_vec(),
            callers: Vec::new(),
            keys: Vec::new(),
        };
        let mut roles_with_path = Vec::new();
        for statement in policies.iter().flat_map(|policy| &policy.statements) {
            let texts = |own: &rolecall::policy::Patterns<'_>| {
                own.list.iter().map(|own| own.text.shown().into_owned()).collect::<Vec<_>>()
            };
            words.actions.extend(statement.actions.iter().flat_map(texts));
            words.resources.extend(statement.resources.iter().flat_map(texts));
            for principal in statement.principals.iter().flat_map(|own| &own.list) {
                words.add_principal(principal.kind, &principal.value.shown(), &mut roles_with_path);
            }
            for condition in &statement.conditions {
                let (Some(name), Some(operator)) = (condition.key.known(), condition.operator) else { continue };
                let values = condition.values.iter().map(|own| own.pattern.text.shown().into_owned()).collect();
                words.add_key(name, operator.comparison, operator.set.is_some(), values);
            }
        }
        if !words.callers.is_empty() {
            for key in words.keys.iter().filter(|key| key.name.eq_ignore_ascii_case("aws:PrincipalAccount")) {
                words.callers.extend(key.values.iter().map(|account| format!("arn:aws:iam::{account}:user/example")));
            }
            for key in words.keys.iter().filter(|key| key.name.eq_ignore_ascii_case("aws:PrincipalArn")) {
                words.callers.extend(key.values.iter().filter(|arn| arn.contains(":user/")).cloned());
            }
            words.callers.extend(CALLERS.map(str::to_owned));
            // the session of a role does not tell the path of that
            words.callers.retain(|own| Caller::parse(own).is_some() && !own.contains(['*', '?', '$']));
            words.callers.retain(|own| !roles_with_path.iter().any(|role| own.contains(&format!(":assumed-role/{role}/"))));
        }
        for key in &mut words.keys {
            let is_arn = reference.key(&key.name).is_some_and(|own| own.kind == KeyType::Arn);
            key.many = holds_many(reference, &key.name) || key.only_sets && reference.key(&key.name).is_none();
            key.settle(is_arn);
        }
        words
    }

    /// A request.
    pub fn request(&self, chance: &mut Chance) -> Sample<'_> {
        let derives = !self.callers.is_empty();
        let caller = if derives { chance.of(&self.callers).as_str() } else { "anonymous" };
        let action = loop {
            let own = chance.of(&self.actions);
            let own = chance.fill(own);
            // an action is a prefix, a colon and a name
            if own.split_once(':').is_some_and(|(prefix, name)| !prefix.is_empty() && !name.is_empty() && !name.contains(':')) {
                break own;
            }
        };
        let resource = loop {
            let own = chance.of(&self.resources);
            if own == "*" && chance.below(3) == 0 {
                break own.clone();
            }
            let own = chance.fill(own);
            if Arn::parse(&own).is_some() {
                break own;
            }
        };
        let parsed = Caller::parse(caller).expect("a caller");
        let held = self.keys.iter().filter(|key| !key.values.is_empty() && (!derives || may_hold(parsed, &key.name)));
        let mut keys = Vec::new();
        for key in held {
            if chance.below(4) == 0 {
                continue;
            }
            let count = if key.many { 1 + chance.below(2) } else { 1 };
            let is_text = matches!(key.kind, Some(Kind::Text) | None);
            let values: Vec<String> = (0..count)
                .map(|_| {
                    let own = chance.of(&key.values);
                    if is_text { chance.fill(own) } else { own.clone() }
                })
                .collect();
            // the empty value is thought of for a few keys only
            if values.iter().all(|own| !own.is_empty()) {
                keys.push((key.name.as_str(), key.many, values));
            }
        }
        Sample { caller, action, resource, keys, derives }
    }

    fn add_principal(&mut self, kind: PrincipalKind, text: &str, roles_with_path: &mut Vec<String>) {
        self.callers.push("anonymous".to_owned());
        match kind {
            PrincipalKind::Service => self.callers.push(format!("service:{text}")),
            PrincipalKind::Federated => self.callers.push(format!("federated:{text}")),
            PrincipalKind::Aws => {
                let account = Arn::parse(text).map_or(text, |arn| arn.account);
                for name in ["user/example", "root"] {
                    self.callers.push(format!("arn:aws:iam::{account}:{name}"));
                }
                let Some(arn) = Arn::parse(text) else { return };
                match arn.resource.strip_prefix("role/").filter(|_| arn.service == "iam") {
                    Some(role) if role.contains('/') => {
                        roles_with_path.extend(role.rsplit('/').next().map(str::to_owned));
                    }
                    Some(role) => {
                        self.callers.push(format!("arn:{}:sts::{account}:assumed-role/{role}/session", arn.partition));
                    }
                    None => self.callers.push(text.to_owned()),
                }
            }
            PrincipalKind::Anyone | PrincipalKind::CanonicalUser | PrincipalKind::Later => {}
        }
    }

    fn add_key(&mut self, name: &str, comparison: Comparison, is_set: bool, values: Vec<String>) {
        let at = self.keys.iter().position(|own| own.name.eq_ignore_ascii_case(name)).unwrap_or(self.keys.len());
        if at == self.keys.len() {
            self.keys.push(Key { name: name.to_owned(), many: false, values: Vec::new(), kind: None, only_sets: true });
        }
        let key = &mut self.keys[at];
        let kind = match comparison {
            Comparison::StringEquals | Comparison::StringEqualsIgnoreCase | Comparison::StringLike | Comparison::Arn => {
                Kind::Text
            }
            Comparison::Numeric(_) => Kind::Number,
            Comparison::Date(_) => Kind::Date,
            Comparison::Bool => Kind::Bool,
            Comparison::Binary => Kind::Binary,
            Comparison::IpAddress => Kind::Address,
            Comparison::Null => return,
        };
        key.only_sets &= is_set;
        key.kind = Some(if key.kind.is_none_or(|own| own == kind) { kind } else { Kind::Mixed });
        key.values.extend(values);
    }
}

impl Key {
    /// Leaves the values that a request may hold.
    fn settle(&mut self, is_arn: bool) {
        let fixed = |list: &[&str]| list.iter().map(|&own| own.to_owned()).collect::<Vec<_>>();
        match self.kind {
            Some(Kind::Text) | None => {
                self.values.extend(fixed(&["x", "example", "X*"]));
                if is_arn {
                    self.values.extend(fixed(&["arn:aws:s3:::b", "arn:aws:iam::111122223333:role/*"]));
                    self.values.retain(|own| Arn::parse(own).is_some());
                } else {
                    let turned = self.values.iter().map(|own| own.to_ascii_uppercase()).collect::<Vec<_>>();
                    self.values.extend(turned);
                }
            }
            Some(Kind::Number) => {
                let is_plain = |own: &String| own.len() < 9 && !own.is_empty() && own.bytes().all(|own| own.is_ascii_digit());
                self.values.retain(is_plain);
                let beside: Vec<String> =
                    self.values.iter().filter_map(|own| Some((own.parse::<u64>().ok()? + 1).to_string())).collect();
                self.values.extend(beside);
                self.values.extend(fixed(&NUMBERS));
            }
            Some(Kind::Date) => self.values = fixed(&DATES),
            Some(Kind::Bool) => self.values = fixed(&["true", "false"]),
            Some(Kind::Address) => {
                let first =
                    |own: &String| own.split('/').next().filter(|own| own.parse::<std::net::IpAddr>().is_ok()).map(str::to_owned);
                self.values = self.values.iter().filter_map(first).collect();
                self.values.extend(fixed(&ADDRESSES));
            }
            Some(Kind::Binary) => self.values = fixed(&["AAAA", "QUJD"]),
            Some(Kind::Mixed) => self.values.clear(),
        }
    }
}

impl Sample<'_> {
    /// What a policy says of it. What is wrong with the grammar of the policy is left aside.
    pub fn verdict<'p, 's>(&self, policies: &[&'p Policy<'s>]) -> Verdict<'p, 's> {
        let mut context = Context::new();
        for (name, many, values) in &self.keys {
            let value = if *many {
                ContextValue::Many(values.iter().map(|own| own.as_str().into()).collect())
            } else {
                ContextValue::One(values[0].as_str().into())
            };
            context.set(*name, value);
        }
        let principal = Caller::parse(self.caller).expect("a caller");
        if self.derives {
            derive(&mut context, principal, &self.resource, &Setting::default(), Instant::from_seconds(1_795_651_200));
        }
        let request = Request { principal, action: &self.action, resource: &self.resource, context: &context };
        evaluate(policies.iter().copied(), &request, &mut ())
    }
}

impl fmt::Display for Sample<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} asks for {} on {} with {:?}", self.caller, self.action, self.resource, self.keys)
    }
}

impl Chance {
    fn of<'l, T>(&mut self, list: &'l [T]) -> &'l T {
        &list[self.below(list.len())]
    }

    /// A text without wildcards and variables that a pattern may match.
    fn fill(&mut self, pattern: &str) -> String {
        let mut out = String::new();
        let mut rest = pattern;
        while let Some(at) = rest.find(['*', '?', '$']) {
            out.push_str(&rest[..at]);
            let behind = &rest[at + 1..];
            rest = match (rest.as_bytes()[at], behind.strip_prefix('{').and_then(|own| own.split_once('}'))) {
                (b'$', Some((_, behind))) => {
                    out.push_str(WORDS[self.below(WORDS.len())]);
                    behind
                }
                (b'$', None) => {
                    out.push('$');
                    behind
                }
                (b'*', _) => {
                    out.push_str(FILLINGS[self.below(FILLINGS.len())]);
                    behind
                }
                _ => {
                    out.push_str(LETTERS[self.below(LETTERS.len())]);
                    behind
                }
            };
        }
        out.push_str(rest);
        out
    }
}

/// Whether a request of a caller may hold a key that does not follow from him.
fn may_hold(caller: Caller<'_>, key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    let is_of_principal = ["aws:principal", "aws:multifactorauth", "aws:tokenissuetime"].iter().any(|own| key.starts_with(own));
    let is_of_issuer = key.split_once(':').is_some_and(|(prefix, _)| prefix.contains('.'));
    let is_federated = matches!(caller, Caller::Federated(_));
    let is_root = caller.standing() == Standing::Root;
    !OF_CALLER.contains(&key.as_str()) && !(is_federated && (is_of_principal || is_of_issuer)) && !(is_root && is_of_principal)
}
