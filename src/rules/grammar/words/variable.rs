//! Variables.

use super::{Words, quoted};
use crate::finding::Severity;
use crate::pattern::VariableFault;
use crate::policy::Policy;
use crate::rules::grammar::{
    MALFORMED_VARIABLE, VARIABLE_IN_WRONG_ELEMENT, VARIABLE_WITH_WRONG_OPERATOR, VARIABLE_WITHOUT_VERSION,
};

pub(super) fn malformed(flaw: VariableFault, text: &str) -> Words {
    let (message, label, help) = match flaw {
        VariableFault::Unclosed => (
            "a variable is not closed".to_owned(),
            "`}` is missing",
            "type `}` behind the name, as in `${aws:username}`".to_owned(),
        ),
        VariableFault::Empty => {
            ("a variable without a name".to_owned(), "", "write a name, as in `${aws:username}`, or remove it".to_owned())
        }
        VariableFault::Blank => {
            let (name, default) = text.split_once(',').map_or((text, ""), |(name, default)| (name, default));
            let name: String = name.chars().filter(|c| !c.is_whitespace()).collect();
            let comma = if default.is_empty() { "" } else { "," };
            ("white space in the name of a variable".to_owned(), "", format!("write `{name}{comma}{default}`"))
        }
        VariableFault::Unquoted => {
            let help = "put a comma, a space and single quotes, as in `${aws:username, 'anonymous'}`".to_owned();
            ("the default of a variable is not in single quotes".to_owned(), "", help)
        }
        VariableFault::Symbol(symbol) => {
            let help = "write the name of a condition key, as in `${aws:PrincipalTag/team}`".to_owned();
            (format!("`{symbol}` stands in no name of a variable"), "", help)
        }
    };
    Words::new(&MALFORMED_VARIABLE, message, label, help)
}

pub(super) fn in_wrong_element(own: &str) -> Words {
    let help = "write it out; variables work in `Resource` and in the values of conditions only";
    Words::new(&VARIABLE_IN_WRONG_ELEMENT, format!("the variable {own} is not filled in here"), "plain text", help)
}

pub(super) fn without_version(own: &str, policy: &Policy<'_>) -> Words {
    let message = format!("the variable {own} is not filled in by a policy of 2008-10-17");
    let words = Words::new(&VARIABLE_WITHOUT_VERSION, message, "plain text", "");
    if policy.version_span.is_some() {
        let help = "write `2012-10-17`: variables came with that version".to_owned();
        return Words { help, ..words }.related("the old rules hold");
    }
    let help = "add `\"Version\": \"2012-10-17\"`: variables came with that version".to_owned();
    Words { help, ..words }.beside(policy.mark, "without `Version` the old rules hold")
}

pub(super) fn with_wrong_operator(disputed: bool, operator: &str) -> Words {
    let message = format!("a variable under {}", quoted(operator));
    if disputed {
        let help = "write the value out; one page of AWS says that `Bool` takes variables, another that it does not";
        return Words::new(&VARIABLE_WITH_WRONG_OPERATOR, message, "may not be filled in", help)
            .related("takes no variable, by one page")
            .rated(Severity::Low);
    }
    let help = "write the value out; variables work with the string and ARN operators only";
    Words::new(&VARIABLE_WITH_WRONG_OPERATOR, message, "not filled in", help).related("takes no variable")
}
