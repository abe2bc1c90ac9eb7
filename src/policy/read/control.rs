//! What resource control policies and endpoint policies ask beyond the common grammar.

use super::Reader;
use crate::policy::{Effect, PolicyFault, PolicyKind, PrincipalKind, Statement};

impl Reader {
    /// Faults that only these kinds have.
    pub(super) fn special(&mut self, statement: &Statement<'_>) {
        match self.kind {
            PolicyKind::Rcp => self.rcp(statement),
            PolicyKind::Endpoint => self.endpoint(statement),
            _ => {}
        }
    }

    fn rcp(&mut self, statement: &Statement<'_>) {
        // AWS attaches one that allows all by itself
        if is_full_access(statement) {
            return;
        }
        let allow = statement.effect.filter(|(effect, _)| *effect == Effect::Allow);
        if let Some((_, span)) = allow {
            self.fault(PolicyFault::AllowInRcp, span);
        }
        if let Some(principals) = &statement.principals {
            if principals.negated {
                self.fault(PolicyFault::PrincipalInRcp, principals.key);
            } else if let Some(other) = principals
                .list
                .iter()
                .find(|own| !matches!(own.kind, PrincipalKind::Anyone | PrincipalKind::Later) && own.value.known().is_some())
            {
                self.fault(PolicyFault::PrincipalInRcp, other.value.span());
            }
        }
        let Some(actions) = &statement.actions else { return };
        if actions.negated {
            self.fault(PolicyFault::ActionInRcp, actions.key);
        } else if allow.is_none() {
            let every = |text: &str| text.split(':').next().is_some_and(|service| service.contains(['*', '?']));
            for action in actions.list.iter().filter(|action| action.plain().is_some_and(every)) {
                self.fault(PolicyFault::ActionInRcp, action.text.span());
            }
        }
    }

    /// On a gateway endpoint the principal must be everyone. Only S3 and `DynamoDB` have such endpoints.
    fn endpoint(&mut self, statement: &Statement<'_>) {
        let Some(principals) = &statement.principals else { return };
        if principals.negated {
            return self.fault(PolicyFault::PrincipalInEndpoint, principals.key);
        }
        let gateway = |text: &str| {
            let service = text.split(':').next().unwrap_or(text);
            service == "*" || service.eq_ignore_ascii_case("s3") || service.eq_ignore_ascii_case("dynamodb")
        };
        let mut actions = statement.actions.iter().flat_map(|actions| &actions.list);
        if !actions.any(|action| action.plain().is_some_and(gateway)) {
            return;
        }
        let named = |kind| !matches!(kind, PrincipalKind::Anyone | PrincipalKind::Later);
        let other = principals.list.iter().find(|own| named(own.kind) && own.value.known().is_some_and(|text| text != "*"));
        if let Some(other) = other {
            self.fault(PolicyFault::PrincipalInEndpoint, other.value.span());
        }
    }
}

/// `RCPFullAWSAccess`: everything, for everyone, on everything.
fn is_full_access(statement: &Statement<'_>) -> bool {
    let all = |patterns: &Option<crate::policy::Patterns<'_>>| {
        patterns.as_ref().is_some_and(|own| !own.negated && own.list.iter().all(|pattern| pattern.plain() == Some("*")))
    };
    let allow = statement.effect.is_some_and(|(effect, _)| effect == Effect::Allow);
    allow && all(&statement.actions) && all(&statement.resources) && statement.conditions.is_empty()
}
