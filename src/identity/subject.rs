//! What the token of a job, a pod or a user will say of it: the subject and the condition keys, before there is a token.

use std::fmt;

use crate::reference::{self, Issuer, IssuerKey, SubjectForm, host_parts};

/// Somebody who will get tokens of an issuer, told part by part.
#[derive(Clone, Debug)]
pub struct Holder {
    /// Who will issue them.
    pub issuer: &'static Issuer,
    /// The issuer's host and path.
    pub host: String,
    /// The forms of subjects that the tokens may have, by their ids.
    pub forms: Vec<&'static str>,
    /// Which names an issuer with immutable forms will use.
    pub naming: Naming,
    /// What `aud` will be, where it is not what it usually is.
    pub audience: Option<String>,
    /// What `amr` will hold, of an identity pool.
    pub amr: Option<&'static str>,
    parts: Vec<(&'static str, String)>,
}

/// Whether subjects hold names only, or also numbers that are never given to another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Naming {
    /// It is not known, so both forms may come.
    Either,
    /// Names only.
    Names,
    /// Names and numbers.
    Immutable,
}

/// A subject that a token may have.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Subject {
    /// The form of it: `branch`.
    pub form: &'static str,
    /// Whether it holds numbers that are never given to another.
    pub is_immutable: bool,
    /// The subject; `*` where it differs from run to run, and the part's name in capitals where that was not told.
    pub text: String,
    /// Whether some of it differs from run to run.
    pub is_pattern: bool,
    /// The parts that were not told.
    pub missing: Vec<String>,
}

/// A condition that lets the holder in, and as few others as can be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Wanted {
    /// `StringEquals`.
    pub operator: &'static str,
    /// The condition key.
    pub key: String,
    /// The values.
    pub values: Vec<String>,
}

/// A part that cannot be as it was told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PartFault {
    /// The value.
    pub value: String,
    /// What it is not.
    pub what: &'static str,
    /// What it would have to look like.
    pub wanted: &'static str,
}

impl Holder {
    /// Somebody of whom nothing is told yet, with tokens of the first host of an issuer.
    pub fn of(issuer: &'static Issuer) -> Self {
        Self {
            issuer,
            host: issuer.hosts.first().cloned().unwrap_or_default(),
            forms: issuer.subjects.iter().map(|form| form.id.as_str()).collect(),
            naming: Naming::Either,
            audience: None,
            amr: None,
            parts: Vec::new(),
        }
    }

    /// Tells a part; a fault where it cannot be so.
    pub fn tell(&mut self, part: &'static str, value: &str) -> Result<(), PartFault> {
        if let Some((what, wanted)) = misfit(part, value) {
            return Err(PartFault { value: value.to_owned(), what, wanted });
        }
        self.parts.push((part, value.to_owned()));
        Ok(())
    }

    /// The issuer's host and path, with what was told in its place.
    pub fn host(&self) -> String {
        self.fill(&self.host, &[], None).0
    }

    /// The provider as a trust policy names it. Without an account the word `ACCOUNT` stands in its place.
    pub fn principal(&self, account: Option<&str>) -> String {
        let host = self.host();
        if self.issuer.is_built_in {
            return host;
        }
        format!("arn:{}:iam::{}:oidc-provider/{host}", partition(&self.issuer.hosts, &host), account.unwrap_or("ACCOUNT"))
    }

    /// What `aud` will be; `None` where the holder chooses.
    pub fn audience(&self) -> Option<String> {
        let usual = || self.issuer.audience.as_ref().map(|form| self.fill(form, &[], None).0);
        self.audience.clone().or_else(usual)
    }

    /// The subjects that the tokens may have.
    pub fn subjects(&self) -> Vec<Subject> {
        let forms = self.forms.iter().filter_map(|id| self.issuer.subject(id));
        forms.flat_map(|form| self.subjects_of(form)).collect()
    }

