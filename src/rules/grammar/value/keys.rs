//! What the values of some condition keys look like.

use std::borrow::Cow;
use std::ops::RangeInclusive;

use super::principal_arn;
use crate::arn::Arn;
use crate::pattern::{Mode, Unit, matches};
use crate::policy::{Comparison, Condition, Operand, Operator};

/// What the values of some keys look like.
pub(super) struct Form {
    keys: &'static [&'static str],
    /// What is wrong with a value that none of the keys ever has.
    judge: fn(&Asked<'_, '_>) -> Option<Wrong>,
}

/// A value with which a condition compares its key.
pub(super) struct Asked<'p, 's> {
    /// The condition.
    pub(super) condition: &'p Condition<'s>,
    /// The value.
    pub(super) operand: &'p Operand<'s>,
    /// How texts are compared.
    pub(super) comparison: Comparison,
}

/// What is wrong with a value.
pub(super) struct Wrong {
    /// The words at its place.
    pub(super) label: String,
    /// What becomes of it.
    pub(super) remedy: Remedy,
    /// The value that was meant most likely.
    pub(super) likely: Option<String>,
}

/// What becomes of a wrong value.
pub(super) enum Remedy {
    /// Another one is to be written: of this form.
    Write(Cow<'static, str>),
    /// It does no harm, and this is why.
    TakeOut(&'static str),
}

impl Form {
    /// What the values of a key look like; `None` where that is not told here.
    pub(super) fn of(key: &str) -> Option<&'static Self> {
        FORMS.iter().find(|form| form.keys.iter().any(|own| own.eq_ignore_ascii_case(key)))
    }

    /// What is wrong with a value.
    pub(super) fn wrong(&self, asked: &Asked<'_, '_>) -> Option<Wrong> {
        (self.judge)(asked)
    }
}

impl<'p> Asked<'p, '_> {
    /// The value, where all of it is known and its wildcards, if any, are some.
    pub(super) fn text(&self) -> Option<&'p str> {
        let is_meant = |text: &&str| !text.is_empty() && (self.is_like() || !text.contains(['*', '?']));
        self.operand.pattern.plain().filter(is_meant)
    }

    /// Whether `*` and `?` are wildcards.
    pub(super) fn is_like(&self) -> bool {
        matches!(self.comparison, Comparison::StringLike | Comparison::Arn)
    }

    /// The value without wildcards, as it is compared: in small letters where their case does not count.
    fn compared(&self) -> Option<Cow<'p, str>> {
        let text = self.text().filter(|text| !text.contains(['*', '?']))?;
        let folds = self.comparison == Comparison::StringEqualsIgnoreCase;
        Some(if folds { text.to_ascii_lowercase().into() } else { text.into() })
    }

    /// Tells a value without wildcards that does not fit.
    fn unless(&self, fits: impl Fn(&str) -> bool, expected: &'static str) -> Option<Wrong> {
        let compared = self.compared().filter(|text| !fits(text))?;
        Some(Wrong::cased(&compared, fits, expected))
    }

    /// Tells a value that is no such id, nor a pattern of some.
    fn unless_id(&self, id: &Id, expected: &'static str) -> Option<Wrong> {
        let fits = |text: &str| id.may_be(text, self.is_like());
        let folds = self.comparison == Comparison::StringEqualsIgnoreCase;
        // what is no ARN is told of these operators
        let text = self.text().filter(|_| self.comparison != Comparison::Arn)?;
        let compared = if folds { text.to_ascii_lowercase() } else { text.to_owned() };
        (!fits(&compared)).then(|| Wrong::cased(&compared, fits, expected))
    }
}

impl Wrong {
    /// A value for which one of this form is to be written.
    pub(super) fn write(label: impl Into<String>, meant: impl Into<Cow<'static, str>>, likely: Option<String>) -> Self {
        Self { label: label.into(), remedy: Remedy::Write(meant.into()), likely }
    }

