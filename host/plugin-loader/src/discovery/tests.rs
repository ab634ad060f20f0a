//! Which file is found for what pants.toml says; the files are C libraries with a plugin's header.

use super::*;
use crate::test_support::Sandbox;

/// What is found, one line a plugin; or the error with its hints.
fn check(sandbox: &Sandbox, request: &LoadRequest, expect: &str) {
    let text = match discover(request) {
        Ok((found, warnings)) => {
            let found = found.iter().map(|plugin| {
                let owner = if plugin.is_bundled { "bundled" } else { "third-party" };
                format!("{} {} {owner}\n", plugin.header.id, plugin.path.display())
            });
            found.chain(warnings.iter().map(|warning| format!("{warning}\n"))).collect::<String>()
        }
        Err(error) => std::iter::once(error.to_string())
            .chain(error.hints().into_iter().map(|hint| format!("hint: {hint}")))
            .map(|line| line + "\n")
            .collect(),
    };
    assert_eq!(sandbox.redact(&text), expect);
}

fn strings(items: &[&str]) -> Vec<String> {
    items.iter().map(|item| (*item).to_owned()).collect()
}

#[test]
fn a_backend_is_found_by_the_id_in_its_header_beside_the_program() {
    let sandbox = Sandbox::new();
    sandbox.compile("hollow_root.c", "pants.backend.jvm", "bin/libanything.so");
    sandbox.compile("hollow_root.c", "pants.backend.python", "bin/deps/libpython.so");
    sandbox.compile("hollow_root.c", "pants.backend.codegen", "lib/pants/plugins/libcodegen.so");
    let mut request = sandbox.request();
    request.backend_packages = strings(&BUNDLED_BACKENDS);
    check(
        &sandbox,
        &request,
        "pants.backend.jvm [DIR]/bin/libanything.so bundled\n\
         pants.backend.python [DIR]/bin/deps/libpython.so bundled\n\
         pants.backend.codegen [DIR]/lib/pants/plugins/libcodegen.so bundled\n",
    );
}

#[test]
fn nothing_is_found_that_is_not_enabled() {
    let sandbox = Sandbox::new();
    sandbox.compile("hollow_root.c", "pants.backend.jvm", "bin/libjvm.so");
    check(&sandbox, &sandbox.request(), "");
}

#[test]
fn older_ids_load_their_heirs_once_or_are_a_warning() {
    let sandbox = Sandbox::new();
    sandbox.compile("hollow_root.c", "pants.backend.codegen", "bin/libcodegen.so");
    let mut request = sandbox.request();
    request.backend_packages = strings(&[
        "pants.backend.graph_info",
        "pants.backend.codegen.thrift.java",
        "pants.backend.codegen.protobuf.java",
        "pants.backend.docgen",
    ]);
    check(
        &sandbox,
        &request,
        "pants.backend.codegen [DIR]/bin/libcodegen.so bundled\n\
         backends of older Pants versions have no counterpart here, and their goals are missing: `pants.backend.docgen`\n",
    );
}

#[test]
fn a_path_needs_nothing_beside_it_and_a_name_is_searched_for() {
    let sandbox = Sandbox::new();
    sandbox.compile("hollow_root.c", "example.acme", "repo/build/acme.so");
    sandbox.compile("hollow_root.c", "example.other", "repo/plugins/libother.so");
    sandbox.compile("hollow_root.c", "example.third", "shared/libthird.so");
    let mut request = sandbox.request();
    request.plugins = strings(&["build/acme.so", "example.other", "example.third"]);
    request.plugin_paths = vec![PathBuf::from("plugins")];
    request.environment_paths = vec![sandbox.path("shared")];
    check(
        &sandbox,
        &request,
        "example.acme [DIR]/repo/build/acme.so third-party\n\
         example.other [DIR]/repo/plugins/libother.so third-party\n\
         example.third [DIR]/shared/libthird.so third-party\n",
    );
}

#[test]
fn python_packages_in_plugins_are_a_warning_that_names_what_takes_their_place() {
    let sandbox = Sandbox::new();
    sandbox.compile("hollow_root.c", "example.acme", "repo/plugins/libacme.so");
    let mut request = sandbox.request();
    request.plugin_paths = vec![PathBuf::from("plugins")];
    request.plugins = strings(&["acme.plugins==1.2", "example.acme", "other[extra] >= 3"]);
    check(
        &sandbox,
        &request,
        "example.acme [DIR]/repo/plugins/libacme.so third-party\n\
         plugins of Pants v1 are passed over: `acme.plugins==1.2`, `other[extra] >= 3`; a plugin here is a library, \
         named in `[GLOBAL] plugins` by its path or its name, and target types without one may be listed in \
         `[build-files] opaque_types`\n",
    );
}

#[test]
fn a_python_package_has_a_version_and_is_no_path() {
    let check = |plugin: &str, expect: bool| assert_eq!(is_python_package(plugin), expect, "{plugin}");
    check("acme.plugins==1.2", true);
    check("other[extra] >= 3", true);
    check("acme", false);
    check("./tools/lib~x.so", false);
    check("==1.2", false);
}

