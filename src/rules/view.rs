//! A statement with the names in it looked up.

use std::cell::OnceCell;
use std::mem;
use std::ops::{Deref, Range};
use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::address::{Address, Arn};
use crate::finding::Severity;
use crate::pattern::{Pattern, Variable};
use crate::policy::{self, Comparison, Condition, Effect, Operator, Policy, Statement};
use crate::reference::{Action, ConditionKey, Matching, Reference, Service};
use crate::rules::mend::Mender;
use crate::source::{Sources, Span};

/// A statement, and what its names stand for.
#[derive(Debug)]
pub(super) struct View<'i, 'p, 's> {
    /// What is known of services.
    pub(super) reference: &'i Reference,
    /// The texts.
    sources: &'i Sources,
    /// The policy that it stands in.
    pub(super) policy: &'p Policy<'s>,
    /// The statement.
    pub(super) statement: &'p Statement<'s>,
    lists: Lists<'i, 'p, 's>,
}

/// The names of a statement, looked up.
#[derive(Default, Debug)]
pub(super) struct Lists<'i, 'p, 's> {
    /// The values of `Action` or `NotAction`.
    pub(super) actions: Vec<Named<'i, 'p, 's>>,
    /// The values of `Resource` or `NotResource`.
    pub(super) resources: Vec<Address<'i, 'p, 's>>,
    /// The conditions whose key is written as one; the others are a fault of grammar, or not known yet.
    pub(super) keys: Vec<Key<'i, 'p, 's>>,
    /// The variables in resources and in values of conditions whose operator fills them in, where their name is written as a key, each
    /// with that key; `None` where no such key is known.
    pub(super) variables: Vec<(&'p Variable<'s>, Option<ConditionKey<'i>>)>,
}

/// The key of a condition as written, and what it stands for.
#[derive(Debug)]
pub(super) struct Key<'i, 'p, 's> {
    /// The condition that asks for it.
    pub(super) condition: &'p Condition<'s>,
    /// Its operator.
    pub(super) operator: Operator,
    /// As it stands in the policy.
    pub(super) name: &'p str,
    /// What it stands for; `None` where no such key is known.
    pub(super) known: Option<ConditionKey<'i>>,
    /// For each action of the statement whether requests for it may hold the key, as far as that was asked.
    taken: OnceCell<Vec<OnceCell<bool>>>,
}

/// An action as written, and what it stands for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Named<'i, 'p, 's> {
    /// As it stands in the policy.
    pub(super) pattern: &'p Pattern<'s>,
    /// What it stands for.
    pub(super) meaning: Meaning<'i, 'p>,
}

/// What the text of an action stands for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Meaning<'i, 'p> {
    /// Not told: it has a hole, is malformed, or has a wildcard in the service, whose meaning AWS does not document.
    Open,
    /// `*`: every action.
    Every,
    /// An action of a service that is not known: its prefix, and the name behind that.
    NoService(&'p str, &'p str),
    /// The name, without wildcard, of no action of this service.
    NoAction(&'i Service, &'p str),
    /// This action.
    One(Action<'i>),
    /// A name with wildcards: all actions of the service that it matches, if any.
    Several(Matching<'i, 'p>),
}

/// What was looked up: a run asks for the same few services, condition keys and resources again and again.
#[derive(Debug)]
pub(super) struct Lookups<'i, 'p, 's> {
    reference: &'i Reference,
    sources: &'i Sources,
    last: (&'p str, Result<Option<&'i Service>, Misshapen>),
    services: ByText<'p, Result<Option<&'i Service>, Misshapen>>,
    patterns: ByText<'p, Matching<'i, 'p>>,
    keys: ByText<'p, Result<Option<ConditionKey<'i>>, Misshapen>>,
    arns: ByText<'p, Rc<Arn<'i, 'p>>>,
    /// The lists of a view that is no longer looked at, for the next one to fill.
    lists: Lists<'i, 'p, 's>,
}

/// Values by texts of the policies.
type ByText<'p, V> = FxHashMap<&'p str, V>;

