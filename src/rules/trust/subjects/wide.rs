//! All that somebody has gets in, or all that happens in one repository.

use super::{Check, Opening};
use crate::finding::{Finding, Severity};
use crate::identity::Claim;
use crate::lint::Rule;
use crate::reach::{Breadth, words};
use crate::simulate::Presented;

static WHOLE_ORGANIZATION_RULE: Rule = Rule {
    name: "whole-organization",
    severity: Severity::Low,
    page: include_str!("../../../../rules/trust/whole-organization.md"),
};

static ANY_CONTEXT_RULE: Rule = Rule {
    name: "any-context-of-repository",
    severity: Severity::Low,
    page: include_str!("../../../../rules/trust/any-context-of-repository.md"),
};

static PLAN_CAN_APPLY_RULE: Rule =
    Rule { name: "plan-can-apply", severity: Severity::Medium, page: include_str!("../../../../rules/trust/plan-can-apply.md") };

pub(super) const WHOLE_ORGANIZATION: Check = Check { rule: &WHOLE_ORGANIZATION_RULE, run: whole_organization };
pub(super) const ANY_CONTEXT: Check = Check { rule: &ANY_CONTEXT_RULE, run: any_context };
pub(super) const PLAN_CAN_APPLY: Check = Check { rule: &PLAN_CAN_APPLY_RULE, run: plan_can_apply };

/// All that an owner has.
fn whole_organization(opening: &Opening<'_, '_, '_>) -> Option<Finding> {
    let Breadth::OfOwner(_) = opening.breadth else { return None };
    if opening.is_narrowed() {
        return None;
    }
    let (_, members) = words(opening.issuer());
    let help = match opening.form() {
        Some(form) => format!("name the {members} in `{}`, as `{form}`", opening.key("sub")),
        None => format!("name the {members} in `{}`", opening.key("sub")),
    };
    Some(opening.finding(&WHOLE_ORGANIZATION_RULE, opening.message(), opening.place("takes all of the owner's"), help))
}

/// All that happens in a repository: at GitHub the branches and pull requests, at GitLab the branches that nobody protects.
fn any_context(opening: &Opening<'_, '_, '_>) -> Option<Finding> {
    let Breadth::OfMember { forms, .. } = opening.breadth else { return None };
    let has = |id: &str| forms.iter().any(|form| form == id);
    let (is_wide, help) = if opening.is_issuer("github") {
        let help = format!(
            "end `{}` with what is to have this role: `:environment:ENVIRONMENT`, or `:ref:refs/heads/BRANCH`",
            opening.key("sub")
        );
        (has("branch") && has("pull-request"), help)
    } else {
        let help =
            format!("end `{}` with the branch, or ask for `true` in `{}`", opening.key("sub"), opening.key("ref_protected"));
        (has("branch") && opening.is_issuer("gitlab"), help)
    };
    if !is_wide || opening.is_narrowed() {
        return None;
    }
    let label = "takes whatever happens there";
    let mut finding = opening.finding(&ANY_CONTEXT_RULE, opening.message(), opening.place(label), help);
    if let (Some(witness), Some(pull_request)) = (&mut finding.witness, pull_request(opening)) {
        witness.claims = pull_request;
    }
    Some(finding)
}

/// The token of a pull request of the same repository, where that gets in.
fn pull_request(opening: &Opening<'_, '_, '_>) -> Option<String> {
    let subject = opening.token.claims.text("sub")?;
    let (repository, _) = subject.strip_prefix("repo:")?.split_once(':')?;
    let mut claims = opening.token.claims.clone();
    claims.set("sub", Claim::Text(format!("repo:{repository}:pull_request")));
    let token = Presented::new(opening.host, claims);
    opening.takes(&token).then(|| token.claims.to_json())
}

/// A run of HCP Terraform that only plans gets what one that applies gets.
fn plan_can_apply(opening: &Opening<'_, '_, '_>) -> Option<Finding> {
    if !opening.is_issuer("terraform-cloud") || opening.is_anyone() {
        return None;
    }
    let subject = opening.token.claims.text("sub")?;
    let (run, _) = subject.rsplit_once(":run_phase:")?;
    let of_phase = |phase: &str| {
        let mut claims = opening.token.claims.clone();
        claims.set("sub", Claim::Text(format!("{run}:run_phase:{phase}")));
        Presented::new(opening.host, claims)
    };
    let (plan, apply) = (of_phase("plan"), of_phase("apply"));
    if !opening.takes(&plan) || !opening.takes(&apply) {
        return None;
    }
    let workspace = run.rsplit(':').next().unwrap_or(run);
    let message =
        format!("{} lets in a run of workspace `{workspace}` that plans like one that applies", opening.taker.statement.title());
    let help = "give plans a role of their own that can only read: `TFC_AWS_PLAN_ROLE_ARN` and `TFC_AWS_APPLY_ROLE_ARN` of the workspace \
                name the two, and each ends its subject with its phase"
        .to_owned();
    let mut finding = opening.finding(&PLAN_CAN_APPLY_RULE, message, opening.place("takes both phases"), help);
    if let Some(witness) = &mut finding.witness {
        witness.who = format!("a run of workspace `{workspace}` that plans");
        witness.claims = plan.claims.to_json();
    }
    Some(finding)
}
