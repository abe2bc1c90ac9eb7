//! One service: its actions, resource types and condition keys, read from its text on the first touch.
//!
//! `make-services.py` tells the form of the text. It is not taken apart further than into lines; what a line says is read when
//! it is asked for.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::ops::Range;
use std::sync::OnceLock;

use memchr::{memchr, memchr_iter};

use super::form::{self, Form, Start};
use super::key::{ConditionKey, KeyName, KeyType};
use super::name::{fold_cmp, is_same, shown, without_start, words};
use super::sought::{HEAD, Sought, head};
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
}

/// The formats of the ARNs of a service.
#[derive(Debug)]
struct Forms {
    /// Sorted by the name of the type.
    list: Vec<Form>,
    /// With which letters the sixth part of each starts.
    starts: Vec<Start>,
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
    /// Where the name starts; 0 where there is none.
    start: u32,
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

/// An action of a service.
#[derive(Clone, Copy, Debug)]
pub struct Action<'r> {
    /// The service that has it.
    pub service: &'r Service,
    /// Its name as AWS writes it: `GetObject`.
    pub name: &'r str,
    /// Where the name starts in the text of the service.
    start: u32,
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
    /// The actions that start with those, from the first that the pattern stands for.
    lines: &'r [Line],
}

/// What an action does, as AWS groups actions.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Level {
    /// Tells which resources there are.
    List,
    /// Tells what is in them.
    Read,
    /// Makes, changes or deletes them.
    Write,
    /// Changes nothing but their tags.
    Tagging,
    /// Grants or changes permissions.
    PermissionsManagement,
}

/// A resource type that an action takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ActionResource<'r> {
    /// With `~` for a blank.
    pub(super) name: &'r str,
    /// Whether each request must name one.
    pub required: bool,
    /// As written, with commas between.
    pub(super) keys: &'r str,
}

/// A resource type of a service.
#[derive(Clone, Copy, Debug)]
pub struct ResourceType<'r> {
    service: &'r Service,
    name: &'r str,
    rest: &'r str,
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
        for line in actions.iter() {
            let name = text.get(line.name()).unwrap_or("");
            let sought = Sought::of(name);
            let free = sought.slots(places.len()).find(|&slot| places.get(slot).is_some_and(|place| place.start == 0));
            if let Some(place) = free.and_then(|slot| places.get_mut(slot)) {
                *place = Place { start: line.start, tag: sought.tag() };
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
        self.actions.iter().map(|line| self.action_at(*line))
    }

    /// The action of this name, in any letter case.
    pub fn action(&self, name: &str) -> Option<Action<'_>> {
        self.find(Sought::of(name))
    }

    /// The action of the name that is looked for.
    pub(super) fn find(&self, sought: Sought<'_>) -> Option<Action<'_>> {
        let (tag, length) = (sought.tag(), sought.name.len());
        // INVARIANT: half of the places are free, so each search ends
        for slot in sought.slots(self.places.len()) {
            let place = *self.places.get(slot)?;
            if place.start == 0 {
                return None;
            }
            if place.tag != tag {
                continue;
            }
            let start = place.start as usize;
            let is_whole = || self.text.as_bytes().get(start + length).is_none_or(u8::is_ascii_whitespace);
            match self.text.get(start..start + length) {
                Some(name) if name.as_bytes().eq_ignore_ascii_case(sought.name) && is_whole() => {
                    return Some(Action { service: self, name, start: place.start });
                }
                _ => {}
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
        if fixed > HEAD {
            let starts = |line: &Line| without_start(self.name(*line), start).is_some();
            let first = lines.partition_point(|line| fold_cmp(self.name(*line), start) == Ordering::Less);
            lines = lines.get(first..).unwrap_or(&[]);
            lines = lines.get(..lines.partition_point(starts)).unwrap_or(&[]);
        }
        let near = Matching { service: self, pattern, fixed, lines };
        let first = lines.iter().position(|line| near.holds(*line)).unwrap_or(lines.len());
        Matching { lines: lines.get(first..).unwrap_or(&[]), ..near }
    }

    /// Its resource types, sorted by name.
    pub fn resources(&self) -> impl ExactSizeIterator<Item = ResourceType<'_>> {
        self.resources.iter().map(|line| self.resource_at(*line))
    }

    /// The resource type of this name, in any letter case.
    pub fn resource(&self, name: &str) -> Option<ResourceType<'_>> {
        let line = self.resources.iter().find(|line| is_same(self.name(**line), name))?;
        Some(self.resource_at(*line))
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
        let own = without_start(name, self.prefix()).unwrap_or("");
        let second = |text: &str| text.as_bytes().get(1).map(u8::to_ascii_lowercase);
        // most differ in a letter that costs nothing to look at
        let may_be = |written: &str| {
            let text = if written.starts_with(':') { own } else { name };
            let letter = second(written);
            letter == Some(b'$') || letter == second(text) || written.starts_with('$')
        };
        // placeholders sort before letters, so a key of that very name stands behind one that it fills in
        let is = |line: &&Line| {
            let written = self.name(**line);
            may_be(written) && self.key_name(written).is(name)
        };
        self.keys.iter().rfind(is).map(|line| self.key_at(*line))
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

    fn action_at(&self, line: Line) -> Action<'_> {
        Action { service: self, name: self.name(line), start: line.start }
    }

    fn resource_at(&self, line: Line) -> ResourceType<'_> {
        ResourceType { service: self, name: self.name(line), rest: self.rest(line) }
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
        let lines = self.lines.iter().filter(move |line| self.holds(**line));
        lines.map(move |line| self.service.action_at(*line))
    }

    fn holds(self, line: Line) -> bool {
        let open = self.pattern.get(self.fixed..).unwrap_or("");
        let rest = || self.service.text.get(line.start as usize + self.fixed..line.name_end as usize).unwrap_or("");
        open == "*" || matches(&[Unit::Wild(open)], rest(), Mode::Action)
    }
}

