//! The configuration file that `init` writes: every key with what it does, none of them set.

use super::keys::TABLES;

/// A file in which each key stands in a comment, with an example.
pub fn template() -> String {
    let mut text = String::from(
        "# What rolecall goes by in this folder and all below. `rolecall config show` tells what holds, and\n\
         # docs/configuration.md of rolecall tells more of each key.\n",
    );
    for table in TABLES {
        text.extend(["\n# ", table.says, "\n"]);
        let head = table.head();
        // a table that is empty changes nothing; an item of a list would be one
        text.extend([if table.is_list { "# " } else { "" }, &head, "\n"]);
        for key in table.keys {
            let needed = if key.is_needed { " Needed." } else { "" };
            text.extend(["# ", key.says, needed, "\n# ", key.name, " = ", key.example, "\n"]);
        }
    }
    text
}

/// A row of `[[ignore]]`.
pub fn ignore_row(values: &[(&str, String)]) -> String {
    let lines = values.iter().flat_map(|(key, value)| [key, " = ", value.as_str(), "\n"]);
    std::iter::once("\n[[ignore]]\n").chain(lines).collect()
}
