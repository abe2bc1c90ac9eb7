//! Commands that make one permission, as the policy that the service makes of it.
//!
//! <https://docs.aws.amazon.com/cli/latest/reference/lambda/add-permission.html>,
//! <https://docs.aws.amazon.com/cli/latest/reference/lambda/add-layer-version-permission.html>,
//! <https://docs.aws.amazon.com/cli/latest/reference/events/put-permission.html>,
//! <https://docs.aws.amazon.com/cli/latest/reference/sqs/add-permission.html>,
//! <https://docs.aws.amazon.com/cli/latest/reference/sns/add-permission.html>

use super::expand::{Expanded, word};
use super::{command_end, command_start, line_start, near};

/// What stands in each text that holds such a command.
pub(in crate::inventory) const MARK: &str = "-permission";

/// How many commands are read in one text.
const MOST_COMMANDS: usize = 1024;

/// How far the options of a command are looked for, in bytes.
const LONGEST: usize = 4096;

/// A command, and what makes a policy of its options.
struct Command {
    /// The service and the operation.
    name: [&'static str; 2],
    /// Options that say who and what.
    principal: &'static str,
    action: &'static str,
    /// What the ARN of the resource ends in, and options with what goes on behind it: its name, and a version.
    resource: &'static str,
    named: &'static [&'static str],
    sid: &'static str,
    /// What is put before an action.
    prefix: &'static str,
    /// Options that are conditions: the operator and the key of each.
    conditions: &'static [(&'static str, &'static str, &'static str)],
    /// Options with which it is not read.
    not_with: &'static [&'static str],
}

const COMMANDS: [Command; 5] = [
    Command {
        name: ["lambda", "add-permission"],
        principal: "principal",
        action: "action",
        resource: "lambda:${Region}:${Account}:function:",
        named: &["function-name"],
        sid: "statement-id",
        prefix: "",
        conditions: &[
            ("source-arn", "ArnLike", "aws:SourceArn"),
            ("source-account", "StringEquals", "aws:SourceAccount"),
            ("principal-org-id", "StringEquals", "aws:PrincipalOrgID"),
            ("function-url-auth-type", "StringEquals", "lambda:FunctionUrlAuthType"),
            ("event-source-token", "StringEquals", "lambda:EventSourceToken"),
        ],
        not_with: &["cli-input-json", "invoked-via-function-url"],
    },
    Command {
        name: ["lambda", "add-layer-version-permission"],
        principal: "principal",
        action: "action",
        resource: "lambda:${Region}:${Account}:layer:",
        named: &["layer-name", "version-number"],
        sid: "statement-id",
        prefix: "",
        conditions: &[("organization-id", "StringEquals", "aws:PrincipalOrgID")],
        not_with: &["cli-input-json"],
    },
    Command {
        name: ["events", "put-permission"],
        principal: "principal",
        action: "action",
        resource: "events:${Region}:${Account}:event-bus/",
        named: &["event-bus-name"],
        sid: "statement-id",
        prefix: "",
        conditions: &[],
        not_with: &["cli-input-json", "condition", "policy"],
    },
    Command {
        name: ["sqs", "add-permission"],
        principal: "aws-account-ids",
        action: "actions",
        resource: "sqs:${Region}:${Account}:",
        named: &[],
        sid: "label",
        prefix: "sqs:",
        conditions: &[],
        not_with: &["cli-input-json"],
    },
    Command {
        name: ["sns", "add-permission"],
        principal: "aws-account-id",
        action: "action-name",
        resource: "sns:${Region}:${Account}:",
        named: &["topic-arn"],
        sid: "label",
        prefix: "sns:",
        conditions: &[],
        not_with: &["cli-input-json"],
    },
];

/// The options of a command, each with its values.
type Options<'t> = Vec<(&'t str, Vec<Expanded>)>;

/// The policies that the commands in a text make, and where each starts.
pub(super) fn policies(text: &str) -> Vec<(usize, Expanded)> {
    let found = text.match_indices(MARK).take(MOST_COMMANDS);
    found.filter_map(|(at, _)| policy(text, at + MARK.len())).collect()
}

/// The policy that the command makes whose name ends at `end`.
fn policy(text: &str, end: usize) -> Option<(usize, Expanded)> {
    let start = command_start(text, line_start(text, end));
    let before = near(text, start, end);
    let is_it = |own: &&Command| {
        let [service, operation] = own.name;
        let service_at = before.strip_suffix(operation).map(str::trim_end).filter(|rest| rest.ends_with(service));
        let behind = text.get(end..).and_then(|rest| rest.chars().next());
        service_at.is_some() && behind.is_some_and(|c| c.is_whitespace() || c == '\\')
    };
    let command = COMMANDS.iter().find(is_it)?;
    let is_run = before.rfind("aws ").is_some() && !before.trim_start().starts_with(['#', '/']) && !before.contains("echo ");
    let options = options(text, end, command_end(text, end).min(end + LONGEST));
    if !is_run || options.iter().any(|own| command.not_with.contains(&own.0)) {
        return None;
    }
    Some((start, made(command, &options, end)?))
}

