//! Rules on what suppresses findings. What they report, `suppress` finds: it alone knows what was suppressed by what.

use crate::finding::Severity;
use crate::lint::Rule;

/// Something suppresses nothing.
pub static STALE: Rule = Rule {
    name: "stale-suppression",
    severity: Severity::Low,
    page: include_str!("../../rules/suppression/stale-suppression.md"),
};

/// The day up to which something was to be suppressed is over.
pub static EXPIRED: Rule = Rule {
    name: "expired-suppression",
    severity: Severity::Low,
    page: include_str!("../../rules/suppression/expired-suppression.md"),
};

/// Something is meant to suppress a finding and does not.
pub static MALFORMED: Rule = Rule {
    name: "malformed-suppression",
    severity: Severity::Low,
    page: include_str!("../../rules/suppression/malformed-suppression.md"),
};

/// All of them.
pub static RULES: [&Rule; 3] = [&STALE, &EXPIRED, &MALFORMED];
