//! Values for one part of a request at a time: an action, a resource, or what the request holds for one key, such that these
//! literals are true.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};

use super::atom::{ACTION, Atoms, Dimension, Domain, Form, KEYS, List, Literal, OPEN, PatternId, RESOURCE, Test};
use super::keys::Key;
use super::shape::Shaped;
use super::value::Value;
use super::words;
use crate::arn::{Arn, is_account_id};
use crate::pattern::{self, Mode, Search, Tested, Unit, Wildcard};
use crate::policy::SetPrefix;

/// What became of looking for a value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Solved<T = Value> {
    /// This one.
    Value(T),
    /// There is none.
    None,
    /// The budget ran out.
    TooMuch,
    /// There may be one: the key is compared in two ways that are not looked at together.
    Unclear,
}

/// The search for values.
#[derive(Debug)]
pub(super) struct Theory<'a, 'q, 's> {
    pub(super) atoms: &'a Atoms<'q, 's>,
    /// Whether what is open makes no literal true. Else it makes any true, but the same the same way everywhere.
    pub(super) strict: bool,
    pub(super) steps: &'a Cell<u64>,
    memo: RefCell<HashMap<(Dimension, Vec<Literal>), Solved>>,
}

/// One value that must match some pattern of each of the one lists and no pattern of the others.
#[derive(Clone, Default)]
struct Wanted<'a, 'q, 's> {
    every: Vec<&'a List<'q, 's>>,
    none: Vec<&'a List<'q, 's>>,
    /// Whether the empty text will not do.
    filled: bool,
}

impl<'a, 'q, 's> Theory<'a, 'q, 's> {
    pub(super) fn new(atoms: &'a Atoms<'q, 's>, strict: bool, steps: &'a Cell<u64>) -> Self {
        Self { atoms, strict, steps, memo: RefCell::new(HashMap::new()) }
    }

    /// Takes steps; `false` where none are left.
    pub(super) fn spend(&self, steps: usize) -> bool {
        let left = self.steps.get().checked_sub(steps as u64);
        self.steps.set(left.unwrap_or(0));
        left.is_some()
    }

    /// A value of a dimension that makes these literals true. They are sorted, and all of the dimension.
    pub(super) fn solve(&self, dimension: Dimension, literals: &[Literal]) -> Solved {
        if literals.windows(2).any(|pair| matches!(pair, [one, other] if one.0 == other.0)) {
            return Solved::None;
        }
        if dimension == OPEN {
            return self.open(literals);
        }
        if let Some(settled) = self.atoms.settled.get(&dimension) {
            return if self.holds(settled, literals) { Solved::Value(settled.clone()) } else { Solved::None };
        }
        let key = (dimension, literals.to_vec());
        if let Some(known) = self.memo.borrow().get(&key) {
            return known.clone();
        }
        let solved = match dimension {
            ACTION | RESOURCE => self.name(dimension, literals),
            _ => self.key(dimension, literals),
        };
        self.memo.borrow_mut().insert(key, solved.clone());
        solved
    }

    /// Whether a literal's atom is true of a value; `Err` where that is open.
    pub(super) fn truth(&self, literal: Literal, value: &Value) -> Result<bool, ()> {
        let atom = self.atoms.atom(literal.0).ok_or(())?;
        match (atom.test, value) {
            (Test::Open, _) => Err(()),
            (Test::Present, Value::One(text)) if text.is_empty() => Err(()),
            (Test::Present, value) => Ok(*value != Value::Absent),
            (Test::Names, Value::One(text)) => self.atoms.list_matches(&atom.list, text),
            (Test::Names, _) => Err(()),
            (Test::Condition(form), Value::Absent) => absent(form),
            // of a set that is all that there is of nothing
            (Test::Condition(form), Value::One(text)) if form.set.is_some() && text.is_empty() => absent(form),
            (Test::Condition(form), Value::One(text)) => {
                self.atoms.list_matches(&atom.list, text).map(|matched| matched != form.negated)
            }
            (Test::Condition(form), Value::Many(texts)) => {
                let set = form.set.ok_or(())?;
                let mut open = false;
                for text in texts {
                    match self.atoms.list_matches(&atom.list, text).map(|matched| matched != form.negated) {
                        Ok(own) if own == (set == SetPrefix::ForAnyValue) => return Ok(own),
                        Ok(_) => {}
                        Err(()) => open = true,
                    }
                }
                if open { Err(()) } else { Ok(set == SetPrefix::ForAllValues) }
            }
        }
    }

