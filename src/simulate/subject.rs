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
    /// What stands in it where the form has `{…}`, by the names there.
    pub parts: Vec<(&'static str, Cow<'t, str>)>,
}

impl<'t> Subject<'t> {
    /// Takes a subject of the issuer with this host apart; `None` where it has none of the forms that are known.
    pub fn read(host: &str, text: &'t str) -> Option<Self> {
        let forms = &reference::issuer(host)?.subjects;
        // that with ids first: the other one would take the ids for a part of the names
        let of_ids = forms.iter().filter_map(|form| Some((form, true, form.immutable.as_deref()?)));
        let mut all = of_ids.chain(forms.iter().map(|form| (form, false, form.form.as_str())));
        all.find_map(|(form, immutable, template)| Some(Self { form, immutable, parts: split(template, text)? }))
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
        Self { form, immutable: template != form.form, parts: parts.collect() }
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

/// The names of the parts of a form.
fn names(form: &'static str) -> impl Iterator<Item = &'static str> {
    form.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(name, _)| name))
}

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
    let longest = rest.find(stop).unwrap_or(rest.len());
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
