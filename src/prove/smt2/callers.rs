//! Who may ask: everybody whom the principals of a question tell apart.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::keys::{Key, Sort};
use super::term::{all, any, equal, in_language, literal, not, text_of, truth};
use super::writer::{Writer, why};
use crate::arn::{Arn, is_account_id};
use crate::evaluate::{self, Caller, Context, OF_CALLER, Setting, Standing, Truth};
use crate::policy::{Instant, Policy, Principal, PrincipalKind, Principals, Statement};
use crate::prove::Question;

/// The callers of whom a question is asked; none where no policy tells them apart.
pub(super) struct Callers {
    list: Vec<Candidate>,
    /// The roles that principals name.
    roles: Vec<String>,
}

/// One caller, or all that no principal tells from him.
struct Candidate {
    /// As [`Caller::parse`] reads it.
    text: String,
    /// Whether he stands for all of his kind whom no principal names.
    stands_for_others: bool,
}

impl Callers {
    pub(super) fn of(question: &Question<'_, '_>) -> Self {
        let statements = || question.allowed_by.iter().chain(&question.not_by).flat_map(|policy| &policy.statements);
        let mut all = Self { list: Vec::new(), roles: Vec::new() };
        if let Some(caller) = &question.among.caller {
            all.add(caller.clone(), false);
            return all;
        }
        if !statements().any(|statement| statement.principals.is_some()) {
            return all;
        }
        let named: Vec<(PrincipalKind, &str)> = statements()
            .filter_map(|statement| statement.principals.as_ref())
            .flat_map(|principals| &principals.list)
            .filter_map(|principal| Some((principal.kind, principal.value.known()?)))
            .collect();
        let mut partitions: BTreeSet<&str> = named.iter().filter_map(|(_, text)| Some(Arn::parse(text)?.partition)).collect();
        partitions.insert("aws");
        let mut accounts: BTreeSet<(&str, &str)> = BTreeSet::new();
        for (kind, text) in &named {
            match (kind, Arn::parse(text)) {
                (PrincipalKind::Aws, Some(arn)) => {
                    accounts.insert((arn.partition, arn.account));
                }
                (PrincipalKind::Aws, None) if is_account_id(text) => {
                    accounts.extend(partitions.iter().map(|partition| (*partition, *text)));
                }
                _ => {}
            }
            all.named(*kind, text);
        }
        for (partition, account) in &accounts {
            all.of_account(partition, account);
        }
        for partition in partitions {
            all.of_account(partition, FRESH_ACCOUNT);
        }
        for other in ["service:unnamed.amazonaws.com", "federated:unnamed.example.com", "anonymous"] {
            all.add(other.to_owned(), true);
        }
        all
    }

    /// Somebody whom a principal names.
    fn named(&mut self, kind: PrincipalKind, text: &str) {
        match kind {
            PrincipalKind::Aws => {
                let Some(arn) = Arn::parse(text) else { return };
                let session = |role: &str| format!("arn:{}:sts::{}:assumed-role/{role}/{FRESH_NAME}", arn.partition, arn.account);
                // who asks as a role is a session of it
                if let Some(role) = arn.role_name() {
                    self.add(session(role), false);
                    self.roles.push(text.to_owned());
                } else {
                    self.add(text.to_owned(), false);
                }
                let session_of = arn.resource.strip_prefix("assumed-role/").and_then(|rest| rest.split_once('/'));
                if let Some((role, _)) = session_of.filter(|_| arn.service == "sts") {
                    self.add(session(role), false);
                }
            }
            PrincipalKind::Service if text != "*" => self.add(format!("service:{text}"), false),
            PrincipalKind::Federated if text != "*" => self.add(format!("federated:{text}"), false),
            PrincipalKind::CanonicalUser if text != "*" => self.add(format!("canonical:{text}"), false),
            _ => {}
        }
    }

    /// Those of an account whom no principal names.
    fn of_account(&mut self, partition: &str, account: &str) {
        self.add(format!("arn:{partition}:iam::{account}:root"), account == FRESH_ACCOUNT);
        for (service, kind) in
            [("iam", "user/some/path/unnamed"), ("sts", "assumed-role/unnamed/unnamed"), ("sts", "federated-user/unnamed")]
        {
            self.add(format!("arn:{partition}:{service}::{account}:{kind}"), true);
        }
    }

    fn add(&mut self, text: String, stands_for_others: bool) {
        let is_known = self.list.iter().any(|own| own.text == text);
        if !is_known && Caller::parse(&text).is_some() {
            self.list.push(Candidate { text, stands_for_others });
        }
    }