    fn subjects_of(&self, form: &'static SubjectForm) -> Vec<Subject> {
        let subject = |text: &str, is_immutable: bool| {
            let (text, missing) = self.fill(text, &form.open, form.colon.as_deref());
            let is_pattern = form.open.iter().any(|part| self.part(part).is_none());
            Subject { form: &form.id, is_immutable, text, is_pattern, missing }
        };
        let names = (self.naming != Naming::Immutable || form.immutable.is_none()).then(|| subject(&form.form, false));
        let immutable = form.immutable.as_ref().filter(|_| self.naming != Naming::Names).map(|text| subject(text, true));
        names.into_iter().chain(immutable).collect()
    }

    /// The condition keys whose values follow from what was told, but for `aud`, `sub` and `amr`.
    pub fn keys(&self) -> Vec<(&'static IssuerKey, String)> {
        let value = |key: &'static IssuerKey| {
            let filled = key.forms.iter().map(|form| self.fill(form, &[], None));
            filled.filter(|(_, missing)| missing.is_empty()).map(|(text, _)| (key, text)).next()
        };
        self.issuer.keys.iter().filter_map(value).collect()
    }

    /// The condition keys beyond those of any OIDC provider whose values hang on what was not told.
    pub fn unknown_keys(&self) -> Vec<&'static IssuerKey> {
        let known = self.keys();
        let of_any = |key: &IssuerKey| reference::default_issuer_keys().iter().any(|own| own.name == key.name);
        self.issuer.keys.iter().filter(|key| !of_any(key) && !known.iter().any(|(own, _)| own == key)).collect()
    }

    /// The conditions of a trust policy that lets the holder in. Subjects of which a part was not told count only where there is no
    /// other.
    pub fn conditions(&self) -> Vec<Wanted> {
        let host = self.host();
        let key = |claim: &str| format!("{host}:{claim}");
        let audience = self.audience().unwrap_or_else(|| "AUDIENCE".to_owned());
        let mut conditions = vec![Wanted { operator: "StringEquals", key: key("aud"), values: vec![audience] }];
        let subjects = self.subjects();
        let whole: Vec<&Subject> = subjects.iter().filter(|subject| subject.missing.is_empty()).collect();
        let chosen = if whole.is_empty() { subjects.iter().collect() } else { whole };
        if !chosen.is_empty() && self.amr.is_none() {
            let operator = if chosen.iter().any(|subject| subject.is_pattern) { "StringLike" } else { "StringEquals" };
            let values = chosen.iter().map(|subject| subject.text.clone()).collect();
            conditions.push(Wanted { operator, key: key("sub"), values });
        }
        if let Some(amr) = self.amr {
            conditions.push(Wanted { operator: "ForAnyValue:StringLike", key: key("amr"), values: vec![amr.to_owned()] });
        }
        conditions
    }

    /// A form with what was told in the places for it, and the parts of it that were not.
    fn fill(&self, form: &str, open: &[String], colon: Option<&str>) -> (String, Vec<String>) {
        let (mut text, mut missing) = (String::new(), Vec::new());
        let mut rest = form;
        while let Some((literal, behind)) = rest.split_once('{') {
            text.push_str(literal);
            let (name, behind) = behind.split_once('}').unwrap_or((behind, ""));
            rest = behind;
            match (self.part(name), colon) {
                (Some(value), Some(colon)) => text.push_str(&value.replace(':', colon)),
                (Some(value), None) => text.push_str(value),
                (None, _) if open.iter().any(|own| own == name) => text.push('*'),
                (None, _) => {
                    text.push_str(&name.to_ascii_uppercase());
                    missing.push(name.to_owned());
                }
            }
        }
        text.push_str(rest);
        (text, missing)
    }

    fn part(&self, name: &str) -> Option<&str> {
        self.parts.iter().find(|(own, _)| *own == name).map(|(_, value)| value.as_str())
    }
}

impl fmt::Display for PartFault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "`{}` is no {}", self.value, self.what)
    }
}

/// The partition of the region in a host; `aws` where none is there.
fn partition(forms: &[String], host: &str) -> &'static str {
    let parts = forms.iter().find_map(|form| host_parts(form, host)).unwrap_or_default();
    let region = parts.into_iter().find(|(name, _)| *name == "region").map(|(_, region)| region);
    let of = |region: &str| reference::partitions().find(|partition| partition.regions().any(|own| own == region));
    region.and_then(of).map_or("aws", |partition| partition.name)
}