/// What is not written as a name, be it known or not; that is a fault of its own.
#[derive(Clone, Copy, Debug)]
struct Misshapen;

impl<'i, 'p, 's> Lookups<'i, 'p, 's> {
    /// None yet.
    pub(super) fn new(reference: &'i Reference, sources: &'i Sources) -> Self {
        Self {
            reference,
            sources,
            last: ("", Err(Misshapen)),
            services: ByText::default(),
            patterns: ByText::default(),
            keys: ByText::default(),
            arns: ByText::default(),
            lists: Lists::default(),
        }
    }

    /// Takes the lists of a view back.
    pub(super) fn reuse(&mut self, view: View<'i, 'p, 's>) {
        let mut lists = view.lists;
        lists.actions.clear();
        lists.resources.clear();
        lists.keys.clear();
        lists.variables.clear();
        self.lists = lists;
    }

    fn key(&mut self, name: &'p str) -> Result<Option<ConditionKey<'i>>, Misshapen> {
        let reference = self.reference;
        let find = || if is_key_name(name) { Ok(reference.key(name)) } else { Err(Misshapen) };
        *self.keys.entry(name).or_insert_with(find)
    }

    fn service(&mut self, prefix: &'p str) -> Result<Option<&'i Service>, Misshapen> {
        let (last, service) = self.last;
        if last == prefix {
            return service;
        }
        let reference = self.reference;
        let find = || if Part::of(prefix) == Part::Plain { Ok(reference.service(prefix)) } else { Err(Misshapen) };
        let service = *self.services.entry(prefix).or_insert_with(find);
        self.last = (prefix, service);
        service
    }

    fn arn(&mut self, pattern: &'p Pattern<'_>) -> Rc<Arn<'i, 'p>> {
        let new = || Rc::new(Arn::of(pattern));
        match pattern.plain() {
            Some(text) => Rc::clone(self.arns.entry(text).or_insert_with(new)),
            // the same text may be a variable here and a hole there
            None => new(),
        }
    }
}

impl<'i, 'p, 's> View<'i, 'p, 's> {
    /// Looks the names of a statement up.
    pub(super) fn of(lookups: &mut Lookups<'i, 'p, 's>, policy: &'p Policy<'s>, statement: &'p Statement<'s>) -> Self {
        let mut lists = mem::take(&mut lookups.lists);
        let patterns = statement.actions.as_ref().map_or(&[][..], |actions| &actions.list);
        let named = |pattern: &'p Pattern<'s>| Named { pattern, meaning: Meaning::of(pattern.plain(), lookups) };
        lists.actions.extend(patterns.iter().map(named));
        let patterns = statement.resources.as_ref().map_or(&[][..], |resources| &resources.list);
        lists.resources.extend(patterns.iter().map(|pattern| Address::new(pattern, lookups.arn(pattern))));
        lists.keys.extend(statement.conditions.iter().filter_map(|condition| Key::of(lookups, condition)));
        let conditions = statement.conditions.iter().filter(|condition| condition.operator.is_some_and(fills_in));
        let values = conditions.flat_map(|condition| &condition.values).map(|operand| &operand.pattern);
        let variables = patterns.iter().chain(values).flat_map(Pattern::variables);
        lists.variables.extend(variables.filter_map(|own| Some((own, lookups.key(&own.key).ok()?))));
        Self { reference: lookups.reference, sources: lookups.sources, policy, statement, lists }
    }

    /// What mends the policy.
    pub(super) fn mender(&self) -> Mender<'_, 's> {
        Mender::of(self.sources, self.policy)
    }

    /// Whether the statement names the actions that it is about, not those that it is not about.
    pub(super) fn names_actions(&self) -> bool {
        self.statement.actions.as_ref().is_some_and(|actions| !actions.negated)
    }

    /// Every action that the statement is about, wildcards expanded; none where that is not told in full: with `NotAction`, with
    /// `*`, and where a name is not known.
    pub(super) fn all_actions(&self) -> impl Iterator<Item = Action<'i>> + Clone {
        let is_told = |own: &Named<'_, '_, '_>| matches!(own.meaning, Meaning::One(_) | Meaning::Several(..));
        let told = self.names_actions() && self.actions.iter().all(is_told);
        self.actions.iter().filter(move |_| told).flat_map(|own| own.meaning.actions())
    }

    /// The actions of the statement, each with whether requests for it, or for some of those that it stands for, may hold a key.
    pub(super) fn taking<'v>(&'v self, key: &'v Key<'_, '_, '_>) -> impl Iterator<Item = (&'v Named<'i, 'p, 's>, bool)> {
        let may_hold = |own: &Named<'_, '_, '_>| own.meaning.actions().any(|action| action.takes_key(key.name));
        let taken = key.taken.get_or_init(|| vec![OnceCell::new(); self.actions.len()]);
        self.actions.iter().zip(taken).map(move |(own, taken)| (own, *taken.get_or_init(|| may_hold(own))))
    }

