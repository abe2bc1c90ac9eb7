//! The formats of ARNs as shapes: which patterns can be a resource of which type.

use super::name::literals;
use super::traits::Types;
use crate::pattern::{Field, Shape, Without};

/// A format of the ARNs of a resource type.
#[derive(Debug)]
pub struct Form {
    /// The type's name.
    pub kind: String,
    /// The type.
    pub types: Types,
    /// As the reference writes it: `arn:${Partition}:s3:::${BucketName}`.
    pub format: String,
    /// The third part: `s3`.
    pub service: String,
    /// What stands in the fourth part.
    pub region: Slot,
    /// What stands in the fifth part.
    pub account: Slot,
    /// Whether an account may have several of it: of some there is but one, its hub, its catalog.
    pub several: bool,
    /// All texts of its sixth part.
    pub resource: Shape,
    /// Its sixth part with nothing in the place of each name: a pattern that matches it takes in all of the type.
    pub bare: String,
}

/// The letters with which all texts of a sixth part start, as far as eight go: enough to tell most forms apart at a glance.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Start {
    letters: u64,
    /// All bits of the letters that there are.
    known: u64,
}

/// What stands in the region or the account of a format.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Slot {
    /// Nothing.
    Empty,
    /// A region, or an account.
    Filled,
    /// A word of its own, or whatever.
    Other,
}

/// A format in its parts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Parts<'f> {
    service: &'f str,
    resource: &'f str,
    region: &'f str,
    account: &'f str,
}

impl Form {
    /// How likely it is meant by an action of a service among those of several types, the likeliest least: one of that service, then one without
    /// words of its own, which is what people know, and the shortest.
    pub fn rarity(&self, prefix: &str) -> (bool, bool, usize) {
        let pieces = self.format.splitn(6, ':').nth(5).unwrap_or("").split("${").enumerate();
        let mut words = pieces.map(|(at, own)| if at == 0 { own } else { own.split_once('}').map_or("", |(_, rest)| rest) });
        (self.service != prefix, words.any(|own| own.contains(char::is_alphanumeric)), self.format.len())
    }

    /// The one that is meant of those of one type, in their order: the first that tells the account, for what has none is AWS's own.
    pub fn meant<'f>(of_type: impl Iterator<Item = &'f Self>) -> Option<&'f Self> {
        of_type.min_by_key(|own| own.account == Slot::Empty)
    }

    /// With which letters its sixth part starts.
    pub(super) fn start(&self) -> Start {
        let resource = self.format.splitn(6, ':').nth(5).unwrap_or("");
        Start::of(resource.split(['$', '*']).next().unwrap_or(""))
    }

    /// All texts of the format; partition, region and account may be anything.
    pub fn whole(&self) -> Shape {
        let any = Field::Blank(Without::Colons);
        let service = if self.service.contains('$') { any } else { Field::Text(&self.service) };
        let colon = Field::Text(":");
        Shape::of_form([Field::Text("arn:"), any, colon, service, colon, any, colon, any, colon]).followed_by(&self.resource)
    }
}

impl Start {
    /// That of texts which start with these letters.
    pub fn of(text: &str) -> Self {
        let (mut letters, mut known) = ([0; 8], [0; 8]);
        for ((letter, bits), byte) in letters.iter_mut().zip(&mut known).zip(text.bytes()) {
            (*letter, *bits) = (byte, u8::MAX);
        }
        Self { letters: u64::from_le_bytes(letters), known: u64::from_le_bytes(known) }
    }

    /// Whether one text may start with both.
    pub fn meets(self, other: Self) -> bool {
        (self.letters ^ other.letters) & self.known & other.known == 0
    }
}

impl Slot {
    /// Whether a part of an ARN, in which wildcards may stand, may be what stands here.
    pub fn may_be(self, part: &str) -> bool {
        match self {
            Self::Empty => part.bytes().all(|byte| byte == b'*'),
            Self::Filled => !part.is_empty(),
            Self::Other => true,
        }
    }

