//! An identity pool that takes the tokens of every customer of an issuer.

use crate::finding::{Finding, Label, Severity, Witness};
use crate::identity::{Claim, Claims, IdentityPool, MappingType, Token};
use crate::inventory::Inventory;
use crate::lint::{Facts, Rule};
use crate::policy::Instant;
use crate::reach::client::short;
use crate::reference::{self, Issuer};
use crate::simulate::{Flow, Login, Outcome, Question, simulate};
use crate::syntax::Text;

pub(super) static RULE: Rule = Rule {
    name: "shared-issuer-in-pool",
    severity: Severity::High,
    page: include_str!("../../../rules/cognito/shared-issuer-in-pool.md"),
};

pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Vec<Finding>) {
    for pool in &facts.inventory.identity_pools {
        findings.extend(pool.oidc.iter().filter_map(|provider| of_provider(facts, pool, provider)));
    }
}

fn of_provider(facts: &Facts<'_, '_>, pool: &IdentityPool<'_>, provider: &Text<'_>) -> Option<Finding> {
    let arn = provider.known()?;
    let (_, host) = arn.split_once(":oidc-provider/")?;
    // where the audience is a customer's own, as at Google, nobody else gets a token for it
    let by_claims = |issuer: &&Issuer| issuer.required.iter().any(|key| key != "aud") && !issuer.subjects.is_empty();
    let issuer = reference::issuer(host).filter(by_claims)?;
    let token = stranger(facts.inventory, (pool, arn), (issuer, host));
    // INVARIANT: the token never expires, so that no finding hangs on the time
    let question =
        Question { pool: pool.id.known(), flow: Flow::Enhanced, ..Question::new(Login::Token(&token), Instant::from_seconds(0)) };
    let simulation = simulate(facts.world(), &question);
    let role = simulation.role.as_ref().filter(|_| simulation.outcome == Outcome::Allowed)?;
    let (name, given) = (&issuer.name, role.name.as_str());
    let mut finding = RULE.finding(
        format!("the pool takes the tokens of every customer of {name}, and a stranger there gets `{}`", short(given)),
        provider.span(),
        "shared by many customers",
    );
    let map = facts.inventory.role_map(pool);
    let default = map.and_then(|map| map.authenticated.as_ref()).filter(|own| own.known() == Some(given));
    finding.related.extend(default.map(|own| Label::new(own.span(), "what he gets")));
    finding.help = Some(format!(
        "map the provider by rules with `Deny`, each on a claim that only your own tokens at {name} hold; or make session tags of such claims, and let \
         the trust policies of the roles ask for them with `aws:RequestTag/…`"
    ));
    finding.witness = Some(Witness { who: format!("a stranger at {name}"), claims: token.claims.to_json() });
    Some(finding)
}

/// The token of somebody else at an issuer, for an application that the pool takes. What the pool looks at, it has.
fn stranger(inventory: &Inventory<'_>, (pool, arn): (&IdentityPool<'_>, &str), (issuer, host): (&'static Issuer, &str)) -> Token {
    let mut claims = Claims::new();
    let text = |text: &str| Claim::Text(text.to_owned());
    let client = inventory.oidc_provider(arn).and_then(|own| own.clients.first()).and_then(|client| client.known());
    let usual = issuer.audience.as_deref().filter(|usual| !usual.contains('{'));
    claims.set("iss", text(&format!("https://{host}")));
    claims.set("aud", text(client.or(usual).unwrap_or("sts.amazonaws.com")));
    let form = issuer.subjects.first().map_or("", |form| form.form.as_str());
    claims.set("sub", text(&filled(form)));
    for (key, form) in issuer.keys.iter().filter_map(|key| Some((key, key.forms.first()?))) {
        claims.set(key.name.as_str(), text(&filled(form)));
    }
    let map = inventory.role_map(pool).into_iter().flat_map(|map| &map.mappings).filter(|own| own.provider.known() == Some(arn));
    let of_rules = map.flat_map(|mapping| match &mapping.kind {
        MappingType::Rules(rules) => rules.iter().filter_map(|rule| rule.claim()).collect(),
        MappingType::Token | MappingType::Unknown => Vec::new(),
    });
    let tags = inventory.tag_map(pool, arn).into_iter().flat_map(|map| &map.tags);
    for claim in of_rules.chain(tags.filter_map(|(_, claim)| claim.known())) {
        if claims.get(claim).is_none() {
            claims.set(claim, text(STRANGER));
        }
    }
    Token::from_claims(claims)
}

/// A form of subjects with a stranger's name for each of its parts.
fn filled(form: &str) -> String {
    let mut parts = form.split('{');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        text.push_str(STRANGER);
        text.push_str(part.split_once('}').map_or("", |(_, behind)| behind));
    }
    text
}

const STRANGER: &str = "mallory";
