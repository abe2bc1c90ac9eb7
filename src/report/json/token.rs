//! A token for programs: its claims, and what AWS sees of them. Of its text there is no more than the digest.

use serde_json::{Value, json};

use super::super::Inspected;
use super::{VERSION, page};
use crate::identity::{Becomes, Claim, Claims, Signature, Taker, Times};
use crate::reference::{self, IssuerKey};

/// What is to be told of a token.
pub fn token(inspected: &Inspected<'_>) -> String {
    let token = inspected.token;
    let issuer = token.host().map(|host| {
        let known = reference::issuer(host);
        json!({
            "host": host,
            "id": known.map(|own| &own.id),
            "name": known.map(|own| &own.name),
            "shared": known.map(|own| own.is_shared),
        })
    });
    let kid = match &token.signature {
        Signature::Verified(id) | Signature::KeyMissing(id) => id.as_deref(),
        _ => None,
    };
    let traded = inspected.traded.iter().flat_map(|(host, keys)| {
        keys.iter().map(move |(name, value)| json!({ "key": format!("{host}:{name}"), "value": value }))
    });
    let uses = inspected.uses.iter().map(|own| json!({ "by": taker(own.taker), "takes": own.takes, "text": own.text }));
    page(&json!({
        "version": VERSION,
        "token": {
            "kind": token.kind.name(),
            "digest": token.digest,
            "issuer": issuer,
            "signature": { "state": token.signature.name(), "kid": kid, "text": token.signature.to_string() },
            "times": { "state": state(inspected.times), "text": inspected.times.to_string() },
            "claims": inspected.claims.iter().map(|own| seen(token.host(), own)).collect::<Vec<_>>(),
            "traded": traded.collect::<Vec<_>>(),
            "uses": uses.collect::<Vec<_>>(),
        },
    }))
}

fn seen(host: Option<&str>, (name, claim, becomes): &(&str, &Claim, Option<Becomes>)) -> Value {
    let key = |own: &IssuerKey| {
        json!({
            "key": format!("{}:{}", host.unwrap_or_default(), own.name),
            "type": own.kind.aws_name(),
            "multivalued": own.many,
            "inSession": own.in_session,
        })
    };
    let (state, keys, why) = match becomes {
        None => ("nothing", Vec::new(), None),
        Some(Becomes::Keys(keys)) => ("keys", keys.iter().map(|own| key(own)).collect(), None),
        Some(Becomes::ReadBySts(purpose)) => ("read-by-sts", Vec::new(), Some(*purpose)),
        Some(Becomes::Nothing(why)) => ("nothing", Vec::new(), Some(why.as_str())),
        Some(Becomes::Unclear { key: own, why }) => ("unclear", vec![key(own)], Some(*why)),
    };
    json!({ "name": name, "value": value(claim), "becomes": state, "keys": keys, "why": why })
}

pub(super) fn value(claim: &Claim) -> Value {
    match claim {
        Claim::Null | Claim::Unknown(_) => Value::Null,
        Claim::Bool(value) => json!(value),
        // a number that JSON's own reader does not take stands as the text it is
        Claim::Number(digits) => serde_json::from_str(digits).unwrap_or_else(|_| json!(digits)),
        Claim::Text(text) => json!(text),
        Claim::List(list) => list.iter().map(value).collect(),
        Claim::Map(map) => Value::Object(members(map)),
    }
}

fn members(map: &Claims) -> serde_json::Map<String, Value> {
    map.iter().map(|(name, claim)| (name.to_owned(), value(claim))).collect()
}

fn state(times: Times) -> &'static str {
    match times {
        Times::Good { .. } => "good",
        Times::Late(_) => "late",
        Times::Expired(_) => "expired",
        Times::NotYet(_) => "not-yet",
        Times::Within { .. } => "within-tolerance",
        Times::Malformed(_) => "malformed",
        Times::None => "none",
    }
}

fn taker(taker: Taker) -> &'static str {
    match taker {
        Taker::IdentityPools => "identity-pools",
        Taker::Sts => "sts",
    }
}