impl<'r> Action<'r> {
    /// What it does.
    pub fn level(self) -> Level {
        // INVARIANT: behind the name stands a blank, and then a letter
        match self.service.text.as_bytes().get(self.start as usize + self.name.len() + 1) {
            Some(b'L') => Level::List,
            Some(b'R') => Level::Read,
            Some(b'T') => Level::Tagging,
            Some(b'P') => Level::PermissionsManagement,
            _ => Level::Write,
        }
    }

    /// Whether sources disagree on its resource types.
    pub fn is_unsure(self) -> bool {
        self.rest().get(1..).and_then(|rest| rest.strip_prefix(" !")).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    }

    /// The resource types that it takes; none where it takes no resource but `*`.
    pub fn resources(self) -> impl Iterator<Item = ActionResource<'r>> {
        // types stand before keys, which stand before further actions
        self.words().skip_while(|word| *word == "!").map_while(ActionResource::of)
    }

    /// The resource types that it takes, where sources agree on them.
    pub fn agreed_resources(self) -> Option<impl Iterator<Item = ActionResource<'r>> + Clone> {
        let words = self.words();
        let is_unsure = words.clone().next() == Some("!");
        (!is_unsure).then(|| words.map_while(ActionResource::of))
    }

    /// The condition keys that go with it, whatever the resource.
    pub fn keys(self) -> impl Iterator<Item = KeyName<'r>> {
        self.words().filter(|word| is_key(word)).map(|word| self.service.key_name(word))
    }

    /// The actions that its caller needs besides: `iam:PassRole`.
    pub fn needs(self) -> impl Iterator<Item = &'r str> {
        self.words().filter_map(|word| word.strip_prefix('+'))
    }

    /// Whether a request for it may hold this condition key, as far as the reference tells: with itself, with a resource type that
    /// it takes, or with all resources of that type. Global keys that are no tags are not told there.
    pub fn takes_key(self, key: &str) -> bool {
        let service = self.service;
        // most keys are written as the reference writes them
        let written = Some(written_as(key, service.prefix())).filter(|_| !key.ends_with('/'));
        let is_written_in = |line: &str| written.is_some_and(|written| stands_in(line, written));
        let of_type = |kind: ResourceType<'_>| is_written_in(kind.rest) || kind.keys().any(|own| own.is(key));
        is_written_in(self.rest())
            || self.words().any(|word| match ActionResource::of(word) {
                Some(kind) => kind.keys(service).any(|own| own.is(key)) || kind.kind(service).is_some_and(of_type),
                None => !word.starts_with('+') && service.key_name(word).is(key),
            })
    }

    /// The letter for what it does.
    pub(super) fn letter(self) -> &'r str {
        self.rest().split(' ').next().unwrap_or("")
    }

    /// What its line says behind its name.
    fn rest(self) -> &'r str {
        let behind = self.service.text.get(self.start as usize + self.name.len()..).unwrap_or("");
        let end = memchr(b'\n', behind.as_bytes()).unwrap_or(behind.len());
        let rest = behind.get(1..end).unwrap_or("");
        rest.strip_suffix('\r').unwrap_or(rest)
    }

    /// All words behind the level.
    fn words(self) -> impl Iterator<Item = &'r str> + Clone {
        words(self.rest()).skip(1)
    }
}

