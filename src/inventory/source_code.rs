//! Source code whose run gives the policies: nothing in it is read, and it is told what to read instead.

use memchr::memmem::{find, find_iter};

/// A library that programs build policies, roles or pools with.
struct Library {
    /// What stands in a line that takes it in, one of these.
    names: &'static [&'static str],
    /// Why it is not read, and which command gives what is.
    reason: &'static str,
}

/// The first that is taken in counts: those that build on others come first.
const LIBRARIES: [Library; 8] = [
    Library {
        names: &[
            "'cdktf'",
            "\"cdktf\"",
            "from cdktf",
            "import cdktf",
            "com.hashicorp.cdktf",
            "HashiCorp.Cdktf",
            "terraform-cdk-go",
        ],
        reason: "source code of CDK for Terraform; `cdktf synth` writes `cdktf.out/stacks/*/cdk.tf.json`",
    },
    Library {
        names: &["@aws-amplify/backend"],
        reason: "source code of Amplify Gen 2; `npx ampx sandbox` writes templates to `.amplify/artifacts/cdk.out`",
    },
    Library {
        names: &["sst/constructs", "@serverless-stack/resources"],
        reason: "source code of SST 2; `npx sst build` writes templates",
    },
    Library {
        names: &["new sst.aws.", "sst.aws.permission("],
        reason: "source code of SST; a snapshot (`rolecall pull`) holds what it made",
    },
    Library {
        names: &["@pulumi/aws", "pulumi_aws", "pulumi-aws/sdk", "Pulumi.Aws", "com.pulumi.aws"],
        reason: "source code of Pulumi; `pulumi preview --json` prints the policies",
    },
    Library {
        names: &["aws-cdk-lib", "aws_cdk", "@aws-cdk/", "software.amazon.awscdk", "aws-cdk-go", "Amazon.CDK"],
        reason: "source code of the AWS CDK; `cdk synth` writes templates to `cdk.out`",
    },
    Library {
        names: &["@serverless/typescript"],
        reason: "source code of the Serverless Framework; `sls package` writes `.serverless/cloudformation-template-update-stack.json`",
    },
    Library { names: &["troposphere"], reason: "source code of Troposphere; the template that its `to_json` gives is read" },
];

/// What such a program says where it is about policies, roles or pools.
const MATTERS: [&str; 22] = [
    "PolicyStatement",
    "PolicyDocument",
    "ManagedPolicy",
    "RolePolicy",
    "ResourcePolicy",
    "ssumeRole",
    "aws_iam",
    "aws-iam",
    "iam.Role",
    "iam.Policy",
    "iam.User",
    "iam.Group",
    "iam.New",
    "iam_role_statements",
    "statements",
    "IdentityPool",
    "UserPool",
    "defineAuth",
    "defineBackend",
    ".grant",
    "Effect",
    "permissions",
];

/// How long a line may be that takes in a library, in bytes.
const LONGEST: usize = 512;

/// Why source code is not read, where it is some that builds policies, roles or pools.
pub(super) fn reason(text: &str) -> Option<&'static str> {
    let library = LIBRARIES.iter().find(|library| library.names.iter().any(|name| takes_in(text, name)))?;
    MATTERS.iter().any(|word| find(text.as_bytes(), word.as_bytes()).is_some()).then_some(library.reason)
}

/// Whether a line of a text takes in a library of this name; one that only speaks of it does not.
fn takes_in(text: &str, name: &str) -> bool {
    // a lock file may name it in every line
    find_iter(text.as_bytes(), name.as_bytes()).take(16).any(|at| {
        let before = text.get(at.saturating_sub(LONGEST)..at).or_else(|| text.get(..at)).unwrap_or("");
        let line = before.rsplit('\n').next().unwrap_or("");
        let (start, used) = (line.trim_start(), name.contains('('));
        let word = |word: &str| start.starts_with(word);
        used || name.starts_with("new ")
            || ["import ", "from ", "using ", "export ", "} from", "import("].into_iter().any(word)
            || ["require(", " from ", "import("].iter().any(|own| line.contains(own))
            || (name.starts_with("from ") || name.starts_with("import ")) && start.is_empty()
            // a list of what a program in Go takes in
            || name.contains("-go") && line.contains("\"github.com/")
            || name.contains("/sdk") && line.contains("\"github.com/")
    })
}
