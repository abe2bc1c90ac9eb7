//! A token for people: what it is, what takes it, and which of its claims a policy can see.

use super::super::text::{self, Colour};
use super::super::{Inspected, Look};
use super::page::{Page, pad};
use crate::identity::{Becomes, Claim, Signature, Taker, Times, Token, TokenKind};
use crate::policy::Instant;
use crate::reference;
use crate::simulate::GateState;
use crate::source::Sources;

/// What is to be told of a token.
pub fn token(inspected: &Inspected<'_>, look: Look) -> String {
    let mut page = Page { out: String::new(), sources: &Sources::new(), look };
    let title = page.paint(&title(inspected.token), Colour::Bold).into_owned();
    page.line(&title);
    page.out.push('\n');
    page.about(inspected);
    page.uses(inspected);
    if inspected.uses.iter().any(|own| own.takes) {
        page.traded(inspected);
        page.keys(inspected);
        page.rest(inspected);
    } else {
        let claims = inspected.claims.iter().map(|(name, claim, _)| Row::new(*name, shown(name, claim)));
        page.rows("claims, which no policy sees where nothing takes the token", &claims.collect::<Vec<_>>());
    }
    page.out
}

/// Names that are wider do not push the rest of every line away.
const WIDEST: usize = 32;

/// A name with its value, and a remark on it.
struct Row {
    name: String,
    value: String,
    remark: Option<String>,
}

impl Row {
    fn new(name: impl Into<String>, value: String) -> Self {
        Self { name: name.into(), value, remark: None }
    }

    fn remark(self, remark: Option<String>) -> Self {
        Self { remark, ..self }
    }
}