impl<'r> ActionResource<'r> {
    /// `queue`, `queue?`, `queue(aws:TagKeys)`; `None` for a condition key and for a further action.
    fn of(word: &'r str) -> Option<Self> {
        let end = word.bytes().position(|byte| matches!(byte, b':' | b'(')).unwrap_or(word.len());
        let (name, behind) = word.split_at_checked(end)?;
        if behind.starts_with(':') || name.starts_with('+') {
            return None;
        }
        let bare = name.strip_suffix('?');
        let keys = behind.strip_prefix('(').and_then(|keys| keys.strip_suffix(')')).unwrap_or("");
        Some(Self { name: bare.unwrap_or(name), required: bare.is_none(), keys })
    }

    /// Its name, as in [`ResourceType::name`].
    pub fn name(self) -> Cow<'r, str> {
        shown(self.name)
    }

    /// Whether it is the type of this name, in any letter case.
    pub fn is(self, name: &str) -> bool {
        self.name == name || is_same(self.name, name)
    }

    /// The condition keys that go with the action for this type only.
    pub fn keys(self, service: &'r Service) -> impl Iterator<Item = KeyName<'r>> {
        self.keys.split(',').filter(|word| !word.is_empty()).map(|word| service.key_name(word))
    }

    /// The type itself.
    pub fn kind(self, service: &'r Service) -> Option<ResourceType<'r>> {
        service.resource(self.name)
    }
}

impl<'r> ResourceType<'r> {
    /// The service that has it.
    pub fn service(self) -> &'r Service {
        self.service
    }

    /// Its name: `object`.
    pub fn name(self) -> Cow<'r, str> {
        shown(self.name)
    }

    /// The forms of its ARNs: `arn:${Partition}:s3:::${BucketName}`.
    pub fn formats(self) -> impl Iterator<Item = &'r str> {
        words(self.rest).filter(|word| word.starts_with("arn:"))
    }

    /// The condition keys that go with it.
    pub fn keys(self) -> impl Iterator<Item = KeyName<'r>> {
        words(self.rest).filter(|word| !word.starts_with("arn:")).map(|word| self.service.key_name(word))
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

impl Level {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Read => "read",
            Self::Write => "write",
            Self::Tagging => "tagging",
            Self::PermissionsManagement => "permissions management",
        }
    }
}

/// A condition key as the text of a service would have it: without the service's own prefix, and without the name of a tag.
fn written_as<'k>(key: &'k str, prefix: &str) -> &'k str {
    let own = key.strip_prefix(prefix).filter(|own| own.starts_with(':')).unwrap_or(key);
    own.split_inclusive('/').next().unwrap_or(own)
}

/// Whether a condition key stands in a line as a word of its own.
fn stands_in(line: &str, written: &str) -> bool {
    let (line, written) = (line.as_bytes(), written.as_bytes());
    let is_end = |byte: Option<&u8>| byte.is_none_or(|byte| b" ,()".contains(byte));
    // a slash or a capital is rarer in a line than other letters
    let Some(rare) = written.iter().rposition(|byte| !byte.is_ascii_lowercase()) else { return false };
    let mut starts =
        written.get(rare).into_iter().flat_map(|byte| memchr_iter(*byte, line)).filter_map(|at| at.checked_sub(rare));
    starts.any(|start| {
        let behind = line.get(start..).and_then(|rest| rest.strip_prefix(written));
        behind.is_some_and(|behind| is_end(behind.first()) && is_end(start.checked_sub(1).and_then(|at| line.get(at))))
    })
}

/// Whether a word of an action is a condition key: its colon is not behind a bracket.
fn is_key(word: &str) -> bool {
    !word.starts_with('+') && word.bytes().find(|byte| matches!(byte, b':' | b'(')) == Some(b':')
}
