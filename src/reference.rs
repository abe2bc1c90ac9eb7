//! Facts about AWS that change, as dated data.

use std::sync::OnceLock;

use crate::policy::{self, Policy, PolicyKind};
use crate::source::SourceId;
use crate::syntax::{Node, json};

/// A session policy with which Cognito narrows guests in the enhanced flow.
#[derive(Debug)]
pub struct SessionPolicy {
    /// Its name.
    pub name: String,
    /// The document.
    pub policy: Policy<'static>,
}

/// The session policies of guests in the enhanced flow. They are a union: what any of them allows is allowed.
///
/// Source: "IAM roles" of the Cognito developer guide.
pub fn guest_session_policies() -> &'static [SessionPolicy] {
    static POLICIES: OnceLock<Vec<SessionPolicy>> = OnceLock::new();
    POLICIES.get_or_init(|| {
        let tree = json::read(SourceId::NONE, GUEST_SESSION_POLICIES);
        let list = tree.root().get("policies");
        list.into_iter().flat_map(Node::items).filter_map(session_policy).collect()
    })
}

/// The day on which the session policies of guests were read, as `2026-11-23`.
pub fn guest_session_policies_date() -> String {
    let tree = json::read(SourceId::NONE, GUEST_SESSION_POLICIES);
    tree.root().get("as-of").and_then(Node::string).unwrap_or_default().into_owned()
}

/// Whether an identity pool id is one that AWS's own pages use as a sample. The region is often changed and so is letter case,
/// so neither counts.
pub fn is_sample_pool_id(id: &str) -> bool {
    let behind_region = |id: &'_ str| id.split_once(':').map(|(_, rest)| rest.to_ascii_lowercase());
    behind_region(id).is_some_and(|own| sample_pool_ids().any(|sample| behind_region(sample).as_ref() == Some(&own)))
}

/// The identity pool ids that AWS's own pages use as samples.
pub fn sample_pool_ids() -> impl Iterator<Item = &'static str> {
    SAMPLE_IDS.lines().filter(|line| !line.starts_with('#') && !line.is_empty())
}

/// The regions of all partitions.
pub fn regions() -> impl Iterator<Item = &'static str> {
    REGIONS.lines().filter(|line| !line.starts_with('#') && !line.is_empty())
}

/// The day on which the regions were listed, as `2026-11-23`.
pub fn regions_date() -> &'static str {
    let first = REGIONS.lines().next().unwrap_or_default();
    first.rsplit(' ').next().unwrap_or_default().trim_end_matches('.')
}

static REGIONS: &str = include_str!("reference/regions.txt");

static SAMPLE_IDS: &str = include_str!("reference/sample-ids.txt");

static GUEST_SESSION_POLICIES: &str = include_str!("reference/guest-session-policies.json");

fn session_policy(node: Node<'_, 'static>) -> Option<SessionPolicy> {
    let name = node.get("name")?.string()?.into_owned();
    Some(SessionPolicy { name, policy: policy::read(node.get("document")?, PolicyKind::Session) })
}
