//! Laws of the simulation, on set-ups and logins that nobody thought of. Inputs are texts as the AWS CLI prints them.

use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use rolecall::identity::{Claim, Claims, Token};
use rolecall::inventory::Inventory;
use rolecall::policy::Instant;
use rolecall::simulate::{Access, Flow, GateKind, GateState, Login, Outcome, Question, Simulation};
use serde_json::{Value, json};

use crate::support::{self, simulate};

const USER_POOL: &str = "eu-west-1_Pool";
const HOST: &str = "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Pool";
const CLIENT: &str = "client";
const IDENTITY_POOL: &str = "eu-west-1:00000000-0000-4000-8000-000000000000";
const ROLES: usize = 4;

/// A user pool with groups, and an identity pool with roles.
#[derive(Clone, Debug)]
struct Setup {
    groups: Vec<Group>,
    /// Of the roles: signed-in users, guests.
    defaults: [Option<usize>; 2],
    guests: bool,
    classic: Option<bool>,
    mapping: Option<Mapping>,
    /// The trust policy of each role, by number.
    trusts: Vec<usize>,
}

#[derive(Clone, Debug)]
struct Group {
    role: Option<usize>,
    precedence: Option<u32>,
}

#[derive(Clone, Debug)]
struct Mapping {
    /// Claim, match type, value, role; none for a mapping of type `Token`.
    rules: Option<Vec<(String, String, String, usize)>>,
    ambiguous: Option<&'static str>,
    /// Whether it is for the app client of the login.
    this_client: bool,
}

/// Who signs in, and how credentials are asked for.
#[derive(Clone, Debug)]
struct Ask {
    login: Who,
    flow: Flow,
    custom_role: Option<usize>,
    role: Option<usize>,
    access: bool,
}

#[derive(Clone, Debug)]
enum Who {
    Guest,
    Developer,
    /// A member of these groups, by number.
    Member(Vec<usize>),
    /// The holder of a token with these claims.
    Claims(Vec<(String, Claim)>),
}

/// What the identity pool must answer to a member, as AWS's guide tells it: written anew, and without a word of the simulator.
#[derive(PartialEq, Eq, Debug)]
enum Expected {
    Role(usize),
    Refused,
    /// AWS does not say.
    Open,
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_login_gets_an_answer(setup in any_setup(), ask in any_ask()) {
        answer(&setup, &ask, |simulation| {
            assert!(!simulation.gates.is_empty(), "no gate at all");
            let is = |state: GateState| simulation.gates.iter().any(|gate| gate.state == state);
            match simulation.outcome {
                Outcome::Allowed => assert!(!is(GateState::Fail) && !is(GateState::Unknown), "allowed past a closed gate"),
                Outcome::Denied => assert!(is(GateState::Fail), "denied, and no gate is closed"),
                Outcome::Undecided => assert!(is(GateState::Unknown), "undecided, and every gate is known"),
                Outcome::Error => {}
            }
            assert!(!simulation.why.is_empty(), "no reason");
            assert!(simulation.gates.iter().map(|gate| gate.kind).is_sorted(), "the gates are out of order");
        });
    }

    #[test]
    fn a_custom_role_outside_the_token_is_never_given(setup in token_setup(), members in any_members(), custom in 0..ROLES) {
        let ask = Ask { login: Who::Member(members.clone()), custom_role: Some(custom), ..Ask::enhanced() };
        answer(&setup, &ask, |simulation| {
            if !setup.roles_of(&members).contains(&custom) {
                assert_eq!(simulation.outcome, Outcome::Denied, "{}", simulation.why);
            } else if simulation.outcome == Outcome::Allowed {
                assert_eq!(role_of(simulation), Some(custom));
            }
        });
    }

    #[test]
    fn the_role_is_one_of_the_groups_or_the_default(setup in token_setup(), members in any_members()) {
        let ask = Ask { login: Who::Member(members.clone()), ..Ask::enhanced() };
        answer(&setup, &ask, |simulation| {
            let mut possible = setup.roles_of(&members);
            possible.extend(setup.defaults[0]);
            if let Some(role) = role_of(simulation) {
                assert!(possible.contains(&role), "role {role} is not among {possible:?}");
            }
        });
    }

