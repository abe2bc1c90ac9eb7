//! A policy as a typed document: statement by statement, tolerant, each part with its place.

mod condition;
mod date;
mod element;
mod fault;
mod kind;
mod number;
mod read;
mod size;

use std::ops::Deref;
use std::sync::Arc;

use crate::finding::Fault;
use crate::pattern::Pattern;
use crate::source::Span;
use crate::syntax::Text;

pub use condition::{Comparison, Condition, Operand, Operator, Relation, SetPrefix, Value};
pub use date::Instant;
pub use fault::{ActionFault, PolicyFault};
pub use kind::{PolicyKind, is_nothing_else, is_of_stack, kind_of, looks_like, looks_like_statement};
pub use number::Decimal;
pub use read::{TAG_KEYS, read};
pub use size::{INLINE_OF_ROLE, Quota, Size};

/// A policy document.
#[derive(Clone, Debug)]
pub struct Policy<'s> {
    /// What it is attached to, and so what may stand in it.
    pub kind: PolicyKind,
    /// Whether the kind is but the likeliest by what the document says.
    pub guessed: bool,
    /// Its opening bracket.
    pub mark: Span,
    /// From its opening to its closing bracket.
    pub range: Span,
    /// How long it is.
    pub size: Size,
    /// Whether a hole stands anywhere in it.
    pub has_hole: bool,
    /// The language version.
    pub version: Version,
    /// The value of `Version`, where there is one.
    pub version_span: Option<Span>,
    /// The value of `Id`.
    pub id: Option<Text<'s>>,
    /// The statements in the order of the text.
    pub statements: Statements<'s>,
    /// A hole that may turn out to hold further statements.
    pub later: Option<Span>,
    /// Whether it stands there only where conditions of a template are decided otherwise than is taken for granted.
    pub otherwise: bool,
    /// What is wrong with its grammar, in the order of the text.
    pub faults: Vec<Fault<PolicyFault>>,
}

/// A version of the policy language.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Version {
    /// `2008-10-17`, also where none is given: `${…}` is plain text.
    V2008,
    /// `2012-10-17`.
    V2012,
}

/// The statements of a policy, shared by all that have it: a managed policy may be that of every role of an account.
#[derive(Clone, Default, Debug)]
pub struct Statements<'s>(Arc<[Statement<'s>]>);

/// One statement.
#[derive(Clone, Debug)]
pub struct Statement<'s> {
    /// Its place in the list, from 0.
    pub index: usize,
    /// Its opening bracket.
    pub mark: Span,
    /// From its opening to its closing bracket.
    pub range: Span,
    /// Its name.
    pub sid: Option<Text<'s>>,
    /// What it does, and the value's place; `None` where that is missing, unreadable or a hole.
    pub effect: Option<(Effect, Span)>,
    /// `Principal` or `NotPrincipal`.
    pub principals: Option<Box<Principals<'s>>>,
    /// `Action` or `NotAction`.
    pub actions: Option<Patterns<'s>>,
    /// `Resource` or `NotResource`.
    pub resources: Option<Patterns<'s>>,
    /// The conditions in the order of the text; all must hold.
    pub conditions: Box<[Condition<'s>]>,
    /// The key `Condition`.
    pub condition_key: Option<Span>,
    /// A hole that may turn out to hold further elements or conditions.
    pub later: Option<Span>,
    /// A directive of a template, on which it hangs whether the statement or a part of it is there.
    pub optional: Option<Span>,
}

/// Allow or Deny.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Effect {
    /// Grants.
    Allow,
    /// Forbids, whatever else grants.
    Deny,
}

/// `Action`, `NotAction`, `Resource` or `NotResource`.
#[derive(Clone, Debug)]
pub struct Patterns<'s> {
    /// The key.
    pub key: Span,
    /// The `Not…` form: everything but these.
    pub negated: bool,
    /// The values.
    pub list: Box<[Pattern<'s>]>,
    /// Whether a `*` or `?` stands in the known text of any of them.
    pub wild: bool,
}

/// `Principal` or `NotPrincipal`.
#[derive(Clone, Debug)]
pub struct Principals<'s> {
    /// The key.
    pub key: Span,
    /// The `NotPrincipal` form.
    pub negated: bool,
    /// Whom it names.
    pub list: Box<[Principal<'s>]>,
}

/// One principal that a statement names.
#[derive(Clone, Debug)]
pub struct Principal<'s> {
    /// The key that it stands under.
    pub kind: PrincipalKind,
    /// What stands there.
    pub value: Text<'s>,
}

