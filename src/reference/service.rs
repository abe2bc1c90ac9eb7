//! One service: its actions, resource types and condition keys, read from its text on the first touch.
//!
//! `make-services.py` tells the form of the text. It is not taken apart further than into lines; what a line says is read when
//! it is asked for.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::ops::Range;
use std::sync::OnceLock;

use memchr::{memchr, memchr_iter};

use super::action::{Action, ResourceType};
use super::form::{self, Form, Start};
use super::key::{ConditionKey, KeyName, KeyType};
use super::name::{fold_cmp, is_same, without_start};
use super::sought::{HEAD, Sought, head};
use super::traits::{Traits, Types, types_with};
use crate::pattern::{Mode, Unit, matches};

/// A service of AWS, as far as policies know it.
#[derive(Debug)]
pub struct Service {
    text: Cow<'static, str>,
    prefix: Range<usize>,
    title: Range<usize>,
    page: Option<Range<usize>>,
    rcp: bool,
    resources: Vec<Line>,
    keys: Vec<Line>,
    /// Sorted by name without letter case.
    actions: Vec<Line>,
    /// The beginning of the name of each action, as [`head`] has it.
    heads: Vec<u64>,
    /// Where each action stands among them, by the hash of its name. Their number is a power of two, and at least twice that of the
    /// actions.
    places: Vec<Place>,
    /// Where the descriptions start.
    descriptions: usize,
    forms: OnceLock<Forms>,
    types: OnceLock<AllTypes>,
    /// What is asked of each action again and again, as far as it was asked.
    traits: OnceLock<Box<[OnceLock<Traits>]>>,
}

/// The formats of the ARNs of a service.
#[derive(Debug)]
struct Forms {
    /// Sorted by the name of the type.
    list: Vec<Form>,
    /// With which letters the sixth part of each starts.
    starts: Vec<Start>,
}

/// What is asked of all resource types of a service at once.
#[derive(Debug)]
struct AllTypes {
    told: Types,
    several: Types,
}

/// A line: where it starts, where its first word ends, where it ends.
#[derive(Clone, Copy, Debug)]
struct Line {
    start: u32,
    name_end: u32,
    end: u32,
}

/// A place in the table of the actions: a name that is looked for is nearly always told from others without a look at their text.
#[derive(Clone, Copy, Default, Debug)]
struct Place {
    /// The number of the action, from 1; 0 where there is none.
    number: u32,
    /// Half of the hash of the name.
    tag: u32,
}

/// What the lines of a text tell of.
#[derive(Clone, Copy)]
enum Section {
    Head,
    Resources,
    Keys,
    Actions,
    Other,
}

/// The actions of a service that a pattern stands for.
#[derive(Clone, Copy, Debug)]
pub struct Matching<'r, 'p> {
    /// The service that has them.
    pub service: &'r Service,
    /// The pattern.
    pub pattern: &'p str,
    /// How many letters stand before its first wildcard.
    fixed: usize,
    /// The place of the first action that the pattern stands for among those of the service.
    first: usize,
    /// The actions that start with those, from that one on.
    lines: &'r [Line],
    /// Which of the first 64 of these the pattern stands for, each as one bit.
    held: u64,
}

impl Service {
    /// Reads the text of one service; `None` where it does not start as one does.
    pub(super) fn read(text: Cow<'static, str>) -> Option<Self> {
        let mut service = Self {
            text: Cow::Borrowed(""),
            prefix: 0..0,
            title: 0..0,
            page: None,
            rcp: false,
            resources: Vec::new(),
            keys: Vec::new(),
            actions: Vec::new(),
            heads: Vec::new(),
            places: Vec::new(),
            descriptions: text.len(),
            forms: OnceLock::new(),
            types: OnceLock::new(),
            traits: OnceLock::new(),
        };
        let bytes = text.as_bytes();
        let (mut at, mut section) = (0, Section::Head);
        for end in memchr_iter(b'\n', bytes).chain([bytes.len()]) {
            let start = std::mem::replace(&mut at, end + 1);
            let line = bytes.get(start..end).unwrap_or(&[]);
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            let end = start + line.len();
            let own = || {
                let name_end = start + memchr(b' ', line).unwrap_or(line.len());
                Line { start: start as u32, name_end: name_end as u32, end: end as u32 }
            };
            match (line.first(), section) {
                (None, _) => {}
                (Some(b'['), _) if line == b"[descriptions]" => {
                    service.descriptions = at;
                    break;
                }
                (Some(b'['), _) => section = Section::named(line),
                (_, Section::Resources) => service.resources.push(own()),
                (_, Section::Keys) => service.keys.push(own()),
                (_, Section::Actions) => service.actions.push(own()),
                (_, Section::Head) => service.read_head(text.get(start..end)?, start)?,
                (_, Section::Other) => {}
            }
        }
        if service.prefix.is_empty() {
            return None;
        }
        // what make-services.py writes is sorted; what a user wrote need not be
        let is_sorted = matches!(text, Cow::Borrowed(_));
        service.text = text;
        if !is_sorted {
            service.sort_actions();
        }
        service.note_places();
        Some(service)
    }