    #[test]
    fn the_role_is_the_one_that_the_guide_tells(setup in token_setup(), members in any_members()) {
        let ask = Ask { login: Who::Member(members.clone()), ..Ask::enhanced() };
        answer(&setup, &ask, |simulation| {
            let gate = simulation.gates.iter().find(|gate| gate.kind == GateKind::RoleMapping).expect("the login reaches the role mapping");
            let told = match gate.state {
                GateState::Pass => Expected::Role(role_of(simulation).expect("a passed mapping gives a role")),
                GateState::Fail => Expected::Refused,
                GateState::Unknown | GateState::Skipped => Expected::Open,
            };
            assert_eq!(told, setup.expected(&members), "{}", gate.text);
        });
    }

    #[test]
    fn the_order_of_groups_never_matters(setup in token_setup(), members in any_members()) {
        let ask = |members: Vec<usize>| Ask { login: Who::Member(members), ..Ask::enhanced() };
        let last = setup.groups.len() - 1;
        let turned_setup = Setup { groups: setup.groups.iter().rev().cloned().collect(), ..setup.clone() };
        let turned_members = members.iter().rev().map(|group| last - group).collect();
        let straight = answer(&setup, &ask(members), |simulation| (simulation.outcome, role_of(simulation)));
        let turned = answer(&turned_setup, &ask(turned_members), |simulation| (simulation.outcome, role_of(simulation)));
        prop_assert_eq!(straight, turned);
    }
}

/// Runs a login through all gates.
fn answer<T>(setup: &Setup, ask: &Ask, look: impl FnOnce(&Simulation<'_, '_>) -> T) -> T {
    let files = setup.files().into_iter().map(|file| ("input.json", file.to_string()));
    support::with_inventory(None, files, |_, inventory| look(&ask.put_to(inventory)))
}

/// The number of the role that a simulation is about.
fn role_of(simulation: &Simulation<'_, '_>) -> Option<usize> {
    let name = &simulation.role.as_ref()?.name;
    Some((0..ROLES).find(|role| arn(*role) == *name).unwrap_or_else(|| panic!("`{name}` was never given")))
}

fn arn(role: usize) -> String {
    format!("arn:aws:iam::111122223333:role/R{role}")
}

impl Ask {
    fn enhanced() -> Self {
        Self { login: Who::Guest, flow: Flow::Enhanced, custom_role: None, role: None, access: false }
    }

    fn put_to<'i, 's>(&self, inventory: &'i Inventory<'s>) -> Simulation<'i, 's> {
        let token = self.login.token(inventory);
        let (custom, role) = (self.custom_role.map(arn), self.role.map(arn));
        let login = match (&token, &self.login) {
            (Some(token), _) => Login::Token(token),
            (None, Who::Developer) => Login::Developer("someone", &[]),
            (None, _) => Login::Guest,
        };
        let question = Question {
            flow: self.flow,
            custom_role: custom.as_deref(),
            role: role.as_deref(),
            access: if self.access {
                vec![Access { action: "s3:GetObject", resource: "arn:aws:s3:::bucket/key" }]
            } else {
                Vec::new()
            },
            ..Question::new(login, Instant::from_seconds(1_795_435_200))
        };
        simulate(inventory, &question)
    }
}

impl Who {
    fn token(&self, inventory: &Inventory<'_>) -> Option<Token> {
        match self {
            Self::Guest | Self::Developer => None,
            Self::Member(groups) => {
                let names: Vec<String> = groups.iter().map(|group| format!("G{group}")).collect();
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                Some(inventory.sign_in(&names, Some(CLIENT)).expect("the groups and the user pool are there"))
            }
            Self::Claims(list) => {
                let mut claims = Claims::new();
                for (name, claim) in list {
                    claims.set(name.clone(), claim.clone());
                }
                Some(Token::from_claims(claims))
            }
        }
    }
}

impl Setup {
    /// The distinct roles of some groups.
    fn roles_of(&self, groups: &[usize]) -> Vec<usize> {
        let mut roles: Vec<usize> = groups.iter().filter_map(|group| self.groups[*group].role).collect();
        roles.sort_unstable();
        roles.dedup();
        roles
    }