    /// Those of its actions for which the key is the same, together, in the order of the first of each.
    pub(super) fn grouped<'v, K: PartialEq>(
        &'v self,
        key: impl Fn(&Meaning<'i, 'p>) -> Option<K>,
    ) -> Vec<(K, Vec<&'v Named<'i, 'p, 's>>)> {
        let mut groups: Vec<(K, Vec<_>)> = Vec::new();
        for own in &self.actions {
            let Some(key) = key(&own.meaning) else { continue };
            match groups.iter_mut().find(|(other, _)| *other == key) {
                Some((_, members)) => members.push(own),
                None => groups.push((key, vec![own])),
            }
        }
        groups
    }

    /// What a name does in this statement that is no action of anything.
    pub(super) fn in_vain(&self) -> &'static str {
        match self.statement.effect {
            _ if !self.names_actions() => "excepts nothing",
            Some((Effect::Allow, _)) => "allows nothing",
            Some((Effect::Deny, _)) => "forbids nothing",
            None => "stands for nothing",
        }
    }

    /// Whether the statement has this effect.
    pub(super) fn has_effect(&self, effect: Effect) -> bool {
        self.statement.effect.is_some_and(|(own, _)| own == effect)
    }

    /// How much an unknown name matters: less where the facts are so old that it may exist by now.
    pub(super) fn severity_of_unknown(&self, fresh: Severity) -> Severity {
        if self.reference.is_old() { fresh.min(Severity::Low) } else { fresh }
    }

    /// The end of the help on such a name of an action: what comes of it, and how far it may be known after all.
    pub(super) fn if_unknown(&self, prefix: &str) -> String {
        format!("a name that AWS does not know {}; {}", self.in_vain(), self.reference.as_of(prefix))
    }
}

impl<'i, 'p, 's> Deref for View<'i, 'p, 's> {
    type Target = Lists<'i, 'p, 's>;

    fn deref(&self) -> &Self::Target {
        &self.lists
    }
}

impl Named<'_, '_, '_> {
    /// As it stands in the policy, where that is one text.
    pub(super) fn text(&self) -> &str {
        self.pattern.plain().unwrap_or("")
    }

    /// Its place.
    pub(super) fn span(&self) -> Span {
        self.part(0..self.text().len())
    }

    /// The place of a byte range of the text.
    pub(super) fn part(&self, range: Range<usize>) -> Span {
        self.pattern.text.span_of(range)
    }
}

impl<'i, 'p, 's> Key<'i, 'p, 's> {
    fn of(lookups: &mut Lookups<'i, 'p, 's>, condition: &'p Condition<'s>) -> Option<Self> {
        let (operator, name) = (condition.operator?, condition.key.known()?);
        Some(Self { condition, operator, name, known: lookups.key(name).ok()?, taken: OnceCell::new() })
    }
}

/// Whether variables are filled in under an operator; under the others they are a fault of their own.
fn fills_in(operator: Operator) -> bool {
    use Comparison as C;
    matches!(operator.comparison, C::StringEquals | C::StringEqualsIgnoreCase | C::StringLike | C::Arn)
}

