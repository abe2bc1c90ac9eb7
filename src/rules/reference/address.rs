//! A resource as a policy writes it, taken apart as an ARN.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::ops::Range;

use crate::pattern::{Mode, Part, Pattern, Shape, Unit, matches};
use crate::reference::Service;
use crate::source::Span;

/// A value of `Resource` or `NotResource`.
#[derive(Debug)]
pub(super) struct Address<'p, 's> {
    /// As it stands in the policy.
    pub(super) pattern: &'p Pattern<'s>,
    /// Its text, with [`UNKNOWN`] for each variable.
    text: Cow<'p, str>,
    /// Where the first hole is: what follows may be of any part.
    hole: Option<usize>,
    /// Where its first five colons are, as far as it has them.
    colons: [Option<u32>; 5],
    /// Whether it is no ARN, once that was asked.
    malformed: OnceCell<bool>,
}

/// One of the six parts of an ARN.
#[derive(Clone, Debug)]
pub(super) struct Section<'a> {
    /// What stands there.
    pub(super) text: &'a str,
    range: Range<usize>,
}

/// The number of the part with the partition, from 0.
pub(super) const PARTITION: usize = 1;
/// The number of the part with the service.
pub(super) const SERVICE: usize = 2;
/// The number of the part with the region.
pub(super) const REGION: usize = 3;
/// The number of the part with the account.
pub(super) const ACCOUNT: usize = 4;
/// The number of the part with the resource.
pub(super) const RESOURCE: usize = 5;

/// Stands for text that is known only later.
pub(super) const UNKNOWN: char = '\u{fffc}';

impl<'p, 's> Address<'p, 's> {
    /// Takes a value apart.
    pub(super) fn of(pattern: &'p Pattern<'s>) -> Self {
        if let Some(plain) = pattern.plain() {
            return Self::with(pattern, plain.into(), None);
        }
        let (mut text, mut hole) = (String::new(), None);
        for part in pattern.parts() {
            match part {
                Part::Literal(own) => text.push_str(own),
                // one that stands for itself is as good as unknown to all who ask
                Part::Symbol(_) | Part::Variable(_) | Part::Malformed(..) => text.push(UNKNOWN),
                Part::Hole(_) => {
                    hole = hole.or(Some(text.len()));
                    text.push(UNKNOWN);
                }
            }
        }
        Self::with(pattern, text.into(), hole)
    }

    fn with(pattern: &'p Pattern<'s>, text: Cow<'p, str>, hole: Option<usize>) -> Self {
        let mut colons = [None; 5];
        let places = text.bytes().enumerate().filter(|(_, byte)| *byte == b':').map(|(at, _)| at as u32);
        colons.iter_mut().zip(places).for_each(|(own, at)| *own = Some(at));
        Self { pattern, text, hole, colons, malformed: OnceCell::new() }
    }

    /// Whether it is no ARN, as `judge` says: it is asked but once.
    pub(super) fn is_malformed(&self, judge: impl FnOnce() -> bool) -> bool {
        *self.malformed.get_or_init(judge)
    }

    /// Whether it is every resource.
    pub(super) fn is_every(&self) -> bool {
        self.text.starts_with('*') && self.text.bytes().all(|byte| byte == b'*')
    }

    /// Whether it takes in all resources of some type of a service, as `arn:aws:ecs:*:*:cluster/*`: requests for actions without
    /// resource types may name such a one.
    pub(super) fn is_all_of(&self, service: &Service) -> bool {
        let Some(resource) = self.part(RESOURCE) else { return self.reaches_on() || self.hole.is_some() };
        let own = self.part(SERVICE).is_some_and(|part| part.text == service.prefix() || !part.is_plain());
        let units = [Unit::Wild(resource.text)];
        own && (resource.text == "*" || service.forms().iter().any(|form| matches(&units, &form.bare, Mode::Like)))
    }

    /// What stands before the first hole.
    pub(super) fn known(&self) -> &str {
        self.text.get(..self.hole.unwrap_or(self.text.len())).unwrap_or("")
    }

    /// Whether it has no hole.
    pub(super) fn is_known(&self) -> bool {
        self.hole.is_none()
    }

    /// One of its parts, as far as it is told: one that a hole may end or go on with is not. Of the resource that is enough which
    /// starts it.
    pub(super) fn part(&self, number: usize) -> Option<Section<'_>> {
        let start = match number.checked_sub(1) {
            Some(before) => (*self.colons.get(before)?)? as usize + 1,
            None => 0,
        };
        let end = self.colons.get(number).copied().flatten().map_or(self.text.len(), |colon| colon as usize);
        let whole = number == RESOURCE || self.hole.is_none_or(|hole| hole > end);
        let starts = self.hole.is_none_or(|hole| hole >= start);
        (whole && starts).then_some(Section { text: self.text.get(start..end)?, range: start..end })
    }

    /// How many parts it has, at most six.
    pub(super) fn parts(&self) -> usize {
        1 + self.colons.iter().flatten().count()
    }

    /// Whether a `*` at the end of one of the first five parts may stand for further ones.
    pub(super) fn reaches_on(&self) -> bool {
        self.text.splitn(6, ':').take(5).any(|part| part.ends_with('*'))
    }

    /// The place of a part.
    pub(super) fn span(&self, part: &Section<'_>) -> Span {
        match self.pattern.plain() {
            Some(_) => self.pattern.text.span_of(part.range.clone()),
            None => self.pattern.text.span(),
        }
    }

    /// All resources that it may stand for.
    pub(super) fn shape(&self) -> Shape {
        let units: Vec<Unit<'_>> = match self.pattern.plain() {
            Some(plain) => vec![Unit::Wild(plain)],
            None => self.pattern.parts().iter().map(unit).collect(),
        };
        // a `*` that ends one of six parts may reach on in principle, but names hold no text that would make it
        Shape::of(&units, if self.parts() == 6 { Mode::Arn } else { Mode::Resource })
    }

    /// All that its sixth part may stand for.
    pub(super) fn resource_shape(&self) -> Option<Shape> {
        let resource = self.part(RESOURCE)?;
        let mut units = Vec::new();
        for (at, piece) in resource.text.split(UNKNOWN).enumerate() {
            units.extend((at > 0).then_some(Unit::Any));
            units.push(Unit::Wild(piece));
        }
        Some(Shape::of(&units, Mode::Like))
    }
}

impl Section<'_> {
    /// Whether it is known in full, and without wildcards.
    pub(super) fn is_plain(&self) -> bool {
        !self.text.bytes().any(|byte| byte == b'*' || byte == b'?') && (self.text.is_ascii() || !self.text.contains(UNKNOWN))
    }
}

fn unit<'a>(part: &'a Part<'_>) -> Unit<'a> {
    match part {
        Part::Literal(text) => Unit::Wild(text),
        Part::Symbol('*') => Unit::Exact("*"),
        Part::Symbol('?') => Unit::Exact("?"),
        Part::Symbol(_) => Unit::Exact("$"),
        Part::Variable(_) | Part::Malformed(..) | Part::Hole(_) => Unit::Any,
    }
}
