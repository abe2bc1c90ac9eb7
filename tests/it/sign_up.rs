//! Who may sign up at a user pool, in each form in which one is written (`claim-sign-up-default`).

use rolecall::inventory::Inventory;
use rolecall::source::Sources;

/// Whether anybody may sign up at the only pool of a file; none where that is not known.
fn is_open(name: &str, text: &str) -> Option<bool> {
    let mut sources = Sources::new();
    let id = sources.add(name, text);
    let mut inventory = Inventory::new(None);
    inventory.read(&sources, id);
    inventory.complete(&sources);
    let [pool] = &*inventory.user_pools else { panic!("one pool: {text}") };
    pool.admin_only.map(|setting| !setting.value)
}

/// A template, a service, a template of SAM and a module with a pool that says something of sign-up, as each writes it.
fn written(properties: &str, blocks: &str) -> [(&'static str, String); 4] {
    let pool = format!("  Users: {{Type: 'AWS::Cognito::UserPool', Properties: {{UserPoolName: users{properties}}}}}\n");
    let deeper = pool.replace("  Users", "    Users");
    [
        ("t.yaml", format!("Parameters: {{Closed: {{Type: String}}}}\nResources:\n{pool}")),
        ("serverless.yml", format!("service: s\nprovider: {{name: aws}}\nresources:\n  Resources:\n{deeper}")),
        (
            "sam.yaml",
            format!("Transform: AWS::Serverless-2016-10-31\nParameters: {{Closed: {{Type: String}}}}\nResources:\n{pool}"),
        ),
        (
            "main.tf",
            format!(
                "variable \"closed\" {{}}\nresource \"aws_cognito_user_pool\" \"users\" {{\n  name = \"users\"\n{blocks}}}\n"
            ),
        ),
    ]
}

/// `claim-sign-up-default` of `docs/semantics.md`, and what is written out.
#[test]
fn every_form_tells_alike_who_signs_up() {
    let block = |value: &str| format!("  admin_create_user_config {{\n    {value}\n  }}\n");
    let cases = [
        (String::new(), String::new(), Some(true)),
        (", AdminCreateUserConfig: {UnusedAccountValidityDays: 7}".to_owned(), block(""), Some(true)),
        (
            ", AdminCreateUserConfig: {AllowAdminCreateUserOnly: false}".to_owned(),
            block("allow_admin_create_user_only = false"),
            Some(true),
        ),
        (
            ", AdminCreateUserConfig: {AllowAdminCreateUserOnly: true}".to_owned(),
            block("allow_admin_create_user_only = true"),
            Some(false),
        ),
    ];
    for (properties, blocks, open) in cases {
        for (name, text) in written(&properties, &blocks) {
            assert_eq!(is_open(name, &text), open, "{text}");
        }
    }
}

#[test]
fn a_setting_that_is_not_known_stays_open() {
    let config = ", AdminCreateUserConfig: {AllowAdminCreateUserOnly: !Ref Closed}";
    for (name, text) in written(config, "  admin_create_user_config {\n    allow_admin_create_user_only = var.closed\n  }\n") {
        assert_eq!(is_open(name, &text), None, "{text}");
    }
    let dynamic = |block: &str, inner: &str| {
        format!("  dynamic \"{block}\" {{\n    for_each = var.closed\n    content {{\n      {inner}\n    }}\n  }}\n")
    };
    for (blocks, open) in [
        (dynamic("admin_create_user_config", "allow_admin_create_user_only = true"), None),
        (dynamic("schema", "name = schema.value"), Some(true)),
    ] {
        let [_, _, _, (name, text)] = written("", &blocks);
        assert_eq!(is_open(name, &text), open, "{text}");
    }
    let described = r#"{"UserPool": {"Id": "eu-west-1_Users", "AdminCreateUserConfig": {}}}"#;
    assert_eq!(is_open("pool.json", described), None, "what is described tells it");
}
