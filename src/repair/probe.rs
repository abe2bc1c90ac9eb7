//! The neighbours of a token: others that its issuer could make, to see whom an edit lets in beside.

mod claims;

use super::Admitted;
use crate::identity::{Claim, Claims};
use crate::reference;
use crate::simulate::{Presented, Subject};
use claims::follow;

/// Another token of the same issuer.
#[derive(Clone, Debug)]
pub struct Probe {
    /// Who holds it, as a phrase.
    pub who: String,
    /// Whether that may be a stranger: anybody can have such a token.
    pub stranger: bool,
    /// The token.
    pub token: Presented,
}

impl Probe {
    pub(super) fn admitted(&self) -> Admitted {
        Admitted { who: self.who.clone(), stranger: self.stranger }
    }
}

/// The neighbours of a token.
pub fn probes(token: &Presented) -> Vec<Probe> {
    let pool = token.claims.text("aud").filter(|pool| Presented::guest(pool).host == token.host);
    let mut probes = match pool {
        Some(pool) => of_pool(token, pool),
        None => of_issuer(token),
    };
    probes.extend(tags(token));
    probes.retain(|probe| probe.token != *token);
    probes
}

/// A GUID that is nobody's.
const STRANGER: &str = "9b7e4c20-51d6-4f83-a2c4-0e6f8d13b597";

fn of_pool(token: &Presented, pool: &str) -> Vec<Probe> {
    let region = pool.split(':').next().unwrap_or(pool);
    let strange = format!("{region}:{STRANGER}");
    let other = format!("cognito-idp.{region}.amazonaws.com/{region}_SomeOther");
    let amr: Vec<String> =
        token.claims.get("amr").map(|amr| amr.values().into_iter().map(Into::into).collect()).unwrap_or_default();
    let identity = format!("{region}:{STRANGER}");
    let with = |amr: Vec<String>| {
        token.with(with_claims(&token.claims, [("sub", Claim::Text(identity.clone())), ("amr", Claim::list(amr))]))
    };
    let probe = |who: &str, stranger: bool, token: Presented| Probe { who: who.to_owned(), stranger, token };
    let mut probes = Vec::new();
    if let [state, provider, user, ..] = amr.as_slice() {
        let somebody =
            user.rsplit_once(':').map_or_else(|| "somebody-else".to_owned(), |(before, _)| format!("{before}:somebody-else"));
        let who = format!("another user who signs in through `{provider}`");
        probes.push(Probe { who, stranger: false, token: with(vec![state.clone(), provider.clone(), somebody]) });
    }
    let signed_in =
        |provider: &str| vec!["authenticated".to_owned(), provider.to_owned(), format!("{provider}:CognitoSignIn:{STRANGER}")];
    probes.push(probe("a user who signs in to the identity pool through another provider", false, with(signed_in(&other))));
    probes.push(probe("any guest of the identity pool", true, with(vec!["unauthenticated".to_owned()])));
    let moved = |amr: Vec<String>| Presented::of_pool(&strange, amr, Some(&identity));
    if !amr.is_empty() {
        probes.push(probe("a user of a stranger's identity pool who signs in in the same way", true, moved(amr)));
    }
    probes.push(probe("a user of a stranger's identity pool", true, moved(signed_in(&other))));
    probes.push(probe("a guest of a stranger's identity pool", true, moved(vec!["unauthenticated".to_owned()])));
    probes
}

fn of_issuer(token: &Presented) -> Vec<Probe> {
    let issuer = reference::issuer(&token.host);
    let is_shared = issuer.is_some_and(|issuer| issuer.is_shared);
    let mut probes = Vec::new();
    let text = token.claims.text("sub");
    match text.and_then(|text| Subject::read(&token.host, text)) {
        Some(subject) => subjects(token, &subject, is_shared, &mut probes),
        None if text.is_some() => {
            let who = format!("the holder of a token of `{}` with another `sub`", token.host);
            for other in std::iter::once("somebody-else".to_owned()).chain(alike(text.unwrap_or_default())) {
                let claims = with_claims(&token.claims, [("sub", Claim::Text(other))]);
                probes.push(Probe { who: who.clone(), stranger: is_shared, token: token.with(claims) });
            }
        }
        None => {}
    }
    let others = [
        ("azp", "a token for another audience", false),
        ("aud", "a token for another audience", false),
        ("saml:aud", "an assertion for another audience", false),
        ("saml:sub", "another user of the provider", false),
        ("app_id", "a user of another application", true),
        ("user_id", "another user of the application", true),
        ("id", "another user of the application", true),
        ("actor", "the same run, started by somebody else", false),
        ("actor_id", "the same run, started by somebody else", false),
        ("job_workflow_ref", "another workflow of the same repository", false),
    ];
    for (claim, who, stranger) in others {
        let Some(own) = token.claims.text(claim) else { continue };
        // where a token says for whom it was authorized, its `aud` is no audience
        if claim == "aud" && token.claims.get("azp").is_some() {
            continue;
        }
        for other in std::iter::once(unlike(own)).chain(alike(own)) {
            let claims = with_claims(&token.claims, [(claim, Claim::Text(other))]);
            probes.push(Probe { who: who.to_owned(), stranger, token: token.with(claims) });
        }
    }
    probes
}

