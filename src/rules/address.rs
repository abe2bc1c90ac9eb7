//! A resource as a policy writes it, taken apart as an ARN.

use std::borrow::Cow;
use std::cell::{OnceCell, RefCell};
use std::ops::Range;
use std::ptr;
use std::rc::Rc;

use crate::pattern::{Mode, Part, Pattern, Shape, Unit, matches};
use crate::reference::{Form, Reference, Service, Slot, Start, Types};
use crate::source::Span;

/// A value of `Resource` or `NotResource`.
#[derive(Debug)]
pub(super) struct Address<'i, 'p, 's> {
    /// As it stands in the policy.
    pub(super) pattern: &'p Pattern<'s>,
    /// What it says; a run meets the same few values again and again.
    arn: Rc<Arn<'i, 'p>>,
}

/// What a value of `Resource` or `NotResource` says, wherever it stands.
#[derive(Debug)]
pub(super) struct Arn<'i, 'p> {
    /// Its text, with [`UNKNOWN`] for each variable.
    text: Cow<'p, str>,
    /// Where the first hole is: what follows may be of any part.
    hole: Option<usize>,
    /// Where its first five colons are, as far as it has them.
    colons: [Option<u32>; 5],
    /// Whether it is every resource.
    every: bool,
    /// Whether it is no ARN, once that was asked.
    malformed: OnceCell<bool>,
    /// Whether it is of a form that AWS has, once that was asked.
    sound: OnceCell<bool>,
    /// All that it may stand for, once that was asked.
    reach: OnceCell<Reach>,
    /// The forms that it only fits in part, once that was asked.
    misfits: OnceCell<Option<Vec<&'i Form>>>,
    /// Of which types of services it may be, as far as that was asked.
    types: RefCell<Vec<Fit<'i>>>,
    /// Of which types of services it takes in all, as far as that was asked.
    whole: RefCell<Vec<(&'i Service, Types)>>,
}

/// Of which types of a service a resource may be.
#[derive(Debug)]
struct Fit<'i> {
    service: &'i Service,
    /// The types that were asked for.
    asked: Types,
    /// Those of them that it may be of.
    held: Types,
}

/// All that a resource may stand for.
#[derive(Debug)]
enum Reach {
    /// The service, where it is plain, and the sixth part.
    Resource(String, Shape),
    /// The whole.
    Whole(Shape),
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

impl<'i, 'p, 's> Address<'i, 'p, 's> {
    /// A value, and what it says: the [`Arn::of`] of a value of the same text.
    pub(super) fn new(pattern: &'p Pattern<'s>, arn: Rc<Arn<'i, 'p>>) -> Self {
        Self { pattern, arn }
    }

    /// Whether it is no ARN, as `judge` says: it is asked but once.
    pub(super) fn is_malformed(&self, judge: impl FnOnce() -> bool) -> bool {
        *self.arn.malformed.get_or_init(judge)
    }

    /// Whether it is of a form that AWS has, as `judge` says: it is asked but once.
    pub(super) fn is_sound(&self, judge: impl FnOnce() -> bool) -> bool {
        *self.arn.sound.get_or_init(judge)
    }

    /// Whether it is every resource.
    pub(super) fn is_every(&self) -> bool {
        self.arn.every
    }

    /// Whether it takes in all resources of some type of a service, as `arn:aws:ecs:*:*:cluster/*`: requests for actions without
    /// resource types may name such a one.
    pub(super) fn is_all_of(&self, service: &Service) -> bool {
        let Some(resource) = self.part(RESOURCE) else { return self.reaches_on() || !self.is_known() };
        let own = self.part(SERVICE).is_some_and(|part| part.text == service.prefix() || !part.is_plain());
        let units = [Unit::Wild(resource.text)];
        own && (resource.text == "*" || service.forms().iter().any(|form| matches(&units, &form.bare, Mode::Like)))
    }

