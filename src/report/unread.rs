//! What the snapshots among the inputs could not read, what is wrong with them, and what templates name that was not given: every report tells
//! it in the same words. And what stands in policies that is not known.

use crate::inventory::{Inventory, SnapshotFile};
use crate::source::Span;

/// Something that is not known of what a snapshot was taken of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unread {
    /// Where the snapshot tells it.
    pub span: Span,
    /// What it is, in one clause.
    pub message: String,
    /// The call that was not readable; none where the snapshot itself is not as it should be.
    pub call: Option<UnreadCall>,
}

/// A call that was not readable.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UnreadCall {
    /// As the AWS CLI names it: `iam list-roles`.
    pub name: String,
    /// What it was asked for.
    pub arguments: Vec<(String, String)>,
    /// The region that was asked; none for IAM.
    pub region: Option<String>,
    /// What came back.
    pub error: Option<String>,
}

/// All of it, snapshot by snapshot.
pub fn unread(inventory: &Inventory<'_>) -> Vec<Unread> {
    let faults = inventory.snapshots.iter().flat_map(|snapshot| &snapshot.faults);
    let faults = faults.map(|fault| Unread { span: fault.span, message: fault.kind.to_string(), call: None });
    let unresolved = inventory.unresolved.iter();
    let unresolved = unresolved.map(|own| Unread { span: own.span, message: own.message.clone(), call: None });
    faults.chain(inventory.not_readable().map(Unread::of)).chain(unresolved).collect()
}

/// Where in policies something stands of which nothing is known, so that what hangs on it is not judged; each place once, in order.
pub fn not_known(inventory: &Inventory<'_>) -> Vec<Span> {
    let mut places: Vec<Span> = inventory.all_policies().flat_map(|(policy, _)| policy.not_known()).collect();
    places.sort_unstable();
    places.dedup();
    places
}

/// How many calls were not readable.
pub fn count(unread: &[Unread]) -> usize {
    unread.iter().filter(|own| own.call.is_some()).count()
}

impl Unread {
    fn of(file: &SnapshotFile<'_>) -> Self {
        let arguments = file.arguments.iter().map(|(name, value)| (name.shown().into_owned(), value.shown().into_owned()));
        let call = UnreadCall {
            name: file.call.shown().into_owned(),
            arguments: arguments.collect(),
            region: file.region.as_ref().map(|region| region.shown().into_owned()),
            error: file.error.as_ref().map(|error| error.shown().into_owned()),
        };
        Self { span: file.state_span, message: format!("not readable when the snapshot was taken: {file}"), call: Some(call) }
    }
}