/// A text of the policy, for a message.
pub(super) fn quoted(text: &str) -> String {
    if text.is_empty() { "an empty string".to_owned() } else { format!("`{text}`") }
}

/// Whether a key names an issuer of tokens by its address, whose claims are condition keys; AWS knows but a few of them by name.
pub(super) fn is_of_issuer(key: &str) -> bool {
    let (prefix, name) = key.split_once(':').unwrap_or((key, ""));
    prefix.contains(['.', '/']) || name.starts_with("//")
}

/// Whether a text can be a condition key; what cannot is a fault of its own.
pub(super) fn is_key_name(text: &str) -> bool {
    let own = text.split('/').next().unwrap_or(text);
    let whole = text.split_once(':').is_some_and(|(prefix, name)| !prefix.is_empty() && !name.is_empty());
    whole && !own.contains(char::is_whitespace) && !text.contains("${") && !lacks_tag(text)
}

/// Whether the key of a tag is due behind this one and is missing, which is a fault of its own.
fn lacks_tag(text: &str) -> bool {
    let (own, tag) = text.split_once('/').unwrap_or((text, ""));
    tag.is_empty() && policy::TAG_KEYS.iter().any(|tags| tags.eq_ignore_ascii_case(own))
}

impl<'i, 'p> Meaning<'i, 'p> {
    /// The service, where it is one that is known.
    pub(super) fn service(&self) -> Option<&'i Service> {
        match *self {
            Self::NoAction(service, _) => Some(service),
            Self::Several(matching) => Some(matching.service),
            Self::One(action) => Some(action.service),
            Self::Open | Self::Every | Self::NoService(..) => None,
        }
    }

    /// The actions that it stands for, where it names their service.
    pub(super) fn actions(self) -> impl Iterator<Item = Action<'i>> + Clone + use<'i, 'p> {
        let (one, several) = match self {
            Self::One(action) => (Some(action), None),
            Self::Several(matching) => (None, Some(matching)),
            _ => (None, None),
        };
        one.into_iter().chain(several.into_iter().flat_map(Matching::actions))
    }

    fn of(text: Option<&'p str>, lookups: &mut Lookups<'i, 'p, '_>) -> Self {
        let Some(text) = text else { return Self::Open };
        let (last, known) = lookups.last;
        let (prefix, name, service) = match text.strip_prefix(last).and_then(|rest| rest.strip_prefix(':')) {
            // a list mostly goes on with the same service
            Some(name) if !last.is_empty() => (last, name, known),
            _ => {
                let colon = text.bytes().position(|byte| byte == b':');
                let Some((prefix, name)) = colon.and_then(|colon| text.split_at_checked(colon)) else {
                    let is_every = !text.is_empty() && text.bytes().all(|byte| byte == b'*');
                    return if is_every { Self::Every } else { Self::Open };
                };
                (prefix, name.get(1..).unwrap_or(""), lookups.service(prefix))
            }
        };
        let Ok(service) = service else { return Self::Open };
        if let Some(action) = service.and_then(|service| service.action(name)) {
            return Self::One(action);
        }
        match (Part::of(name), service) {
            (Part::Wrong, _) => Self::Open,
            (_, None) => Self::NoService(prefix, name),
            (Part::Plain, Some(service)) => Self::NoAction(service, name),
            (Part::Wild, Some(service)) => Self::Several(*lookups.patterns.entry(text).or_insert_with(|| service.matching(name))),
        }
    }
}

/// What a text is as one of the two parts of an action.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// A name.
    Plain,
    /// A name with wildcards.
    Wild,
    /// None, which is a fault of its own.
    Wrong,
}

impl Part {
    fn of(text: &str) -> Self {
        let mut part = if text.is_empty() { Self::Wrong } else { Self::Plain };
        for byte in text.bytes() {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => {}
                b'*' | b'?' => part = Self::Wild,
                _ => return Self::Wrong,
            }
        }
        part
    }
}
