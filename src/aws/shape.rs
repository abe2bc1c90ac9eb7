//! What AWS answers, as the AWS CLI prints it. Only what is named here is ever written, so nothing secret is.

use aws_sdk_iam::primitives::{DateTime, DateTimeFormat};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use crate::source::SourceId;
use crate::syntax::{Kind, json};

/// A map under construction. What AWS did not tell is left out.
#[derive(Default)]
pub(super) struct Shape(Map<String, Value>);

impl Shape {
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// Sets a member.
    pub(super) fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.0.insert(key.to_owned(), value.into());
        self
    }

    /// Sets a member, where there is a value.
    pub(super) fn maybe<T: Into<Value>>(self, key: &str, value: Option<T>) -> Self {
        match value {
            Some(value) => self.with(key, value),
            None => self,
        }
    }

    /// Sets a point in time.
    pub(super) fn time(self, key: &str, time: Option<&DateTime>) -> Self {
        self.maybe(key, time.and_then(written))
    }

    /// Sets a policy document.
    pub(super) fn document(self, key: &str, text: Option<&str>) -> Self {
        self.maybe(key, text.map(document))
    }
}

impl From<Shape> for Value {
    fn from(shape: Shape) -> Self {
        Self::Object(shape.0)
    }
}

/// Items in the order of a key of theirs, so that the order in which AWS answers makes no difference.
pub(super) fn sorted<T>(items: &[T], key: impl Fn(&T) -> Option<&str>, shape: impl Fn(&T) -> Shape) -> Value {
    let mut items: Vec<&T> = items.iter().collect();
    items.sort_by(|one, other| key(one).cmp(&key(other)));
    items.into_iter().map(|item| Value::from(shape(item))).collect()
}

/// Words in their order.
pub(super) fn words<T: AsRef<str>>(items: &[T]) -> Value {
    let mut words: Vec<&str> = items.iter().map(AsRef::as_ref).collect();
    words.sort_unstable();
    words.into_iter().map(Value::from).collect()
}

/// Names with values, in the order of the names.
pub(super) fn pairs<'p>(pairs: impl IntoIterator<Item = (&'p String, &'p String)>) -> Value {
    let mut pairs: Vec<_> = pairs.into_iter().collect();
    pairs.sort_unstable();
    Value::Object(pairs.into_iter().map(|(name, value)| (name.clone(), Value::from(value.as_str()))).collect())
}

/// The text of a file, indented as the AWS CLI does.
pub(super) fn text(value: &Value) -> String {
    let narrow = format!("{value:#}");
    let mut text = String::with_capacity(narrow.len() * 2);
    for line in narrow.lines() {
        let blanks = line.len() - line.trim_start_matches(' ').len();
        text.extend(std::iter::repeat_n(' ', blanks));
        text.push_str(line);
        text.push('\n');
    }
    text
}

/// A point in time as the AWS CLI writes it: to the microsecond, where it is not a whole second. Times of Cognito come as binary fractions.
fn written(time: &DateTime) -> Option<String> {
    let micros = (time.as_nanos() + 500).div_euclid(1000);
    let (seconds, fraction) = (micros.div_euclid(1_000_000), micros.rem_euclid(1_000_000));
    let whole = DateTime::from_secs(i64::try_from(seconds).ok()?).fmt(DateTimeFormat::DateTime).ok()?;
    let whole = whole.trim_end_matches('Z');
    Some(if fraction == 0 { format!("{whole}+00:00") } else { format!("{whole}.{fraction:06}+00:00") })
}

/// A policy document. IAM's API gives it percent-encoded (RFC 3986), and a stand-in for it may give it as it is. What a JSON value cannot
/// hold, such as a key that stands twice or a number with many digits, stays a text, of which readers then see all.
pub(super) fn document(text: &str) -> Value {
    let plain = if text.trim_start().starts_with('{') {
        text.into()
    } else {
        percent_decode_str(text).decode_utf8().unwrap_or_else(|_| text.into())
    };
    serde_json::from_str(&plain).ok().filter(|_| is_whole(&plain)).unwrap_or_else(|| Value::String(plain.into_owned()))
}

/// Whether a text in JSON says nothing that is lost in a value.
fn is_whole(text: &str) -> bool {
    let tree = json::read(SourceId::NONE, text);
    let is_kept = |written: &str| serde_json::from_str::<Value>(written).is_ok_and(|value| format!("{value}") == written);
    tree.faults().is_empty() && tree.root().within().all(|node| node.kind() != Kind::Number || is_kept(node.written()))
}
