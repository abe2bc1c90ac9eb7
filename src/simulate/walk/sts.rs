//! At STS: what the role's trust policy says to the token, and the session that it gives.

use super::{Walk, worst};
use crate::arn::Arn;
use crate::evaluate::{Caller, Context, Policies, Request, Setting, Trace, Verdict, decide};
use crate::finding::Label;
use crate::identity::{Assertion, Claim, Claims, Token};
use crate::inventory::Role;
use crate::policy::{Comparison, Condition, Operator, Policy, PolicyKind, Statement};
use crate::reference;
use crate::simulate::presented::{self, Presented, SET_SOURCE_IDENTITY, TAG_SESSION, Tagging};
use crate::simulate::selection::short;
use crate::simulate::session::{Session, is_narrowed};
use crate::simulate::stored;
use crate::simulate::trust::{self, ENHANCED_SESSION, judge};
use crate::simulate::{Access, Choice, Flow, GateKind, GateState, Login, Outcome, near_miss, outcome, why};

impl<'q, 'i, 's> Walk<'q, 'i, 's> {
    /// A token that is taken to STS as it is.
    pub(super) fn direct(&mut self, token: &Token) {
        let presented = Presented::new(token.host().unwrap_or_default(), token.claims.clone());
        self.registered(&presented.host, token);
        self.at_named_role(presented);
    }

    /// A token that cannot be read, taken to STS: its provider tells the user's id, and the application that it was made for.
    pub(super) fn opaque(&mut self, host: &str, user: Option<&str>) {
        self.flow = Flow::Direct;
        let text = format!("a token of `{host}`, which nobody else can read");
        self.gate(GateKind::Token, GateState::Pass, text, Vec::new());
        let mut claims = Claims::new();
        claims.set("app_id", Claim::Unknown("the application's id"));
        let name = if host == "www.amazon.com" { "user_id" } else { "id" };
        claims.set(name, user.map_or(Claim::Unknown("the user's id"), |user| Claim::Text(user.to_owned())));
        self.at_named_role(Presented::new(host, claims));
    }

    /// At the role that the question names, or at the only one; else at all.
    fn at_named_role(&mut self, presented: Presented) {
        let roles = &self.world.inventory.roles;
        let only = || roles.first().filter(|_| roles.len() == 1).map(|role| role.id().into_owned());
        match self.question.role.map(str::to_owned).or_else(only) {
            Some(role) => self.at_role(&role, &presented),
            None => self.choices(presented),
        }
    }

    /// Everything from the role on.
    pub(super) fn at_role(&mut self, name: &str, token: &Presented) {
        let role = self.turn_to(name);
        self.simulation.presented = Some(token.clone());
        self.roles_claim(name, token);
        if let Some((role, policy)) = role.and_then(|role| Some((role, role.trust.as_ref()?))) {
            self.trust(role, policy, token);
            self.tags(role, policy, token);
        } else {
            let text = format!("the trust policy of `{}` was not given (`aws iam get-role`)", short(name));
            self.gate(GateKind::Trust, GateState::Unknown, text, Vec::new());
        }
        self.session(role);
        let Some(role) = role else { return };
        let session = Session::of_token(role, token, self.session_name(), self.question);
        match self.question.then_role {
            None => self.permissions(&session),
            Some(second) => {
                if let Some(second) = self.chain(&session, second, token) {
                    self.permissions(&second);
                }
            }
        }
    }

    /// A token may list the roles that it may be used for: STS looks at that before the trust policy.
    ///
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html>
    fn roles_claim(&mut self, name: &str, token: &Presented) {
        let Some(roles) = token.roles() else { return };
        let arn = self.simulation.role.as_ref().map_or(name, |role| &role.name);
        let is_known = Arn::parse(arn).is_some();
        let (state, text) = if roles.iter().any(|role| *role == arn) {
            (GateState::Pass, format!("the token may be used for `{}`", short(arn)))
        } else if is_known || !roles.iter().any(|role| short(role) == arn) {
            let text = format!(
                "\"The target role ARN is not present in the roles claim of the identity token\": it lists {}",
                roles.iter().map(|role| format!("`{role}`")).collect::<Vec<_>>().join(", ")
            );
            (GateState::Fail, text)
        } else {
            (GateState::Unknown, format!("the token lists a role `{arn}`, and the account of this one is not known"))
        };
        self.gate(GateKind::RolesClaim, state, text, Vec::new());
    }

