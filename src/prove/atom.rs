//! Policies as clauses of literals. What is the same in both policies becomes the same atom, whichever way it is written.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use super::keys::Keys;
use super::shape::Shaped;
use super::value::Value;
use crate::evaluate::{Caller, Context, Gap, GapReason, Truth, compare, names, names_one, undocumented};
use crate::pattern::{Mode, Pattern};
use crate::policy::Value as Read;
use crate::policy::{
    Comparison, Condition, Effect, Operand, Patterns, Policy, PolicyKind, Principal, Principals, SetPrefix, Statement,
};

/// The number of a pattern.
pub(super) type PatternId = usize;

/// The number of an atom.
pub(super) type AtomId = usize;

/// An atom, and whether it is to be true.
pub(super) type Literal = (AtomId, bool);

/// What of a request an atom looks at. Each is chosen by itself.
pub(super) type Dimension = usize;

/// The action.
pub(super) const ACTION: Dimension = 0;
/// The resource.
pub(super) const RESOURCE: Dimension = 1;
/// What nobody knows.
pub(super) const OPEN: Dimension = 2;
/// The first condition key.
pub(super) const KEYS: Dimension = 3;

/// A statement that may apply: it does if all its literals are true.
#[derive(Clone, Debug)]
pub(super) struct Clause<'q, 's> {
    pub(super) statement: &'q Statement<'s>,
    /// `None` where it is a hole.
    pub(super) effect: Option<Effect>,
    /// Sorted, each once.
    pub(super) literals: Vec<Literal>,
}

/// Something that is true or false of a request, or open.
#[derive(Debug)]
pub(super) struct Atom<'q, 's> {
    pub(super) dimension: Dimension,
    pub(super) test: Test,
    pub(super) list: List<'q, 's>,
}

/// How an atom is judged.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Test {
    /// One of the patterns matches the action or the resource.
    Names,
    /// The request holds the key.
    Present,
    /// A condition on the key.
    Condition(Form),
    /// It is not known, but it is the same wherever it stands.
    Open,
}

/// The form of a condition. One without prefix and suffix is never negated: its opposite is the literal of the same atom that is to be
/// false, for a request without the key makes the negated form true.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct Form {
    pub(super) comparison: Comparison,
    pub(super) set: Option<SetPrefix>,
    pub(super) negated: bool,
    pub(super) if_exists: bool,
}

/// The patterns or values of an atom.
#[derive(Debug, Default)]
pub(super) struct List<'q, 's> {
    /// All of them, sorted, each once.
    pub(super) all: Vec<PatternId>,
    /// Those that match one text only; small letters where case does not count.
    literals: HashSet<Cow<'q, str>>,
    /// The other patterns.
    pub(super) wild: Vec<PatternId>,
    /// Whether case does not count.
    fold: bool,
    /// The values that are no text.
    pub(super) typed: Vec<(PatternId, &'q Operand<'s>)>,
    /// How those are compared.
    comparison: Option<Comparison>,
}

/// The values that variables are taken to have, by their keys; `None` is a key that is absent.
pub(super) type Assignment = Vec<(String, Option<String>)>;

/// What the values of a key are like, as `StringLike` takes it.
#[derive(Clone, Debug)]
pub(super) struct Domain {
    /// One of these matches.
    pub(super) forms: Vec<String>,
    /// None of these does.
    pub(super) except: Vec<String>,
    /// Whether the request always holds the key.
    pub(super) always: bool,
}

/// All atoms of a question.
#[derive(Debug)]
pub(super) struct Atoms<'q, 's> {
    pub(super) keys: &'q Keys<'q, 's>,
    pub(super) patterns: Vec<Shaped<'q>>,
    pub(super) atoms: Vec<Atom<'q, 's>>,
    /// What stands for variables; without it, they are open.
    pub(super) assignment: Option<&'q Assignment>,
    /// The keys whose values are settled: those that follow from the caller, and those of variables.
    pub(super) settled: HashMap<Dimension, Value>,
    /// The keys whose values are of a form, beside what is asked of them.
    pub(super) domains: HashMap<Dimension, Domain>,
    pattern_ids: HashMap<(u8, Cow<'q, str>), PatternId>,
    atom_ids: HashMap<(Dimension, Test, Vec<PatternId>), AtomId>,
    open_ids: HashMap<String, AtomId>,
    gaps: HashMap<AtomId, Gap>,
    bits: HashMap<String, PatternId>,
    /// Whether a variable stands in a pattern.
    pub(super) has_variable: bool,
    /// Whether something may be open, whatever the request.
    pub(super) has_open: bool,
}

impl<'q, 's> Atoms<'q, 's> {
    pub(super) fn new(keys: &'q Keys<'q, 's>, assignment: Option<&'q Assignment>) -> Self {
        let mut atoms = Self {
            keys,
            patterns: Vec::new(),
            atoms: Vec::new(),
            assignment,
            settled: HashMap::new(),
            domains: HashMap::new(),
            pattern_ids: HashMap::new(),
            atom_ids: HashMap::new(),
            open_ids: HashMap::new(),
            gaps: HashMap::new(),
            bits: HashMap::new(),
            has_variable: false,
            has_open: false,
        };
        for (key, value) in assignment.into_iter().flatten() {
            atoms.settle(key, value.clone().map_or(Value::Absent, Value::One));
        }
        atoms
    }

