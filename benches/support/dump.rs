//! What `aws iam get-account-authorization-details` prints of a large account that there is not: the same bytes on each run.

use std::fmt::Write as _;

use rolecall::reference::Reference;
use serde_json::{Value, json};

use super::measure::print;

/// The account of all roles.
pub(crate) const ACCOUNT: &str = "111122223333";

/// How many managed policies the roles have between them.
const MANAGED: usize = 1_500;

/// How many services the policies speak of.
const SERVICES: usize = 150;

/// The dump of so many roles, as the CLI prints it: documents as objects. Encoded: as the API returns them, percent-encoded strings.
pub(crate) fn dump(roles: usize, encoded: bool) -> String {
    let mut maker = Maker { chance: 0x9E37_79B9_7F4A_7C15, services: services(), encoded };
    let mut text = String::from("{\n    \"UserDetailList\": [],\n    \"GroupDetailList\": [],\n");
    list(&mut text, "RoleDetailList", roles, |index| maker.role(index));
    text.push_str(",\n");
    list(&mut text, "Policies", MANAGED, |index| maker.managed(index));
    text.push_str("\n}\n");
    text
}

/// The name of a role.
pub(crate) fn role_name(index: usize) -> String {
    let team = ["payments", "search", "data", "platform", "mobile", "risk", "billing"];
    format!("{}-service-{index:05}", team[index % team.len()])
}

fn list(text: &mut String, key: &str, count: usize, mut item: impl FnMut(usize) -> Value) {
    // a string takes any write
    let _ = write!(text, "    \"{key}\": [");
    for index in 0..count {
        text.push_str(if index == 0 { "\n" } else { ",\n" });
        let lines = print(&item(index), true);
        let indented: Vec<String> = lines.lines().map(|line| format!("        {line}")).collect();
        text.push_str(&indented.join("\n"));
    }
    text.push_str("\n    ]");
}

/// Services with the names of their actions.
fn services() -> Vec<(String, Vec<String>)> {
    let reference = Reference::default();
    let all = reference.services().map(|service| {
        let actions = service.actions().map(|action| action.name.to_owned()).collect::<Vec<_>>();
        (service.prefix().to_owned(), actions)
    });
    let large: Vec<_> = all.filter(|(_, actions)| actions.len() >= 20).collect();
    let step = (large.len() / SERVICES).max(1);
    large.into_iter().step_by(step).collect()
}

struct Maker {
    chance: u64,
    services: Vec<(String, Vec<String>)>,
    encoded: bool,
}

impl Maker {
    fn below(&mut self, count: usize) -> usize {
        // xorshift64
        self.chance ^= self.chance << 13;
        self.chance ^= self.chance >> 7;
        self.chance ^= self.chance << 17;
        usize::try_from(self.chance >> 33).expect("31 bits") % count
    }

    fn id(&mut self, prefix: &str) -> String {
        let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        let end: String = (0..17).map(|_| char::from(letters[self.below(letters.len())])).collect();
        format!("{prefix}{end}")
    }

    fn date(&mut self) -> String {
        let (month, day, hour, minute) = (self.below(12) + 1, self.below(28) + 1, self.below(24), self.below(60));
        format!("2025-{month:02}-{day:02}T{hour:02}:{minute:02}:07+00:00")
    }

    fn role(&mut self, index: usize) -> Value {
        let name = role_name(index);
        let inline: Vec<Value> = (0..=self.below(2))
            .map(|own| json!({ "PolicyName": format!("{name}-inline-{own}"), "PolicyDocument": self.permissions(2) }))
            .collect();
        let attached: Vec<Value> = (0..self.below(4))
            .map(|_| {
                let name = managed_name(self.below(MANAGED));
                json!({ "PolicyName": name, "PolicyArn": format!("arn:aws:iam::{ACCOUNT}:policy/{name}") })
            })
            .collect();
        let trust = self.trust(&name);
        json!({
            "Path": "/",
            "RoleName": name,
            "RoleId": self.id("AROA"),
            "Arn": format!("arn:aws:iam::{ACCOUNT}:role/{name}"),
            "CreateDate": self.date(),
            "AssumeRolePolicyDocument": self.document(trust),
            "InstanceProfileList": [],
            "RolePolicyList": inline,
            "AttachedManagedPolicies": attached,
            "Tags": [
                { "Key": "team", "Value": name.split('-').next() },
                { "Key": "cost-center", "Value": self.below(10_000).to_string() },
            ],
            "RoleLastUsed": { "LastUsedDate": self.date(), "Region": "eu-west-1" },
        })
    }