    /// Takes a line that stands before all sections, from this byte on.
    fn read_head(&mut self, line: &str, start: usize) -> Option<()> {
        let end = start + line.len();
        if self.prefix.is_empty() {
            let head = line.strip_prefix("# ")?;
            let (prefix, title) = head.split_once(' ').unwrap_or((head, head));
            self.prefix = start + 2..start + 2 + prefix.len();
            self.title = end - title.len()..end;
        } else if line == "rcp" {
            self.rcp = true;
        } else if let Some(page) = line.strip_prefix("page ") {
            self.page = Some(end - page.len()..end);
        }
        Some(())
    }

    fn sort_actions(&mut self) {
        let Self { text, actions, .. } = self;
        let name = |line: &Line| text.get(line.name()).unwrap_or("");
        actions.sort_by(|a, b| fold_cmp(name(a), name(b)));
    }

    fn note_places(&mut self) {
        let Self { text, actions, heads, places, .. } = self;
        places.resize((2 * actions.len()).next_power_of_two(), Place::default());
        heads.reserve_exact(actions.len());
        for (line, number) in actions.iter().zip(1..) {
            let name = text.get(line.name()).unwrap_or("");
            let sought = Sought::of(name);
            let free = sought.slots(places.len()).find(|&slot| places.get(slot).is_some_and(|place| place.number == 0));
            if let Some(place) = free.and_then(|slot| places.get_mut(slot)) {
                *place = Place { number, tag: sought.tag() };
            }
            heads.push(head(name));
        }
    }

    /// What stands before the colon of its actions: `s3`.
    pub fn prefix(&self) -> &str {
        self.part(&self.prefix)
    }

    /// Its name: `Amazon S3`.
    pub fn title(&self) -> &str {
        self.part(&self.title)
    }

    /// Its page in the service authorization reference of AWS.
    pub fn page(&self) -> Option<String> {
        let page = self.page_name()?;
        Some(format!("https://docs.aws.amazon.com/service-authorization/latest/reference/{page}.html"))
    }

    /// Whether resource control policies hold for it.
    pub fn has_rcps(&self) -> bool {
        self.rcp
    }