    /// Settles the value of a key.
    pub(super) fn settle(&mut self, key: &str, value: Value) {
        if let Some(at) = self.keys.find(key) {
            self.settled.insert(KEYS + at, value);
        }
    }

    /// The statements of a policy that may apply to a caller.
    pub(super) fn clauses(
        &mut self,
        policy: &'q Policy<'s>,
        caller: Option<Caller<'_>>,
        context: &Context<'_>,
    ) -> Vec<Clause<'q, 's>> {
        policy.statements.iter().filter_map(|statement| self.clause(policy.kind, statement, caller, context)).collect()
    }

    fn clause(
        &mut self,
        kind: PolicyKind,
        statement: &'q Statement<'s>,
        caller: Option<Caller<'_>>,
        context: &Context<'_>,
    ) -> Option<Clause<'q, 's>> {
        // as the evaluator has it: what names no action is about none
        if statement.actions.is_none() && statement.open().is_none() {
            return None;
        }
        let mut literals = Vec::new();
        if let (Some(principals), Some(caller)) = (&statement.principals, caller) {
            match names(kind, statement, caller, context) {
                Truth::No => return None,
                Truth::Yes => {}
                Truth::Unknown(gap) => {
                    let open = self.principals(kind, (statement, principals), (caller, context), gap);
                    literals.push((open, true));
                }
            }
        }
        if let Some(span) = statement.open() {
            let gap = Gap { reason: GapReason::Hole, span };
            literals.push((self.open(format!("later {span:?}"), gap), true));
        }
        let effect = statement.effect.map(|(effect, _)| effect);
        if let Some(actions) = &statement.actions {
            literals.push(self.names(ACTION, actions, Mode::Action));
        }
        if let Some(resources) = statement.resources.as_ref().filter(|_| kind != PolicyKind::Trust) {
            literals.push(self.names(RESOURCE, resources, Mode::Resource));
        }
        for condition in &statement.conditions {
            let literal = self.condition(condition);
            literals.push(literal);
        }
        literals.sort_unstable();
        literals.dedup();
        // what may turn out to allow or to deny leaves as much open as what may turn out to apply
        self.has_open |= effect.is_none();
        Some(Clause { statement, effect, literals })
    }

    /// Why an atom is open.
    pub(super) fn gap(&self, atom: AtomId) -> Option<Gap> {
        let own = self.gaps.get(&atom).copied();
        own.or_else(|| self.atoms.get(atom)?.list.all.iter().find_map(|id| self.patterns.get(*id)?.open))
    }

    pub(super) fn atom(&self, id: AtomId) -> Option<&Atom<'q, 's>> {
        self.atoms.get(id)
    }

    pub(super) fn pattern(&self, id: PatternId) -> Option<&Shaped<'q>> {
        self.patterns.get(id)
    }

    /// Whether the list of an atom matches a text; `Err` where that is not known.
    pub(super) fn list_matches(&self, list: &List<'q, 's>, text: &str) -> Result<bool, ()> {
        let is_literal =
            if list.fold { list.literals.contains(text.to_ascii_lowercase().as_str()) } else { list.literals.contains(text) };
        if is_literal {
            return Ok(true);
        }
        let mut open = false;
        for pattern in list.wild.iter().filter_map(|id| self.pattern(*id)) {
            if pattern.may_match(text) {
                if pattern.open.is_none() {
                    return Ok(true);
                }
                open = true;
            }
        }
        for (_, operand) in &list.typed {
            match list.comparison.map_or(Truth::No, |own| compare(own, operand, text, &Context::new())) {
                Truth::Yes => return Ok(true),
                Truth::No => {}
                Truth::Unknown(_) => open = true,
            }
        }
        if open { Err(()) } else { Ok(false) }
    }