    fn of(part: &str) -> Self {
        match part {
            "" => Self::Empty,
            _ if part.starts_with("${") => Self::Filled,
            _ => Self::Other,
        }
    }
}

/// The formats of all resource types of a service, each with the name of its type, in their order.
///
/// A name within an ARN may hold slashes and colons unless another type of the service goes on with one there: a bucket has no
/// slash, as that starts an object.
pub(super) fn of_service<'f>(formats: impl Iterator<Item = (String, &'f str)>) -> Vec<Form> {
    let formats: Vec<_> = formats.filter_map(|(kind, format)| Some((kind, format, Parts::of(format)?))).collect();
    let mut sorted: Vec<Parts<'_>> = formats.iter().map(|(_, _, parts)| *parts).collect();
    sorted.sort_unstable();
    let form = |(kind, format, parts): (String, &str, Parts<'_>)| {
        let fields = parts.fields(&sorted);
        Form {
            kind,
            types: Types::default(),
            format: format.to_owned(),
            service: parts.service.to_owned(),
            several: parts.resource.contains("${"),
            region: Slot::of(parts.region),
            account: Slot::of(parts.account),
            bare: fields.iter().filter_map(|field| if let Field::Text(text) = field { Some(*text) } else { None }).collect(),
            resource: Shape::of_form(fields),
        }
    };
    formats.into_iter().map(form).collect()
}

impl<'f> Parts<'f> {
    fn of(format: &'f str) -> Option<Self> {
        let mut parts = format.splitn(6, ':').skip(2);
        let (service, region, account) = (parts.next()?, parts.next()?, parts.next()?);
        Some(Self { service, resource: parts.next()?, region, account })
    }

    /// The fields of the sixth part; `all` are the formats of the service, sorted.
    fn fields(self, all: &[Self]) -> Vec<Field<'f>> {
        let mut fields = Vec::new();
        let mut rest = self.resource;
        while !rest.is_empty() {
            let placeholder = rest.strip_prefix("${").and_then(|inside| inside.split_once('}'));
            if let Some((name, behind)) = placeholder {
                rest = behind;
                fields.push(Field::Blank(if name.ends_with("Path") { Without::Nothing } else { self.excluded(behind, all) }));
            } else if let Some(behind) = rest.strip_prefix('*') {
                rest = behind;
                fields.push(Field::Blank(Without::Nothing));
            } else {
                let end = rest.bytes().skip(1).position(|byte| byte == b'$' || byte == b'*').map_or(rest.len(), |at| at + 1);
                let (text, behind) = rest.split_at_checked(end).unwrap_or((rest, ""));
                rest = behind;
                fields.push(Field::Text(text));
            }
        }
        fields
    }

    /// What cannot stand in the name before the rest of the sixth part.
    fn excluded(self, rest: &str, all: &[Self]) -> Without {
        let beginning = self.resource.strip_suffix(rest).unwrap_or(self.resource);
        let literal = literals(beginning).next().unwrap_or("");
        let first = all.partition_point(|own| (own.service, own.resource) < (self.service, literal));
        let same = |own: &&Self| own.service == self.service && own.resource.starts_with(literal);
        let alike = all.iter().skip(first).take_while(same);
        let (mut ends, mut colon, mut slash) = (false, false, false);
        for rest in alike.filter_map(|own| behind(beginning, own.resource)) {
            ends |= rest.is_empty();
            colon |= rest.starts_with(':');
            slash |= rest.starts_with('/');
        }
        match (colon, slash) {
            _ if !ends => Without::Nothing,
            (true, true) => Without::Both,
            (true, false) => Without::Colons,
            (false, true) => Without::Slashes,
            (false, false) => Without::Nothing,
        }
    }
}

/// What stands in a format behind the beginning of one, where names of placeholders do not count.
fn behind<'t>(beginning: &str, format: &'t str) -> Option<&'t str> {
    let mut literals = literals(beginning);
    let rest = format.strip_prefix(literals.next()?)?;
    literals.try_fold(rest, |rest, literal| rest.strip_prefix("${")?.split_once('}')?.1.strip_prefix(literal))
}
