//! The HCL reader: any bytes give a tree whose places are right.

use rolecall::syntax::hcl;

use super::laws::{form, source};

pub fn hcl(bytes: &[u8]) {
    let (sources, id) = source(bytes);
    let text = sources.get(id).text();
    let tree = hcl::read(id, text);
    form(&sources, &tree);
    assert!(tree.len() <= 2 * text.len() + 2, "{} nodes", tree.len());
}
