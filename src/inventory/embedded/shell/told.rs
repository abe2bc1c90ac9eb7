//! What the command around a document, or the one that takes it, tells of it.

use super::{COMMAND, MOST_COMMANDS, command_end, command_start, line_start, near, target, variable, word_at};
use crate::policy::PolicyKind;

/// How far behind a document the command is looked for that takes it, in bytes.
const FAR: usize = 1 << 16;

/// Whether some command in a text may tell of what kind a policy is.
pub(super) fn may_tell(text: &str) -> bool {
    text.contains("create-policy") && text.contains("organizations") || text.contains("-vpc-endpoint")
}

/// Of what kind the document between two places is, where a command tells it.
pub(super) fn kind(text: &str, at: usize, behind: usize) -> Option<PolicyKind> {
    let start = command_start(text, line_start(text, at));
    if text.get(at..)?.starts_with("<<") {
        let announced = text.get(start..)?.split('\n').next()?;
        let file = text.get(word_at(text, target(text, start, announced)?.start))?;
        return of_uses(text, behind, file, |before| {
            let word = before.rsplit(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '=')).next().unwrap_or("");
            word.starts_with("file://") && word.ends_with('/')
        });
    }
    of_command(near(text, start, at), rest(text, behind)).or_else(|| {
        let name = text.get(variable(text.get(start..at)?, start)?)?;
        of_uses(text, behind, name, |before| before.ends_with(['$', '{']))
    })
}

/// What the commands behind a place tell that take something of a name; `is_use`: whether what stands before it makes it one.
fn of_uses(text: &str, behind: usize, name: &str, is_use: impl Fn(&str) -> bool) -> Option<PolicyKind> {
    let ends = |c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-');
    let is_whole = |at: usize| text.get(at + name.len()..).is_some_and(|rest| rest.chars().next().is_none_or(ends));
    let rest_of = text.get(behind..)?;
    let far = (0..=FAR.min(rest_of.len())).rev().find_map(|end| rest_of.get(..end))?;
    let uses = far.match_indices(name).take(MOST_COMMANDS).map(|own| behind + own.0);
    let mut uses = uses.filter(|&at| is_whole(at) && is_use(near(text, line_start(text, at), at)));
    uses.find_map(|at| of_command(near(text, command_start(text, line_start(text, at)), at), rest(text, at)))
}

/// What stands behind a place in its command.
fn rest(text: &str, at: usize) -> &str {
    let end = command_end(text, at).min(at + COMMAND);
    (at..=end).rev().find_map(|end| text.get(at..end)).unwrap_or("")
}

/// The kind of the policies that a command takes, of which this stands before something and behind it.
///
/// <https://docs.aws.amazon.com/cli/latest/reference/organizations/create-policy.html>,
/// <https://docs.aws.amazon.com/cli/latest/reference/ec2/create-vpc-endpoint.html>
fn of_command(before: &str, behind: &str) -> Option<PolicyKind> {
    if before.contains("create-vpc-endpoint") || before.contains("modify-vpc-endpoint") {
        return Some(PolicyKind::Endpoint);
    }
    if !(before.contains("organizations") && before.contains("create-policy")) {
        return None;
    }
    let told = [before, behind].into_iter().find_map(|own| own.split("--type").nth(1))?;
    let behind = told.trim_start_matches([' ', '\t', '=', '"', '\'', '\\', '\r', '\n']);
    let kinds = [("SERVICE_CONTROL_POLICY", PolicyKind::Scp), ("RESOURCE_CONTROL_POLICY", PolicyKind::Rcp)];
    kinds.into_iter().find(|own| behind.starts_with(own.0)).map(|own| own.1)
}
