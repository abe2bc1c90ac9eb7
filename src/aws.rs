//! A live account, read into the files that every command reads. Only with the feature `aws`.
//!
//! Nothing is changed there: every call lists, gets or describes, and `aws/policy.json` holds all of them.

mod call;
mod folder;
mod iam;
mod identity_pools;
mod names;
mod shape;
mod snapshot;
mod user_pools;

use std::fmt;
use std::path::Path;
use std::time::Duration;

use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{AppName, BehaviorVersion, Region, SdkConfig};
use aws_sdk_iam::config::{ProvideCredentials as _, SharedHttpClient};
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_http_client::{Builder, Connector};
use tokio::runtime::Runtime;

use crate::arn::Arn;
use call::{CallError, chain};
use snapshot::Head;

pub use snapshot::{Done, Halt, Snapshot, Tally};

/// An account, opened with somebody's credentials.
pub struct Account {
    runtime: Runtime,
    config: SdkConfig,
    id: String,
    partition: String,
    regions: Vec<String>,
}

/// What of an account is to be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Part {
    /// Roles with their policies, and managed policies.
    Roles,
    /// Identity providers in IAM.
    Providers,
    /// User pools and identity pools.
    Pools,
}

/// Why an account cannot be opened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum OpenError {
    /// No region is set, neither by the caller nor in the settings of the AWS tools.
    NoRegion,
    /// There are no credentials, or those that are set up cannot be had; then why.
    NoCredentials(Option<String>),
    /// AWS does not tell whose the credentials are.
    NoCaller(String),
    /// The system gives no way to wait for answers.
    NoRuntime(String),
}

impl Part {
    /// All parts.
    pub const ALL: [Self; 3] = [Self::Roles, Self::Providers, Self::Pools];

    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Roles => "roles",
            Self::Providers => "providers",
            Self::Pools => "pools",
        }
    }
}

impl Account {
    /// Opens the account of a profile in the settings that the AWS tools share; without one, of the credentials that they would find. Without
    /// regions, the one that is set there.
    pub fn open(profile: Option<&str>, regions: &[String]) -> Result<Self, OpenError> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| OpenError::NoRuntime(error.to_string()))?;
        let config = runtime.block_on(config(profile, regions.first()));
        let regions = match (regions, config.region()) {
            ([], None) => return Err(OpenError::NoRegion),
            ([], Some(region)) => vec![region.to_string()],
            (regions, _) => {
                let mut named: Vec<String> = Vec::new();
                for region in regions {
                    if !named.contains(region) {
                        named.push(region.clone());
                    }
                }
                named
            }
        };
        runtime.block_on(credentials(&config, profile))?;
        let caller = runtime.block_on(aws_sdk_sts::Client::new(&config).get_caller_identity().send());
        let caller = caller.map_err(|error| OpenError::NoCaller(CallError::from(error).text))?;
        let partition = caller.arn().and_then(Arn::parse).map_or("aws", |arn| arn.partition).to_owned();
        let id = caller.account().ok_or_else(|| OpenError::NoCaller("the answer names no account".to_owned()))?.to_owned();
        Ok(Self { runtime, config, id, partition, regions })
    }

    /// The account's id: 12 digits.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The regions whose pools are read.
    pub fn regions(&self) -> &[String] {
        &self.regions
    }

    /// A snapshot in memory. `tell` hears what is going on.
    pub fn in_memory(&self, parts: &[Part], tell: impl FnMut(&str) + 'static) -> Snapshot {
        Snapshot::in_memory(self.head(parts), Box::new(tell))
    }

    /// A snapshot in a folder: a new one, an empty one, or that of an earlier snapshot. With `resume`, what an earlier run has read is not asked
    /// for again.
    pub fn in_folder(
        &self,
        path: &Path,
        parts: &[Part],
        resume: bool,
        tell: impl FnMut(&str) + 'static,
    ) -> Result<Snapshot, Halt> {
        Snapshot::in_folder(path, self.head(parts), &self.asked(parts), resume, Box::new(tell))
    }

    /// Reads these parts. What gives no answer is noted, and the rest is read.
    pub fn read(&self, parts: &[Part], mut snapshot: Snapshot) -> Result<Done, Halt> {
        self.runtime.block_on(async {
            let iam = aws_sdk_iam::Client::new(&self.config);
            if parts.contains(&Part::Roles) {
                iam::roles(&iam, &mut snapshot).await?;
            }
            if parts.contains(&Part::Providers) {
                iam::providers(&iam, &mut snapshot).await?;
            }
            for region in self.regions.iter().filter(|_| parts.contains(&Part::Pools)) {
                let there = self.config.to_builder().region(Region::new(region.clone())).build();
                user_pools::read(&aws_sdk_cognitoidentityprovider::Client::new(&there), region, &mut snapshot).await?;
                identity_pools::read(&aws_sdk_cognitoidentity::Client::new(&there), region, &mut snapshot).await?;
            }
            snapshot.finish()
        })
    }

    fn head(&self, parts: &[Part]) -> Head {
        Head {
            account: self.id.clone(),
            partition: self.partition.clone(),
            regions: self.regions.clone(),
            parts: parts.iter().map(|part| part.name()).collect(),
        }
    }

    /// The folders and files that these parts lie in.
    fn asked(&self, parts: &[Part]) -> Vec<String> {
        let of_part = |part: &Part| -> Vec<String> {
            match part {
                Part::Roles => iam::OF_ROLES.map(str::to_owned).to_vec(),
                Part::Providers => iam::OF_PROVIDERS.map(str::to_owned).to_vec(),
                Part::Pools => {
                    self.regions.iter().flat_map(|region| [user_pools::folder(region), identity_pools::folder(region)]).collect()
                }
            }
        };
        parts.iter().flat_map(of_part).collect()
    }
}