#[test]
fn the_first_place_wins_and_a_path_wins_over_every_place() {
    let sandbox = Sandbox::new();
    sandbox.compile("hollow_root.c", "pants.backend.jvm", "bin/libjvm.so");
    sandbox.compile("hollow_root.c", "pants.backend.jvm", "repo/plugins/libmine.so");
    let mut request = sandbox.request();
    request.backend_packages = strings(&["pants.backend.jvm"]);
    request.plugin_paths = vec![PathBuf::from("plugins")];
    check(&sandbox, &request, "pants.backend.jvm [DIR]/repo/plugins/libmine.so third-party\n");
    request.plugins = vec![sandbox.path("bin/libjvm.so").display().to_string()];
    check(&sandbox, &request, "pants.backend.jvm [DIR]/bin/libjvm.so bundled\n");
}

#[test]
fn two_files_with_one_id_in_one_place_are_an_error_but_two_names_of_one_file_are_not() {
    let sandbox = Sandbox::new();
    let first = sandbox.compile("hollow_root.c", "pants.backend.jvm", "bin/liba.so");
    std::fs::hard_link(&first, sandbox.path("bin/libb.so")).unwrap();
    let mut request = sandbox.request();
    request.backend_packages = strings(&["pants.backend.jvm"]);
    check(&sandbox, &request, "pants.backend.jvm [DIR]/bin/liba.so bundled\n");
    sandbox.compile("hollow_root.c", "pants.backend.jvm", "bin/libc.so");
    check(
        &sandbox,
        &request,
        "the backend `pants.backend.jvm` is provided by two files: [DIR]/bin/liba.so and [DIR]/bin/libc.so\n\
         hint: remove one of them, or name the one you want in `[GLOBAL] plugins`\n",
    );
}

#[test]
fn an_unknown_id_names_the_nearest_one_and_the_places() {
    let sandbox = Sandbox::new();
    let mut request = sandbox.request();
    request.backend_packages = strings(&["pants.backend.jvn"]);
    check(
        &sandbox,
        &request,
        "no plugin provides the backend `pants.backend.jvn`\n\
         hint: did you mean `pants.backend.jvm`?\n\
         hint: searched [DIR]/bin, [DIR]/bin/deps, [DIR]/bin/../lib/pants/plugins\n\
         hint: name the plugin's file in `[GLOBAL] plugins`, or its directory in `[GLOBAL] plugin_paths`\n",
    );
}

/// What was asked for and is not there is no answer to itself.
#[test]
fn a_missing_backend_is_not_its_own_suggestion() {
    let sandbox = Sandbox::new();
    let mut request = sandbox.request();
    request.backend_packages = strings(&["pants.backend.jvm"]);
    let hints = discover(&request).unwrap_err().hints();
    assert!(hints.iter().all(|hint| !hint.contains("did you mean")), "{hints:?}");
}

#[test]
fn a_bundled_plugin_stays_bundled_by_another_path_or_as_a_link() {
    let sandbox = Sandbox::new();
    let library = sandbox.compile("hollow_root.c", "pants.backend.jvm", "store/libjvm.so");
    std::os::unix::fs::symlink(&library, sandbox.path("bin/libjvm.so")).unwrap();
    std::os::unix::fs::symlink(sandbox.path("bin"), sandbox.path("other-name")).unwrap();
    let mut request = sandbox.request();
    request.backend_packages = strings(&["pants.backend.jvm"]);
    check(&sandbox, &request, "pants.backend.jvm [DIR]/store/libjvm.so bundled\n");
    request.environment_paths = vec![sandbox.path("other-name")];
    check(&sandbox, &request, "pants.backend.jvm [DIR]/store/libjvm.so bundled\n");
    request.environment_paths = vec![sandbox.path("store")];
    check(&sandbox, &request, "pants.backend.jvm [DIR]/store/libjvm.so third-party\n");
}

#[test]
fn a_damaged_library_in_a_searched_place_explains_what_is_missing() {
    let sandbox = Sandbox::new();
    let library = sandbox.compile("hollow_root.c", "pants.backend.jvm", "bin/libjvm.so");
    sandbox.write("bin/libtext.so", b"INPUT(libother.so)\n");
    let bytes = std::fs::read(&library).unwrap();
    std::fs::write(&library, &bytes[..100]).unwrap();
    let mut request = sandbox.request();
    request.backend_packages = strings(&["pants.backend.jvm"]);
    let error = discover(&request).unwrap_err().to_string();
    assert!(sandbox.redact(&error).starts_with("[DIR]/bin/libjvm.so: is truncated: it has 100 bytes"), "{error}");
}

#[test]
fn a_file_with_the_name_of_what_is_missing_is_told_of() {
    let sandbox = Sandbox::new();
    sandbox.write("bin/libpants_backend_jvm.so", b"not a library\n");
    sandbox.write("bin/libtext.so", b"INPUT(libother.so)\n");
    let mut request = sandbox.request();
    request.backend_packages = strings(&["pants.backend.jvm"]);
    check(
        &sandbox,
        &request,
        "[DIR]/bin/libpants_backend_jvm.so: is a text file, not a shared library of this system\n",
    );
}
