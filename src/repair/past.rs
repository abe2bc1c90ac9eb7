//! Whether what gets past the trust policy gets past the other gates too.

use super::{Repair, Side};
use crate::identity::Claim;
use crate::simulate::{Flow, GateKind, GateState, Login, Presented, Question, Simulation, World, simulate};

/// A sign-in that the trust policy refuses.
pub(super) struct Past<'a, 'q, 'i, 's> {
    pub(super) world: World<'i, 's>,
    pub(super) simulation: &'a Simulation<'i, 's>,
    pub(super) question: &'a Question<'q>,
}

impl Past<'_, '_, '_, '_> {
    /// A repair as it is told; none where another gate stays closed. `changed` is the token that a change of it comes to.
    pub(super) fn told(&self, mut repair: Repair, changed: Option<&Presented>) -> Option<Repair> {
        let closed = match changed {
            None => closed(self.simulation),
            Some(token) => self.closed_to(token),
        };
        if self.names_nobody(&repair) || closed.iter().any(|kind| *kind != GateKind::Expiry) {
            return None;
        }
        if !closed.is_empty() {
            repair.words.push_str(", and bring a token whose times are good");
        }
        Some(repair)
    }

    /// Whether an edit names a user who was made up for the question.
    fn names_nobody(&self, repair: &Repair) -> bool {
        let Login::Token(token) = self.question.login else { return false };
        let user = token.claims.text("sub").filter(|user| token.is_made && !user.is_empty());
        repair.side == Side::Policy && user.is_some_and(|user| repair.edits.iter().any(|edit| edit.text.contains(user)))
    }

    /// The gates that are closed to a token that was changed, beside the trust policy.
    fn closed_to(&self, changed: &Presented) -> Vec<GateKind> {
        let past_pool = self.simulation.presented.as_ref().is_some_and(|token| token.host == changed.host);
        // the role that refuses is the one that is to be got
        let role = self.simulation.role.as_ref().map(|role| role.name.as_str());
        let question = Question { role: self.question.role.or(role), ..self.question.clone() };
        match question.login {
            // a token that goes to STS as it is
            Login::Token(token) if self.simulation.flow == Flow::Direct && past_pool => {
                let mut other = token.clone();
                other.claims = changed.claims.clone();
                closed(&simulate(self.world, &Question { login: Login::Token(&other), ..question }))
            }
            // what an identity pool makes of it was not asked for
            _ if !past_pool => Vec::new(),
            _ => {
                let state =
                    |token: &Presented| token.claims.get("amr").map(Claim::values).and_then(|amr| Some(amr.first()?.to_string()));
                let is_other = self.simulation.presented.as_ref().map(state) != Some(state(changed));
                let member = self.world.inventory.sign_in(&[], None);
                let login = match (state(changed).as_deref(), &member) {
                    (Some("unauthenticated"), _) if is_other => Login::Guest,
                    (Some("authenticated"), Ok(member)) if is_other => Login::Token(member),
                    _ => return closed(self.simulation),
                };
                closed(&simulate(self.world, &Question { login, linked: Vec::new(), ..question }))
            }
        }
    }
}

/// The gates on the way that are closed, beside the trust policy and what comes after it.
fn closed(simulation: &Simulation<'_, '_>) -> Vec<GateKind> {
    let is_after = |kind: GateKind| {
        matches!(kind, GateKind::Trust | GateKind::Tags | GateKind::Session | GateKind::Chain | GateKind::Permissions)
    };
    let failing = simulation.gates.iter().filter(|gate| gate.state == GateState::Fail && !is_after(gate.kind));
    failing.map(|gate| gate.kind).collect()
}