/// What a part is called and what it would have to look like, where it does not.
fn misfit(part: &str, value: &str) -> Option<(&'static str, &'static str)> {
    let is = |more: &str| !value.is_empty() && value.chars().all(|c| c.is_ascii_alphanumeric() || more.contains(c));
    let plain = !value.is_empty() && !value.chars().any(|c| c.is_control() || c == '*' || c == '?');
    let (fits, what, wanted) = match part {
        "owner" => (is("-_"), "owner", "letters, digits and hyphens, without the repository"),
        "repository" => (is("-_."), "name of a repository", "letters, digits, `-`, `_` and `.`, without the owner"),
        "owner-id" | "repository-id" | "project-number" | "namespace-number" => (
            value.bytes().all(|byte| byte.is_ascii_digit()) && !value.is_empty(),
            "number",
            "digits only; names change hands, numbers do not",
        ),
        "branch" => (is_ref(value), "branch", "the branch alone, as `main`: neither `refs/heads/` before it nor a pattern"),
        "tag" => (is_ref(value), "tag", "the tag alone, as `v1.0`: neither `refs/tags/` before it nor a pattern"),
        "project-path" => (
            is("-_./") && value.contains('/') && is_path(value),
            "path of a project",
            "group and project, as `acme/site`, without the host",
        ),
        "namespace" => {
            (is_label(value) && !value.contains('.'), "namespace", "lower-case letters, digits and hyphens, 63 at most")
        }
        "service-account" => (
            is_label(value),
            "name of a service account",
            "lower-case letters, digits, hyphens and points, without the namespace",
        ),
        "organization" | "pipeline" | "workspace" | "team" => (is("-_."), "name", "letters, digits, `-`, `_` and `.`"),
        "project" => (is("-_. "), "name of a project", "letters, digits, blanks, `-`, `_` and `.`"),
        "phase" => (["plan", "apply"].contains(&value), "run phase", "`plan` or `apply`"),
        "organization-id" | "project-id" | "user-id" => {
            (is_uuid(value), "UUID", "such as `11111111-2222-3333-4444-555555555555`")
        }
        "repository-uuid" | "environment-uuid" | "workspace-uuid" => {
            (is_uuid(value), "UUID", "such as `{11111111-2222-3333-4444-555555555555}`")
        }
        "pool" => (is("-_:"), "pool id", "such as `eu-west-1_Abc123` or `eu-west-1:11111111-2222-3333-4444-555555555555`"),
        "region" => (is("-"), "region", "such as `eu-west-1`"),
        _ => (plain, "value", "some text, without `*` and `?`"),
    };
    (!fits).then_some((what, wanted))
}

/// Whether git takes it for the name of a branch or tag.
fn is_ref(name: &str) -> bool {
    let parts_fit = name
        .split('/')
        .all(|part| !part.is_empty() && !part.starts_with('.') && part.rsplit_once('.').is_none_or(|(_, last)| last != "lock"));
    let chars_fit = !name.chars().any(|c| c.is_control() || " ~^:?*[\\".contains(c));
    parts_fit && chars_fit && !name.contains("..") && !name.ends_with('.') && !name.contains("@{") && !name.starts_with("refs/")
}

fn is_path(path: &str) -> bool {
    path.split('/').all(|part| !part.is_empty())
}

fn is_label(name: &str) -> bool {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let parts_fit = name
        .split('.')
        .all(|part| (1..=63).contains(&part.len()) && part.chars().all(fits) && !part.starts_with('-') && !part.ends_with('-'));
    parts_fit && name.len() <= 253
}

/// 32 hexadecimal digits in five groups, in braces or not.
fn is_uuid(text: &str) -> bool {
    let bare = text.strip_prefix('{').and_then(|text| text.strip_suffix('}')).unwrap_or(text);
    let groups: Vec<usize> = bare.split('-').map(str::len).collect();
    groups == [8, 4, 4, 4, 12] && bare.chars().all(|c| c.is_ascii_hexdigit() || c == '-')
}