impl Page<'_> {
    fn about(&mut self, inspected: &Inspected<'_>) {
        let token = inspected.token;
        let signature = match token.signature {
            Signature::Verified(_) => GateState::Pass,
            Signature::Bad(_) | Signature::Unsigned | Signature::SharedSecret | Signature::WrongAlgorithm => GateState::Fail,
            Signature::KeyMissing(_) | Signature::Unsupported(_) => GateState::Unknown,
            Signature::Claims | Signature::NotChecked => GateState::Skipped,
        };
        let times = match inspected.times {
            Times::Good { .. } | Times::Late(_) => GateState::Pass,
            Times::Expired(_) | Times::Malformed(_) => GateState::Fail,
            Times::NotYet(_) | Times::Within { .. } => GateState::Unknown,
            Times::None => GateState::Skipped,
        };
        self.step(signature, "signature", COLUMN, &text::escape(&token.signature.to_string()));
        self.step(times, "time", COLUMN, &inspected.times.to_string());
        if let Some(digest) = &token.digest {
            self.step(GateState::Skipped, "digest", COLUMN, digest);
        }
    }

    fn uses(&mut self, inspected: &Inspected<'_>) {
        self.heading("what takes such tokens");
        for own in &inspected.uses {
            let state = if own.takes { GateState::Pass } else { GateState::Fail };
            let name = match own.taker {
                Taker::IdentityPools => "identity pools",
                Taker::Sts => "STS",
            };
            self.step(state, name, "identity pools".len(), &text::escape(&own.text));
        }
    }

    fn traded(&mut self, inspected: &Inspected<'_>) {
        let Some((host, keys)) = &inspected.traded else { return };
        let title = format!("condition keys where an identity pool trades it for a token of its own: `{host}:`…");
        self.rows(&title, &keys.each_ref().map(|(name, value)| Row::new(*name, value.clone())));
    }

    fn keys(&mut self, inspected: &Inspected<'_>) {
        let host = inspected.token.host().unwrap_or_default();
        let direct = if inspected.traded.is_some() { " where it goes to STS as it is" } else { "" };
        let mut rows = Vec::new();
        let mut stay = Vec::new();
        for (name, claim, becomes) in &inspected.claims {
            let (keys, why) = match becomes {
                Some(Becomes::Keys(keys)) => (keys.as_slice(), None),
                Some(Becomes::Unclear { key, why }) => (std::slice::from_ref(key), Some(*why)),
                _ => continue,
            };
            for key in keys {
                let from = (key.name != *name).then(|| format!("from `{name}`"));
                let remark = why.map(str::to_owned).or(from);
                rows.push(Row::new(key.name.as_str(), shown(name, claim)).remark(remark));
                stay.extend(key.in_session.then(|| format!("`{}`", key.name)));
            }
        }
        self.rows(&format!("condition keys{direct}: `{}:`…", text::escape(host)), &rows);
        if !rows.is_empty() {
            let session = format!("later requests of the session hold of these: {}", stay.join(", "));
            self.hanging(
                "    ",
                "    ",
                if stay.is_empty() { "later requests of the session hold none of these" } else { &session },
            );
        }
    }

    /// What STS reads for its own ends, and what no policy sees.
    fn rest(&mut self, inspected: &Inspected<'_>) {
        let known = inspected.token.host().and_then(reference::issuer);
        let instead = |name: &str| {
            let found = known?.not_keys.iter().find(|(own, instead)| own == name && !instead.is_empty());
            found.map(|(_, instead)| instead.clone())
        };
        let (mut read, mut unseen) = (Vec::new(), Vec::new());
        for (name, claim, becomes) in &inspected.claims {
            let row = Row::new(*name, shown(name, claim));
            match becomes {
                Some(Becomes::Keys(_) | Becomes::Unclear { .. }) => {}
                Some(Becomes::ReadBySts(purpose)) => read.push(row.remark(Some((*purpose).to_owned()))),
                Some(Becomes::Nothing(_)) | None => unseen.push(row.remark(instead(name))),
            }
        }
        self.rows("what STS reads for itself", &read);
        self.rows("what no policy sees", &unseen);
    }

    fn rows(&mut self, title: &str, rows: &[Row]) {
        if rows.is_empty() {
            return;
        }
        self.heading(title);
        let width = |row: &Row| text::width(&text::escape(&row.name));
        let column = rows.iter().map(width).filter(|&width| width <= WIDEST).max().unwrap_or(0);
        for row in rows {
            let head = format!("    {}  ", pad(&text::escape(&row.name), column));
            let remark = row.remark.as_ref().map_or_else(String::new, |remark| format!(" ({remark})"));
            self.hanging(&head, &head, &text::escape(&format!("{}{remark}", row.value)));
        }
    }
}

const COLUMN: usize = "signature".len();

fn title(token: &Token) -> String {
    let host = token.host().unwrap_or_default();
    let pool = text::escape(host.rsplit('/').next().unwrap_or(host)).into_owned();
    let audience = || text::escape(token.claims.text("aud").unwrap_or("(no `aud`)")).into_owned();
    match token.kind {
        TokenKind::UserPoolId => format!("an ID token of the user pool `{pool}`"),
        TokenKind::UserPoolAccess => format!("an access token of the user pool `{pool}`"),
        TokenKind::IdentityPool => format!("a token of the identity pool `{}`", audience()),
        TokenKind::Oidc => match reference::issuer(host) {
            Some(issuer) => format!("a token of {} (`{}`)", issuer.name, text::escape(host)),
            None => format!("a token of `{}`", text::escape(host)),
        },
        TokenKind::NoIssuer => "claims without an issuer".to_owned(),
    }
}

/// The value of a claim; a time as such.
fn shown(name: &str, claim: &Claim) -> String {
    match (name, claim) {
        ("exp" | "iat" | "nbf" | "auth_time", Claim::Number(digits)) => {
            digits.parse().map_or_else(|_| digits.clone(), |seconds| Instant::from_seconds(seconds).to_string())
        }
        (_, Claim::Null) => "null".to_owned(),
        (_, Claim::Unknown(why)) => format!("not known: {why}"),
        (_, Claim::Map(map)) => map.to_json(),
        _ => claim.values().join(", "),
    }
}