/// What stands behind the name of a command: options, up to where something else does.
fn options(text: &str, start: usize, end: usize) -> Options<'_> {
    let mut options: Options<'_> = Vec::new();
    let mut at = start;
    while at < end {
        let rest = text.get(at..end).unwrap_or("");
        if rest.starts_with(|c: char| c.is_whitespace()) || rest.starts_with("\\\n") || rest.starts_with("\\\r\n") {
            at += 1;
        } else if let Some(name) = rest.strip_prefix("--") {
            let length = name.find(|c: char| !(c.is_ascii_lowercase() || c == '-')).unwrap_or(name.len());
            options.push((name.get(..length).unwrap_or(""), Vec::new()));
            at += 2 + length + usize::from(name.get(length..).is_some_and(|rest| rest.starts_with('=')));
        } else {
            let Some((value, behind)) = word(text, at).filter(|own| own.1 > at) else { break };
            let Some((_, values)) = options.last_mut() else { break };
            values.push(value);
            at = behind;
            // what goes on in another way is not read, and nothing behind it
            if text.get(at..end).and_then(|rest| rest.chars().next()).is_some_and(|c| !c.is_whitespace() && c != '\\') {
                break;
            }
        }
    }
    options
}

fn made(command: &Command, options: &Options<'_>, place: usize) -> Option<Expanded> {
    let is_plain = |own: &&Expanded| !own.value.contains(|c: char| c == '"' || c == '\\' || c.is_control());
    let values =
        |name: &str| options.iter().filter(|own| own.0 == name).flat_map(|own| &own.1).filter(is_plain).collect::<Vec<_>>();
    let (principals, actions) = (values(command.principal), values(command.action));
    let principal = principals.first()?;
    actions.first()?;
    let mut policy = Expanded::new(place);
    policy.put(r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "#, place);
    if let Some(sid) = values(command.sid).first() {
        entry(&mut policy, "Sid", sid);
    }
    policy.put(r#""Principal": "#, place);
    if principal.value == "*" {
        list(&mut policy, "", &[principal]);
    } else {
        let is_account = principal.value.starts_with("arn:") || principal.value.bytes().all(|byte| byte.is_ascii_digit());
        let is_service = command.name == ["lambda", "add-permission"] && !is_account;
        policy.put(if is_service { r#"{"Service": "# } else { r#"{"AWS": "# }, place);
        list(&mut policy, "", &principals);
        policy.put("}", place);
    }
    policy.put(r#", "Action": "#, place);
    list(&mut policy, command.prefix, &actions);
    policy.put(r#", "Resource": ""#, place);
    resource(&mut policy, command, &command.named.iter().filter_map(|own| values(own).first().copied()).collect::<Vec<_>>());
    policy.put("\"", policy.end());
    let mut said: Vec<_> = command.conditions.iter().filter_map(|own| Some((own.1, own.2, *values(own.0).first()?))).collect();
    said.sort_by_key(|own| own.0);
    if !said.is_empty() {
        policy.put(r#", "Condition": {"#, place);
    }
    let mut operator = "";
    for (index, (own, key, value)) in said.into_iter().enumerate() {
        if own == operator {
            policy.put(", ", place);
        } else {
            policy.put(&format!(r#"{}"{own}": {{"#, if index > 0 { "}, " } else { "" }), place);
        }
        operator = own;
        policy.put(&format!(r#""{key}": "#), place);
        list(&mut policy, "", &[value]);
    }
    policy.put(if operator.is_empty() { "}]}" } else { "}}}]}" }, place);
    Some(policy)
}

/// The ARN of what the permission is for, as far as the command tells.
fn resource(policy: &mut Expanded, command: &Command, names: &[&Expanded]) {
    let place = names.first().map_or(policy.end(), |own| own.start());
    let is_arn = names.first().is_some_and(|own| own.value.starts_with("arn:"));
    if !is_arn {
        policy.put("arn:${Partition}:", place);
        policy.put(command.resource, place);
    }
    for (index, name) in names.iter().enumerate() {
        policy.put(if index > 0 { ":" } else { "" }, name.start());
        policy.append(name);
    }
    if names.is_empty() {
        policy.put(if command.name == ["events", "put-permission"] { "default" } else { "${Name}" }, place);
    }
}

fn entry(policy: &mut Expanded, key: &str, value: &Expanded) {
    let place = policy.end();
    policy.put(&format!("\"{key}\": "), place);
    list(policy, "", &[value]);
    policy.put(", ", place);
}

/// One text, or a list of such.
fn list(policy: &mut Expanded, prefix: &str, values: &[&Expanded]) {
    let is_one = values.len() == 1;
    policy.put(if is_one { "" } else { "[" }, policy.end());
    for (index, value) in values.iter().enumerate() {
        policy.put(if index > 0 { ", \"" } else { "\"" }, value.start());
        policy.put(prefix, value.start());
        policy.append(value);
        policy.put("\"", policy.end());
    }
    policy.put(if is_one { "" } else { "]" }, policy.end());
}
