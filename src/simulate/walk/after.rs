//! What is got at STS: the session, a second role that is taken with it, and what may be done.

use super::sts::state_of;
use super::{Walk, worst};
use crate::identity::{Assertion, Claim};
use crate::inventory::Role;
use crate::reference;
use crate::simulate::presented::{Presented, SET_SOURCE_IDENTITY, TAG_SESSION, is_name};
use crate::simulate::selection::short;
use crate::simulate::session::{Session, is_narrowed};
use crate::simulate::trust::ENHANCED_SESSION;
use crate::simulate::{Access, Flow, GateKind, GateState, Login, Outcome};

impl<'q, 'i, 's> Walk<'q, 'i, 's> {
    /// Name and length of the session, and what narrows it.
    ///
    /// <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html>
    pub(super) fn session(&mut self, role: Option<&Role<'s>>) {
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
            (Some(name), _) if !is_name(name) => {
                (GateState::Fail, format!("`{name}` is no session name: 2 to 64 letters, digits and `_+=,.@-`"))
            }
            (_, Some(seconds)) if !enhanced => duration(seconds, role),
            _ => (GateState::Pass, "lasts one hour".to_owned()),
        }
    }

    /// The name of the session, where it is known.
    pub(super) fn session_name(&self) -> Option<&str> {
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
    pub(super) fn assertion(&self) -> Option<&'q Assertion> {
        match self.question.login {
            Login::Saml(assertion, _) if self.flow == Flow::Direct => Some(assertion),
            _ => None,
        }
    }

    /// Takes a second role with the credentials of the first.
    ///
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_switch-role-api.html>
    pub(super) fn chain(&mut self, first: &Session<'i, 's>, second: &str, token: &Presented) -> Option<Session<'i, 's>> {
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

    pub(super) fn permissions(&mut self, session: &Session<'i, 's>) {
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
}

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