    /// Whether all literals are true of a value, or may be where that is enough.
    fn holds(&self, value: &Value, literals: &[Literal]) -> bool {
        literals.iter().all(|literal| match self.truth(*literal, value) {
            Ok(own) => own == literal.1,
            Err(()) => !self.strict,
        })
    }

    /// Whether what nobody knows may be so. Of a list one must be, or none.
    fn open(&self, literals: &[Literal]) -> Solved {
        if self.strict && !literals.is_empty() {
            return Solved::None;
        }
        let lists = |wanted: bool| {
            let own = literals.iter().filter(move |(_, want)| *want == wanted);
            own.filter_map(|(id, _)| self.atoms.atom(*id)).map(|atom| &atom.list.all)
        };
        let denied: HashSet<PatternId> = lists(false).flatten().copied().collect();
        let may = |list: &Vec<PatternId>| list.is_empty() || list.iter().any(|id| !denied.contains(id));
        if lists(true).all(may) { Solved::Value(Value::Absent) } else { Solved::None }
    }

    fn name(&self, dimension: Dimension, literals: &[Literal]) -> Solved {
        let mut wanted = Wanted::default();
        for (id, want) in literals {
            let Some(atom) = self.atoms.atom(*id) else { continue };
            if *want { &mut wanted.every } else { &mut wanted.none }.push(&atom.list);
        }
        self.text(dimension, None, &wanted).map(Value::One)
    }

    fn key(&self, dimension: Dimension, literals: &[Literal]) -> Solved {
        let Some(key) = self.atoms.keys.get(dimension - KEYS) else { return Solved::None };
        let domain = self.atoms.domains.get(&dimension);
        let may_be_absent = !domain.is_some_and(|own| own.always) && self.holds(&Value::Absent, literals);
        if may_be_absent && !key.always {
            return Solved::Value(Value::Absent);
        }
        let mut solved = if key.many { self.set(dimension, key, literals) } else { self.one(dimension, key, literals) };
        // some take the empty value for none
        let empty = Value::One(String::new());
        if solved == Solved::None
            && key.empty
            && !key.many
            && self.may_hold(dimension, Some(key), "")
            && self.holds(&empty, literals)
        {
            solved = Solved::Value(empty);
        }
        if solved == Solved::None && may_be_absent { Solved::Value(Value::Absent) } else { solved }
    }

    /// One value of a key.
    fn one(&self, dimension: Dimension, key: &Key<'q, 's>, literals: &[Literal]) -> Solved {
        let mut wanted = Wanted::default();
        for (id, want) in literals {
            let Some(atom) = self.atoms.atom(*id) else { continue };
            match atom.test {
                Test::Condition(form) => {
                    let lists = if *want == form.negated { &mut wanted.none } else { &mut wanted.every };
                    lists.push(&atom.list);
                }
                _ if !*want => return Solved::None,
                _ => {}
            }
        }
        wanted.filled = literals.iter().filter_map(|(id, _)| self.atoms.atom(*id)).any(|atom| match atom.test {
            Test::Condition(form) => form.set.is_some(),
            _ => true,
        });
        self.value(dimension, key, &wanted).map(Value::One)
    }