    fn trust(&mut self, role: &'i Role<'s>, policy: &'i Policy<'s>, token: &Presented) {
        let context = self.assume_context(token);
        let answer = judge(role, policy, token, &context, token.action());
        let (mut state, mut text, mut places) = (answer.state, answer.text, answer.places);
        if let Verdict::Allowed(statement) = answer.judgement.verdict {
            if let Some((own, words, place)) = self.across_accounts(role, statement, token) {
                (state, text) = (own, words);
                places.insert(0, place);
            } else if let Some(words) = refused_at_run_time(statement, token) {
                (state, text) = (GateState::Fail, words);
                places.insert(0, Label::new(statement.place(), "refused at run time"));
            } else if let Some((own, words)) = self.limits(role, policy, token) {
                (state, text) = (own, words);
            }
        }
        if let Some(words) = unknown_principal(token) {
            (state, text) = (GateState::Unknown, words);
        }
        self.gate(GateKind::Trust, state, text, places);
        self.simulation.not_stored = stored::refusals(policy, &token.host);
        self.simulation.trust = Some(answer.judgement);
        self.simulation.near_miss = answer.near_miss;
    }

    fn assume_context(&self, token: &Presented) -> Context<'static> {
        // in the enhanced flow Cognito makes the call, from its own network
        let of_network =
            |key: &str| NETWORK.iter().any(|start| key.get(..start.len()).is_some_and(|own| own.eq_ignore_ascii_case(start)));
        let is_seen = |key: &str| self.flow != Flow::Enhanced || !of_network(key);
        let given: Vec<_> = self.question.context.iter().filter(|(key, _)| is_seen(key)).cloned().collect();
        presented::assume_context(token, self.session_name(), Some(self.question.at), (self.world.reference, &given))
    }

    /// What STS asks of a role in another account than the identity pool, whatever the trust policy would let in.
    ///
    /// <https://docs.aws.amazon.com/cognito/latest/developerguide/iam-roles.html>
    fn across_accounts(
        &self,
        role: &Role<'_>,
        statement: &Statement<'_>,
        token: &Presented,
    ) -> Option<(GateState, String, Label)> {
        let pool = self.pool_account(token)?;
        let own = role.account().filter(|own| *own != pool)?;
        let place = Label::new(statement.place(), "of another account than the identity pool");
        if self.flow == Flow::Enhanced {
            let text = format!(
                "the role is of account {own}, and the enhanced flow gives only roles of the identity pool's account, {pool}"
            );
            return Some((GateState::Fail, text, place));
        }
        let key = format!("{}:aud", token.host);
        let is_of_key = |own: &&Condition<'_>| own.key.known().is_some_and(|own| own.eq_ignore_ascii_case(&key));
        let is_plain = |own: &Condition<'_>| {
            let is_equals =
                |operator: Operator| operator.comparison == Comparison::StringEquals && !operator.negated && !operator.if_exists;
            own.operator.is_some_and(|operator| is_equals(operator) && operator.set.is_none())
        };
        let mut conditions = statement.conditions.iter().filter(is_of_key).peekable();
        let apart = format!(
            "the role is of account {own} and the identity pool of {pool}: across accounts STS asks for a condition on `{key}`"
        );
        // sts-cross-account, sts-cross-account-which
        match (conditions.peek().is_some(), conditions.any(is_plain)) {
            (_, true) => None,
            (true, false) => {
                let text = format!("{apart}, and AWS does not say whether one like that of {} counts", statement.title());
                Some((GateState::Unknown, text, place))
            }
            (false, _) => Some((GateState::Fail, format!("{apart}, and {} has none", statement.title()), place)),
        }
    }

    /// Whether resource control policies close what the trust policy opens.
    fn limits(&self, role: &'i Role<'s>, policy: &'i Policy<'s>, token: &Presented) -> Option<(GateState, String)> {
        let loose = self.world.inventory.policies.iter().map(|loose| &loose.policy);
        let rcps: Vec<&Policy<'s>> = loose.filter(|policy| policy.kind == PolicyKind::Rcp).collect();
        if rcps.is_empty() {
            return None;
        }
        let context = self.assume_context(token);
        let arn = role.arn.as_ref().and_then(|arn| arn.known());
        let provider = trust::provider_of(policy, arn, token);
        let request = Request {
            principal: Caller::Federated(&provider),
            action: token.action(),
            resource: arn.unwrap_or("arn:aws:iam::000000000000:role/role"),
            context: &context,
        };
        let policies = Policies { resource: Some(policy), rcps: vec![rcps], ..Policies::default() };
        let setting = Setting { rcps_cover: true, ..Setting::default() };
        let mut trace = Trace::default();
        let decision = decide(&request, &setting, &policies, &mut trace);
        let state = match outcome(&decision) {
            Outcome::Allowed => return None,
            Outcome::Denied => GateState::Fail,
            Outcome::Undecided | Outcome::Error => GateState::Unknown,
        };
        Some((state, why(&decision, &trace)))
    }

    /// What the trust policy must allow beside the call: session tags, and a source identity.
    fn tags(&mut self, role: &'i Role<'s>, policy: &'i Policy<'s>, token: &Presented) {
        let context = self.assume_context(token);
        if let Some(text) = token.beyond_limits() {
            return self.gate(GateKind::Tags, GateState::Fail, text, Vec::new());
        }
        if let Some(text) = token.unclear_tags() {
            return self.gate(GateKind::Tags, GateState::Unknown, text.to_owned(), Vec::new());
        }
        let answers: Vec<_> =
            token.further_actions().map(|action| (action, judge(role, policy, token, &context, action))).collect();
        let rank = |state: GateState| match state {
            GateState::Fail => 2,
            GateState::Unknown => 1,
            GateState::Pass | GateState::Skipped => 0,
        };
        // of two that refuse the same, the first is told
        let worst = answers.into_iter().rev().max_by_key(|(_, answer)| rank(answer.state));
        let Some((action, answer)) = worst else { return self.tags_perhaps(role, policy, token) };
        let what = match action {
            SET_SOURCE_IDENTITY => "a source identity".to_owned(),
            _ => format!("session tags ({})", listed(token.tags().map(|(name, _)| name))),
        };
        let text = match (answer.state, &answer.judgement.verdict) {
            (GateState::Pass, Verdict::Allowed(statement)) => format!("{} lets it set {what}", statement.title()),
            (GateState::Fail, Verdict::NotAllowed) if answer.near_miss.is_none() => {
                format!("the token sets {what}, and no statement lets its provider call `{action}`")
            }
            (GateState::Fail, _) => format!("the token sets {what}, and the trust policy does not let it: {}", answer.text),
            _ => answer.text,
        };
        self.gate(GateKind::Tags, answer.state, text, answer.places);
        self.simulation.near_miss = self.simulation.near_miss.take().or(answer.near_miss);
        self.simulation.tags = Some(answer.judgement);
    }

    /// The pool maps claims to session tags, but the token holds none of them: AWS does not say whether `sts:TagSession` is needed.
    fn tags_perhaps(&mut self, role: &'i Role<'s>, policy: &'i Policy<'s>, token: &Presented) {
        if token.tagging == Tagging::Told && self.map_without_claims.is_none() {
            return;
        }
        let answer = judge(role, policy, token, &self.assume_context(token), TAG_SESSION);
        if token.tagging == Tagging::Perhaps && answer.state != GateState::Pass {
            self.assume(
                "the identity pool makes no session tags: no map was given (`aws cognito-identity get-principal-tag-attribute-map`)"
                    .to_owned(),
            );
        }
        let Some(place) = self.map_without_claims.clone() else { return };
        let (state, text) = match answer.state {
            GateState::Pass => (GateState::Pass, "the token holds none of the claims that become session tags".to_owned()),
            _ => (
                GateState::Unknown,
                "the token holds none of the claims that become session tags, and AWS does not say whether `sts:TagSession` is needed then"
                    .to_owned(),
            ),
        };
        self.gate(GateKind::Tags, state, text, vec![place]);
    }

    /// Name and length of the session, and what narrows it.
    ///
    /// <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html>
    fn session(&mut self, role: Option<&Role<'s>>) {
        let (state, text) = match self.assertion() {
            Some(assertion) => self.session_by(assertion, role),
            None => self.session_asked_for(role),
        };
        let name = match self.session_name() {
            Some(name) if state == GateState::Pass => format!(", named `{name}`"),
            _ => String::new(),
        };
        let narrowed = if is_narrowed(self.question) && self.flow == Flow::Enhanced {
            let date = reference::guest_session_policies_date();
            format!("; guests get at most what Cognito's session policies leave of the role (as of {date})")
        } else {
            String::new()
        };
        // of a session that is not got only what is in the way is worth telling
        let is_got = !self.simulation.gates.iter().any(|gate| gate.kind == GateKind::Trust && gate.state == GateState::Fail);
        if is_got || state != GateState::Pass {
            self.gate(GateKind::Session, state, format!("{text}{name}{narrowed}"), Vec::new());
        }
    }

    /// The session as the caller asks for it.
    fn session_asked_for(&self, role: Option<&Role<'s>>) -> (GateState, String) {
        let enhanced = self.flow == Flow::Enhanced;
        match (self.question.session_name, self.question.duration) {
            (Some(_), _) if enhanced => {
                (GateState::Fail, format!("the enhanced flow takes no session name: it is `{ENHANCED_SESSION}`"))
            }
            (_, Some(seconds)) if enhanced && seconds != HOUR => {
                (GateState::Fail, format!("the enhanced flow takes no duration: its sessions last {HOUR} seconds"))
            }
            (Some(name), _) if !is_session_name(name) => {
                (GateState::Fail, format!("`{name}` is no session name: 2 to 64 letters, digits and `_+=,.@-`"))
            }
            (_, Some(seconds)) if !enhanced => duration(seconds, role),
            _ => (GateState::Pass, "lasts one hour".to_owned()),
        }
    }

    /// The name of the session, where it is known.
    fn session_name(&self) -> Option<&str> {
        match self.flow {
            Flow::Enhanced => Some(ENHANCED_SESSION),
            Flow::Classic | Flow::Direct => match self.assertion().map(Assertion::session_name) {
                Some(Some(Claim::Text(name))) => Some(name),
                Some(_) => None,
                None => self.question.session_name,
            },
        }
    }

    /// The assertion that is taken to STS, where one is.
    fn assertion(&self) -> Option<&'q Assertion> {
        match self.question.login {
            Login::Saml(assertion, _) if self.flow == Flow::Direct => Some(assertion),
            _ => None,
        }
    }

    /// Takes a second role with the credentials of the first.
    ///
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_switch-role-api.html>
    fn chain(&mut self, first: &Session<'i, 's>, second: &str, token: &Presented) -> Option<Session<'i, 's>> {
        let name = self.world.inventory.role(second).map_or(second.into(), |role| role.id());
        let ask = |action| first.ask(self.world, Access { action, resource: &name }, self.question);
        let asked = ask("sts:AssumeRole");
        // chain-source-identity, chain-tags-action
        let further = [
            token.source_identity().map(|_| (SET_SOURCE_IDENTITY, "the source identity goes on")),
            token.passes_tags_on().then_some((TAG_SESSION, "session tags go on")),
        ];
        let mut links = vec![(state_of(asked.permission.outcome), asked.permission.why.clone())];
        for (action, what) in further.into_iter().flatten() {
            let permission = ask(action).permission;
            let state = match state_of(permission.outcome) {
                GateState::Fail if action == TAG_SESSION => GateState::Unknown,
                state => state,
            };
            let text = match (action, state) {
                (TAG_SESSION, GateState::Unknown) => {
                    format!("{what}, and AWS does not say whether that alone needs `{action}`")
                }
                _ => format!("{what}, and `{action}`: {}", permission.why),
            };
            links.push((state, text));
        }
        if let Some(seconds) = self.question.duration.filter(|seconds| *seconds > HOUR) {
            let text = format!("a session taken with another role lasts {HOUR} seconds at most, not {seconds}");
            links.push((GateState::Fail, text));
        }
        let first_failing = links.iter().find(|(state, _)| *state == GateState::Fail);
        let (state, why) = first_failing.or(links.iter().find(|(state, _)| *state == GateState::Unknown)).or(links.first())?;
        let text = format!("with `{}`, `{}`: {why}", first.role.name.shown(), short(&name));
        let state = *state;
        self.gate(GateKind::Chain, state, text, asked.permission.place.into_iter().collect());
        for own in asked.assumptions {
            self.assume(own);
        }
        let role = self.turn_to(&name);
        if role.is_none() {
            self.assume(format!("what `{}` may do was not given", short(&name)));
        }
        Some(Session::chained(role?, token, None))
    }

    fn permissions(&mut self, session: &Session<'i, 's>) {
        if self.question.access.is_empty() {
            return;
        }
        for access in self.question.access.iter().copied() {
            let asked = session.ask(self.world, access, self.question);
            self.simulation.permissions.push(asked.permission);
            let unknown = asked.unknown.into_iter().map(|own| format!("not known: {own}"));
            for own in asked.assumptions.into_iter().chain(unknown) {
                self.assume(own);
            }
        }
        let outcomes = self.simulation.permissions.iter().map(|permission| permission.outcome);
        let state = state_of(worst(outcomes));
        // where not all is allowed, only what is not is worth telling
        let told = self.simulation.permissions.iter().filter(|own| state == GateState::Pass || own.outcome != Outcome::Allowed);
        let text = told.map(|own| format!("`{}`: {}", own.action, own.why)).collect::<Vec<_>>().join("; ");
        let places = self.simulation.permissions.iter().filter_map(|permission| permission.place.clone()).collect();
        self.gate(GateKind::Permissions, state, text, places);
    }

    /// Where the caller brings the token to STS, he may name any role whose trust policy takes it.
    pub(super) fn choices(&mut self, token: Presented) {
        let mut unread = 0;
        let context = self.assume_context(&token);
        for role in &self.world.inventory.roles {
            let Some(policy) = role.trust.as_ref() else {
                unread += 1;
                continue;
            };
            let actions = std::iter::once(token.action()).chain(token.further_actions());
            let (mut place, mut near) = (None, None);
            let outcomes = actions.map(|action| {
                let answer = judge(role, policy, &token, &context, action);
                place = place.or(answer.places.first().map(|label| label.span));
                near = near.take().or(answer.near_miss);
                let across = match answer.judgement.verdict {
                    Verdict::Allowed(statement) => self.across_accounts(role, statement, &token).is_some(),
                    _ => false,
                };
                match (answer.state, &answer.judgement.verdict) {
                    (_, Verdict::Refused(_)) => Outcome::Error,
                    (GateState::Pass, _) if !across => Outcome::Allowed,
                    (GateState::Unknown, _) => Outcome::Undecided,
                    _ => Outcome::Denied,
                }
            });
            let outcome = worst(outcomes);
            self.simulation.choices.push(Choice { role, outcome, place, near_miss: near });
        }
        near_miss::rank(&mut self.simulation.choices);
        let named = |wanted: Outcome| {
            let fitting = self.simulation.choices.iter().filter(move |choice| choice.outcome == wanted);
            fitting.map(|choice| format!("`{}`", choice.role.name.shown())).collect::<Vec<_>>().join(", ")
        };
        let (takes, open) = (named(Outcome::Allowed), named(Outcome::Undecided));
        let (state, text) = match (takes.is_empty(), open.is_empty()) {
            (false, _) => (GateState::Pass, format!("this token is taken by {takes}")),
            (true, false) => (GateState::Unknown, format!("it is not known whether this token is taken by {open}")),
            (true, true) if unread > 0 || self.world.inventory.roles.is_empty() => (
                GateState::Unknown,
                "no trust policy that was given takes this token, and not every role's was (`aws iam get-role`)".to_owned(),
            ),
            (true, true) => (GateState::Fail, "no role among the inputs takes this token".to_owned()),
        };
        self.gate(GateKind::Trust, state, text, Vec::new());
        if state == GateState::Pass && !self.question.access.is_empty() {
            let text = "what may be done hangs on the role: name one with `--role`".to_owned();
            self.gate(GateKind::Permissions, GateState::Unknown, text, Vec::new());
        }
        self.simulation.presented = Some(token);
    }
}

