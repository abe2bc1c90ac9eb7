//! The formats of ARNs as shapes: which patterns can be a resource of which type.

use super::name::literals;
use crate::pattern::{Field, Shape};

/// A format of the ARNs of a resource type.
#[derive(Debug)]
pub struct Form {
    /// The type's name.
    pub kind: String,
    /// As the reference writes it: `arn:${Partition}:s3:::${BucketName}`.
    pub format: String,
    /// The third part: `s3`.
    pub service: String,
    /// What stands in the fourth part.
    pub region: Slot,
    /// What stands in the fifth part.
    pub account: Slot,
    /// All texts of the format; partition, region and account may be anything.
    pub whole: Shape,
    /// All texts of its sixth part.
    pub resource: Shape,
    /// Its sixth part with nothing in the place of each name: a pattern that matches it takes in all of the type.
    pub bare: String,
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

impl Slot {
    /// Whether a part of an ARN, in which wildcards may stand, may be what stands here.
    pub fn may_be(self, part: &str) -> bool {
        match self {
            Self::Empty => part.bytes().all(|byte| byte == b'*'),
            Self::Filled => !part.is_empty(),
            Self::Other => true,
        }
    }
}

/// The formats of all resource types of a service, each with the name of its type, in their order.
///
/// A name within an ARN may hold slashes and colons unless another type of the service goes on with one there: a bucket has no
/// slash, as that starts an object.
pub(super) fn of_service(formats: &[(String, &str)]) -> Vec<Form> {
    let bare: Vec<String> = formats.iter().map(|(_, format)| places(format)).collect();
    formats.iter().filter_map(|(kind, format)| form(kind, format, &bare)).collect()
}

fn form(kind: &str, format: &str, bare: &[String]) -> Option<Form> {
    let mut parts = format.splitn(6, ':').skip(1);
    let (_, service) = (parts.next()?, parts.next()?);
    let (region, account, resource) = (parts.next()?, parts.next()?, parts.next()?);
    let start = format.len() - resource.len();
    let own = |from: usize| fields(format, from, bare);
    let any = Field::Blank(":");
    let service_field = if service.contains('$') { any } else { Field::Text(service) };
    let colon = Field::Text(":");
    let head = [Field::Text("arn:"), any, colon, service_field, colon, any, colon, any, colon];
    Some(Form {
        kind: kind.to_owned(),
        format: format.to_owned(),
        service: service.to_owned(),
        region: slot(region),
        account: slot(account),
        whole: Shape::of_form(head.into_iter().chain(own(start))),
        resource: Shape::of_form(own(start)),
        bare: own(start).into_iter().filter_map(|field| if let Field::Text(text) = field { Some(text) } else { None }).collect(),
    })
}

fn slot(part: &str) -> Slot {
    match part {
        "" => Slot::Empty,
        _ if part.starts_with("${") => Slot::Filled,
        _ => Slot::Other,
    }
}

/// The fields of a format from this byte on.
fn fields<'f>(format: &'f str, from: usize, bare: &[String]) -> Vec<Field<'f>> {
    let mut fields = Vec::new();
    let mut at = from;
    while let Some(rest) = format.get(at..).filter(|rest| !rest.is_empty()) {
        let placeholder = rest.strip_prefix("${").and_then(|inside| inside.split_once('}')).map(|(name, _)| name);
        if let Some(name) = placeholder {
            at += name.len() + 3;
            fields.push(Field::Blank(excluded(format.get(..at).unwrap_or(format), name, bare)));
        } else if rest.starts_with('*') {
            at += 1;
            fields.push(Field::Blank(""));
        } else {
            let end = rest.find("${").into_iter().chain(rest.find('*')).min().unwrap_or(rest.len());
            at += end;
            fields.extend(rest.get(..end).map(Field::Text));
        }
    }
    fields
}

/// What cannot stand in the last name of the beginning of a format.
fn excluded(beginning: &str, name: &str, bare: &[String]) -> &'static str {
    let beginning = places(beginning);
    if name.ends_with("Path") || !bare.contains(&beginning) {
        return "";
    }
    let goes_on = |with| bare.iter().any(|own| own.strip_prefix(&beginning).is_some_and(|rest| rest.starts_with(with)));
    match (goes_on(':'), goes_on('/')) {
        (true, true) => ":/",
        (true, false) => ":",
        (false, true) => "/",
        (false, false) => "",
    }
}

/// A format whose placeholders have lost their names, from its service on and without region and account.
fn places(format: &str) -> String {
    let mut parts = format.splitn(6, ':').skip(2);
    let service = parts.next().unwrap_or("");
    let resource = parts.nth(2).unwrap_or("");
    format!("{service} {}", literals(resource).collect::<Vec<_>>().join("${}"))
}