    /// A set of values of a key. Each literal says of all of them that they are of a kind, or of one; so there are as many as are said to be
    /// there, and at least one.
    fn set(&self, dimension: Dimension, key: &Key<'q, 's>, literals: &[Literal]) -> Solved {
        let mut all = Wanted { filled: true, ..Wanted::default() };
        let mut some = Vec::new();
        for (id, want) in literals {
            let Some(atom) = self.atoms.atom(*id) else { continue };
            let Test::Condition(form) = atom.test else {
                if *want {
                    continue;
                }
                return Solved::None;
            };
            let matched = *want != form.negated;
            match form.set {
                None if self.strict => return Solved::None,
                None => {}
                Some(SetPrefix::ForAllValues) if *want => if matched { &mut all.every } else { &mut all.none }.push(&atom.list),
                Some(SetPrefix::ForAnyValue) if !*want => if matched { &mut all.every } else { &mut all.none }.push(&atom.list),
                Some(_) => some.push((matched, &atom.list)),
            }
        }
        let mut values: Vec<String> = Vec::new();
        let obligations = some.len().max(1);
        for at in 0..obligations {
            let mut wanted = all.clone();
            if let Some((matched, list)) = some.get(at) {
                if *matched { &mut wanted.every } else { &mut wanted.none }.push(*list);
            }
            match self.value(dimension, key, &wanted) {
                Solved::Value(value) if values.contains(&value) => {}
                Solved::Value(value) => values.push(value),
                Solved::None => return Solved::None,
                Solved::TooMuch => return Solved::TooMuch,
                Solved::Unclear => return Solved::Unclear,
            }
        }
        Solved::Value(Value::Many(values))
    }

    /// A value of a key, as one or in a set.
    fn value(&self, dimension: Dimension, key: &Key<'q, 's>, wanted: &Wanted<'a, 'q, 's>) -> Solved<String> {
        let denied = denied(wanted);
        for text in &key.representatives {
            if !self.spend(1) {
                return Solved::TooMuch;
            }
            if self.fits(text, wanted, &denied) {
                return Solved::Value(text.clone());
            }
        }
        let lists = || wanted.every.iter().chain(&wanted.none);
        let of_text = lists().any(|list| list.typed.is_empty());
        let of_other = lists().any(|list| !list.typed.is_empty());
        if !key.representatives.is_empty() && !of_text {
            return Solved::None;
        }
        match self.text(dimension, Some(key), wanted) {
            Solved::None if of_text && of_other && !key.representatives.is_empty() => Solved::Unclear,
            other => other,
        }
    }

    /// A text that some pattern of each list matches, and none of the others.
    fn text(&self, dimension: Dimension, key: Option<&Key<'q, 's>>, wanted: &Wanted<'a, 'q, 's>) -> Solved<String> {
        let denied = denied(wanted);
        let barring: Vec<&Shaped<'q>> = denied.iter().filter_map(|id| self.atoms.pattern(*id)).collect();
        let usable = |id: &PatternId| {
            let pattern = self.atoms.pattern(*id).filter(|own| own.is_usable(self.strict) && !denied.contains(id));
            pattern.is_some_and(|own| !barring.iter().any(|bar| bar.takes_all_of(own)))
        };
        // of the list with the fewest patterns one after the other is tried
        let alive = |list: &List<'q, 's>| list.all.iter().filter(|id| usable(id)).count();
        let Some((at, first)) = wanted.every.iter().enumerate().min_by_key(|(_, list)| alive(list)) else {
            return self.any_text(dimension, key, wanted, &denied);
        };
        for text in self.of_domain(dimension) {
            if self.may_hold(dimension, key, &text) && self.fits(&text, wanted, &denied) {
                return Solved::Value(text);
            }
        }
        let mut left: Vec<&Shaped<'q>> = Vec::new();
        let mut suspects: HashSet<PatternId> = HashSet::new();
        for pattern in first.all.iter().filter(|id| usable(id)).filter_map(|id| self.atoms.pattern(*id)) {
            if !self.spend(1) {
                return Solved::TooMuch;
            }
            if let Some(text) = pattern.as_written() {
                if self.may_hold(dimension, key, text) && self.fits(text, wanted, &denied) {
                    return Solved::Value(text.to_owned());
                }
                // in another letter case it may fit all the same
                if pattern.mode == Mode::EqualIgnoreCase && !is_no_name(key, text) {
                    left.push(pattern);
                }
                continue;
            }
            for text in self.instances(dimension, key, pattern) {
                if self.may_hold(dimension, key, &text) && self.fits(&text, wanted, &denied) {
                    return Solved::Value(text);
                }
                suspects.extend(self.matching(&text, wanted));
            }
            left.push(pattern);
        }
        // what another takes in altogether need not be looked at; as a rule nothing is left
        left.retain(|pattern| {
            let narrow = pattern.widest();
            let narrow = Tested { units: &narrow, mode: pattern.mode };
            !suspects
                .iter()
                .filter_map(|id| self.atoms.pattern(*id))
                .any(|wide| wide.open.is_none() && pattern::covers(Tested { units: &wide.units, mode: wide.mode }, narrow))
        });
        if left.is_empty() {
            return Solved::None;
        }
        let others = wanted.every.iter().enumerate().filter(|(own, _)| *own != at).map(|(_, list)| *list);
        for pattern in others.clone().flat_map(|list| &list.all).filter(|id| usable(id)).filter_map(|id| self.atoms.pattern(*id))
        {
            for text in self.instances(dimension, key, pattern) {
                if !self.spend(1) {
                    return Solved::TooMuch;
                }
                if self.may_hold(dimension, key, &text) && self.fits(&text, wanted, &denied) {
                    return Solved::Value(text);
                }
            }
        }
        self.look(dimension, key, &left, others, wanted, &denied)
    }