    /// Of a list of principals those of which it is not known whether they name the caller: one of them must.
    fn principals(
        &mut self,
        kind: PolicyKind,
        (statement, principals): (&'q Statement<'s>, &'q Principals<'s>),
        (caller, context): (Caller<'_>, &Context<'_>),
        gap: Gap,
    ) -> AtomId {
        let effect = statement.effect.map(|(own, _)| own);
        let shown = |principal: &Principal<'_>| format!("{:?} {}", principal.kind, principal.value.shown());
        let mut open: Vec<String> = Vec::new();
        for principal in &principals.list {
            if let Truth::Unknown(_) = names_one(kind, statement, principal, caller, context) {
                open.push(shown(principal));
            }
        }
        open.sort();
        let text = format!("principal {} {open:?} {effect:?}", principals.negated);
        let id = self.open(text, gap);
        if !principals.negated {
            let bits: Vec<PatternId> = open.into_iter().map(|own| self.bit(format!("principal {own} {effect:?}"))).collect();
            if let Some(atom) = self.atoms.get_mut(id) {
                atom.list.all = bits;
            }
        }
        id
    }

    /// The number of something that is open by itself. It is no pattern, but must not be the number of one.
    fn bit(&mut self, text: String) -> PatternId {
        let next = usize::MAX - self.bits.len();
        *self.bits.entry(text).or_insert(next)
    }

    fn open(&mut self, text: String, gap: Gap) -> AtomId {
        if let Some(id) = self.open_ids.get(&text) {
            return *id;
        }
        self.has_open = true;
        let id = self.atoms.len();
        self.atoms.push(Atom { dimension: OPEN, test: Test::Open, list: List::default() });
        self.open_ids.insert(text, id);
        self.gaps.insert(id, gap);
        id
    }

    fn names(&mut self, dimension: Dimension, patterns: &'q Patterns<'s>, mode: Mode) -> Literal {
        if patterns.list.is_empty() {
            let gap = Gap { reason: GapReason::Undocumented(undocumented::EMPTY_LIST), span: patterns.key };
            return (self.open(format!("empty list {dimension}"), gap), true);
        }
        let ids: Vec<PatternId> = patterns.list.iter().map(|pattern| self.shape(pattern, mode)).collect();
        (self.atom_of(dimension, Test::Names, ids, &[]), !patterns.negated)
    }

    fn condition(&mut self, condition: &'q Condition<'s>) -> Literal {
        let open = |reason, span| Gap { reason, span };
        let shown = || {
            let values: Vec<_> = condition.values.iter().map(|own| own.pattern.text.shown()).collect();
            format!("condition {} {} {values:?}", condition.operator_text.shown(), condition.key.shown().to_ascii_lowercase())
        };
        let Some(operator) = condition.operator else {
            let gap = open(GapReason::Hole, condition.operator_text.span());
            return (self.open(shown(), gap), true);
        };
        let Some(at) = condition.key.known().and_then(|key| self.keys.find(key)) else {
            let gap = open(GapReason::Hole, condition.key.span());
            return (self.open(shown(), gap), true);
        };
        if condition.values.is_empty() {
            let gap = open(GapReason::Undocumented(undocumented::EMPTY_LIST), condition.key.span());
            return (self.open(shown(), gap), true);
        }
        let dimension = KEYS + at;
        if operator.comparison == Comparison::Null {
            let wanted: Vec<Option<bool>> = condition.values.iter().map(plain_bool).collect();
            // an empty value may be none
            self.has_open |= self.keys.get(at).is_some_and(|key| key.empty);
            return match wanted.as_slice() {
                [Some(null)] if operator.set.is_none() => (self.atom_of(dimension, Test::Present, Vec::new(), &[]), !null),
                _ => {
                    let gap = open(GapReason::Undocumented(undocumented::NULL_OTHER_VALUE), condition.operator_text.span());
                    (self.open(shown(), gap), true)
                }
            };
        }
        let mode = mode_of(operator.comparison);
        let mut typed = Vec::new();
        let ids: Vec<PatternId> = condition
            .values
            .iter()
            .map(|operand| {
                let id = self.shape(&operand.pattern, mode.unwrap_or(Mode::Equal));
                if mode.is_none() {
                    typed.push((id, operand));
                }
                id
            })
            .collect();
        let unsure = match operator.set {
            None if self.keys.is_many(at) => Some(undocumented::SET_PLAIN_ON_MANY),
            Some(SetPrefix::ForAnyValue) if operator.if_exists => Some(undocumented::COND_IFEXISTS_SET),
            _ if typed.iter().any(|(_, operand)| is_unsure(operator.comparison, operand)) => Some(undocumented::OP_BAD_VALUE),
            _ => None,
        };
        let is_plain = operator.set.is_none() && !operator.if_exists;
        let form = Form {
            comparison: operator.comparison,
            set: operator.set,
            negated: operator.negated && !is_plain,
            if_exists: operator.if_exists,
        };
        let id = self.atom_of(dimension, Test::Condition(form), ids, &typed);
        if let Some(doubt) = unsure {
            self.has_open = true;
            let gap = open(GapReason::Undocumented(doubt), condition.operator_text.span());
            self.gaps.entry(id).or_insert(gap);
        }
        (id, !(is_plain && operator.negated))
    }