/// The starts of the names of keys that tell whence a call comes.
const NETWORK: [&str; 3] = ["aws:SourceIp", "aws:SourceVpc", "aws:VpcSourceIp"];

/// How long a session lasts that does not ask, and at most where Cognito makes it or another role's credentials take it; in seconds.
pub(super) const HOUR: u32 = 3600;

/// How short a session may be at least, in seconds.
const SHORTEST: u32 = 900;

pub(super) fn duration(seconds: u32, role: Option<&Role<'_>>) -> (GateState, String) {
    let most = role.and_then(|role| role.max_session).map(|setting| setting.value);
    match most {
        _ if seconds < SHORTEST => (GateState::Fail, format!("a session lasts {SHORTEST} seconds at least, not {seconds}")),
        Some(most) if seconds > most => (
            GateState::Fail,
            format!("\"The requested DurationSeconds exceeds the MaxSessionDuration set for this role.\": {most} seconds"),
        ),
        None if seconds > HOUR => (
            GateState::Unknown,
            format!("the role's `MaxSessionDuration` was not given, so it is not known whether {seconds} seconds are too many"),
        ),
        _ => (GateState::Pass, format!("lasts {seconds} seconds")),
    }
}

/// Which principal a trust policy names for the identity pools of some regions is not said, or not in one way.
///
/// token-iss-principal, principal-partitions
fn unknown_principal(token: &Presented) -> Option<String> {
    let pool = token.claims.text("aud").filter(|_| token.is_of_pool())?;
    let region = pool.split(':').next().unwrap_or(pool);
    reference::has_unclear_pool_principal(region)
        .then(|| format!("AWS does not say which principal a trust policy names for the identity pools of {region}"))
}

/// Of one shared issuer AWS asks at each call for what it asks of others when a policy is stored.
///
/// write-shared-issuers-run-time
fn refused_at_run_time(statement: &Statement<'_>, token: &Presented) -> Option<String> {
    let issuer = reference::issuer(&token.host).filter(|issuer| issuer.id == "terraform-cloud")?;
    (!stored::asks_for_required(statement, issuer, &token.host)).then(|| {
        format!(
            "{} has no condition on `{}:sub`, without which STS takes no token of {}",
            statement.title(),
            token.host,
            issuer.name
        )
    })
}

pub(super) fn state_of(outcome: Outcome) -> GateState {
    match outcome {
        Outcome::Allowed => GateState::Pass,
        Outcome::Denied => GateState::Fail,
        Outcome::Undecided | Outcome::Error => GateState::Unknown,
    }
}

pub(super) fn is_session_name(name: &str) -> bool {
    (2..=64).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte))
}

fn listed<'t>(names: impl Iterator<Item = &'t str>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
