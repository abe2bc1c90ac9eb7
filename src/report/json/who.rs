//! Who can take a role, for programs.

use serde_json::{Value, json};

use super::super::{Unread, WhoCan, who};
use super::token::value;
use super::{VERSION, append, not_readable, page, place};
use crate::identity::Claim;
use crate::reach::{Breadth, Distance, Kind, Sample, Taker};
use crate::source::Sources;

/// Who can take each of these roles, and what was taken for granted.
pub fn who(answers: &[WhoCan<'_, '_>], assumptions: &[String], unread: &[Unread], sources: &Sources) -> String {
    let roles: Vec<Value> = answers.iter().map(|answer| role(answer, sources)).collect();
    page(&json!({
        "version": VERSION,
        "level": "trust policy",
        "roles": roles,
        "assumptions": assumptions,
        "notReadable": not_readable(unread, sources),
    }))
}

fn role(answer: &WhoCan<'_, '_>, sources: &Sources) -> Value {
    let takers: Vec<Value> = answer.takers.takers.iter().map(|own| taker(own, sources)).collect();
    let open = answer.takers.open.iter().map(|own| {
        let mut value = json!({ "who": own.who, "why": who::doubt(own, answer.role.trust.as_ref()) });
        if let Some(span) = who::place(&own.doubt) {
            append(&mut value, place(span, sources));
        }
        value
    });
    let refused = answer.takers.refused.as_ref().zip(answer.role.trust.as_ref());
    json!({
        "role": answer.title,
        "arn": answer.role.arn.as_ref().and_then(|arn| arn.known()),
        "trustPolicy": answer.role.trust.as_ref().map(|policy| place(policy.range, sources)),
        "refused": refused.map(|(fault, policy)| who::refusal(fault, policy, sources)),
        "takers": takers,
        "open": open.collect::<Vec<_>>(),
    })
}

fn taker(taker: &Taker<'_, '_>, sources: &Sources) -> Value {
    let sample = match &taker.sample {
        Sample::Token(token) => json!({ "token": value(&Claim::Map(token.claims.clone())) }),
        Sample::Principal(principal) => json!({ "principal": principal }),
    };
    let given: Vec<Value> = taker.given.iter().map(|(key, value)| json!({ "key": key, "value": value })).collect();
    let mut told = json!({
        "who": taker.who,
        "kind": kind(&taker.kind),
        "distance": match taker.distance {
            Distance::Anyone => "anyone",
            Distance::Other => "other-account",
            Distance::Known => "known",
        },
        "call": taker.call,
        "witness": sample,
        "given": given,
        "statement": taker.statement.index + 1,
    });
    append(&mut told, place(taker.place.unwrap_or_else(|| taker.statement.place()), sources));
    told
}

fn kind(kind: &Kind) -> Value {
    match kind {
        Kind::Guest(pool) => json!({ "name": "guest", "pool": pool }),
        Kind::SignedIn(pool) => json!({ "name": "signed-in", "pool": pool }),
        Kind::ForeignPool { across_accounts } => json!({ "name": "foreign-pool", "acrossAccounts": across_accounts }),
        Kind::Subject { host, breadth } => {
            let (name, what) = match breadth {
                Breadth::All => ("all", None),
                Breadth::OfApplication(audience) => ("application", Some(audience)),
                Breadth::OwnersLike(pattern) => ("owners-like", Some(pattern)),
                Breadth::OfOwner(owner) => ("owner", Some(owner)),
                Breadth::MembersLike(pattern) => ("members-like", Some(pattern)),
                Breadth::OfMember { member, .. } => ("member", Some(member)),
                Breadth::Like(pattern) => ("subjects-like", Some(pattern)),
                Breadth::Exactly(subject) => ("subject", Some(subject)),
                Breadth::OfAddress(address) => ("address", Some(address)),
                Breadth::Other => ("other", None),
            };
            json!({ "name": "subject", "issuer": host, "breadth": name, "of": what })
        }
        Kind::Saml => json!({ "name": "saml" }),
        Kind::Principal => json!({ "name": "principal" }),
        Kind::Service => json!({ "name": "service" }),
        Kind::Unnamed => json!({ "name": "unnamed" }),
    }
}
