//! The session tags of a token.

use std::borrow::Cow;

use super::{Presented, is_name, one};
use crate::evaluate::ContextValue;
use crate::identity::{Claim, Claims};

impl Presented {
    /// Puts session tags into it, each name with a list of its value.
    pub(in crate::simulate) fn tag(&mut self, tags: Claims) {
        if tags.iter().next().is_some() {
            let mut own = Claims::new();
            own.set("principal_tags", Claim::Map(tags));
            self.claims.set(TAGS, Claim::Map(own));
        }
    }

    /// The session tags that it carries: for each name its value. A token may hold them in one claim or in one for each.
    ///
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html>
    pub fn tags(&self) -> impl Iterator<Item = (&str, ContextValue<'static>)> {
        let nested = self.of_tags("principal_tags").and_then(|tags| if let Claim::Map(list) = tags { Some(list) } else { None });
        let flat = self.claims.iter().filter_map(|(name, claim)| Some((name.strip_prefix(FLAT_TAG)?, claim)));
        nested.into_iter().flat_map(Claims::iter).chain(flat).map(|(name, claim)| {
            let value = match claim.values().as_slice() {
                [value] => one(value),
                _ => ContextValue::Unknown,
            };
            (name, value)
        })
    }

    /// A part of the claim on session tags, which may also stand in a claim of its own.
    fn of_tags(&self, part: &str) -> Option<&Claim> {
        self.of_tags_in(part).or_else(|| self.claims.get(&format!("{TAGS}/{part}")))
    }

    fn of_tags_in(&self, part: &str) -> Option<&Claim> {
        match self.claims.get(TAGS) {
            Some(Claim::Map(own)) => own.get(part),
            _ => None,
        }
    }

    /// Which of its session tags go on to the roles that are taken with the session.
    pub(super) fn transitive(&self) -> Vec<Cow<'_, str>> {
        self.of_tags("transitive_tag_keys").map(Claim::values).unwrap_or_default()
    }

    /// What STS refuses of its session tags, whatever the trust policy says.
    ///
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html>
    pub(in crate::simulate) fn beyond_limits(&self) -> Option<String> {
        const MOST: usize = 50;
        const LONGEST_NAME: usize = 128;
        const LONGEST_VALUE: usize = 256;
        let count = self.tags().count();
        if count > MOST {
            return Some(format!("the token sets {count} session tags, and STS takes {MOST} at most"));
        }
        // session-source-identity; of an assertion it is told with the session
        if let Some(identity) = self.source_identity().filter(|own| !self.is_assertion() && !is_name(own)) {
            return Some(format!("`{identity}` is no source identity: 2 to 64 letters, digits and `_+=,.@-`"));
        }
        self.tags().find_map(|(name, value)| {
            if value == ContextValue::Unknown && self.is_several(name) {
                return Some(format!("the session tag `{name}` has not just one value"));
            }
            let long = value.values().any(|value| value.chars().count() > LONGEST_VALUE);
            // session-tags-letters
            if name.is_empty() || is_reserved(name) || !name.chars().all(is_letter_of_tags) {
                return Some(format!("`{name}` is no name of a session tag: {LETTERS}"));
            }
            if let Some(value) = value.values().find(|value| is_reserved(value) || !value.chars().all(is_letter_of_tags)) {
                return Some(format!("`{value}` is no value of the session tag `{name}`: {LETTERS}"));
            }
            if name.chars().count() > LONGEST_NAME {
                Some(format!("the name of the session tag `{name}` is longer than {LONGEST_NAME} characters"))
            } else {
                long.then(|| format!("the value of the session tag `{name}` is longer than {LONGEST_VALUE} characters"))
            }
        })
    }

    /// What is not known of whether STS takes its session tags, whatever the trust policy says.
    pub(in crate::simulate) fn unclear_tags(&self) -> Option<&'static str> {
        let nested = self.of_tags_in("principal_tags").is_some();
        let flat = self.claims.iter().any(|(name, _)| name.starts_with(FLAT_TAG));
        let size = |(name, value): (&str, ContextValue<'_>)| name.len() + value.values().map(str::len).sum::<usize>();
        let mut names: Vec<String> = self.tags().map(|(name, _)| name.to_ascii_lowercase()).collect();
        names.sort_unstable();
        if nested && flat {
            Some("the token carries session tags in two forms, and AWS does not say what then holds")
        } else if names.windows(2).any(|two| matches!(two, [one, other] if one == other)) {
            // session-tags-case
            Some("two session tags differ in letter case only, and AWS does not say which counts")
        } else if self.is_of_pool() && self.tags().map(size).sum::<usize>() > MOST_OF_POOL {
            Some("the session tags have more than 460 bytes, and may not fit into the token")
        } else {
            None
        }
    }

    fn is_several(&self, tag: &str) -> bool {
        let nested =
            self.of_tags("principal_tags").and_then(|tags| if let Claim::Map(list) = tags { list.get(tag) } else { None });
        let flat = || self.claims.get(&format!("{FLAT_TAG}{tag}"));
        nested.or_else(flat).is_some_and(|claim| !matches!(claim, Claim::Unknown(_)) && claim.values().len() != 1)
    }

    /// Whether any of its session tags goes on to the roles that are taken with the session.
    pub(in crate::simulate) fn passes_tags_on(&self) -> bool {
        self.tags().any(|(tag, _)| self.is_transitive(tag))
    }

    /// Whether a session tag goes on to the roles that are taken with the session.
    pub(in crate::simulate) fn is_transitive(&self, tag: &str) -> bool {
        self.transitive().iter().any(|own| own == tag)
    }
}

/// What a session tag is made of, as the end of a sentence.
const LETTERS: &str = "letters, digits, blanks and `_.:/=+-@`, and not beginning with `aws:`";

fn is_letter_of_tags(letter: char) -> bool {
    letter.is_alphanumeric() || letter.is_whitespace() && !letter.is_control() || "_.:/=+-@".contains(letter)
}

fn is_reserved(text: &str) -> bool {
    text.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("aws:"))
}

/// How many bytes the session tags of an identity pool may have together, as its console once said.
const MOST_OF_POOL: usize = 460;

/// The claim in which a token carries session tags.
pub(super) const TAGS: &str = "https://aws.amazon.com/tags";

/// The start of a claim that carries one session tag.
pub(super) const FLAT_TAG: &str = "https://aws.amazon.com/tags/principal_tags/";