/// The kinds of principal.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum PrincipalKind {
    /// The bare string `"*"`.
    Anyone,
    /// An account, user, role or session; `*` is anyone.
    Aws,
    /// An AWS service.
    Service,
    /// A web identity or SAML provider.
    Federated,
    /// A canonical user id of S3.
    CanonicalUser,
    /// A hole where the whole principal is due: it may turn out to be any of these.
    Later,
}

impl<'s> Policy<'s> {
    /// The statement with this opening bracket.
    pub fn statement_at(&self, mark: Span) -> Option<&Statement<'s>> {
        // statements stand in the order of the text, unless a template puts them together
        match self.statements.binary_search_by_key(&mark, |statement| statement.mark) {
            Ok(index) => self.statements.get(index),
            Err(_) => self.statements.iter().find(|statement| statement.mark == mark),
        }
    }

    /// Whether it is without statements, and that is all there is to say of it.
    pub fn says_nothing(&self) -> bool {
        self.statements.is_empty() && !self.is_too_large()
    }

    /// Whether it is so large that nothing of it was looked at.
    pub fn is_too_large(&self) -> bool {
        self.faults.iter().any(|fault| matches!(fault.kind, PolicyFault::TooLarge(_)))
    }

    /// The policy as it is where all parts of its template are there; `None` where it is no directive that leaves it open.
    #[must_use]
    pub fn with_all_parts(&self, is_directive: impl Fn(Span) -> bool) -> Option<Self> {
        let is_left_open = match self.later {
            Some(span) => is_directive(span),
            None => self.statements.iter().any(|own| own.optional.is_some()),
        };
        if !is_left_open {
            return None;
        }
        let statements: Vec<_> = self.statements.iter().map(|own| Statement { optional: None, ..own.clone() }).collect();
        Some(Self { later: None, statements: statements.into(), ..self.clone() })
    }

    /// The values and parts of which nothing is known, such as a principal that is a variable of a template, by their places.
    pub fn not_known(&self) -> impl Iterator<Item = Span> {
        let statements = self.statements.iter().filter(|_| self.has_hole).flat_map(Statement::not_known);
        self.later.into_iter().chain(statements)
    }

    /// The first fault for which AWS refuses to store it.
    pub fn refusal(&self) -> Option<&Fault<PolicyFault>> {
        self.faults.iter().find(|fault| fault.kind.is_refused())
    }

    /// Its statements with this effect.
    pub fn with_effect(&self, effect: Effect) -> impl Iterator<Item = &Statement<'s>> {
        self.statements.iter().filter(move |statement| statement.effect.is_some_and(|(own, _)| own == effect))
    }
}

impl<'s> From<Vec<Statement<'s>>> for Statements<'s> {
    fn from(list: Vec<Statement<'s>>) -> Self {
        Self(list.into())
    }
}

impl<'s> Deref for Statements<'s> {
    type Target = [Statement<'s>];

    fn deref(&self) -> &[Statement<'s>] {
        &self.0
    }
}

impl<'p, 's> IntoIterator for &'p Statements<'s> {
    type Item = &'p Statement<'s>;
    type IntoIter = std::slice::Iter<'p, Statement<'s>>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl Statement<'_> {
    /// The place to point at when the whole is meant: its Sid, else its effect, else its opening bracket.
    pub fn place(&self) -> Span {
        let sid = self.sid.as_ref().map(Text::span);
        sid.or(self.effect.map(|(_, span)| span)).unwrap_or(self.mark)
    }

    /// Why it is not known what it comes to in the end: a hole, or a directive of a template.
    pub fn open(&self) -> Option<Span> {
        self.later.or(self.optional)
    }

    fn not_known(&self) -> impl Iterator<Item = Span> {
        let principals = self.principals.iter().flat_map(|own| &own.list).map(|own| &own.value);
        let patterns = self.actions.iter().chain(&self.resources).flat_map(|own| &own.list).map(|own| &own.text);
        let keys = self.conditions.iter().map(|own| &own.key);
        let values = self.conditions.iter().flat_map(|own| &own.values).map(|own| &own.pattern.text);
        let texts = principals.chain(patterns).chain(keys).chain(values);
        self.later.into_iter().chain(texts.filter(|text| text.is_hole()).map(Text::span))
    }

    /// How to call it: its Sid, else its number from 1.
    pub fn title(&self) -> String {
        match &self.sid {
            Some(sid) if !sid.shown().is_empty() => format!("statement `{}`", sid.shown()),
            _ => format!("statement {}", self.index + 1),
        }
    }
}
