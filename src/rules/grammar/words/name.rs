//! Versions, names of statements and actions, and characters.

use super::{Words, kind_name, quoted};
use crate::finding::Severity;
use crate::policy::{ActionFault, PolicyKind};
use crate::rules::grammar::{
    ACTION_IN_RCP, ALLOW_IN_RCP, DUPLICATE_SID, EMPTY_SID, FOREIGN_ACTION_IN_TRUST_POLICY, MALFORMED_ACTION, OLD_VERSION,
    SID_CHARACTERS, UNSUPPORTED_CHARACTER,
};

pub(super) fn old_version(text: &str, kind: PolicyKind) -> Words {
    let message = format!("{} must be of version `2012-10-17`", kind_name(kind));
    let (label, help) = if text.starts_with('{') {
        ("no `Version` in here", "add `\"Version\": \"2012-10-17\"`")
    } else {
        ("the old version", "write `2012-10-17`")
    };
    Words::new(&OLD_VERSION, message, label, help)
}

pub(super) fn malformed_action(flaw: ActionFault, own: &str) -> Words {
    let strange;
    let (label, help) = match flaw {
        ActionFault::NoService => {
            ("no service and colon", "write `service:Name`, as in `s3:GetObject`; `*` alone is every action")
        }
        ActionFault::Empty => {
            ("service or name is missing", "write `service:Name`, as in `s3:GetObject`, or `service:*` for all")
        }
        ActionFault::List => ("several in one string", "put each in a string of its own: `[\"s3:GetObject\", \"s3:PutObject\"]`"),
        ActionFault::Blank => ("white space belongs to no action", "remove the white space"),
        ActionFault::Character(c) => {
            strange = format!("`{c}` stands in no action");
            (strange.as_str(), "write `service:Name` with letters and digits, and `*` or `?` as wildcards")
        }
    };
    Words::new(&MALFORMED_ACTION, format!("{own} is no action"), label, help)
}

pub(super) fn foreign_action(own: &str) -> Words {
    let help =
        "put it into a permission policy of the role; a trust policy says who may take the role, by `sts:AssumeRole` and its kin";
    Words::new(&FOREIGN_ACTION_IN_TRUST_POLICY, format!("{own} in a trust policy"), "no action of `sts`", help)
}

pub(super) fn sid_characters(refused: bool, text: &str) -> Words {
    let name = capitalised(text);
    let example = if name.is_empty() { String::new() } else { format!(", such as `{name}`") };
    let doubt = if refused { "" } else { "; AWS documents no others, and takes them in some services" };
    let help = format!("write ASCII letters and digits{example}{doubt}");
    let message = format!("`Sid` {} holds more than letters and digits", quoted(text));
    let words = Words::new(&SID_CHARACTERS, message, "", help);
    if refused { words } else { words.rated(Severity::Low) }
}

pub(super) fn duplicate_sid(refused: bool, own: &str) -> Words {
    let help = if refused {
        "give each statement a name of its own, or none"
    } else {
        "give each statement a name of its own, or none; IAM refuses such a policy, S3 takes it"
    };
    let words =
        Words::new(&DUPLICATE_SID, format!("`Sid` {own} stands twice in one policy"), "again here", help).related("the first");
    if refused { words } else { words.rated(Severity::Low) }
}

pub(super) fn empty_sid() -> Words {
    Words::new(&EMPTY_SID, "a `Sid` that names nothing", "", "name the statement, or remove its `Sid`")
}

pub(super) fn unsupported_character(text: &str) -> Words {
    let code = text.chars().next().map_or(0, u32::from);
    let help = "replace it; IAM takes tab, line ends, and the characters from U+0020 to U+00FF";
    Words::new(&UNSUPPORTED_CHARACTER, format!("the character U+{code:04X} in an IAM policy"), "not allowed", help)
}

pub(super) fn allow_in_rcp() -> Words {
    let help = "write `Deny`; what is not denied passes, by the policy `RCPFullAWSAccess` that AWS attaches itself";
    Words::new(&ALLOW_IN_RCP, "a resource control policy that allows", "an RCP only denies", help)
}

pub(super) fn action_in_rcp(own: &str) -> Words {
    let help = "list the actions in `Action`, each with its service, as in `s3:*`; RCPs work for a list of services only";
    Words::new(&ACTION_IN_RCP, format!("{own} in a resource control policy"), "no service is named", help)
}

/// A text without what may not stand in a `Sid`, the words told apart by capitals.
pub(in crate::rules::grammar) fn capitalised(text: &str) -> String {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let words = words.map(|word| {
        let mut rest = word.chars();
        rest.next().into_iter().map(|first| first.to_ascii_uppercase()).chain(rest).collect::<String>()
    });
    words.collect()
}
