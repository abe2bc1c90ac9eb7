//! The claims of a token.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::Write as _;

use crate::source::SourceId;
use crate::syntax::{Kind, Node, json};

/// The claims of a token, in order.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Claims {
    list: Vec<(String, Claim)>,
}

/// The value of a claim.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Claim {
    /// `null`.
    Null,
    /// A boolean.
    Bool(bool),
    /// A number, as written.
    Number(String),
    /// A string.
    Text(String),
    /// A list.
    List(Vec<Claim>),
    /// A map.
    Map(Claims),
    /// There or not, and with which value, AWS does not document; the reason in one clause.
    Unknown(&'static str),
}

impl Claims {
    /// No claim.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads the claims from a JSON object; `None` where it is none.
    pub fn read(node: Node<'_, '_>) -> Option<Self> {
        (node.kind() == Kind::Map).then(|| read_map(node))
    }

    /// The claim that a JSON text is; `None` where it is none.
    pub fn value(text: &str) -> Option<Claim> {
        let tree = json::read(SourceId::NONE, text);
        tree.faults().is_empty().then(|| read_claim(tree.root()))
    }

    /// The claim that a value of a document is.
    pub fn of(node: Node<'_, '_>) -> Claim {
        read_claim(node)
    }

    /// Takes a claim out.
    pub fn remove(&mut self, name: &str) {
        self.list.retain(|(own, _)| own != name);
    }

    /// Sets a claim; an older value is replaced.
    pub fn set(&mut self, name: impl Into<String>, claim: Claim) {
        let name = name.into();
        match self.list.iter_mut().find(|(own, _)| *own == name) {
            Some((_, old)) => *old = claim,
            None => self.list.push((name, claim)),
        }
    }

    /// The value of a claim.
    pub fn get(&self, name: &str) -> Option<&Claim> {
        self.list.iter().find(|(own, _)| own == name).map(|(_, claim)| claim)
    }

    /// The value of a claim that is a string.
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.get(name)? {
            Claim::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The value of a claim that is a number of seconds, without its fraction.
    pub fn seconds(&self, name: &str) -> Option<i64> {
        match self.get(name)? {
            Claim::Number(digits) => digits.parse().ok().or_else(|| Some(digits.parse::<f64>().ok()?.floor() as i64)),
            _ => None,
        }
    }

    /// The claims with each string in them replaced.
    #[must_use]
    pub fn with_texts(self, replace: &impl Fn(String) -> String) -> Self {
        Self { list: self.list.into_iter().map(|(name, claim)| (name, claim.with_texts(replace))).collect() }
    }

    /// All claims in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Claim)> {
        self.list.iter().map(|(name, claim)| (name.as_str(), claim))
    }

    /// As JSON on one line.
    pub fn to_json(&self) -> String {
        let mut json = String::new();
        write_map(&mut json, self);
        json
    }
}

/// Of several values of a claim the last one counts, at the place of the first.
impl FromIterator<(String, Claim)> for Claims {
    fn from_iter<T: IntoIterator<Item = (String, Claim)>>(pairs: T) -> Self {
        let mut list: Vec<(String, Claim)> = Vec::new();
        let mut places: HashMap<String, usize> = HashMap::new();
        for (name, claim) in pairs {
            if let Some((_, old)) = places.get(&name).and_then(|&at| list.get_mut(at)) {
                *old = claim;
            } else {
                places.insert(name.clone(), list.len());
                list.push((name, claim));
            }
        }
        Self { list }
    }
}

impl Claim {
    /// A list of strings.
    pub fn list<T: Into<String>>(values: impl IntoIterator<Item = T>) -> Self {
        Self::List(values.into_iter().map(|value| Self::Text(value.into())).collect())
    }

    /// The reader bounds the nesting, and so this recursion.
    fn with_texts(self, replace: &impl Fn(String) -> String) -> Self {
        match self {
            Self::Text(text) => Self::Text(replace(text)),
            Self::List(list) => Self::List(list.into_iter().map(|own| own.with_texts(replace)).collect()),
            Self::Map(claims) => Self::Map(claims.with_texts(replace)),
            own @ (Self::Null | Self::Bool(_) | Self::Number(_) | Self::Unknown(_)) => own,
        }
    }

    /// Its value, or its values where it is a list, as the strings that a condition compares. Maps have none.
    pub fn values(&self) -> Vec<Cow<'_, str>> {
        match self {
            Self::Null | Self::Map(_) | Self::Unknown(_) => Vec::new(),
            Self::Bool(value) => vec![Cow::Borrowed(if *value { "true" } else { "false" })],
            Self::Number(text) | Self::Text(text) => vec![Cow::Borrowed(text)],
            Self::List(list) => list.iter().flat_map(Self::values).collect(),
        }
    }
}

fn read_map(node: Node<'_, '_>) -> Claims {
    node.entries().filter_map(|entry| Some((entry.key.string()?.into_owned(), read_claim(entry.value)))).collect()
}

/// The reader bounds the nesting of the tree, and so this recursion: [`crate::syntax::MAX_DEPTH`].
fn read_claim(node: Node<'_, '_>) -> Claim {
    match node.kind() {
        Kind::Null | Kind::Wrong | Kind::Hole => Claim::Null,
        Kind::Bool(value) => Claim::Bool(value),
        Kind::Number => Claim::Number(node.written().to_owned()),
        Kind::String => Claim::Text(node.string().unwrap_or_default().into_owned()),
        Kind::List => Claim::List(node.items().map(read_claim).collect()),
        Kind::Map => Claim::Map(read_map(node)),
    }
}

fn write_map(out: &mut String, claims: &Claims) {
    out.push('{');
    for (index, (name, claim)) in claims.iter().enumerate() {
        if index > 0 {
            out.push_str(", ");
        }
        write_text(out, name);
        out.push_str(": ");
        write_claim(out, claim);
    }
    out.push('}');
}

fn write_claim(out: &mut String, claim: &Claim) {
    match claim {
        Claim::Null | Claim::Unknown(_) => out.push_str("null"),
        Claim::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Claim::Number(digits) => out.push_str(digits),
        Claim::Text(text) => write_text(out, text),
        Claim::List(list) => {
            out.push('[');
            for (index, claim) in list.iter().enumerate() {
                if index > 0 {
                    out.push_str(", ");
                }
                write_claim(out, claim);
            }
            out.push(']');
        }
        Claim::Map(claims) => write_map(out, claims),
    }
}

fn write_text(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            // a string takes any write
            c if c.is_control() => drop(write!(out, "\\u{:04x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
}