    /// The constant that picks one of them, and the keys that follow from it.
    pub(super) fn declare(&self, writer: &Writer<'_>, out: &mut String) {
        if self.list.is_empty() {
            return;
        }
        out.push_str("; who asks: one of these, by number; `unnamed` stands for everybody whom no principal names\n");
        for (index, own) in self.list.iter().enumerate() {
            let _ = writeln!(out, ";   {index}: {}", super::term::comment(&own.text));
        }
        let _ = writeln!(out, "(declare-const caller Int)\n(assert (<= 0 caller {}))", self.list.len() - 1);
        let follows = self.list.iter().map(|own| self.follows(own, writer)).enumerate();
        let follows: Vec<_> = follows.filter(|(_, follows)| follows != "true").collect();
        if follows.is_empty() {
            return;
        }
        let name = "(re.+ name-letter)";
        let path = "(re.union (str.to_re \"\") (re.++ (re.+ path-letter) (str.to_re \"/\")))";
        let account = "((_ re.^ 12) (re.range \"0\" \"9\"))";
        for (what, language) in [("account", account), ("path", path), ("name", name)] {
            let term = format!("caller.{what}");
            let _ = writeln!(out, "(declare-const {term} String)\n(assert {})", in_language(&term, language));
        }
        for (index, follows) in follows {
            let _ = writeln!(out, "(assert {})", super::term::implies(&is(index), &follows));
        }
    }

    /// What the request holds where this one asks.
    fn follows(&self, candidate: &Candidate, writer: &Writer<'_>) -> String {
        let Some(caller) = Caller::parse(&candidate.text) else { return truth(true) };
        let mut context = Context::new();
        evaluate::derive(&mut context, caller, "*", &Setting::default(), Instant::from_seconds(0));
        let mut holds = Vec::new();
        for key in writer.keys.iter() {
            let name = key.name.to_ascii_lowercase();
            let value = context.get(&name).and_then(|value| value.values().next());
            match value.filter(|_| OF_CALLER.contains(&name.as_str())) {
                Some(value) if name == "aws:principalarn" => {
                    let arns = self.arns(candidate, value);
                    let each = arns.iter().map(|own| is_value(key, own, candidate.stands_for_others || own.contains(FRESH_PATH)));
                    holds.push(any(each.collect::<Vec<_>>()));
                }
                Some(value) => holds.push(is_value(key, value, candidate.stands_for_others)),
                None if is_lacking(&name, caller) => holds.push(not(key.present())),
                None => {}
            }
        }
        if candidate.stands_for_others && !holds.is_empty() {
            holds.push(self.unnamed(candidate));
        }
        all(holds)
    }

    /// The ARNs that `aws:PrincipalArn` may have. That of a role has its path, which that of a session does not tell; a policy that names
    /// the role may.
    fn arns(&self, candidate: &Candidate, derived: &str) -> Vec<String> {
        let Some(role) = Arn::parse(derived).filter(|_| derived != candidate.text) else { return vec![derived.to_owned()] };
        let Some(name) = role.role_name() else { return vec![derived.to_owned()] };
        let alike =
            |own: &Arn<'_>| own.account == role.account && own.partition == role.partition && own.role_name() == Some(name);
        let named = self.roles.iter().filter(|own| Arn::parse(own).is_some_and(|own| alike(&own)));
        let named: Vec<String> = named.cloned().collect();
        if named.is_empty() {
            vec![format!("arn:{}:iam::{}:role/{FRESH_PATH}{name}", role.partition, role.account)]
        } else {
            named
        }
    }

    /// That he is none of those who are named.
    fn unnamed(&self, candidate: &Candidate) -> String {
        let own = template(&candidate.text, true);
        let named = || self.list.iter().filter(|other| !other.stands_for_others).map(|other| other.text.as_str());
        if candidate.text.contains(FRESH_ACCOUNT) {
            let accounts: BTreeSet<&str> = named().filter_map(|other| Caller::parse(other)?.account()).collect();
            return all(accounts.into_iter().map(|account| not(equal("caller.account", &literal(account)))));
        }
        let end = PLACES.iter().filter_map(|(place, _)| candidate.text.find(place)).min();
        let start = end.and_then(|end| candidate.text.get(..end)).unwrap_or("");
        let alike = named().filter(|other| other.starts_with(start));
        // the role of a session is told by its name alone
        let caller = Caller::parse(&candidate.text);
        let is_session = caller.is_some_and(|own| own.standing() == Standing::Session);
        let roles = named().filter(|_| is_session).filter_map(|other| {
            let arn = Arn::parse(other).filter(|arn| caller.and_then(Caller::account) == Some(arn.account))?;
            arn.role_name().or_else(|| Some(arn.resource.strip_prefix("assumed-role/")?.split_once('/')?.0))
        });
        let roles: BTreeSet<&str> = roles.collect();
        let others = alike.map(|other| not(equal(&text_of(&own), &literal(other))));
        let roles = roles.into_iter().map(|role| not(equal("caller.name", &literal(role))));
        if is_session { all(roles) } else { all(others) }
    }

    /// Whether a statement takes in who asks.
    pub(super) fn named_by(&self, policy: &Policy<'_>, statement: &Statement<'_>, writer: &mut Writer<'_>) -> String {
        let Some(principals) = &statement.principals else { return truth(true) };
        // each principal is a question by itself, but for a list that is negated, of which AWS looks at several together
        let one_by_one = !principals.negated && principals.list.len() > 1;
        let parts: Vec<Statement<'_>> = if one_by_one {
            principals.list.iter().map(|own| only(statement, principals, own)).collect()
        } else {
            vec![statement.clone()]
        };
        let each = self.list.iter().enumerate().map(|(index, candidate)| {
            let named = parts.iter().map(|part| candidate.named_by(policy, part, writer));
            all([is(index), any(named.collect::<Vec<_>>())])
        });
        any(each.collect::<Vec<_>>())
    }
}