    /// Whether it takes in all resources of a form, with a region and an account that it may have.
    pub(super) fn is_all_of_form(&self, form: &Form) -> bool {
        let own = self.part(SERVICE).is_some_and(|part| part.text == form.service || !part.is_plain());
        let has = |slot: Slot, part: usize| self.part(part).is_none_or(|own| slot.may_be(own.text));
        own && has(form.region, REGION)
            && has(form.account, ACCOUNT)
            && self.part(RESOURCE).is_some_and(|part| matches(&[Unit::Wild(part.text)], &form.bare, Mode::Like))
    }

    /// What stands before the first hole.
    pub(super) fn known(&self) -> &str {
        self.arn.text.get(..self.arn.hole.unwrap_or(self.arn.text.len())).unwrap_or("")
    }

    /// Whether it has no hole.
    pub(super) fn is_known(&self) -> bool {
        self.arn.hole.is_none()
    }

    /// One of its parts, as far as it is told: one that a hole may end or go on with is not. Of the resource that is enough which
    /// starts it.
    pub(super) fn part(&self, number: usize) -> Option<Section<'_>> {
        let Arn { text, hole, colons, .. } = &*self.arn;
        let start = match number.checked_sub(1) {
            Some(before) => (*colons.get(before)?)? as usize + 1,
            None => 0,
        };
        let end = colons.get(number).copied().flatten().map_or(text.len(), |colon| colon as usize);
        let whole = number == RESOURCE || hole.is_none_or(|hole| hole > end);
        let starts = hole.is_none_or(|hole| hole >= start);
        (whole && starts).then_some(Section { text: text.get(start..end)?, range: start..end })
    }

    /// How many parts it has, at most six.
    pub(super) fn parts(&self) -> usize {
        1 + self.arn.colons.iter().flatten().count()
    }

    /// Whether a `*` at the end of one of the first five parts may stand for further ones.
    pub(super) fn reaches_on(&self) -> bool {
        self.arn.text.splitn(6, ':').take(5).any(|part| part.ends_with('*'))
    }

    /// The place of a part.
    pub(super) fn span(&self, part: &Section<'_>) -> Span {
        match self.pattern.plain() {
            Some(_) => self.pattern.text.span_of(part.range.clone()),
            None => self.pattern.text.span(),
        }
    }

    /// The place of the first so many bytes of a part, where it can be told: no variable and no hole stands in the whole.
    pub(super) fn start_of(&self, part: &Section<'_>, length: usize) -> Option<Span> {
        self.pattern.plain()?;
        Some(self.pattern.text.span_of(part.range.start..part.range.start + length.min(part.range.len())))
    }

    /// The types of a service of which it takes in all, where an account may have several.
    pub(super) fn types_in_whole(&self, service: &'i Service) -> Types {
        let mut known = self.arn.whole.borrow_mut();
        if let Some((_, types)) = known.iter().find(|(own, _)| ptr::eq(*own, service)) {
            return *types;
        }
        let forms = service.forms().iter().filter(|form| form.several && self.is_all_of_form(form));
        let types = forms.fold(Types::default(), |types, form| types.with(form.types));
        known.push((service, types));
        types
    }