    fn atom_of(
        &mut self,
        dimension: Dimension,
        kind: Test,
        mut ids: Vec<PatternId>,
        typed: &[(PatternId, &'q Operand<'s>)],
    ) -> AtomId {
        ids.sort_unstable();
        ids.dedup();
        // `StringEquals` and `StringLike` of the same texts are one, as their patterns are
        let alike = match kind {
            Test::Condition(form) if typed.is_empty() => Test::Condition(Form { comparison: Comparison::StringLike, ..form }),
            other => other,
        };
        let shape = (dimension, alike, ids);
        if let Some(id) = self.atom_ids.get(&shape) {
            return *id;
        }
        let comparison = match kind {
            Test::Condition(form) => Some(form.comparison),
            _ => None,
        };
        let mut list = List { all: shape.2.clone(), typed: typed.to_vec(), comparison, ..List::default() };
        for &id in list.all.iter().filter(|_| typed.is_empty()) {
            let Some(pattern) = self.patterns.get(id) else { continue };
            list.fold |= matches!(pattern.mode, Mode::Action | Mode::EqualIgnoreCase);
            match &pattern.literal {
                _ if pattern.never => {}
                Some(text) if pattern.open.is_none() => {
                    list.literals.insert(text.clone());
                }
                _ => list.wild.push(id),
            }
        }
        let id = self.atoms.len();
        self.atoms.push(Atom { dimension, test: kind, list });
        self.atom_ids.insert(shape, id);
        id
    }

    /// The number of a pattern: the same for all that match the same texts because they are written alike.
    fn shape(&mut self, pattern: &'q Pattern<'s>, mode: Mode) -> PatternId {
        let plain = pattern.plain();
        let is_fixed = plain.is_some_and(|text| !text.contains(['*', '?']));
        let fold = matches!(mode, Mode::Action | Mode::EqualIgnoreCase);
        let class = match mode {
            _ if fold && is_fixed => 0,
            Mode::Like | Mode::Resource if is_fixed => 1,
            Mode::Equal => 1,
            Mode::EqualIgnoreCase => 0,
            Mode::Like => 2,
            Mode::Action => 3,
            Mode::Arn => 4,
            Mode::Resource => 5,
        };
        let text = match pattern.plain() {
            Some(text) if fold => Cow::Owned(text.to_ascii_lowercase()),
            Some(text) => Cow::Borrowed(text),
            None => pattern.text.shown(),
        };
        // a `*` is a letter under some operators, and what has parts is no literal
        let class = match (pattern.plain(), mode) {
            (Some(_), _) => class,
            // a variable's value is taken for what it is
            (None, Mode::Like) if !pattern.has_wildcard() => 11,
            (None, _) => class + 10,
        };
        if let Some(id) = self.pattern_ids.get(&(class, Cow::Borrowed(&*text))) {
            return *id;
        }
        let shaped = self.fill(pattern, mode, &text);
        self.has_open |= shaped.open.is_some();
        let id = self.patterns.len();
        self.patterns.push(shaped);
        self.pattern_ids.insert((class, text), id);
        id
    }
}

/// Whether it is not known how a value of a policy is read, whatever the request holds.
fn is_unsure(comparison: Comparison, operand: &Operand<'_>) -> bool {
    let sample = match comparison {
        Comparison::Numeric(_) => "1",
        Comparison::Date(_) => "2026-01-01T00:00:00Z",
        Comparison::Binary => "cm9sZWNhbGw=",
        Comparison::IpAddress => "203.0.113.9",
        _ => "true",
    };
    matches!(compare(comparison, operand, sample, &Context::new()), Truth::Unknown(_))
}

/// The value of a `Null`, where it is plainly one of the two.
fn plain_bool(operand: &Operand<'_>) -> Option<bool> {
    match operand.value {
        Read::Bool(value) if matches!(operand.pattern.plain(), Some("true" | "false")) => Some(value),
        _ => None,
    }
}

/// How values of text are compared; `None` for values that are no text.
pub(super) fn mode_of(comparison: Comparison) -> Option<Mode> {
    match comparison {
        Comparison::StringEquals => Some(Mode::Equal),
        Comparison::StringEqualsIgnoreCase => Some(Mode::EqualIgnoreCase),
        Comparison::StringLike => Some(Mode::Like),
        Comparison::Arn => Some(Mode::Arn),
        _ => None,
    }
}
