//! At STS: what the role's trust policy says to the token, to its session tags, and of which roles it may be asked.

use super::{Walk, worst};
use crate::arn::Arn;
use crate::evaluate::{Caller, Context, Policies, Request, Setting, Trace, Verdict, decide};
use crate::finding::Label;
use crate::identity::{Claim, Claims, Token};
use crate::inventory::{Role, SnapshotPart};
use crate::policy::{Comparison, Condition, Operator, Policy, PolicyKind, Statement};
use crate::reference;
use crate::simulate::presented::{self, Presented, SET_SOURCE_IDENTITY, TAG_SESSION, Tagging};
use crate::simulate::selection::short;
use crate::simulate::session::Session;
use crate::simulate::stored;
use crate::simulate::trust::{self, Answer, judge};
use crate::simulate::{Choice, Flow, Gate, GateKind, GateState, NearMiss, Outcome, gap, near_miss, outcome, why};

impl<'i, 's> Walk<'_, 'i, 's> {
    /// A token that is taken to STS as it is.
    pub(super) fn direct(&mut self, token: &Token) {
        let presented = Presented::new(token.host().unwrap_or_default(), token.claims.clone());
        self.by_account = self.is_for_several_accounts();
        if !self.by_account {
            self.registered(&presented.host, &token.claims);
        }
        if let Some(issuer) = reference::issuer(&presented.host).filter(|_| !presented.is_of_pool()) {
            let date = reference::issuers_date();
            self.assume(format!("what STS makes of the claims of {} is what its pages said on {date}", issuer.name));
        }
        self.at_named_role(presented);
    }

    /// A token that cannot be read, taken to STS: its provider tells the user's id, and the application that it was made for.
    pub(super) fn opaque(&mut self, host: &str, user: Option<&str>) {
        self.flow = Flow::Direct;
        let text = format!("a token of `{host}`, which nobody else can read");
        self.gate(GateKind::Token, GateState::Pass, text, Vec::new());
        let mut claims = Claims::new();
        for key in reference::issuer(host).iter().flat_map(|issuer| &issuer.keys) {
            claims.set(key.name.as_str(), Claim::Unknown("what its provider tells of it"));
        }
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
            if role.other_trusts.iter().any(|own| own.range != policy.range && !own.otherwise) {
                let name = self.world.sources.get(policy.mark.source).name();
                self.assume(format!(
                    "of several trust policies of `{}` the one in `{name}` counts, the last that was read",
                    role.name.shown()
                ));
            }
            self.trust(role, policy, token);
            self.tags(role, policy, token);
        } else {
            let account = Arn::parse(name).map(|arn| arn.account);
            let unread = self.unread(SnapshotPart::Roles(account));
            let text = match unread {
                Some(_) => format!("the trust policy of `{}` was not readable", short(name)),
                None => format!("the trust policy of `{}` was not given (`aws iam get-role`)", short(name)),
            };
            self.gate(GateKind::Trust, GateState::Unknown, text, unread.into_iter().collect());
        }
        self.session(role);
        let Some(role) = role else { return };
        let has_open_tags = self.tagging != Tagging::Told;
        let session = Session::of_token(role, token, (self.session_name(), has_open_tags), self.question);
        match self.question.then_role {
            None => self.permissions(&session),
            Some(second) => {
                if let Some(second) = self.chain(&session, second, token) {
                    self.permissions(&second);
                }
            }
        }
    }

    fn roles_claim(&mut self, name: &str, token: &Presented) {
        let arn = self.simulation.role.as_ref().map_or(name, |role| &role.name);
        if let Some((state, text)) = by_roles_claim(arn, token) {
            self.gate(GateKind::RolesClaim, state, text, Vec::new());
        }
    }

    fn trust(&mut self, role: &'i Role<'s>, policy: &'i Policy<'s>, token: &Presented) {
        let answer = self.ask_sts(role, policy, token, &self.assume_context(token), token.action());
        self.gate(GateKind::Trust, answer.state, answer.text, answer.places);
        self.simulation.not_stored = stored::refusals(policy, &token.host);
        self.simulation.trust = Some(answer.judgement);
        self.simulation.near_miss = answer.near_miss;
    }

    /// What the trust policy of a role says to one action, and what STS asks whatever that lets in.
    fn ask_sts(
        &self,
        role: &'i Role<'s>,
        policy: &'i Policy<'s>,
        token: &Presented,
        context: &Context<'_>,
        action: &'static str,
    ) -> Answer<'i, 's> {
        let mut answer = judge(role, policy, token, context, action);
        if let Verdict::Allowed(statement) = answer.judgement.verdict {
            let is_call = action == token.action();
            if let Some((state, text, place)) = self.across_accounts(role, statement, token).filter(|_| is_call) {
                (answer.state, answer.text) = (state, text);
                answer.places.insert(0, place);
            } else if let Some(text) = refused_at_run_time(statement, token).filter(|_| is_call) {
                (answer.state, answer.text) = (GateState::Fail, text);
                answer.places.insert(0, Label::new(statement.place(), "refused at run time"));
            } else if let Some((state, text)) = self.limits(role, policy, token, (action, context)) {
                (answer.state, answer.text) = (state, text);
            }
        }
        if let Verdict::Undecided(gap) = answer.judgement.verdict
            && self.flow == Flow::Enhanced
            && let Some(key) = gap::key(gap, &answer.judgement.trace).filter(|key| is_of_network(key))
        {
            answer.text =
                format!("it hangs on `{key}`, and in the enhanced flow Cognito calls, from a network that is not known");
        }
        if let Some(text) = unknown_principal(token) {
            (answer.state, answer.text) = (GateState::Unknown, text);
        }
        answer
    }

    fn assume_context(&self, token: &Presented) -> Context<'static> {
        // in the enhanced flow Cognito makes the call, from its own network
        let is_seen = |key: &str| self.flow != Flow::Enhanced || !is_of_network(key);
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
        let own = self.world.inventory.account_of_role(role).filter(|own| *own != pool)?;
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
    fn limits(
        &self,
        role: &'i Role<'s>,
        policy: &'i Policy<'s>,
        token: &Presented,
        (action, context): (&str, &Context<'_>),
    ) -> Option<(GateState, String)> {
        let loose = self.world.inventory.policies.iter().map(|loose| &loose.policy);
        let rcps: Vec<&Policy<'s>> = loose.filter(|policy| policy.kind == PolicyKind::Rcp).collect();
        if rcps.is_empty() {
            return None;
        }
        let arn = role.arn.as_ref().and_then(|arn| arn.known());
        let provider = trust::provider_of(policy, arn, token);
        let request = Request {
            principal: Caller::Federated(&provider),
            action,
            resource: arn.unwrap_or("arn:aws:iam::000000000000:role/role"),
            context,
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
            token.further_actions().map(|action| (action, self.ask_sts(role, policy, token, &context, action))).collect();
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
            _ if token.tags().next().is_none() => "session tags".to_owned(),
            _ => format!("session tags ({})", listed(token.tags().map(|(name, _)| name))),
        };
        let text = match (answer.state, &answer.judgement.verdict) {
            (GateState::Pass, Verdict::Allowed(statement)) => format!("{} lets it set {what}", statement.title()),
            (GateState::Fail, Verdict::NotAllowed) if answer.near_miss.as_ref().is_none_or(NearMiss::is_on_action) => {
                format!("the token sets {what}, and no statement lets its provider call `{action}`")
            }
            (GateState::Fail, _) => format!("the token sets {what}, which needs `{action}`: {}", answer.text),
            _ => answer.text,
        };
        self.gate(GateKind::Tags, answer.state, text, answer.places);
        match self.simulation.near_miss {
            Some(_) => self.simulation.tags_near_miss = answer.near_miss,
            None => self.simulation.near_miss = answer.near_miss,
        }
        self.simulation.tags = Some(answer.judgement);
    }

    /// The pool maps claims to session tags, but the token holds none of them: AWS does not say whether `sts:TagSession` is needed.
    fn tags_perhaps(&mut self, role: &'i Role<'s>, policy: &'i Policy<'s>, token: &Presented) {
        if token.tagging == Tagging::Told && self.map_without_claims.is_none() {
            return;
        }
        let answer = self.ask_sts(role, policy, token, &self.assume_context(token), TAG_SESSION);
        if token.tagging == Tagging::Perhaps && answer.state != GateState::Pass {
            self.assume(NO_TAG_MAP.to_owned());
            self.tagging = Tagging::Told;
        }
        if token.tagging == Tagging::Unread && answer.state != GateState::Pass {
            let text = format!("{UNREAD_TAG_MAP}, and the trust policy does not let it set any");
            return self.gate(GateKind::Tags, GateState::Unknown, text, self.unread_map.iter().cloned().collect());
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

    /// Where the caller brings the token to STS, he may name any role whose trust policy takes it.
    pub(super) fn choices(&mut self, token: Presented) {
        let (mut unread, mut needs_tags) = (0, false);
        let mut of_accounts: Vec<(Option<&str>, Vec<Gate>)> = Vec::new();
        let unread_list = self.unread(SnapshotPart::Roles(self.account()));
        let context = self.assume_context(&token);
        for role in &self.world.inventory.roles {
            let Some(policy) = role.trust.as_ref() else {
                unread += 1;
                continue;
            };
            let (mut place, mut near) = (None, None);
            let mut ask = |action| {
                let answer = self.ask_sts(role, policy, &token, &context, action);
                place = place.or(answer.places.first().map(|label| label.span));
                near = near.take().or(answer.near_miss);
                match answer.judgement.verdict {
                    Verdict::Refused(_) => Outcome::Error,
                    _ => outcome_of(answer.state),
                }
            };
            let mut outcomes: Vec<Outcome> =
                std::iter::once(token.action()).chain(token.further_actions()).map(&mut ask).collect();
            outcomes.extend(by_roles_claim(&role.id(), &token).map(|(state, _)| outcome_of(state)));
            if self.by_account {
                let account = self.world.inventory.account_of_role(role);
                if !of_accounts.iter().any(|(own, _)| *own == account) {
                    of_accounts.push((account, self.registered_in(account, &token.host, &token.claims)));
                }
                let gates = of_accounts.iter().filter(|(own, _)| *own == account).flat_map(|(_, gates)| gates);
                outcomes.extend(gates.map(|gate| outcome_of(gate.state)));
            }
            outcomes.extend(token.beyond_limits().map(|_| Outcome::Denied));
            outcomes.extend(token.unclear_tags().map(|_| Outcome::Undecided));
            let may_tag = matches!(token.tagging, Tagging::Perhaps | Tagging::Unread) || self.map_without_claims.is_some();
            let lacks_tags = may_tag && token.further_actions().all(|action| action != TAG_SESSION) && {
                self.ask_sts(role, policy, &token, &context, TAG_SESSION).state != GateState::Pass
            };
            if lacks_tags && (self.map_without_claims.is_some() || token.tagging == Tagging::Unread) {
                outcomes.push(Outcome::Undecided);
            }
            needs_tags |= lacks_tags && token.tagging == Tagging::Unread;
            let outcome = worst(outcomes.into_iter());
            if lacks_tags && outcome == Outcome::Allowed {
                self.assume(NO_TAG_MAP.to_owned());
            }
            let name = self.world.inventory.title(role).into_owned();
            self.simulation.choices.push(Choice { role, name, outcome, place, near_miss: near });
        }
        near_miss::rank(&mut self.simulation.choices);
        // of several accounts that is told of which a role takes the token, or would
        let choices = || self.simulation.choices.iter();
        let told = choices().find(|choice| choice.outcome != Outcome::Denied);
        let told = told.or_else(|| choices().find(|choice| choice.near_miss.is_none())).map(|choice| choice.role);
        let account = told.map(|role| self.world.inventory.account_of_role(role));
        let gates = of_accounts.into_iter().find(|(own, _)| Some(*own) == account).map(|(_, gates)| gates);
        self.simulation.gates.extend(gates.unwrap_or_default());
        let named = |wanted: Outcome| {
            let fitting = self.simulation.choices.iter().filter(move |choice| choice.outcome == wanted);
            fitting.map(|choice| format!("`{}`", choice.name)).collect::<Vec<_>>().join(", ")
        };
        let (takes, open) = (named(Outcome::Allowed), named(Outcome::Undecided));
        let (state, text) = match (takes.is_empty(), open.is_empty()) {
            (false, _) => (GateState::Pass, format!("this token is taken by {takes}")),
            (true, false) => (GateState::Unknown, format!("it is not known whether this token is taken by {open}")),
            (true, true) if unread_list.is_some() => {
                (GateState::Unknown, "no role that was readable takes this token, and not all of the account's were".to_owned())
            }
            (true, true) if unread > 0 || self.world.inventory.roles.is_empty() => (
                GateState::Unknown,
                "no trust policy that was given takes this token, and not every role's was (`aws iam get-role`)".to_owned(),
            ),
            (true, true) => (GateState::Fail, "no role among the inputs takes this token".to_owned()),
        };
        let places =
            if (takes.is_empty(), open.is_empty()) == (true, true) { unread_list.into_iter().collect() } else { Vec::new() };
        self.gate(GateKind::Trust, state, text, places);
        if state == GateState::Unknown && needs_tags {
            let text = format!("{UNREAD_TAG_MAP}, and a trust policy does not let it set any");
            self.gate(GateKind::Tags, GateState::Unknown, text, self.unread_map.iter().cloned().collect());
        }
        if state == GateState::Pass && !self.question.access.is_empty() {
            let text = "what may be done hangs on the role: name one with `--role`".to_owned();
            self.gate(GateKind::Permissions, GateState::Unknown, text, Vec::new());
        }
        self.simulation.presented = Some(token);
    }
}

/// Whether a key tells whence a call comes.
fn is_of_network(key: &str) -> bool {
    const STARTS: [&str; 3] = ["aws:SourceIp", "aws:SourceVpc", "aws:VpcSourceIp"];
    STARTS.iter().any(|start| key.get(..start.len()).is_some_and(|own| own.eq_ignore_ascii_case(start)))
}

const NO_TAG_MAP: &str =
    "the identity pool makes no session tags: no map was given (`aws cognito-identity get-principal-tag-attribute-map`)";

const UNREAD_TAG_MAP: &str = "whether the identity pool makes session tags was not readable";

/// What STS says to a token that lists the roles that it may be used for.
fn by_roles_claim(arn: &str, token: &Presented) -> Option<(GateState, String)> {
    let roles = token.roles()?;
    let is_known = Arn::parse(arn).is_some();
    Some(if roles.iter().any(|role| *role == arn) {
        (GateState::Pass, format!("the token may be used for `{}`", short(arn)))
    } else if is_known || !roles.iter().any(|role| short(role) == arn) {
        let text = format!(
            "\"The target role ARN is not present in the roles claim of the identity token\": it lists {}",
            roles.iter().map(|role| format!("`{role}`")).collect::<Vec<_>>().join(", ")
        );
        (GateState::Fail, text)
    } else {
        (GateState::Unknown, format!("the token lists a role `{arn}`, and the account of this one is not known"))
    })
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

/// The outcome of a gate for itself.
fn outcome_of(state: GateState) -> Outcome {
    match state {
        GateState::Pass | GateState::Skipped => Outcome::Allowed,
        GateState::Unknown => Outcome::Undecided,
        GateState::Fail => Outcome::Denied,
    }
}

pub(super) fn state_of(outcome: Outcome) -> GateState {
    match outcome {
        Outcome::Allowed => GateState::Pass,
        Outcome::Denied => GateState::Fail,
        Outcome::Undecided | Outcome::Error => GateState::Unknown,
    }
}

fn listed<'t>(names: impl Iterator<Item = &'t str>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
