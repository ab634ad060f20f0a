//! The key of a process: the digest of its Action in the Remote Execution API.
//!
//! What the API has no field for enters as platform properties, which every server treats as part of the key: tools by
//! name and identity, named caches by name, the worker by its key, and standard input by its digest. Where a process may
//! run is no part of what it makes.

use crate::digest::Digest;
use crate::process::{CachePolicy, Process};
use crate::reapi;
use std::collections::BTreeSet;

/// What a machine is, as far as results depend on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Platform {
    properties: Vec<(String, String)>,
}

impl Platform {
    /// This machine.
    pub fn local() -> Self {
        Self::new(std::env::consts::OS, std::env::consts::ARCH)
    }

    /// A machine by operating system and processor, in Rust's words for them.
    pub fn new(os: &str, arch: &str) -> Self {
        let properties = vec![("ISA".to_owned(), arch.to_owned()), ("OSFamily".to_owned(), os.to_owned())];
        Self { properties }
    }
}

impl Process {
    /// The key of this process on a platform: equal keys mean equal results.
    pub fn action_digest(&self, platform: &Platform) -> Digest {
        self.salted_digest(platform, "")
    }

    /// The key of this process in a generation of results, of which the first is the empty one.
    pub(crate) fn salted_digest(&self, platform: &Platform, generation: &str) -> Digest {
        let action = encode_action(self, platform).action;
        reapi::Digest::of_message(&reapi::Action { salt: generation.as_bytes().to_vec(), ..action })
    }
}

/// An Action and the Command that it names.
pub(crate) struct EncodedAction {
    pub(crate) action: reapi::Action,
    #[cfg_attr(not(test), expect(dead_code, reason = "remote execution uploads it; tests compare its bytes"))]
    pub(crate) command: reapi::Command,
}

pub(crate) fn encode_action(process: &Process, platform: &Platform) -> EncodedAction {
    // Exhaustive, so that a new field does not compile until someone decides whether it counts.
    let Process {
        argv,
        env,
        passthrough_env: _,
        working_directory,
        inputs,
        output_paths,
        tools: _,
        named_caches: _,
        stdin: _,
        timeout,
        terminate_wait: _,
        worker: _,
        cache,
        locality: _,
        description: _,
    } = process;
    let platform = encode_platform(process, platform);
    let command = reapi::Command {
        arguments: argv.clone(),
        environment_variables: env
            .iter()
            .map(|(name, value)| reapi::EnvironmentVariable { name: name.clone(), value: value.clone() })
            .collect(),
        // Servers before version 2.2 of the API look here, later ones in the Action.
        platform: Some(platform.clone()),
        working_directory: working_directory.clone(),
        output_paths: output_paths
            .iter()
            .map(|path| path.trim_end_matches('/').to_owned())
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect(),
    };
    let action = reapi::Action {
        command_digest: Some(reapi::Digest::of_message(&command).into()),
        input_root_digest: Some(inputs.digest().into()),
        timeout: timeout.map(|timeout| reapi::Duration {
            seconds: i64::try_from(timeout.as_secs()).unwrap_or(i64::MAX),
            nanos: timeout.subsec_nanos().cast_signed(),
        }),
        do_not_cache: *cache == CachePolicy::Never,
        // A generation of results is none of the process's own.
        salt: Vec::new(),
        platform: Some(platform),
    };
    EncodedAction { action, command }
}

fn encode_platform(process: &Process, platform: &Platform) -> reapi::Platform {
    let Platform { properties } = platform;
    let property = |name: String, value: String| reapi::Property { name, value };
    let mut properties: Vec<_> = properties.iter().map(|(name, value)| property(name.clone(), value.clone())).collect();
    for tool in &process.tools {
        properties.push(property(format!("tool:{}", tool.name), tool.digest.to_hex()));
    }
    for cache in &process.named_caches {
        properties.push(property(format!("cache:{cache}"), String::new()));
    }
    if let Some(worker) = &process.worker {
        properties.push(property("worker".to_owned(), worker.key().to_hex()));
    }
    if !process.stdin.is_empty() {
        properties.push(property("stdin".to_owned(), Digest::of_bytes(&process.stdin).to_string()));
    }
    properties.sort();
    reapi::Platform { properties }
}

#[cfg(test)]
mod tests;