    /// One that may only have the wrong case of letters.
    fn cased(text: &str, fits: impl Fn(&str) -> bool, expected: &'static str) -> Self {
        let folded = text.to_ascii_lowercase();
        if fits(&folded) {
            Self::write("has capital letters", expected, Some(folded))
        } else {
            Self::write("of another form", expected, None)
        }
    }
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html>
static FORMS: [Form; 11] = [
    Form {
        keys: &["aws:SourceVpc"],
        judge: |asked| asked.unless(|text| is_network(text, "vpc-"), "`vpc-` and 8 or 17 letters and digits"),
    },
    Form {
        keys: &["aws:SourceVpce"],
        judge: |asked| asked.unless(|text| is_network(text, "vpce-"), "`vpce-` and 8 or 17 letters and digits"),
    },
    Form {
        keys: &["s3:x-amz-server-side-encryption-aws-kms-key-id"],
        judge: |asked| asked.unless(is_key, "the ARN of a key: `arn:aws:kms:REGION:ACCOUNT:key/ID`"),
    },
    Form { keys: &["kms:ViaService"], judge: |asked| asked.unless(is_regional_service, "`SERVICE.REGION.amazonaws.com`") },
    Form {
        keys: &[
            "iam:PassedToService",
            "iam:AWSServiceName",
            "aws:CalledVia",
            "aws:CalledViaFirst",
            "aws:CalledViaLast",
            "aws:PrincipalServiceName",
        ],
        judge: |asked| asked.unless(is_service, "a service principal, such as `lambda.amazonaws.com`"),
    },
    Form { keys: &["aws:PrincipalArn"], judge: principal_arn::judge },
    Form { keys: &["aws:userid"], judge: user_id },
    Form { keys: &["aws:username"], judge: user_name },
    Form { keys: &["aws:PrincipalOrgID", "aws:ResourceOrgID", "aws:SourceOrgID", "aws:VpceOrgID"], judge: organization },
    Form {
        keys: &["aws:PrincipalOrgPaths", "aws:ResourceOrgPaths", "aws:SourceOrgPaths", "aws:VpceOrgPaths"],
        judge: organization_path,
    },
    Form {
        keys: &[
            "aws:PrincipalAccount",
            "aws:ResourceAccount",
            "aws:SourceAccount",
            "aws:VpceAccount",
            "kms:CallerAccount",
            "s3:ResourceAccount",
        ],
        judge: account,
    },
];

/// A beginning, and so many characters of a kind.
struct Id {
    prefix: &'static str,
    is_of: fn(u8) -> bool,
    lengths: RangeInclusive<usize>,
}

/// <https://docs.aws.amazon.com/organizations/latest/APIReference/API_Organization.html>
static ORGANIZATION: Id = Id { prefix: "o-", is_of: |byte| byte.is_ascii_lowercase() || byte.is_ascii_digit(), lengths: 10..=32 };

static ACCOUNT: Id = Id { prefix: "", is_of: |byte| byte.is_ascii_digit(), lengths: 12..=12 };

impl Id {
    /// Whether a text is one, or with wildcards a pattern of some.
    fn may_be(&self, text: &str, like: bool) -> bool {
        let prefix = self.prefix.as_bytes();
        let (least, most) = (prefix.len() + self.lengths.start(), prefix.len() + self.lengths.end());
        let fits = |at: usize, byte: u8| prefix.get(at).map_or_else(|| (self.is_of)(byte), |own| *own == byte);
        // how much of an id may have been read
        let mut read = vec![false; most + 1];
        read.iter_mut().take(1).for_each(|start| *start = true);
        for byte in text.bytes() {
            let mut reached = false;
            let next = |at: usize| {
                let before = at.checked_sub(1).and_then(|before| Some((before, *read.get(before)?)));
                match byte {
                    b'*' if like => {
                        reached |= read.get(at) == Some(&true);
                        reached
                    }
                    b'?' if like => before.is_some_and(|(_, is_read)| is_read),
                    _ => before.is_some_and(|(before, is_read)| is_read && fits(before, byte)),
                }
            };
            read = (0..=most).map(next).collect();
        }
        read.iter().skip(least).any(|is_read| *is_read)
    }
}

const ORGANIZATION_FORM: &str = "the id of an organization: `o-` and 10 to 32 small letters and digits";

fn organization(asked: &Asked<'_, '_>) -> Option<Wrong> {
    asked.unless_id(&ORGANIZATION, ORGANIZATION_FORM)
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_last-accessed-view-data-orgs.html#access_policies_last-accessed-viewing-orgs-entity-path>
fn organization_path(asked: &Asked<'_, '_>) -> Option<Wrong> {
    let text = asked.text().filter(|_| asked.comparison != Comparison::Arn)?;
    let folds = asked.comparison == Comparison::StringEqualsIgnoreCase;
    let compared = if folds { text.to_ascii_lowercase() } else { text.to_owned() };
    let (first, rest) = compared.split_once('/').unwrap_or((&compared, ""));
    // a `*` may stand for slashes, too
    let told = first.split_inclusive('*').next().unwrap_or("");
    let form = "the path from the organization on: `o-…/r-…/ou-…/`";
    if !ORGANIZATION.may_be(told, asked.is_like()) {
        return Some(Wrong::write("does not start with an organization", form, None));
    }
    let is_unit = !told.ends_with('*') && rest.starts_with("ou-");
    is_unit.then(|| Wrong::write("without the root", form, None))
}

/// The word is what an anonymous request has.
fn account(asked: &Asked<'_, '_>) -> Option<Wrong> {
    let wrong = asked.unless_id(&ACCOUNT, "the 12 digits of an account")?;
    let text = asked.text()?;
    let mode = if asked.is_like() { Mode::Like } else { Mode::EqualIgnoreCase };
    if matches(&[Unit::Wild(text)], "anonymous", mode) {
        return None;
    }
    let digits: String = match Arn::parse(text) {
        Some(arn) => arn.account.to_owned(),
        None if text.bytes().all(|byte| byte.is_ascii_digit() || b"- ".contains(&byte)) => {
            text.chars().filter(char::is_ascii_digit).collect()
        }
        None => String::new(),
    };
    Some(Wrong { likely: Some(digits).filter(|digits| ACCOUNT.may_be(digits, false)), ..wrong })
}

/// The id of a user stands alone, that of a role before the name of its session.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#principaltable>
fn user_id(asked: &Asked<'_, '_>) -> Option<Wrong> {
    let text = asked.text()?;
    let operator = asked.condition.operator?;
    let begins = |beginning: &str| text.get(..beginning.len()).is_some_and(|own| own.eq_ignore_ascii_case(beginning));
    if begins("arn:") {
        let meant = "an id, such as `AROAEXAMPLEID:*` for the sessions of a role; `aws:PrincipalArn` holds ARNs";
        return Some(Wrong::write("an ARN", meant, None));
    }
    if asked.comparison == Comparison::Arn {
        return None;
    }
    if begins("AROA") && !text.contains([':', '*', '?']) {
        let like = Operator { comparison: Comparison::StringLike, ..operator }.name();
        let meant = format!("`{text}:*` under `{like}`: behind the id of a role stands the name of its session");
        return Some(Wrong::write("the id of a role alone", meant, asked.is_like().then(|| format!("{text}:*"))));
    }
    let (own, _) = text.split_once(':').filter(|_| begins("AIDA"))?;
    let meant = format!("`{own}` alone: nothing stands behind the id of a user");
    Some(Wrong::write("more than the id of a user", meant, Some(own.to_owned()).filter(|own| !own.contains(['*', '?']))))
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-names>
fn user_name(asked: &Asked<'_, '_>) -> Option<Wrong> {
    let text = asked.text().filter(|text| text.contains([':', '/']))?;
    let name =
        text.rsplit('/').next().filter(|name| !name.is_empty() && Arn::parse(text).is_some_and(|arn| arn.service == "iam"));
    let label = if text.starts_with("arn:") { "an ARN" } else { "of another form" };
    Some(Wrong::write(label, "the name of a user, without its path", name.map(str::to_owned)))
}

fn is_network(text: &str, prefix: &str) -> bool {
    let id = text.strip_prefix(prefix);
    id.is_some_and(|id| [8, 17].contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

fn is_key(text: &str) -> bool {
    text.starts_with("arn:") && text.contains(":kms:") && text.contains(":key/")
}

/// Not only of `amazonaws.com`: other partitions have domains of their own.
fn is_service(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-_".contains(&byte);
    text.contains('.') && text.bytes().all(allowed)
}

fn is_regional_service(text: &str) -> bool {
    is_service(text) && text.split(".amazonaws.").next().is_some_and(|own| own.contains('.'))
}