    /// The role of a member under a mapping of type `Token`.
    fn expected(&self, members: &[usize]) -> Expected {
        let roles = self.roles_of(members);
        if let [only] = roles[..] {
            return Expected::Role(only);
        }
        if !roles.is_empty() {
            // no precedence comes last
            let rank = |group: usize| self.groups[group].precedence.map_or(u64::MAX, u64::from);
            let best = members.iter().map(|group| rank(*group)).min();
            let winners: Vec<usize> = members.iter().copied().filter(|group| Some(rank(*group)) == best).collect();
            if winners.iter().any(|group| self.groups[*group].role.is_none()) {
                return Expected::Open;
            }
            if let [only] = self.roles_of(&winners)[..] {
                return Expected::Role(only);
            }
        }
        match self.mapping.as_ref().and_then(|mapping| mapping.ambiguous) {
            Some("AuthenticatedRole") => self.defaults[0].map_or(Expected::Refused, Expected::Role),
            Some(_) => Expected::Refused,
            None => Expected::Open,
        }
    }

    /// The whole as the AWS CLI prints it.
    fn files(&self) -> Vec<Value> {
        let mut pool = json!({
            "IdentityPoolId": IDENTITY_POOL, "IdentityPoolName": "pool", "AllowUnauthenticatedIdentities": self.guests,
            "DeveloperProviderName": "login.example",
            "CognitoIdentityProviders": [{ "ProviderName": HOST, "ClientId": CLIENT }],
        });
        if let Some(classic) = self.classic {
            pool["AllowClassicFlow"] = json!(classic);
        }
        let mut files = vec![
            json!({ "UserPool": { "Id": USER_POOL } }),
            json!({ "Groups": self.groups.iter().enumerate().map(|(number, group)| group.json(number)).collect::<Vec<_>>() }),
            pool,
            self.role_map(),
        ];
        files.extend(self.trusts.iter().enumerate().map(|(number, trust)| role(number, *trust)));
        files
    }

    fn role_map(&self) -> Value {
        let mut map = json!({ "IdentityPoolId": IDENTITY_POOL, "Roles": {} });
        for (name, role) in ["authenticated", "unauthenticated"].into_iter().zip(self.defaults) {
            if let Some(role) = role {
                map["Roles"][name] = json!(arn(role));
            }
        }
        if let Some(mapping) = &self.mapping {
            let client = if mapping.this_client { CLIENT } else { "another" };
            map["RoleMappings"] = json!({ format!("{HOST}:{client}"): mapping.json() });
        }
        map
    }
}

impl Group {
    fn json(&self, number: usize) -> Value {
        let mut json = json!({ "GroupName": format!("G{number}"), "UserPoolId": USER_POOL });
        if let Some(role) = self.role {
            json["RoleArn"] = json!(arn(role));
        }
        if let Some(precedence) = self.precedence {
            json["Precedence"] = json!(precedence);
        }
        json
    }
}

impl Mapping {
    fn json(&self) -> Value {
        let mut json = json!({ "Type": if self.rules.is_some() { "Rules" } else { "Token" } });
        if let Some(rules) = &self.rules {
            let rule = |(claim, matching, value, role): &(String, String, String, usize)| json!({ "Claim": claim, "MatchType": matching, "Value": value, "RoleARN": arn(*role) });
            json["RulesConfiguration"] = json!({ "Rules": rules.iter().map(rule).collect::<Vec<_>>() });
        }
        if let Some(ambiguous) = self.ambiguous {
            json["AmbiguousRoleResolution"] = json!(ambiguous);
        }
        json
    }
}

/// A role with one of a few trust policies.
fn role(number: usize, trust: usize) -> Value {
    let aud = json!({ "cognito-identity.amazonaws.com:aud": IDENTITY_POOL });
    let amr = |state: &str| json!({ "cognito-identity.amazonaws.com:amr": state });
    let condition = match trust {
        0 => json!({ "StringEquals": aud, "ForAnyValue:StringLike": amr("authenticated") }),
        1 => json!({ "StringEquals": aud, "ForAnyValue:StringLike": amr("unauthenticated") }),
        2 => json!({ "StringEquals": aud }),
        3 => json!({ "StringEquals": { "cognito-identity.amazonaws.com:aud": "${pool}" } }),
        4 => json!({ "StringNotEquals": aud }),
        _ => json!({ "StringEqual": aud }),
    };
    json!({ "Role": { "RoleName": format!("R{number}"), "Arn": arn(number), "AssumeRolePolicyDocument": {
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow", "Principal": { "Federated": "cognito-identity.amazonaws.com" },
            "Action": "sts:AssumeRoleWithWebIdentity", "Condition": condition,
        }],
    } } })
}

