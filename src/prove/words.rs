//! Words that make a witness look like a request.

use std::borrow::Cow;

use super::atom::{ACTION, Dimension, RESOURCE};
use crate::pattern::Wildcard;

/// Values of an action, a resource or a key, where nothing is asked of them.
pub(super) fn samples(dimension: Dimension, key: Option<(&str, bool)>) -> Vec<&'static str> {
    let Some((name, is_arn)) = key else {
        return match dimension {
            ACTION => vec!["s3:GetObject"],
            RESOURCE => vec!["arn:aws:s3:::example/example"],
            _ => vec![],
        };
    };
    let name = name.to_ascii_lowercase();
    let ends = |end: &str| name.ends_with(end);
    if ends(":amr") {
        return vec!["authenticated", "unauthenticated"];
    }
    if ends("account") || ends("accountid") || ends("owner") {
        return vec![ACCOUNT];
    }
    if is_arn || ends("arn") {
        return vec!["arn:aws:iam::111122223333:role/example"];
    }
    if ends("region") {
        return vec![REGION];
    }
    if ends("orgid") {
        return vec!["o-a1b2c3d4e5"];
    }
    if ends("vpc") {
        return vec!["vpc-0a1b2c3d4e5f60718"];
    }
    if ends("vpce") {
        return vec!["vpce-0a1b2c3d4e5f60718"];
    }
    vec!["example"]
}

/// What may stand for a wildcard of a text that is no ARN.
pub(super) fn plain(wildcard: Wildcard) -> Cow<'static, str> {
    Cow::Borrowed(if wildcard.many { "example" } else { "0" })
}

/// As [`plain`], of a text that has parts, where there are fewer wildcards than parts.
pub(super) fn parted(wildcard: Wildcard) -> Cow<'static, str> {
    Cow::Borrowed(if wildcard.many { "example/example" } else { "0" })
}

/// What may stand for a wildcard of an ARN, by its place.
pub(super) fn real(wildcard: Wildcard) -> Cow<'static, str> {
    Cow::Borrowed(match wildcard {
        Wildcard { many: false, .. } => "x",
        Wildcard { part: 3, whole: true, .. } => REGION,
        Wildcard { part: 4, whole: true, .. } => ACCOUNT,
        Wildcard { .. } => "example",
    })
}

const REGION: &str = "eu-west-1";

/// An account of the documentation.
pub(super) const ACCOUNT: &str = "111122223333";

/// What may stand for a placeholder of the form of an ARN.
pub(super) fn of_placeholder(name: &str) -> &'static str {
    match name {
        "Partition" => "aws",
        "Region" => REGION,
        "Account" => ACCOUNT,
        _ => "example",
    }
}

/// A value for a key that stands in a text as a variable.
pub(super) fn value(key: &str) -> String {
    let key = key.to_ascii_lowercase();
    let text = match key.as_str() {
        "aws:username" => "alice",
        "aws:principalaccount" | "aws:resourceaccount" | "aws:sourceaccount" => ACCOUNT,
        "aws:userid" => "AIDACKCEVSQ6C2EXAMPLE",
        "aws:principalarn" => "arn:aws:iam::111122223333:role/example",
        "aws:requestedregion" => REGION,
        "aws:principalorgid" => "o-a1b2c3d4e5",
        _ if key.ends_with(":sub") => "eu-west-1:00000000-dddd-4eee-8fff-000000000002",
        _ => "example",
    };
    text.to_owned()
}
