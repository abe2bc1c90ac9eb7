//! What of a string is known, and what only later.

use rolecall::syntax::{Kind, Piece};

use super::with;

/// The pieces of a string: literals as they are, holes in guillemets.
fn pieces(content: &str) -> String {
    with(&format!("[\"{content}\"]"), |sources, tree| {
        let text = tree.root().items().next().unwrap().text().unwrap();
        let piece = |piece: &Piece<'_>| match piece {
            Piece::Literal(literal) => literal.value.to_string(),
            Piece::Hole(hole) => {
                assert_eq!(sources.slice(hole.span).is_empty(), hole.written.is_empty());
                format!("«{}»", hole.written)
            }
        };
        text.pieces().iter().map(piece).collect::<Vec<_>>().join("|")
    })
}

#[test]
fn in_strings() {
    for (content, expected) in [
        ("", ""),
        ("s3:Get*", "s3:Get*"),
        ("${x}", "«${x}»"),
        ("a${x}b${y.z}", "a|«${x}»|b|«${y.z}»"),
        // variables of IAM
        ("${aws:username}", "${aws:username}"),
        ("${*}${?}${$}", "${*}${?}${$}"),
        ("${aws:PrincipalTag/team, 'none'}", "${aws:PrincipalTag/team, 'none'}"),
        ("${cognito-identity.amazonaws.com:sub}/${bucket}", "${cognito-identity.amazonaws.com:sub}/|«${bucket}»"),
        // expressions
        ("${jsonencode({a = 1})}!", "«${jsonencode({a = 1})}»|!"),
        ("${join(':', var.parts)}", "«${join(':', var.parts)}»"),
        ("${data.aws_caller_identity.current.account_id}", "«${data.aws_caller_identity.current.account_id}»"),
        ("${}", "«${}»"),
        // what only looks like it
        ("${x", "${x"),
        ("$x {x} ${ {", "$x {x} ${ {"),
        ("<", "<"),
        ("a < b > c", "a < b > c"),
        ("<1>", "<1>"),
        ("{{ }}", "{{ }}"),
        ("100%", "100%"),
        ("%da%20%S", "%da%20%S"),
        ("YOUR_", "YOUR_"),
        ("MYYOUR_NAME", "MYYOUR_NAME"),
        ("Yes", "Yes"),
        // the others
        ("arn:aws:iam::<ACCOUNT-ID>:root", "arn:aws:iam::|«<ACCOUNT-ID>»|:root"),
        ("<your account. 1>", "«<your account. 1>»"),
        ("{{ account }}:{{x}}", "«{{ account }}»|:|«{{x}}»"),
        ("arn:aws:s3:::%s/%d", "arn:aws:s3:::|«%s»|/|«%d»"),
        ("arn:aws:iam::YOUR_ACCOUNT_ID:role/YOUR-ROLE", "arn:aws:iam::|«YOUR_ACCOUNT_ID»|:role/|«YOUR-ROLE»"),
        // through escapes
        (r"\u0024{x}\/", "«${x}»|/"),
        (r"a\u007b{x}\u007d", "a|«{{x}}»"),
    ] {
        assert_eq!(pieces(content), expected, "of {content}");
    }
    assert_eq!(pieces(&format!("<{}>", "A".repeat(64))), format!("«<{}>»", "A".repeat(64)));
    assert_eq!(pieces(&format!("<{}>", "A".repeat(65))), format!("<{}>", "A".repeat(65)));
}

#[test]
fn where_a_value_is_due() {
    for bare in ["${var.x}", "{{ x }}", "<X>", "%s", "${a}-${b}", "${jsonencode([for a in b : \"x${a}\"])}"] {
        for text in [format!("{{\"a\": {bare}}}"), format!("{{\"a\":{bare} , \"b\": 1}}"), format!("{{\"a\": {bare}\n}}")] {
            with(&text, |sources, tree| {
                assert_eq!(tree.faults(), [], "in {text}");
                let node = tree.root().get("a").unwrap();
                assert_eq!((node.kind(), sources.slice(node.span())), (Kind::Hole, bare), "in {text}");
                assert_eq!(node.text().unwrap().holes().next().unwrap().written, bare);
            });
        }
        with(bare, |_, tree| assert_eq!((tree.faults(), tree.root().kind()), (&[][..], Kind::Hole)));
    }
    with("{${key}: [<A>, {{ b }}]}", |_, tree| {
        assert_eq!(tree.faults(), []);
        let entry = tree.root().entries().next().unwrap();
        assert_eq!((entry.key.kind(), entry.value.items().count()), (Kind::Hole, 2));
    });
}
