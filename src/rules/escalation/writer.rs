//! Who writes the policy of a resource has what it can give.

use super::holder::Holder;
use crate::finding::{Finding, Severity};
use crate::lint::Rule;

pub(super) static RULE: Rule = Rule {
    name: "policy-writer-gains-access",
    severity: Severity::Low,
    page: include_str!("../../../rules/escalation/policy-writer-gains-access.md"),
};

/// What writes a policy, and what the policy can give that its writer may not have.
const PAIRS: [(&str, &str); 9] = [
    ("s3:PutBucketPolicy", "s3:GetObject"),
    ("kms:PutKeyPolicy", "kms:Decrypt"),
    ("secretsmanager:PutResourcePolicy", "secretsmanager:GetSecretValue"),
    ("sqs:SetQueueAttributes", "sqs:ReceiveMessage"),
    ("sns:SetTopicAttributes", "sns:Publish"),
    ("lambda:AddPermission", "lambda:InvokeFunction"),
    ("ecr:SetRepositoryPolicy", "ecr:BatchGetImage"),
    ("dynamodb:PutResourcePolicy", "dynamodb:GetItem"),
    ("backup:PutBackupVaultAccessPolicy", "backup:CopyFromBackupVault"),
];

/// Tells it where what could be given is not allowed on anything, and so was kept back.
pub(super) fn check(holder: &Holder<'_, '_>, findings: &mut Vec<Finding>) {
    for (writes, gives) in PAIRS.iter().filter(|(writes, gives)| holder.mentions(writes) && !holder.mentions(gives)) {
        let Some(place) = holder.allows_listed(writes) else { continue };
        findings.push(Finding {
            help: Some(format!("leave `{writes}` to administrators")),
            ..RULE.finding(
                format!("{} has no `{gives}`, and can get it by `{writes}`", holder.title()),
                place,
                "writes the policy",
            )
        });
    }
}
