//! Records the compiler and the target for the plugin header.

#[expect(clippy::disallowed_methods, reason = "a build script gets its input from cargo's variables")]
fn main() {
    let var = |name: &str| std::env::var(name).unwrap_or_default();
    let version = std::process::Command::new(var("RUSTC")).arg("-V").output();
    let version = version.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default();
    println!("cargo:rustc-env=PLUGIN_API_RUSTC={version}");
    println!("cargo:rustc-env=PLUGIN_API_TARGET={}", var("TARGET"));
    println!("cargo:rerun-if-changed=build.rs");
}
