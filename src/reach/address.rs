//! Whose an address is that Google tells in `email`.

/// Whether all addresses that a pattern takes are of a domain that belongs to somebody in particular.
///
/// Source: the addresses of service accounts, <https://docs.cloud.google.com/iam/docs/service-account-types>.
pub(crate) fn names_domain(pattern: &str) -> bool {
    let end = pattern.rsplit(['*', '?']).next().unwrap_or(pattern).to_ascii_lowercase();
    let domain = match end.rsplit_once('@') {
        Some((_, domain)) => domain,
        // whoever registers a longer name ends on what does not begin with a dot
        None => match end.strip_prefix('.') {
            Some(domain) => domain,
            None => return false,
        },
    };
    // in a project's own domain its owner makes the names; all projects have service accounts in the others
    if let Some(own) = domain.strip_suffix("gserviceaccount.com") {
        return own.strip_suffix(".iam.").is_some_and(|project| !project.is_empty());
    }
    domain.contains('.') && !["gmail.com", "googlemail.com"].contains(&domain)
}
