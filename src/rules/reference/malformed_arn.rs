//! A resource that is no ARN.

use super::Check;
use super::address::{ACCOUNT, Address, REGION, SERVICE, Section, UNKNOWN};
use super::view::{View, quoted};
use crate::arn::is_account_id;
use crate::finding::{Finding, Severity};
use crate::lint::Rule;
use crate::policy::PolicyKind;

pub(super) const CHECK: Check = Check { rule: &RULE, run };

static RULE: Rule =
    Rule { name: "malformed-arn", severity: Severity::Error, page: include_str!("../../../rules/reference/malformed-arn.md") };

const ACCOUNT_FORM: &str = "write the 12 digits of the account, or `*`";

const FORM: &str = "`arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE`";

fn run(view: &View<'_, '_, '_>, findings: &mut Vec<Finding>) {
    // a trust policy has no resource at all, which is told elsewhere
    if view.policy.kind != PolicyKind::Trust {
        let is_meant = |own: &&Address<'_, '_, '_>| view.policy.kind == PolicyKind::Resource && is_short(own);
        findings.extend(
            view.resources
                .iter()
                .filter(|own| is_malformed(own) && !is_meant(own))
                .filter_map(|own| judge(own).map(|finding| mended(view, own, finding))),
        );
    }
}

/// With what mends it: a service in lower case.
fn mended(view: &View<'_, '_, '_>, address: &Address<'_, '_, '_>, finding: Finding) -> Finding {
    let cased = address.part(SERVICE).filter(|own| own.is_plain() && finding.primary.span == address.span(own));
    let fix = cased.and_then(|own| view.mender().write(address.start_of(&own, usize::MAX)?, &own.text.to_ascii_lowercase()));
    Finding { fix, ..finding }
}

/// Whether a resource is no ARN, as this rule says.
pub(super) fn is_malformed(address: &Address<'_, '_, '_>) -> bool {
    address.is_malformed(|| judge(address).is_some())
}

fn judge(address: &Address<'_, '_, '_>) -> Option<Finding> {
    if address.is_every() {
        return None;
    }
    let text = address.known();
    if !may_start_arn(text) || text.is_empty() && address.is_known() {
        let own = address.pattern.text.shown();
        let label = if own.is_empty() { "empty" } else { "does not start with `arn:`" };
        return Some(Finding {
            help: Some(format!("write `*` or an ARN: {FORM}")),
            ..RULE.finding(format!("{} is not an ARN", quoted(&own)), address.pattern.text.span(), label)
        });
    }
    in_parts(address).or_else(|| too_short(address))
}

fn in_parts(address: &Address<'_, '_, '_>) -> Option<Finding> {
    let at = |part: &Section<'_>, message: String, label: &str, help: String| Finding {
        help: Some(help),
        ..RULE.finding(message, address.span(part), label)
    };
    let service = address.part(SERVICE)?;
    if service.is_plain() && service.text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        let lower = service.text.to_ascii_lowercase();
        let message = format!("`{}` is no service: ARNs have it in lower case", service.text);
        return Some(at(&service, message, "has capital letters", format!("write `{lower}`")));
    }
    let region = address.part(REGION)?;
    if is_account_id(region.text) {
        let message = format!("`{}` stands where an ARN has its region", region.text);
        let help = format!("write the account behind one more colon, as the fifth part: {FORM}");
        return Some(at(&region, message, "an account?", help));
    }
    if region.text.contains('/') {
        let message = format!("`{}` stands where an ARN has its region", region.text);
        return Some(at(&region, message, "a resource?", format!("write all six parts, each behind its colon: {FORM}")));
    }
    let account = address.part(ACCOUNT)?;
    if account.text.contains('/') {
        let message = format!("`{}` stands where an ARN has its account", account.text);
        return Some(at(&account, message, "a resource?", format!("write all six parts, each behind its colon: {FORM}")));
    }
    let numeric = account.text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-' || byte == b' ');
    if numeric && !account.text.is_empty() && !is_account_id(account.text) {
        let message = format!("`{}` is no account id", account.text);
        let digits = account.text.bytes().filter(u8::is_ascii_digit).count();
        let label = if digits == 12 { "more than digits".to_owned() } else { format!("{digits} digits, not 12") };
        return Some(at(&account, message, &label, ACCOUNT_FORM.to_owned()));
    }
    if account.is_plain() && is_filler(account.text) {
        let message = format!("`{}` is no account id", account.text);
        return Some(at(&account, message, "a word", ACCOUNT_FORM.to_owned()));
    }
    None
}

fn too_short(address: &Address<'_, '_, '_>) -> Option<Finding> {
    let parts = address.parts();
    if parts == 6 || !address.is_known() || address.reaches_on() {
        return None;
    }
    let message = format!("`{}` has {parts} of the six parts of an ARN", address.pattern.text.shown());
    Some(Finding {
        help: Some(format!("write all six, of which some may be empty: {FORM}")),
        ..RULE.finding(message, address.pattern.text.span(), "too few colons")
    })
}

/// Whether it is in the short syntax of API Gateway, of which it makes an ARN when it stores the policy of an API.
///
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies-examples.html>
fn is_short(address: &Address<'_, '_, '_>) -> bool {
    address.known().starts_with("execute-api:/")
}

/// Whether this can be the beginning of an ARN, wildcards and variables filled in.
fn may_start_arn(text: &str) -> bool {
    for (own, wanted) in text.chars().zip("arn:".chars()) {
        if own == wanted || own == '?' {
            continue;
        }
        return own == '*' || own == UNKNOWN;
    }
    true
}

/// Whether a word stands where somebody has yet to write an account. AWS itself has words there, as `aws` and `partner`, in small letters.
fn is_filler(text: &str) -> bool {
    let is_of_aws = text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    let says_so = text.contains("account") || text.contains("acct") || text.bytes().all(|byte| byte == b'x');
    // a reference that nothing fills in is told as such
    let is_word = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    !text.is_empty() && is_word && !is_account_id(text) && (!is_of_aws || says_so)
}