/// Tokens with other subjects: another value of each part, and each other form.
fn subjects(token: &Presented, subject: &Subject<'_>, is_shared: bool, probes: &mut Vec<Probe>) {
    let put = |other: &Subject<'_>| token.with(follow(token, subject, other));
    let first = subject.parts.first().map(|(name, _)| *name);
    for (name, value) in &subject.parts {
        let mut push = |who: String, stranger: bool, other: &str| {
            probes.push(Probe { who, stranger, token: put(&subject.with(name, other)) });
        };
        let mut others = vec![sample(name, value)];
        if let ("project-path", Some((group, project))) = (*name, value.rsplit_once('/')) {
            for other in std::iter::once(unlike("project")).chain(alike(project)) {
                push("a run of another project of the same group".to_owned(), false, &format!("{group}/{other}"));
            }
            others.extend(alike(group).map(|other| format!("{other}/{project}")));
        } else if *name != "phase" {
            others.extend(alike(value));
        }
        let stranger = (is_shared && first == Some(*name)) || *name == "owner-id";
        for other in others {
            push(who_of_part(name), stranger, &other);
        }
    }
    if subject.form.id == "pull-request" {
        let claims = with_claims(&token.claims, [("ref", Claim::Text("refs/pull/1000000/merge".to_owned()))]);
        let other = token.with(claims);
        probes.push(Probe { who: "a run for any other pull request".to_owned(), stranger: false, token: other });
    }
    let issuer = reference::issuer(&token.host);
    for form in issuer.into_iter().flat_map(|issuer| &issuer.subjects).filter(|form| form.id != subject.form.id) {
        let other = subject.in_form(form, |name| sample(name, ""));
        probes.push(Probe { who: who_of_form(&form.id), stranger: false, token: put(&other) });
    }
}

fn who_of_part(part: &str) -> String {
    let who = match part {
        "owner" => "a run in a repository of another organisation",
        "owner-id" => "a run in a repository of a later organisation of the same name",
        "repository" => "a run in another repository of the organisation",
        "repository-id" => "a run in a later repository of the same name",
        "branch" => "a run on another branch",
        "tag" => "a run on another tag",
        "environment" => "a run in another environment",
        "project" | "project-id" | "project-path" => "a run of another project",
        "organization" | "organization-id" => "a run of another organisation",
        "workspace" => "a run of another workspace",
        "phase" => "another phase of the run",
        "pipeline" => "a run of another pipeline",
        "ref" => "a run on another branch or tag",
        "commit" => "a run of another commit",
        "step" | "step-uuid" => "another step of the run",
        "repository-uuid" => "a run in another repository of the workspace",
        "environment-uuid" => "a run in another environment",
        "user-id" => "a run of another user",
        "namespace" => "a pod of another namespace",
        "service-account" => "a pod with another service account of the namespace",
        "user" => "another user",
        "team" => "another team",
        part => return format!("the holder of a token with another {}", part.replace('-', " ")),
    };
    who.to_owned()
}

fn who_of_form(form: &str) -> String {
    let who = match form {
        "branch" => "a run on a branch",
        "tag" => "a run on a tag",
        "environment" => "a run in an environment",
        "pull-request" => "a run for a pull request",
        form => return format!("the holder of a token whose subject is that of a {}", form.replace('-', " ")),
    };
    who.to_owned()
}

/// A value of a part of a subject other than this.
fn sample(part: &str, own: &str) -> String {
    match part {
        "phase" => if own == "plan" { "apply" } else { "plan" }.to_owned(),
        part if part.ends_with("-id") => if own == "900000001" { "900000002" } else { "900000001" }.to_owned(),
        _ => unlike(own),
    }
}

/// Texts that patterns of this one may take too: with something before or behind it, and with another character there.
fn alike(own: &str) -> impl Iterator<Item = String> {
    let other = |c: Option<char>| if c == Some('1') { '2' } else { '1' };
    let behind = |at: usize| own.char_indices().nth(at).map(|(index, _)| index);
    let first = behind(1).and_then(|index| own.get(index..)).map(|rest| format!("{}{rest}", other(own.chars().next())));
    let end = own.chars().next_back().map(char::len_utf8).and_then(|last| own.get(..own.len().checked_sub(last)?));
    let last = end.map(|start| format!("{start}{}", other(own.chars().next_back())));
    [Some(format!("{own}1")), Some(format!("1{own}")), first, last].into_iter().flatten()
}

/// A text other than this.
fn unlike(own: &str) -> String {
    if own == "something-else" { "somewhere-else" } else { "something-else" }.to_owned()
}

/// The same caller with other session tags, and with none.
fn tags(token: &Presented) -> Vec<Probe> {
    let values: Vec<_> = token.tags().collect();
    let others: Vec<(&str, String)> =
        values.iter().map(|(name, value)| (*name, unlike(value.values().next().unwrap_or_default()))).collect();
    if others.is_empty() {
        return Vec::new();
    }
    let others: Vec<(&str, &str)> = others.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let probe = |who: &str, token| Probe { who: who.to_owned(), stranger: false, token };
    vec![
        probe("somebody with other session tags", token.with_tags(&others)),
        probe("somebody without session tags", token.with_tags(&[])),
    ]
}

/// Claims with some of them set.
pub(super) fn with_claims<const N: usize>(claims: &Claims, set: [(&str, Claim); N]) -> Claims {
    let mut claims = claims.clone();
    for (name, claim) in set {
        claims.set(name, claim);
    }
    claims
}

/// Claims without one of them.
pub(super) fn without_claim(claims: &Claims, name: &str) -> Claims {
    let mut left = Claims::new();
    claims.iter().filter(|(own, _)| *own != name).for_each(|(own, claim)| left.set(own, claim.clone()));
    left
}
