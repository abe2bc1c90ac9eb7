//! Questions about all resources of a pattern.

use super::fill::{self, Units};
use super::{Policies, Request, statement};
use crate::pattern::{Unit, classes};
use crate::policy::Statement;

/// Whether a question is about all resources that a pattern covers, not about one. A lone `*` is what actions without resources ask for.
pub fn is_pattern(resource: &str) -> bool {
    resource.len() > 1 && resource.contains(['*', '?'])
}

/// One resource for each way in which those that a pattern covers can match what the policies list, so that what holds for these
/// holds for all. `None` where there are too many ways to look at.
pub fn resources(request: &Request<'_>, policies: &Policies<'_, '_, '_>) -> Option<Vec<String>> {
    let levels = policies.scps.iter().chain(policies.rcps).flatten();
    let unions = [policies.identity, policies.boundaries, policies.session, policies.endpoint];
    let all = policies.resource.iter().chain(unions.into_iter().flatten()).chain(levels);
    let statements = all.flat_map(|policy| &policy.statements);
    let statements: Vec<&Statement<'_>> = statements.filter(|own| statement::may_be_about(own, request)).collect();
    let mut patterns: Vec<Vec<Unit<'_>>> = Vec::new();
    for pattern in statements.iter().filter_map(|own| own.resources.as_ref()).flat_map(|resources| &resources.list) {
        let mut units = Units::new();
        let Ok(filled) = fill::fill(pattern, request.context, &mut units) else { continue };
        patterns.push(units.as_slice().to_vec());
        if filled.holds_wildcards() {
            units.make_wild(pattern);
            patterns.push(units.as_slice().to_vec());
        }
    }
    patterns.sort();
    patterns.dedup();
    classes(&[Unit::Wild(request.resource)], &patterns)
}
