//! Partitions, their regions, and the names of services as principals.

use std::sync::OnceLock;

/// A partition of AWS: a world of its own, with its own regions.
#[derive(Clone, Copy, Debug)]
pub struct Partition {
    /// As ARNs name it: `aws-cn`.
    pub name: &'static str,
    /// What its host names end in: `amazonaws.com.cn`.
    pub suffix: &'static str,
    /// The text behind its line.
    rest: &'static str,
}

impl Partition {
    /// The partition of this name.
    pub fn named(name: &str) -> Option<Self> {
        partitions().find(|own| own.name == name)
    }

    /// Its regions.
    pub fn regions(self) -> impl Iterator<Item = &'static str> {
        self.rest.lines().map_while(|line| line.strip_prefix(' '))
    }
}

/// All partitions; `aws` is the first.
pub fn partitions() -> impl Iterator<Item = Partition> {
    static ALL: OnceLock<Vec<Partition>> = OnceLock::new();
    let all = ALL.get_or_init(|| {
        let mut rest = PARTITIONS;
        let lines = std::iter::from_fn(|| {
            let (line, behind) = rest.split_once('\n')?;
            rest = behind;
            Some((line, behind))
        });
        let names = lines.filter(|(line, _)| !line.starts_with(['#', ' ']));
        names.filter_map(|(line, rest)| line.split_once(' ').map(|(name, suffix)| Partition { name, suffix, rest })).collect()
    });
    all.iter().copied()
}

/// The regions of all partitions.
pub fn regions() -> impl Iterator<Item = &'static str> {
    partitions().flat_map(Partition::regions)
}

/// The day on which partitions and regions were listed, as `2026-11-25`.
pub fn regions_date() -> &'static str {
    day(PARTITIONS)
}

/// The names of services as principals, such as `lambda.amazonaws.com`. The list is not complete, nor does it tell all forms with a
/// region or of another partition.
pub fn service_principals() -> impl Iterator<Item = &'static str> {
    let lines = SERVICE_PRINCIPALS.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split(' ').next()).filter(|name| !name.is_empty())
}

/// The day on which the services were listed, as `2026-11-25`.
pub fn service_principals_date() -> &'static str {
    day(SERVICE_PRINCIPALS)
}

static PARTITIONS: &str = include_str!("partitions.txt");

static SERVICE_PRINCIPALS: &str = include_str!("service-principals.txt");

/// The day that the first line tells behind `as of`.
fn day(text: &'static str) -> &'static str {
    let (_, behind) = text.split_once("as of ").unwrap_or(("", ""));
    behind.get(..10).unwrap_or(behind)
}
