//! Who the holders of tokens are, as a phrase.

use super::Breadth;
use crate::reference::Issuer;

/// Who it is, as a phrase.
pub(super) fn tell(
    issuer: Option<&Issuer>,
    host: &str,
    (breadth, audience): (&Breadth, Option<&str>),
    given: &[(String, String)],
) -> String {
    let name = issuer.filter(|issuer| issuer.is_shared).map_or_else(|| format!("`{host}`"), |issuer| issuer.name.clone());
    let (owners, members) = words(issuer);
    let who = match breadth {
        Breadth::All if is_told_by_audience(issuer) && audience.is_some() => {
            format!("anyone with a token of {name} for `{}`", audience.unwrap_or_default())
        }
        Breadth::All if owners != "owner" || issuer.is_some_and(|issuer| issuer.id.starts_with("github")) => {
            format!("anyone with a token of {name}, of any {owners}")
        }
        Breadth::All => match audience {
            Some(audience) => format!("anyone with a token of {name} for `{audience}`"),
            None => format!("anyone with a token of {name}"),
        },
        Breadth::OfApplication(audience) if audience.is_empty() => {
            format!("anyone who signs in with {name} to an application of the provider's list")
        }
        Breadth::OfApplication(audience) => format!("anyone who signs in with {name} to `{audience}`"),
        Breadth::OwnersLike(pattern) => format!("any {owners} of {name} whose name fits `{pattern}`"),
        Breadth::OfOwner(owner) => match owner.split_once(' ') {
            Some((claim, id)) => format!("any {members} of the {owners} whose `{claim}` is `{id}`, of {name}"),
            None => match owner.split_once(":project:") {
                Some((organization, project)) => {
                    format!("any {members} of project `{project}` of {owners} `{organization}` of {name}")
                }
                None => format!("any {members} of {owners} `{owner}` of {name}"),
            },
        },
        Breadth::MembersLike(pattern) => format!("any {members} of {name} whose name fits `{pattern}`"),
        Breadth::OfMember { member, forms } => {
            let forms = forms.iter().map(|form| form.replace('-', " ")).collect::<Vec<_>>().join(", ");
            match member.split_once(' ') {
                Some((claim, id)) => format!("the {members} of {name} whose `{claim}` is `{id}`, by any {forms}"),
                None => format!("`{member}` of {name}, by any {forms}"),
            }
        }
        Breadth::Like(pattern) => format!("whoever has a token of {name} with a subject like `{pattern}`"),
        Breadth::Exactly(subject) => format!("the subject `{subject}` of {name}"),
        Breadth::OfAddress(address) if address.contains(['*', '?']) => {
            format!("whoever has a token of {name} with an `email` like `{address}`")
        }
        Breadth::OfAddress(address) => format!("whoever has a token of {name} with the `email` `{address}`"),
        Breadth::Other => format!("holders of tokens of {name}"),
    };
    let all: Vec<String> = given.iter().map(|(key, value)| format!("`{key}` `{value}`")).collect();
    if all.is_empty() { who } else { format!("{who}, with {}", all.join(", ")) }
}

/// What an issuer calls those to whom subjects belong, and what they have.
pub fn words(issuer: Option<&Issuer>) -> (&'static str, &'static str) {
    match issuer.map_or("", |issuer| issuer.id.as_str()) {
        "github" | "github-enterprise" => ("owner", "repository"),
        "gitlab" => ("group or user", "project"),
        "terraform-cloud" => ("organization", "workspace"),
        "buildkite" | "buildkite-other" => ("organization", "pipeline"),
        "upbound" => ("organization", "control plane"),
        "eks" => ("namespace", "service account"),
        "circleci" => ("project", "project"),
        // the issuer is the team's own
        "vercel" => ("project", "project"),
        "vercel-global" => ("team", "project"),
        _ => ("owner", "member"),
    }
}

fn is_told_by_audience(issuer: Option<&Issuer>) -> bool {
    issuer.is_some_and(|issuer| issuer.required == ["aud"])
}