impl fmt::Debug for Account {
    /// Without the settings, in which there are credentials.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Account").field("id", &self.id).field("regions", &self.regions).finish_non_exhaustive()
    }
}

/// So often a call is tried where AWS is busy or does not answer, unless the settings of the AWS tools say otherwise.
const ATTEMPTS: u32 = 6;
/// Longer than any answer takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// The settings of the AWS tools, as far as they are not set here.
async fn config(profile: Option<&str>, region: Option<&String>) -> SdkConfig {
    let network = http_client();
    let loader = || {
        let loader = aws_config::defaults(BehaviorVersion::latest()).http_client(network.clone());
        let loader = profile.into_iter().fold(loader, aws_config::ConfigLoader::profile_name);
        region.into_iter().fold(loader, |loader, region| loader.region(Region::new(region.clone())))
    };
    let mut all = loader();
    if let Some(profile) = profile {
        // a profile that is named goes before the environment, as it does for the AWS CLI
        let region = loader().load().await.region().cloned();
        let provider = ProviderConfig::without_region().with_region(region).with_http_client(network.clone());
        let credentials = ProfileFileCredentialsProvider::builder().profile_name(profile).configure(&provider);
        all = all.credentials_provider(credentials.build());
    }
    if let Ok(name) = AppName::new("rolecall") {
        all = all.app_name(name);
    }
    let variable = |name: &str| std::env::var(name).ok();
    let attempts = variable("AWS_MAX_ATTEMPTS").and_then(|own| own.parse().ok()).filter(|&own| own > 0);
    let is_standard = variable("AWS_RETRY_MODE").is_some_and(|own| own == "standard");
    let retries = if is_standard { RetryConfig::standard() } else { RetryConfig::adaptive() };
    let retries = retries.with_max_attempts(attempts.unwrap_or(ATTEMPTS));
    let patience = TimeoutConfig::builder().operation_attempt_timeout(PATIENCE).build();
    all.retry_config(retries).timeout_config(patience).load().await
}

/// Asks for credentials, so that their lack is told as such.
async fn credentials(config: &SdkConfig, profile: Option<&str>) -> Result<(), OpenError> {
    let provider = config.credentials_provider().ok_or(OpenError::NoCredentials(None))?;
    let answer = provider.provide_credentials().await;
    answer.map(drop).map_err(|error| match chain(&error) {
        // the list of all places where none were found says nothing more
        text if text.contains(NOT_FOUND) => OpenError::NoCredentials(None),
        text => OpenError::NoCredentials(Some(profile.map_or(text.clone(), |name| format!("profile `{name}`: {text}")))),
    })
}

/// What the SDK says where no place has credentials.
const NOT_FOUND: &str = "no credentials found in chain";

/// The way to the network: by the proxy that the environment names, if it names one.
fn http_client() -> SharedHttpClient {
    Builder::new().build_with_connector_fn(|settings, components| {
        let mut connector = Connector::builder();
        connector.set_connector_settings(settings.cloned());
        if let Some(components) = components {
            connector.set_sleep_impl(components.sleep_impl());
        }
        connector.proxy_config(ProxyConfig::from_env()).tls_provider(Provider::Rustls(CryptoMode::Ring)).build()
    })
}

impl fmt::Display for OpenError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoRegion => out.write_str("no region is set"),
            Self::NoCredentials(None) => out.write_str("no credentials were found"),
            Self::NoCredentials(Some(why)) => write!(out, "cannot get credentials: {why}"),
            Self::NoCaller(why) => write!(out, "AWS does not tell whose the credentials are: {why}"),
            Self::NoRuntime(why) => write!(out, "cannot wait for answers: {why}"),
        }
    }
}

impl std::error::Error for OpenError {}