const GROUPS: usize = 5;

fn any_role() -> impl Strategy<Value = usize> {
    0..ROLES
}

fn any_group() -> impl Strategy<Value = Group> {
    let precedence = prop_oneof![Just(None), (0..3u32).prop_map(Some), Just(Some(u32::MAX))];
    (proptest::option::weighted(0.8, any_role()), precedence).prop_map(|(role, precedence)| Group { role, precedence })
}

fn any_mapping() -> impl Strategy<Value = Mapping> {
    let claim = select(&["cognito:groups", "custom:department", "cognito:preferred_role", "aud", "absent"][..]);
    let matching = select(&["Equals", "NotEqual", "StartsWith", "Contains", "equals"][..]);
    let value = select(&["G0", "G", "board", "", "CLIENT", CLIENT][..]);
    let rule = (claim, matching, value, any_role())
        .prop_map(|(claim, matching, value, role)| (claim.to_owned(), matching.to_owned(), value.to_owned(), role));
    let rules = proptest::option::of(proptest::collection::vec(rule, 0..4));
    let ambiguous = proptest::option::weighted(0.9, select(&["AuthenticatedRole", "Deny", "deny"][..]));
    (rules, ambiguous, any::<bool>()).prop_map(|(rules, ambiguous, this_client)| Mapping { rules, ambiguous, this_client })
}

fn any_setup() -> impl Strategy<Value = Setup> {
    (
        proptest::collection::vec(any_group(), GROUPS),
        [proptest::option::of(any_role()), proptest::option::of(any_role())],
        any::<bool>(),
        any::<Option<bool>>(),
        proptest::option::of(any_mapping()),
        proptest::collection::vec(0..6usize, ROLES),
    )
        .prop_map(|(groups, defaults, guests, classic, mapping, trusts)| Setup {
            groups,
            defaults,
            guests,
            classic,
            mapping,
            trusts,
        })
}

/// A set-up whose mapping takes the role from the token.
fn token_setup() -> impl Strategy<Value = Setup> {
    let ambiguous = proptest::option::weighted(0.9, select(&["AuthenticatedRole", "Deny"][..]));
    (any_setup(), ambiguous)
        .prop_map(|(setup, ambiguous)| Setup { mapping: Some(Mapping { rules: None, ambiguous, this_client: true }), ..setup })
}

fn any_members() -> impl Strategy<Value = Vec<usize>> {
    subsequence((0..GROUPS).collect::<Vec<_>>(), 0..=GROUPS)
}

fn any_claim() -> impl Strategy<Value = Claim> {
    prop_oneof![
        Just(Claim::Null),
        any::<bool>().prop_map(Claim::Bool),
        select(&["0", "4102444800", "-1", "1e999"][..]).prop_map(|digits| Claim::Number(digits.to_owned())),
        any_text().prop_map(Claim::Text),
        proptest::collection::vec(any_text(), 0..3).prop_map(Claim::list),
    ]
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        select(&["", "id", "access", CLIENT, "https://", "https://cognito-identity.amazonaws.com", "https://token.example/x", "*"][..])
            .prop_map(str::to_owned),
        Just(format!("https://{HOST}")),
        Just(IDENTITY_POOL.to_owned()),
        any_role().prop_map(arn),
        ".{0,8}",
    ]
}

fn any_who() -> impl Strategy<Value = Who> {
    let names = &["iss", "aud", "sub", "exp", "token_use", "cognito:roles", "cognito:preferred_role", "cognito:groups", "amr"];
    prop_oneof![
        Just(Who::Guest),
        Just(Who::Developer),
        any_members().prop_map(Who::Member),
        proptest::collection::vec((select(&names[..]).prop_map(str::to_owned), any_claim()), 0..8).prop_map(Who::Claims),
    ]
}

fn any_ask() -> impl Strategy<Value = Ask> {
    let flow = select(&[Flow::Enhanced, Flow::Classic][..]);
    let maybe_role = || proptest::option::weighted(0.3, 0..=ROLES);
    (any_who(), flow, maybe_role(), maybe_role(), any::<bool>()).prop_map(|(login, flow, custom_role, role, access)| Ask {
        login,
        flow,
        custom_role,
        role,
        access,
    })
}
