//! The names of the files of a snapshot.

use std::collections::BTreeSet;

/// No system takes longer names of files than 255 bytes, and something may follow.
pub(super) const LONGEST_NAME: usize = 200;

/// A name as part of the name of a file.
pub(super) fn file_name(name: &str) -> String {
    let is_kept = |letter: char| letter.is_ascii_alphanumeric() || "._-+=,@".contains(letter);
    let kept: String = name.chars().take(LONGEST_NAME).map(|letter| if is_kept(letter) { letter } else { '_' }).collect();
    // what begins with a dot is hidden
    if kept.starts_with('.') { format!("_{kept}") } else { kept }
}

/// Names as parts of the names of files, no two of them alike, also where letter case does not count.
pub(super) fn file_names(names: &[&str]) -> Vec<String> {
    let mut taken = BTreeSet::new();
    let mut unlike = |name: &str| {
        let base = file_name(name);
        let mut own = base.clone();
        let mut number = 1;
        while !taken.insert(own.to_ascii_lowercase()) {
            number += 1;
            own = format!("{base}-{number}");
        }
        own
    };
    names.iter().map(|name| unlike(name)).collect()
}

/// Whether a name leads to nothing outside of the folder: files that a list names may be removed.
pub(super) fn is_inside(file: &str) -> bool {
    ["iam/", "cognito-idp/", "cognito-identity/"].iter().any(|own| file.starts_with(own))
        && !file.contains('\\')
        && file.split('/').all(|part| part != ".." && part != ".")
}
