//! Claims beside `sub` that tell the same as a part of it, so that a made-up token is one that its issuer could make.

use super::{sample, with_claims, without_claim};
use crate::identity::{Claim, Claims};
use crate::simulate::{Presented, Subject};

/// The claims of a token with another subject.
pub(super) fn follow(token: &Presented, old: &Subject<'_>, new: &Subject<'_>) -> Claims {
    let mut claims = with_claims(&token.claims, [("sub", Claim::Text(new.write()))]);
    let value = |own: &Subject<'_>, part: &str| own.part(part).map(str::to_owned);
    for (part, names, id) in FOLLOWING {
        let (before, after) = (value(old, part), value(new, part));
        if before == after {
            continue;
        }
        for name in names {
            match (&after, token.claims.text(name)) {
                (Some(after), Some(_)) => claims.set(*name, Claim::Text(after.clone())),
                (None, Some(_)) => claims = without_claim(&claims, name),
                (_, None) => {}
            }
        }
        if let Some(own) = id.and_then(|id| Some((id, token.claims.text(id)?))) {
            claims.set(own.0, Claim::Text(sample("some-id", own.1)));
        }
    }
    if let (Some(owner), Some(repository)) = (new.part("owner"), new.part("repository")) {
        of_repository(token, old, (owner, repository), &mut claims);
    }
    if token.claims.text("ref").is_some() {
        let reference = match (new.part("branch"), new.part("tag"), new.form.id.as_str()) {
            (Some(branch), ..) => Some(format!("refs/heads/{branch}")),
            (_, Some(tag), _) => Some(format!("refs/tags/{tag}")),
            (.., "pull-request") => Some("refs/pull/1/merge".to_owned()),
            _ => None,
        };
        // GitLab's claim is the bare name
        let bare = old.part("project-path").and_then(|_| new.part("branch").or(new.part("tag"))).map(str::to_owned);
        if let Some(reference) = bare.or(reference) {
            claims.set("ref", Claim::Text(reference));
        }
    }
    claims
}

/// Parts of subjects, with the claims of the same value, and the claim that is an id for it.
const FOLLOWING: [(&str, &[&str], Option<&str>); 9] = [
    ("owner", &["repository_owner"], Some("repository_owner_id")),
    ("owner-id", &["repository_owner_id"], None),
    ("repository", &[], Some("repository_id")),
    ("repository-id", &["repository_id"], None),
    ("environment", &["environment"], None),
    ("organization", &["organization_slug"], Some("organization_id")),
    ("pipeline", &["pipeline_slug"], Some("pipeline_id")),
    ("project-path", &["project_path"], Some("project_id")),
    ("branch", &["build_branch"], None),
];

fn of_repository(token: &Presented, old: &Subject<'_>, (owner, repository): (&str, &str), claims: &mut Claims) {
    let (Some(old_owner), Some(old_repository)) = (old.part("owner"), old.part("repository")) else { return };
    if token.claims.text("repository").is_some() {
        claims.set("repository", Claim::Text(format!("{owner}/{repository}")));
    }
    // another owner's repository has another id, whatever its name
    if owner != old_owner
        && let Some(id) = token.claims.text("repository_id")
    {
        claims.set("repository_id", Claim::Text(sample("some-id", id)));
    }
    let workflow = token.claims.text("job_workflow_ref");
    if let Some(rest) = workflow.and_then(|own| own.strip_prefix(&format!("{old_owner}/{old_repository}/"))) {
        claims.set("job_workflow_ref", Claim::Text(format!("{owner}/{repository}/{rest}")));
    }
}