    fn managed(&mut self, index: usize) -> Value {
        let name = managed_name(index);
        json!({
            "PolicyName": name,
            "PolicyId": self.id("ANPA"),
            "Arn": format!("arn:aws:iam::{ACCOUNT}:policy/{name}"),
            "Path": "/",
            "DefaultVersionId": "v1",
            "AttachmentCount": 40,
            "PermissionsBoundaryUsageCount": 0,
            "IsAttachable": true,
            "CreateDate": self.date(),
            "UpdateDate": self.date(),
            "PolicyVersionList": [{
                "Document": self.permissions(4),
                "VersionId": "v1",
                "IsDefaultVersion": true,
                "CreateDate": self.date(),
            }],
        })
    }

    fn trust(&mut self, name: &str) -> Value {
        let (principal, action, condition) = match self.below(4) {
            0 => (json!({ "Service": "lambda.amazonaws.com" }), "sts:AssumeRole", None),
            1 => (json!({ "Service": "ec2.amazonaws.com" }), "sts:AssumeRole", None),
            2 => {
                let account = 210_000_000_000 + self.below(1_000_000_000);
                let id = self.id("ext-");
                let condition = json!({ "StringEquals": { "sts:ExternalId": id } });
                (json!({ "AWS": format!("arn:aws:iam::{account}:root") }), "sts:AssumeRole", Some(condition))
            }
            _ => {
                let host = "token.actions.githubusercontent.com";
                let condition = json!({
                    "StringEquals": { format!("{host}:aud"): "sts.amazonaws.com" },
                    "StringLike": { format!("{host}:sub"): format!("repo:example/{name}:ref:refs/heads/*") },
                });
                let provider = format!("arn:aws:iam::{ACCOUNT}:oidc-provider/{host}");
                (json!({ "Federated": provider }), "sts:AssumeRoleWithWebIdentity", Some(condition))
            }
        };
        let mut statement = json!({ "Effect": "Allow", "Principal": principal, "Action": action });
        if let Some(condition) = condition {
            statement["Condition"] = condition;
        }
        json!({ "Version": "2012-10-17", "Statement": [statement] })
    }

    fn permissions(&mut self, most: usize) -> Value {
        let statements: Vec<Value> = (0..=self.below(most)).map(|index| self.statement(index)).collect();
        self.document(json!({ "Version": "2012-10-17", "Statement": statements }))
    }

    fn statement(&mut self, index: usize) -> Value {
        let service = self.below(self.services.len());
        let count = 2 + self.below(8);
        let actions: Vec<String> = (0..count)
            .map(|_| {
                let action = self.below(self.services[service].1.len());
                let (prefix, actions) = &self.services[service];
                format!("{prefix}:{}", actions[action])
            })
            .collect();
        let prefix = self.services[service].0.clone();
        let resources: Vec<String> = (0..=self.below(3))
            .map(|_| {
                format!("arn:aws:{prefix}:eu-west-1:{ACCOUNT}:item/{}-{:05}/*", self.id("n").to_lowercase(), self.below(100_000))
            })
            .collect();
        let mut statement = json!({ "Sid": format!("Part{index}"), "Effect": "Allow", "Action": actions, "Resource": resources });
        if self.below(5) == 0 {
            let tag = format!("team-{}", self.below(50));
            statement["Condition"] = json!({ "StringEquals": { "aws:ResourceTag/team": [tag, "${aws:PrincipalTag/team}"], "aws:RequestedRegion": "eu-west-1" } });
        }
        statement
    }

    fn document(&self, document: Value) -> Value {
        if self.encoded { Value::String(percent_encoded(&document.to_string())) } else { document }
    }
}

fn managed_name(index: usize) -> String {
    format!("shared-permissions-{index:04}")
}

/// As IAM's API encodes documents: all but letters, digits and `-_.~`.
fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len() * 2);
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // a string takes any write
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}