impl Candidate {
    fn named_by(&self, policy: &Policy<'_>, statement: &Statement<'_>, writer: &mut Writer<'_>) -> String {
        let (Some(caller), Some(principals)) = (Caller::parse(&self.text), &statement.principals) else { return truth(false) };
        let mut unknown = Context::new();
        unknown.partial = true;
        let without = evaluate::names(policy.kind, statement, caller, &Context::new());
        let gap = match (without, evaluate::names(policy.kind, statement, caller, &unknown)) {
            (Truth::Yes, _) => return truth(true),
            (Truth::Unknown(gap), _) | (Truth::No, Truth::Unknown(gap)) => gap,
            (Truth::No, _) => return truth(false),
        };
        let told: Vec<_> = principals.list.iter().map(|own| format!("{:?} {}", own.kind, own.value.shown())).collect();
        let element = if principals.negated { "NotPrincipal" } else { "Principal" };
        let identity = format!("{element} {} of a {} policy for {}", told.join(", "), policy.kind.name(), self.text);
        let open = writer.open(&identity, &why(gap));
        // whether it was this provider by which a session was got hangs on a key
        if without == Truth::No { all([open, came_by(writer)]) } else { open }
    }
}

/// A statement that names but one of its principals.
fn only<'s>(statement: &Statement<'s>, principals: &Principals<'s>, own: &Principal<'s>) -> Statement<'s> {
    let principals = Principals { key: principals.key, negated: principals.negated, list: [own.clone()].into() };
    Statement { principals: Some(Box::new(principals)), ..statement.clone() }
}

/// Whether the request tells of a provider by which a session was got.
fn came_by(writer: &Writer<'_>) -> String {
    writer.keys.get("aws:FederatedProvider").map_or_else(|| truth(true), Key::present)
}

/// Whether no request of this caller holds a key, unless its value follows from him. The holder of a token is no principal, and only his own issuer tells of him.
fn is_lacking(key: &str, caller: Caller<'_>) -> bool {
    if OF_CALLER.contains(&key) {
        // the ids of users and of sessions nothing tells
        return !(key == "aws:userid" && matches!(caller, Caller::Aws(_)));
    }
    let Caller::Federated(provider) = caller else { return false };
    let of_principal =
        ["aws:principal", "aws:multifactorauth"].iter().any(|start| key.starts_with(start)) || key == "aws:tokenissuetime";
    let host = Arn::parse(provider).map_or(provider, |arn| arn.resource.split_once('/').map_or(provider, |(_, host)| host));
    let of_other = key.rsplit_once(':').is_some_and(|(issuer, _)| issuer.contains('.') && !issuer.eq_ignore_ascii_case(host));
    of_principal || of_other
}

const FRESH_ACCOUNT: &str = "999999999999";
const FRESH_NAME: &str = "unnamed";
const FRESH_PATH: &str = "some/path/";

fn is(index: usize) -> String {
    equal("caller", &index.to_string())
}

/// That a key holds this value.
fn is_value(key: &Key, value: &str, is_template: bool) -> String {
    let Some(place) = key.values().into_iter().next() else { return truth(true) };
    let parts = template(value, is_template);
    let is_plain = parts.len() < 2 && parts.iter().all(|part| part.starts_with('"'));
    let same = match key.sort {
        Sort::Text | Sort::Switch => Some(equal(&place.term, &text_of(&parts))),
        _ if is_plain => key.is(&place, value),
        _ => None,
    };
    // what is compared as something else than it is, is left open
    let same = same.unwrap_or_else(|| truth(true));
    all([place.held, same])
}

/// A text of somebody who stands for others: what is his alone may be anything.
fn template(text: &str, is_template: bool) -> Vec<String> {
    let mut parts = vec![(text, true)];
    for (own, _) in PLACES.iter().filter(|_| is_template) {
        parts = parts.into_iter().flat_map(|(part, plain)| if plain { cut(part, own) } else { vec![(part, plain)] }).collect();
    }
    let parts = parts.into_iter().filter(|(part, _)| !part.is_empty());
    parts
        .map(|(part, plain)| {
            let place = PLACES.iter().find(|(own, _)| !plain && *own == part);
            place.map_or_else(|| literal(part), |(_, name)| (*name).to_owned())
        })
        .collect()
}

const PLACES: [(&str, &str); 3] = [(FRESH_ACCOUNT, "caller.account"), (FRESH_PATH, "caller.path"), (FRESH_NAME, "caller.name")];

fn cut<'t>(text: &'t str, own: &str) -> Vec<(&'t str, bool)> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(own) {
        parts.push((rest.get(..at).unwrap_or(""), true));
        parts.push((rest.get(at..at + own.len()).unwrap_or(""), false));
        rest = rest.get(at + own.len()..).unwrap_or("");
    }
    parts.push((rest, true));
    parts
}
