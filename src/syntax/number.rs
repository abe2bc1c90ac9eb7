//! Numbers of TOML and YAML as numbers of JSON.

use std::borrow::Cow;

/// The number that a plain scalar is by the core schema of YAML; `None` where it is none. Infinity and what is no number stay as
/// they are written, since JSON has nothing for them.
pub(super) fn core(text: &str) -> Option<Cow<'_, str>> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") {
        return Some(Cow::Borrowed(text));
    }
    for (prefix, radix) in [("0o", 8), ("0x", 16)] {
        if let Some(digits) = text.strip_prefix(prefix) {
            return with_radix(text, digits, radix);
        }
    }
    decimal(text)
}

/// An integer that is written as `text`, of which these are the digits; one longer than we can tell stays as it is.
pub(super) fn with_radix<'s>(text: &'s str, digits: &str, radix: u32) -> Option<Cow<'s, str>> {
    let are_digits = !digits.is_empty() && digits.chars().all(|c| c.is_digit(radix));
    let value = || u128::from_str_radix(digits, radix).map_or(Cow::Borrowed(text), |value| Cow::Owned(value.to_string()));
    are_digits.then(value)
}

/// A decimal number, which may have a sign, leading zeros, and nothing on one side of its point.
pub(super) fn decimal(text: &str) -> Option<Cow<'_, str>> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.find(['e', 'E']) {
        Some(at) => unsigned.split_at(at),
        None => (unsigned, ""),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let power = exponent.trim_start_matches(['e', 'E']);
    let power = power.strip_prefix(['-', '+']).unwrap_or(power);
    let right = are_digits(whole)
        && are_digits(fraction)
        && whole.len() + fraction.len() > 0
        && are_digits(power)
        && exponent.is_empty() == power.is_empty();
    let canonical = || {
        let sign = if text.starts_with('-') { "-" } else { "" };
        let whole = Some(whole.trim_start_matches('0')).filter(|digits| !digits.is_empty()).unwrap_or("0");
        let point = if fraction.is_empty() { "" } else { "." };
        format!("{sign}{whole}{point}{fraction}{exponent}")
    };
    right.then(canonical).map(|number| if number == text { Cow::Borrowed(text) } else { Cow::Owned(number) })
}
