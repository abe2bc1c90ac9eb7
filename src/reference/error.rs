//! What AWS says when it refuses somebody who signs in, and what may be behind it.

use std::sync::OnceLock;

use crate::source::SourceId;
use crate::syntax::{Node, json};

/// An error that AWS tells, or a sign-in that works and gives something else than was meant.
#[derive(Debug)]
pub struct KnownError {
    /// A short name: `web-identity-not-authorized`.
    pub id: String,
    /// Who tells it.
    pub said_by: String,
    /// The names of its exception.
    pub exceptions: Vec<String>,
    /// The calls that are answered so.
    pub calls: Vec<String>,
    /// The gates that may be closed, by their words.
    pub gates: Vec<String>,
    /// What it says, with `{}` where ids are filled in.
    pub texts: Vec<String>,
    /// How people describe it.
    pub phrases: Vec<String>,
    /// What is good to know of it.
    pub about: Option<String>,
    /// What may be behind it.
    pub causes: Vec<Cause>,
    /// Where that is told.
    pub sources: Vec<String>,
}

/// What may be behind an error.
#[derive(Debug)]
pub struct Cause {
    /// A short name: `letter-case`.
    pub id: String,
    /// What is wrong then.
    pub words: String,
    /// What to look at, to know.
    pub check: Vec<String>,
    /// What a simulation shows where it is so; empty where none can.
    pub signs: Vec<String>,
}

impl KnownError {
    /// What it is called: the first of its texts or, where it has none, of its phrases.
    pub fn title(&self) -> &str {
        self.texts.first().or(self.phrases.first()).map_or(&self.id, String::as_str)
    }

    /// Which of its texts is in a message, or the message in it.
    pub fn text_in(&self, message: &str) -> Option<&str> {
        let message = plain(message);
        let whole = self.texts.iter().filter(|own| told(own, &message).is_some()).max_by_key(|own| told(own, &message));
        whole.or_else(|| self.texts.iter().find(|own| plain(own).contains(&message))).map(String::as_str)
    }
}

/// All errors that are known.
pub fn errors() -> &'static [KnownError] {
    &facts().1
}

/// The day on which errors were looked up, as `2026-11-26`.
pub fn errors_date() -> &'static str {
    &facts().0
}

/// The errors that a text may tell of: that of the message in it, else those of which it is a part of a message, else those that it
/// describes, else those of the exception that it names. Letter case, quotes, line breaks and whatever stands around do not count.
pub fn errors_like(text: &str) -> Vec<&'static KnownError> {
    let text = plain(text);
    let longest = |error: &&KnownError| error.texts.iter().filter_map(|own| told(own, &text)).max();
    let of_text = best(longest);
    if !of_text.is_empty() {
        return of_text;
    }
    let is_part = |error: &&KnownError| {
        let is_long = text.len() >= SHORTEST;
        (is_long && error.texts.iter().any(|own| plain(own).contains(&text))).then_some(text.len())
    };
    let of_part = best(is_part);
    if !of_part.is_empty() {
        return of_part;
    }
    let words: Vec<&str> = words(&text).collect();
    let described = |error: &&KnownError| {
        let phrases = error.phrases.iter().map(|own| plain(own));
        let whole = phrases.filter(|own| self::words(own).all(|word| words.contains(&word)));
        whole.map(|own| self::words(&own).count()).max()
    };
    let of_phrase = best(described);
    if !of_phrase.is_empty() {
        return of_phrase;
    }
    let named =
        |error: &&KnownError| error.exceptions.iter().any(|own| words.contains(&own.to_lowercase().as_str())).then_some(1);
    best(named)
}

/// The errors with the highest score.
fn best(score: impl Fn(&&'static KnownError) -> Option<usize>) -> Vec<&'static KnownError> {
    let scored: Vec<(usize, &KnownError)> = errors().iter().filter_map(|error| Some((score(&error)?, error))).collect();
    let most = scored.iter().map(|(score, _)| *score).max();
    scored.into_iter().filter(|(score, _)| Some(*score) == most).map(|(_, error)| error).collect()
}

/// How much of a plain text is this message, in bytes; `None` where it is not in it.
fn told(message: &str, text: &str) -> Option<usize> {
    let message = plain(message);
    let mut rest = text;
    let mut length = 0;
    for literal in message.trim_end_matches(['.', ' ']).split("{}") {
        rest = rest.split_at_checked(rest.find(literal)? + literal.len())?.1;
        length += literal.len();
    }
    Some(length)
}

/// What is shorter is no part of a message that tells one from another.
const SHORTEST: usize = 16;

/// A text in lower case, without quotes and escapes, and with one blank for all white space.
fn plain(text: &str) -> String {
    let bare = text.replace("\\n", " ").replace(['"', '\'', '`', '\\', '\u{2018}', '\u{2019}'], "");
    bare.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

fn words(plain: &str) -> impl Iterator<Item = &str> {
    plain.split(|c: char| !c.is_alphanumeric() && !"_:@*-".contains(c)).filter(|word| !word.is_empty())
}

static ERRORS: &str = include_str!("errors.json");

fn facts() -> &'static (String, Vec<KnownError>) {
    static FACTS: OnceLock<(String, Vec<KnownError>)> = OnceLock::new();
    FACTS.get_or_init(|| {
        let tree = json::read(SourceId::NONE, ERRORS);
        let errors = tree.root().get("errors").into_iter().flat_map(Node::items).map(read).collect();
        (text(tree.root(), "as-of"), errors)
    })
}

fn read(node: Node<'_, '_>) -> KnownError {
    let causes = node.get("causes").into_iter().flat_map(Node::items);
    KnownError {
        id: text(node, "id"),
        said_by: text(node, "said-by"),
        exceptions: list(node, "exceptions"),
        calls: list(node, "calls"),
        gates: list(node, "gates"),
        texts: list(node, "texts"),
        phrases: list(node, "phrases"),
        about: node.get("about").and_then(Node::string).map(Into::into),
        causes: causes
            .map(|own| Cause {
                id: text(own, "id"),
                words: text(own, "words"),
                check: list(own, "check"),
                signs: list(own, "signs"),
            })
            .collect(),
        sources: list(node, "sources"),
    }
}

fn text(node: Node<'_, '_>, name: &str) -> String {
    node.get(name).and_then(Node::string).unwrap_or_default().into_owned()
}

fn list(node: Node<'_, '_>, name: &str) -> Vec<String> {
    node.get(name).into_iter().flat_map(Node::items).filter_map(Node::string).map(Into::into).collect()
}
