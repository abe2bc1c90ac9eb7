//! What the command around a document, or the one that takes it, tells of it.

use super::{MOST_COMMANDS, command_end, command_start, target, variable, word_at};
use crate::policy::PolicyKind;

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
    of_command(text.get(start..command_end(text, behind))?).or_else(|| {
        let name = text.get(variable(text.get(start..at)?, start)?)?;
        of_uses(text, behind, name, |before| before.ends_with(['$', '{']))
    })
}

/// What the commands behind a place tell that take something of a name; `is_use`: whether what stands before it makes it one.
fn of_uses(text: &str, behind: usize, name: &str, is_use: impl Fn(&str) -> bool) -> Option<PolicyKind> {
    let ends = |c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-');
    let is_whole = |at: usize| text.get(at + name.len()..).is_some_and(|rest| rest.chars().next().is_none_or(ends));
    let uses = text.get(behind..)?.match_indices(name).take(MOST_COMMANDS).map(|own| behind + own.0);
    let mut uses = uses.filter(|&at| is_whole(at) && text.get(line_start(text, at)..at).is_some_and(&is_use));
    uses.find_map(|at| of_command(text.get(command_start(text, line_start(text, at))..command_end(text, at))?))
}

/// The kind of the policies that a command takes.
///
/// <https://docs.aws.amazon.com/cli/latest/reference/organizations/create-policy.html>,
/// <https://docs.aws.amazon.com/cli/latest/reference/ec2/create-vpc-endpoint.html>
fn of_command(command: &str) -> Option<PolicyKind> {
    if command.contains("create-vpc-endpoint") || command.contains("modify-vpc-endpoint") {
        return Some(PolicyKind::Endpoint);
    }
    if !(command.contains("organizations") && command.contains("create-policy")) {
        return None;
    }
    let behind = command.split("--type").nth(1)?.trim_start_matches([' ', '\t', '=', '"', '\'', '\\', '\r', '\n']);
    let kinds = [("SERVICE_CONTROL_POLICY", PolicyKind::Scp), ("RESOURCE_CONTROL_POLICY", PolicyKind::Rcp)];
    kinds.into_iter().find(|own| behind.starts_with(own.0)).map(|own| own.1)
}

fn line_start(text: &str, at: usize) -> usize {
    text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1)
}