    /// The forms of a service that it may be of; partition, region and account tell no type.
    pub(super) fn forms(&self, service: &'i Service) -> impl Iterator<Item = &'i Form> {
        service.forms_starting(self.start()).filter(|form| self.may_be(form))
    }

    /// Those of these types of a service that it may be of.
    pub(super) fn types_among(&self, service: &'i Service, types: Types) -> Types {
        let mut known = self.arn.types.borrow_mut();
        let at = known.iter().position(|own| ptr::eq(own.service, service)).unwrap_or_else(|| {
            known.push(Fit { service, asked: Types::default(), held: Types::default() });
            known.len() - 1
        });
        let Some(own) = known.get_mut(at) else { return types };
        let new = types.without(own.asked);
        if new != Types::default() {
            let forms = service.forms_starting(self.start()).filter(|form| form.types.meets(new) && self.may_be(form));
            own.held = forms.fold(own.held, |held, form| held.with(form.types));
            own.asked = own.asked.with(new);
        }
        types.both(own.held)
    }

    /// The forms that its sixth part fits; `None` where that is not told, where any fits, and where one fits whose region and account
    /// it has.
    pub(super) fn misfits(&self, reference: &'i Reference) -> Option<&[&'i Form]> {
        self.arn.misfits.get_or_init(|| self.find_misfits(reference)).as_deref()
    }

    fn find_misfits(&self, reference: &'i Reference) -> Option<Vec<&'i Form>> {
        let service = self.part(SERVICE).filter(Section::is_plain)?;
        let resource = self.part(RESOURCE)?;
        let known = reference.service(service.text);
        if resource.text == "*" && known.is_some() {
            return None;
        }
        let has = |slot: Slot, part: usize| match slot {
            Slot::Other => true,
            _ => self.part(part).is_none_or(|own| !own.is_plain() || own.text.is_empty() == (slot == Slot::Empty)),
        };
        let is_right = |form: &&Form| form.service == service.text && has(form.region, REGION) && has(form.account, ACCOUNT);
        let is_sound = |service: &'i Service| service.forms_starting(self.start()).filter(is_right).any(|form| self.may_be(form));
        if known.is_some_and(is_sound) {
            return None;
        }
        Some(reference.forms(service.text, |form| self.may_be(form)))
    }

    /// With which letters its sixth part starts, where that is told.
    fn start(&self) -> Start {
        let is_plain = self.part(SERVICE).is_some_and(|part| part.is_plain());
        let resource = self.part(RESOURCE).filter(|_| is_plain);
        Start::of(resource.as_ref().and_then(|part| part.text.split(['*', '?', UNKNOWN]).next()).unwrap_or(""))
    }

    fn may_be(&self, form: &Form) -> bool {
        match self.arn.reach.get_or_init(|| self.find_reach()) {
            Reach::Resource(service, shape) => {
                (form.service == *service || form.service.contains('$')) && form.resource.meets(shape)
            }
            Reach::Whole(shape) => form.whole().meets(shape),
        }
    }

    fn find_reach(&self) -> Reach {
        let service = self.part(SERVICE).filter(Section::is_plain);
        if let (Some(service), Some(resource)) = (service, self.part(RESOURCE)) {
            return Reach::Resource(service.text.to_owned(), shape_of(&resource));
        }
        let units: Vec<Unit<'_>> = match self.pattern.plain() {
            Some(plain) => vec![Unit::Wild(plain)],
            None => self.pattern.parts().iter().map(unit).collect(),
        };
        // a `*` that ends one of six parts may reach on in principle, but names hold no text that would make it
        Reach::Whole(Shape::of(&units, if self.parts() == 6 { Mode::Arn } else { Mode::Resource }))
    }
}

impl<'p> Arn<'_, 'p> {
    /// Takes a value apart.
    pub(super) fn of(pattern: &'p Pattern<'_>) -> Self {
        if let Some(plain) = pattern.plain() {
            return Self::with(plain.into(), None);
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
        Self::with(text.into(), hole)
    }

    fn with(text: Cow<'p, str>, hole: Option<usize>) -> Self {
        let mut colons = [None; 5];
        let places = text.bytes().enumerate().filter(|(_, byte)| *byte == b':').map(|(at, _)| at as u32);
        colons.iter_mut().zip(places).for_each(|(own, at)| *own = Some(at));
        Self {
            every: text.starts_with('*') && text.bytes().all(|byte| byte == b'*'),
            text,
            hole,
            colons,
            malformed: OnceCell::new(),
            sound: OnceCell::new(),
            reach: OnceCell::new(),
            misfits: OnceCell::new(),
            types: RefCell::default(),
            whole: RefCell::default(),
        }
    }
}

impl Section<'_> {
    /// Whether it is known in full, and without wildcards.
    pub(super) fn is_plain(&self) -> bool {
        !self.text.bytes().any(|byte| byte == b'*' || byte == b'?') && (self.text.is_ascii() || !self.text.contains(UNKNOWN))
    }
}

/// All that a sixth part may stand for.
fn shape_of(resource: &Section<'_>) -> Shape {
    let mut units = Vec::new();
    for (at, piece) in resource.text.split(UNKNOWN).enumerate() {
        units.extend((at > 0).then_some(Unit::Any));
        units.push(Unit::Wild(piece));
    }
    Shape::of(&units, Mode::Like)
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
