//! Subjects of tokens, taken apart by the forms that their issuers give them.

use std::borrow::Cow;

use crate::reference::{self, SubjectForm};

/// A subject, or the pattern of some, by its form.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Subject<'t> {
    /// The form.
    pub form: &'static SubjectForm,
    /// Whether it is the immutable variety of the form.
    pub immutable: bool,
    /// Whether it has that form to the end; of a pattern that does not, the first parts are known.
    pub whole: bool,
    /// What stands in it where the form has `{…}`, by the names there.
    pub parts: Vec<(&'static str, Cow<'t, str>)>,
}

impl<'t> Subject<'t> {
    /// Takes a subject of the issuer with this host apart; `None` where it has none of the forms that are known.
    pub fn read(host: &str, text: &'t str) -> Option<Self> {
        let read = |(form, immutable, template)| Some(Self { form, immutable, whole: true, parts: split(template, text)? });
        templates(host).find_map(read)
    }

    /// As [`Subject::read`], also of a pattern that goes on in any way behind the first parts of a form: `repo:octo-org/app:*`.
    pub fn read_pattern(host: &str, pattern: &'t str) -> Option<Self> {
        let begun = || {
            let start = |(form, immutable, template)| Self { form, immutable, whole: false, parts: start(template, pattern) };
            let begun = templates(host).map(start).filter(|own| !own.parts.is_empty());
            // of several that go as far the first
            begun.reduce(|best, own| if own.parts.len() > best.parts.len() { own } else { best })
        };
        Self::read(host, pattern).or_else(|| begun().filter(|_| pattern.contains('*')))
    }

    /// What stands in a part.
    pub fn part(&self, name: &str) -> Option<&str> {
        self.parts.iter().find(|(own, _)| *own == name).map(|(_, value)| &**value)
    }

    /// The subject with another value of a part.
    #[must_use]
    pub fn with(&self, name: &str, value: &str) -> Self {
        let mut subject = self.clone();
        if let Some((_, own)) = subject.parts.iter_mut().find(|(own, _)| *own == name) {
            *own = Cow::Owned(value.to_owned());
        }
        subject
    }

    /// The subject in another form of the issuer, each part that it lacks filled by `fill`.
    #[must_use]
    pub fn in_form(&self, form: &'static SubjectForm, fill: impl Fn(&str) -> String) -> Self {
        let template = form.immutable.as_deref().filter(|_| self.immutable).unwrap_or(&form.form);
        let parts = names(template).map(|name| {
            let own = self.parts.iter().find(|(own, _)| *own == name).map(|(_, value)| value.clone());
            (name, own.unwrap_or_else(|| Cow::Owned(fill(name))))
        });
        Self { form, immutable: template != form.form, whole: true, parts: parts.collect() }
    }

    /// As it stands in a token.
    pub fn write(&self) -> String {
        let mut rest = self.form.immutable.as_deref().filter(|_| self.immutable).unwrap_or(&self.form.form);
        let mut text = String::new();
        while let Some((literal, behind)) = rest.split_once('{') {
            let (name, behind) = behind.split_once('}').unwrap_or((behind, ""));
            text.push_str(literal);
            text.push_str(self.part(name).unwrap_or_default());
            rest = behind;
        }
        text.push_str(rest);
        text
    }
}

/// The forms of an issuer's subjects, each with whether it is the immutable variety.
///
/// Those with ids come first: the others would take the ids for a part of the names.
fn templates(host: &str) -> impl Iterator<Item = (&'static SubjectForm, bool, &'static str)> {
    let forms = reference::issuer(host).map_or(&[][..], |issuer| &issuer.subjects);
    let of_ids = forms.iter().filter_map(|form| Some((form, true, form.immutable.as_deref()?)));
    of_ids.chain(forms.iter().map(|form| (form, false, form.form.as_str())))
}

/// The names of the parts of a form.
fn names(form: &'static str) -> impl Iterator<Item = &'static str> {
    form.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(name, _)| name))
}

/// How long a part that is not the last may be, in bytes: where a part may end in several places, all are tried.
const LONGEST_PART: usize = 512;

/// What stands where a form has `{…}`. A part is not empty, and but for the last one holds no colon; one with a slash behind it holds no slash.
fn split<'t>(form: &'static str, text: &'t str) -> Option<Vec<(&'static str, Cow<'t, str>)>> {
    let Some((literal, behind)) = form.split_once('{') else { return (form == text).then(Vec::new) };
    let (name, behind) = behind.split_once('}')?;
    let rest = text.strip_prefix(literal)?;
    if behind.is_empty() {
        return (!rest.is_empty()).then(|| vec![(name, Cow::Borrowed(rest))]);
    }
    let stop = if behind.starts_with('/') { [':', '/'] } else { [':', ':'] };
    let next = behind.split('{').next().unwrap_or(behind);
    let longest = rest.find(stop).unwrap_or(rest.len()).min(LONGEST_PART);
    // the longest first: a name may hold what stands behind it in the form
    let ends = (1..=longest).rev().filter(|&end| rest.get(end..).is_some_and(|left| left.starts_with(next)));
    for end in ends {
        let (part, left) = rest.split_at_checked(end)?;
        if let Some(mut parts) = split(behind, left) {
            parts.insert(0, (name, Cow::Borrowed(part)));
            return Some(parts);
        }
    }
    None
}

/// What stands where a form has `{…}`, as far as a pattern is of the form and the parts are without wildcards.
fn start<'t>(form: &'static str, pattern: &'t str) -> Vec<(&'static str, Cow<'t, str>)> {
    let mut parts = Vec::new();
    let (mut form, mut rest) = (form, pattern);
    while let Some((literal, behind)) = form.split_once('{')
        && let Some((name, behind)) = behind.split_once('}')
        && let Some(left) = rest.strip_prefix(literal)
        && let Some(end) = behind.chars().next().and_then(|stop| left.find(stop))
        && let Some((part, left)) = left.split_at_checked(end).filter(|(part, _)| !part.is_empty() && !part.contains(['*', '?']))
    {
        parts.push((name, Cow::Borrowed(part)));
        (form, rest) = (behind, left);
    }
    parts
}