    /// Its actions, sorted by name.
    pub fn actions(&self) -> impl ExactSizeIterator<Item = Action<'_>> {
        self.actions.iter().enumerate().map(|(at, line)| self.action_at(*line, at as u32))
    }

    /// The action of this name, in any letter case.
    pub fn action(&self, name: &str) -> Option<Action<'_>> {
        self.find(Sought::of(name))
    }

    /// The action of the name that is looked for.
    pub(super) fn find(&self, sought: Sought<'_>) -> Option<Action<'_>> {
        let tag = sought.tag();
        // INVARIANT: half of the places are free, so each search ends
        for slot in sought.slots(self.places.len()) {
            let place = *self.places.get(slot)?;
            let at = place.number.checked_sub(1)?;
            if place.tag != tag {
                continue;
            }
            let action = self.action_at(*self.actions.get(at as usize)?, at);
            let name = action.name.as_bytes();
            if name == sought.name || name.eq_ignore_ascii_case(sought.name) {
                return Some(action);
            }
        }
        None
    }

    /// The actions that a pattern with `*` and `?` stands for, in any letter case.
    pub fn matching<'r, 'p>(&'r self, pattern: &'p str) -> Matching<'r, 'p> {
        // they are sorted: those with the letters before the first wildcard stand together
        let fixed = pattern.bytes().position(|byte| byte == b'*' || byte == b'?').unwrap_or(pattern.len());
        let start = pattern.get(..fixed).unwrap_or(pattern);
        let least = head(start);
        let most = least | u64::MAX.checked_shr(8 * fixed as u32).unwrap_or(0);
        let first = self.heads.partition_point(|own| *own < least);
        let count = self.heads.get(first..).unwrap_or(&[]).partition_point(|own| *own <= most);
        let mut lines = self.actions.get(first..first + count).unwrap_or(&[]);
        let mut first = first;
        if fixed > HEAD {
            let starts = |line: &Line| without_start(self.name(*line), start).is_some();
            let before = lines.partition_point(|line| fold_cmp(self.name(*line), start) == Ordering::Less);
            (first, lines) = (first + before, lines.get(before..).unwrap_or(&[]));
            lines = lines.get(..lines.partition_point(starts)).unwrap_or(&[]);
        }
        let open = pattern.get(fixed..).unwrap_or("");
        let before = lines.iter().position(|line| self.holds(*line, open, fixed)).unwrap_or(lines.len());
        let lines = lines.get(before..).unwrap_or(&[]);
        let bit = |(line, at): (&Line, u32)| u64::from(self.holds(*line, open, fixed)) << at;
        let held = lines.iter().zip(0..64).map(bit).fold(0, |held, bit| held | bit);
        Matching { service: self, pattern, fixed, first: first + before, lines, held }
    }

    /// Whether what stands in a name behind so many letters is what this end of a pattern stands for.
    fn holds(&self, line: Line, open: &str, fixed: usize) -> bool {
        let rest = || self.text.get(line.start as usize + fixed..line.name_end as usize).unwrap_or("");
        open == "*" || matches(&[Unit::Wild(open)], rest(), Mode::Action)
    }

    /// Its resource types, sorted by name.
    pub fn resources(&self) -> impl ExactSizeIterator<Item = ResourceType<'_>> {
        self.resources.iter().map(|line| self.resource_at(*line))
    }

    /// The resource type of this name, in any letter case.
    pub fn resource(&self, name: &str) -> Option<ResourceType<'_>> {
        let line = self.resources.get(self.type_at(name)?)?;
        Some(self.resource_at(*line))
    }

    /// The place of the resource type of this name, in any letter case.
    pub(super) fn type_at(&self, name: &str) -> Option<usize> {
        // they are sorted where no user wrote them
        let written = self.resources.binary_search_by(|line| self.name(*line).cmp(name)).ok();
        written.or_else(|| self.resources.iter().position(|line| is_same(self.name(*line), name)))
    }

    /// The resource types of which an ARN is told.
    pub fn told_types(&self) -> Types {
        self.all_types().told
    }

    /// The resource types of which an account may have several.
    pub fn several_types(&self) -> Types {
        self.all_types().several
    }

    fn all_types(&self) -> &AllTypes {
        self.types.get_or_init(|| {
            let sixth = |format: &str| format.splitn(6, ':').nth(5).map(|own| own.contains("${"));
            AllTypes {
                told: types_with(self, |format| sixth(format).is_some()),
                several: types_with(self, |format| sixth(format) == Some(true)),
            }
        })
    }

    /// The formats of the ARNs of its resource types, sorted by the name of the type.
    pub fn forms(&self) -> &[Form] {
        &self.all_forms().list
    }

    /// Those of its formats whose sixth part may start so.
    pub fn forms_starting(&self, start: Start) -> impl Iterator<Item = &Form> {
        let Forms { list, starts } = self.all_forms();
        list.iter().zip(starts).filter(move |(_, own)| own.meets(start)).map(|(form, _)| form)
    }

    fn all_forms(&self) -> &Forms {
        self.forms.get_or_init(|| {
            let kinds = self.resources().flat_map(|kind| kind.formats().map(move |format| (kind.name().into_owned(), format)));
            let mut list = form::of_service(kinds);
            for form in &mut list {
                form.types = self.type_at(&form.kind).map_or_else(Types::default, Types::at);
            }
            list.sort_by(|a, b| fold_cmp(&a.kind, &b.kind));
            Forms { starts: list.iter().map(Form::start).collect(), list }
        })
    }

    /// The formats of the ARNs of one resource type.
    pub fn forms_of<'r, 'k>(&'r self, kind: Cow<'k, str>) -> impl Iterator<Item = &'r Form> + use<'r, 'k> {
        let first = self.forms().partition_point(|form| fold_cmp(&form.kind, &kind) == Ordering::Less);
        self.forms().iter().skip(first).take_while(move |form| form.kind.eq_ignore_ascii_case(&kind))
    }

    /// Its condition keys, sorted by name. The global ones are not among them.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = ConditionKey<'_>> + ExactSizeIterator {
        self.keys.iter().map(|line| self.key_at(*line))
    }

    /// The condition key of this name, in any letter case.
    pub fn key(&self, name: &str) -> Option<ConditionKey<'_>> {
        // placeholders sort before letters, so a key of that very name stands behind one that it fills in
        let line = self.keys.iter().rfind(|line| self.key_name(self.name(**line)).is(name))?;
        Some(self.key_at(*line))
    }

    /// What an action or condition key is for, in the words of AWS. It starts in lower case.
    pub fn description(&self, name: &str) -> Option<&str> {
        let mut lines = self.text.get(self.descriptions..)?.lines();
        let own = name.strip_prefix(self.prefix()).filter(|rest| rest.starts_with(':')).unwrap_or(name);
        lines.find_map(|line| line.strip_prefix(own)?.strip_prefix(' '))
    }

    /// The name of its page: `list_amazons3`.
    pub(super) fn page_name(&self) -> Option<&str> {
        Some(self.part(self.page.as_ref()?))
    }

    pub(super) fn key_name<'r>(&'r self, written: &'r str) -> KeyName<'r> {
        KeyName::of_service(self.prefix(), written)
    }

    /// What the line of an action says behind its name.
    pub(super) fn rest_of(&self, action: Action<'_>) -> &str {
        self.actions.get(action.at as usize).map_or("", |line| self.rest(*line))
    }

    /// Where the traits of an action are noted.
    pub(super) fn traits_of(&self, action: Action<'_>) -> Option<&OnceLock<Traits>> {
        self.traits.get_or_init(|| self.actions.iter().map(|_| OnceLock::new()).collect()).get(action.at as usize)
    }

    fn action_at(&self, line: Line, at: u32) -> Action<'_> {
        Action { service: self, name: self.name(line), at }
    }

    fn resource_at(&self, line: Line) -> ResourceType<'_> {
        ResourceType::new(self, self.name(line), self.rest(line))
    }

    fn key_at(&self, line: Line) -> ConditionKey<'_> {
        let mut words = self.rest(line).split(' ');
        let kind = words.next().and_then(KeyType::named).unwrap_or(KeyType::String);
        let many = words.any(|word| word == "many");
        ConditionKey { name: self.key_name(self.name(line)), kind, also: None, many, global: None }
    }

    fn name(&self, line: Line) -> &str {
        self.text.get(line.name()).unwrap_or("")
    }

    fn rest(&self, line: Line) -> &str {
        self.text.get(line.name_end as usize + 1..line.end as usize).unwrap_or("")
    }

    fn part(&self, range: &Range<usize>) -> &str {
        self.text.get(range.clone()).unwrap_or("")
    }
}

impl<'r, 'p> Matching<'r, 'p> {
    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self.lines.is_empty()
    }

    /// The actions, sorted by name.
    pub fn actions(self) -> impl Iterator<Item = Action<'r>> + Clone + use<'r, 'p> {
        let open = self.pattern.get(self.fixed..).unwrap_or("");
        let lines = self.lines.iter().enumerate().filter(move |(at, line)| match at {
            0..64 => self.held & (1 << at) != 0,
            _ => self.service.holds(**line, open, self.fixed),
        });
        lines.map(move |(at, line)| self.service.action_at(*line, (self.first + at) as u32))
    }
}

impl Line {
    fn name(self) -> Range<usize> {
        self.start as usize..self.name_end as usize
    }
}

impl Section {
    fn named(line: &[u8]) -> Self {
        match line {
            b"[resources]" => Self::Resources,
            b"[keys]" => Self::Keys,
            b"[actions]" => Self::Actions,
            _ => Self::Other,
        }
    }
}