    /// A text where nothing says what it must match.
    fn any_text(
        &self,
        dimension: Dimension,
        key: Option<&Key<'q, 's>>,
        wanted: &Wanted<'a, 'q, 's>,
        denied: &HashSet<PatternId>,
    ) -> Solved<String> {
        let star = Shaped::any(if dimension == ACTION { Mode::Action } else { Mode::Like });
        for text in self.of_domain(dimension).into_iter().chain(self.instances(dimension, key, &star)) {
            if self.may_hold(dimension, key, &text) && self.fits(&text, wanted, denied) {
                return Solved::Value(text);
            }
        }
        self.look(dimension, key, &[&star], std::iter::empty(), wanted, denied)
    }

    /// Reads all patterns side by side.
    fn look<'l>(
        &self,
        dimension: Dimension,
        key: Option<&Key<'q, 's>>,
        left: &[&Shaped<'q>],
        others: impl Iterator<Item = &'l List<'q, 's>>,
        wanted: &Wanted<'a, 'q, 's>,
        denied: &HashSet<PatternId>,
    ) -> Solved<String>
    where
        'q: 'l,
        's: 'l,
    {
        type Owned<'q> = Vec<(Vec<Unit<'q>>, Mode)>;
        let own = |pattern: &Shaped<'q>| (pattern.widest(), pattern.mode_of_widest());
        let mut every: Vec<Owned<'_>> = vec![left.iter().map(|pattern| own(pattern)).collect()];
        for list in others {
            let usable = list.all.iter().filter_map(|id| Some((id, self.atoms.pattern(*id)?)));
            let usable = usable.filter(|(id, pattern)| pattern.is_usable(self.strict) && !denied.contains(id));
            let usable = usable.filter(|(_, own)| own.as_written().is_none_or(|text| !is_no_name(key, text)));
            every.push(usable.map(|(_, pattern)| own(pattern)).collect());
        }
        let all = match key {
            None if dimension == ACTION => "?*:?*",
            None => ARN,
            Some(key) if key.arn => ARN,
            Some(key) if key.empty && !wanted.filled => "*",
            Some(_) => "?*",
        };
        every.push(vec![(vec![Unit::Wild(all)], Mode::Like)]);
        if let (RESOURCE, Some(list)) = (dimension, every.last_mut()) {
            list.push((vec![Unit::Exact("*")], Mode::Equal));
        }
        let domain = self.atoms.domains.get(&dimension);
        let form = |own: &'a String| (vec![Unit::Wild(own.as_str())], mode_of(dimension));
        every.extend(domain.map(|own| own.forms.iter().map(form).collect()));
        let except = domain.into_iter().flat_map(|own| &own.except).map(form);
        let barred = wanted.none.iter().flat_map(|list| &list.all).filter_map(|id| self.atoms.pattern(*id));
        let barred = barred.filter(|own| own.is_bar(self.strict)).map(own);
        let none: Owned<'_> = barred.chain(except).collect();
        let every: Vec<Vec<Tested<'_>>> =
            every.iter().map(|list| list.iter().map(|(units, mode)| Tested { units, mode: *mode }).collect()).collect();
        let none: Vec<Tested<'_>> = none.iter().map(|(units, mode)| Tested { units, mode: *mode }).collect();
        let mut steps = self.steps.get();
        let found = pattern::find(&every, &none, &mut steps);
        self.steps.set(steps);
        match found {
            Search::Found(text) => Solved::Value(text),
            Search::None => Solved::None,
            Search::TooMuch => Solved::TooMuch,
        }
    }

    /// Those that must not match a text and do.
    fn matching(&self, text: &str, wanted: &Wanted<'a, 'q, 's>) -> Vec<PatternId> {
        let wild = wanted.none.iter().flat_map(|list| &list.wild);
        wild.copied().filter(|id| self.atoms.pattern(*id).is_some_and(|own| own.may_match(text))).collect()
    }

    /// Whether a text is as it is wanted.
    fn fits(&self, text: &str, wanted: &Wanted<'a, 'q, 's>, denied: &HashSet<PatternId>) -> bool {
        if wanted.filled && text.is_empty() {
            return false;
        }
        let may = |list: &List<'q, 's>| {
            let open = |id: &PatternId| self.atoms.pattern(*id).is_some_and(|own| own.open.is_some() && own.may_match(text));
            let wild = list.wild.iter().any(|id| open(id) && !denied.contains(id));
            wild || list.typed.iter().any(|(id, _)| !denied.contains(id))
        };
        let every = wanted.every.iter().all(|list| match self.atoms.list_matches(list, text) {
            Ok(matched) => matched,
            Err(()) => !self.strict && may(list),
        });
        every
            && wanted.none.iter().all(|list| match self.atoms.list_matches(list, text) {
                Ok(matched) => !matched,
                Err(()) => !self.strict,
            })
    }

    /// Whether a request may hold a text for a key.
    fn may_hold(&self, dimension: Dimension, key: Option<&Key<'q, 's>>, text: &str) -> bool {
        let matches = |form: &String| pattern::matches(&[Unit::Wild(form)], text, mode_of(dimension));
        let is_of = |own: &Domain| own.forms.iter().any(matches) && !own.except.iter().any(matches);
        if !self.atoms.domains.get(&dimension).is_none_or(is_of) {
            return false;
        }
        match key {
            None if dimension == RESOURCE => text == "*" || Arn::parse(text).is_some(),
            None => text.split_once(':').is_some_and(|(prefix, name)| !prefix.is_empty() && !name.is_empty()),
            Some(key) if key.arn => Arn::parse(text).is_some(),
            Some(_) if is_no_name(key, text) => false,
            Some(key) => key.empty || !text.is_empty(),
        }
    }

    /// A text of each form that the values of a key have.
    fn of_domain(&self, dimension: Dimension) -> Vec<String> {
        let forms = self.atoms.domains.get(&dimension).into_iter().flat_map(|own| &own.forms);
        let text = |form: &String| {
            let word = if form.starts_with("arn:") { words::real } else { words::plain };
            pattern::instance(Tested { units: &[Unit::Wild(form)], mode: Mode::Like }, word)
        };
        forms.map(text).collect()
    }

    /// The account of the ARNs that a request may hold for a key.
    fn account(&self, dimension: Dimension) -> Option<&str> {
        let mut arns = self.atoms.domains.get(&dimension)?.forms.iter().filter_map(|form| Arn::parse(form));
        arns.next().map(|arn| arn.account).filter(|account| is_account_id(account))
    }

    /// Texts that a pattern matches: one that looks real, and such that what matches one of the others matches all that the pattern
    /// does, as a rule.
    fn instances(&self, dimension: Dimension, key: Option<&Key<'q, 's>>, pattern: &Shaped<'q>) -> Vec<String> {
        let units = pattern.widest();
        let tested = Tested { units: &units, mode: pattern.mode_of_widest() };
        let fresh = self.atoms.keys.fresh;
        let is_lone = matches!(units.as_slice(), [Unit::Any | Unit::Wild("*")]);
        let mut texts = Vec::new();
        if is_lone {
            texts.extend(words::samples(dimension, key.map(|key| (key.name.as_str(), key.arn))).into_iter().map(str::to_owned));
            texts.push(match (dimension, key) {
                (ACTION, None) => format!("{fresh}:{fresh}"),
                (_, Some(key)) if key.arn => format!("arn:{fresh}:{fresh}:{fresh}:{fresh}:{fresh}"),
                _ => fresh.to_string(),
            });
            return texts;
        }
        let is_arn = matches!(units.first(), Some(Unit::Wild(text) | Unit::Exact(text)) if text.starts_with("arn:"));
        texts.push(pattern::instance(tested, |own| match self.account(dimension) {
            Some(account) if is_arn && own.many && own.whole && own.part == 4 => Cow::Owned(account.to_owned()),
            _ if is_arn => words::real(own),
            _ => words::plain(own),
        }));
        if self.atoms.domains.contains_key(&dimension) {
            texts.push(pattern::instance(tested, words::parted));
        }
        texts.push(pattern::instance(tested, |_| Cow::Owned(fresh.to_string())));
        if pattern.mode == Mode::Resource {
            // what ends before its sixth part
            let rest = |own: Wildcard| match own {
                Wildcard { many: true, colons: true, part, .. } if part < 5 => {
                    Cow::Owned(format!("{}example/example", ":".repeat(5 - part)))
                }
                own => words::real(own),
            };
            texts.push(pattern::instance(tested, rest));
        }
        if matches!(pattern.mode, Mode::Like | Mode::Arn | Mode::Resource) {
            let far = |own: Wildcard| match own {
                Wildcard { many: true, colons: true, .. } => Cow::Owned(format!("{fresh}:{fresh}/{fresh}")),
                _ => Cow::Owned(fresh.to_string()),
            };
            texts.push(pattern::instance(tested, far));
        }
        texts
    }
}

/// The form of all ARNs.
const ARN: &str = "arn:*:*:*:*:*";

/// How what is known of a value is written. Of an action, letter case does not count.
fn mode_of(dimension: Dimension) -> Mode {
    if dimension == ACTION { Mode::Action } else { Mode::Like }
}

impl<T> Solved<T> {
    fn map<U>(self, map: impl FnOnce(T) -> U) -> Solved<U> {
        match self {
            Self::Value(value) => Solved::Value(map(value)),
            Self::None => Solved::None,
            Self::TooMuch => Solved::TooMuch,
            Self::Unclear => Solved::Unclear,
        }
    }
}

/// The patterns that must not match.
fn denied(wanted: &Wanted<'_, '_, '_>) -> HashSet<PatternId> {
    wanted.none.iter().flat_map(|list| list.all.iter().copied()).collect()
}

/// Whether a condition holds for a request without the key.
fn absent(form: Form) -> Result<bool, ()> {
    match form.set {
        Some(SetPrefix::ForAllValues) => Ok(true),
        Some(SetPrefix::ForAnyValue) if form.if_exists => Err(()),
        Some(SetPrefix::ForAnyValue) => Ok(false),
        None => Ok(form.if_exists || form.negated),
    }
}

/// Whether a key tells the name of a user, and none may have this name.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>
fn is_no_name(key: Option<&Key<'_, '_>>, text: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b"+=,.@_-".contains(&byte);
    key.is_some_and(|key| key.name.eq_ignore_ascii_case("aws:username")) && (text.is_empty() || !text.bytes().all(is_letter))
}
