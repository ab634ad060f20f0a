//! The options of the code generation backend, with the real protoc: what is generated, and what is generated anew.

use crate::support::{Output, Repository};
use std::os::unix::fs::PermissionsExt;

const ACME: &str = "src/protobuf/acme:acme";

fn repository() -> Repository {
    let repository = Repository::new(
        r#"
        //- src/protobuf/acme/BUILD
java_protobuf_library(name='acme', sources=['order.proto'], dependencies=['src/protobuf/base'])
python_protobuf_library(name='python', sources=['order.proto'], dependencies=['src/protobuf/base:python'])
        //- src/protobuf/acme/order.proto
syntax = "proto3";
package acme;
import "base/price.proto";
message Order { base.Price price = 1; }
        //- src/protobuf/base/BUILD
java_protobuf_library(sources=['price.proto'])
python_protobuf_library(name='python', sources=['price.proto'])
        //- src/protobuf/base/price.proto
syntax = "proto3";
package base;
message Price { int64 amount = 1; }
        //- src/python/app/BUILD
python_binary(name='app', source='main.py', dependencies=['src/protobuf/acme:python'])
        //- src/python/app/main.py
import acme.extra
print(acme.extra.SAYS)
        //- src/python/lib/BUILD
python_library(sources=['lib.py'])
        //- src/python/lib/lib.py
    "#,
    );
    // Caches are shared: this is like no other repository.
    repository.append("src/protobuf/base/price.proto", &format!("message Copy{} {{}}\n", repository.mark()));
    repository
}

fn run(repository: &Repository, args: &[&str]) -> Output {
    repository.pants(args).with_real_tools().run()
}

/// The targets that code was generated from in a run, sorted.
fn generated(output: &Output) -> Vec<&str> {
    let mut targets: Vec<&str> =
        output.stderr.lines().filter_map(|line| line.split_once("] protoc ")).map(|(_, target)| target).collect();
    targets.sort_unstable();
    targets
}

/// A plugin of protoc that writes a module.
fn write_plugin(repository: &Repository, says: &str) {
    let path = "tools/protoc-gen-extra";
    repository.write(
        path,
        &format!(
            r#"#!/usr/bin/env python3
import sys
sys.stdin.buffer.read()
def text(number, value):
    return bytes([number << 3 | 2, len(value)]) + value
file = text(1, b"acme/extra.py") + text(15, b"SAYS = '{says}'\n")
sys.stdout.buffer.write(text(15, file))
"#
        ),
    );
    let path = repository.root().join(path);
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).expect("it can be made executable");
}

#[test]
fn plugins_of_protoc_add_code_and_are_part_of_its_key() {
    let repository = repository();
    repository.edit("src/protobuf/acme/BUILD", ", dependencies=['src/protobuf/base:python']", "");
    repository.edit("src/protobuf/acme/order.proto", "import \"base/price.proto\";\n", "");
    repository.edit("src/protobuf/acme/order.proto", "base.Price", "int64");
    write_plugin(&repository, "one");
    let _ = run(&repository, &["run", "src/python/app"]).failure(1);
    repository.write("pants.toml", "[gen.protoc-py]\nprotoc_plugins = [\"extra\"]\n");
    let said = run(&repository, &["run", "src/python/app"]).failure(1);
    assert!(
        said.contains("pants.toml:2 [gen.protoc-py] protoc_plugins: there is no program `protoc-gen-extra`"),
        "{said}"
    );

    repository.append("pants.toml", "extra_path = [\"tools\"]\n");
    assert_eq!(run(&repository, &["run", "src/python/app"]).success(), "one\n");
    let again = run(&repository, &["run", "src/python/app"]);
    assert!(generated(&again).is_empty(), "{again:?}");
    write_plugin(&repository, "two");
    assert_eq!(run(&repository, &["run", "src/python/app"]).success(), "two\n");
}

#[test]
fn imports_begin_at_the_build_root_where_that_is_wanted() {
    let repository = repository();
    repository.edit("src/protobuf/acme/order.proto", "\"base/price.proto\"", "\"src/protobuf/base/price.proto\"");
    let said = run(&repository, &["gen", ACME]).failure(1);
    assert!(said.contains("src/protobuf/base/price.proto: File not found."), "{said}");
    let from_root = ["gen", "--gen-protoc-import-from-root", ACME];
    let _ = run(&repository, &from_root).success();
    let again = run(&repository, &from_root);
    assert!(generated(&again).is_empty(), "{again:?}");
    repository.write("elsewhere/other.proto", "syntax = \"proto3\";\n");
    let again = run(&repository, &from_root);
    assert_eq!(generated(&again), ["src/protobuf/acme:acme", "src/protobuf/base:base"], "any may be imported");
    let _ = again.success();
}

#[test]
fn runtimes_are_depended_on_and_are_no_reason_to_generate_anew() {
    let repository = repository();
    repository.write("src/python/app/main.py", "import lib.lib\nprint('found')\n");
    let said = run(&repository, &["run", "src/python/app"]).failure(1);
    assert!(said.contains("No module named 'lib'"), "{said}");
    for option in ["--protoc-runtime-targets=['src/python/lib']", "--gen-protoc-py-pythondeps=['src/python/lib']"] {
        let found = run(&repository, &["run", option, "src/python/app"]);
        assert!(generated(&found).is_empty(), "{found:?}");
        assert_eq!(found.success(), "found\n", "{option}");
    }
    let said = run(&repository, &["run", "--protoc-runtime-targets=['src/python/nowhere']", "src/python/app"]);
    let said = said.failure(1);
    assert!(said.contains("--protoc-runtime-targets") && said.contains("src/python/nowhere"), "{said}");
}

#[test]
fn targets_without_sources_and_files_of_two_targets_are_told() {
    let repository = repository();
    repository.append("src/protobuf/base/BUILD", "java_protobuf_library(name='empty', sources=[])\n");
    let _ = run(&repository, &["gen", "src/protobuf/base:empty"]).success();
    let said = run(&repository, &["gen", "--no-gen-protoc-allow-empty", "src/protobuf/base:empty"]).failure(1);
    assert!(said.contains("src/protobuf/base/BUILD:3:1: `src/protobuf/base:empty` has no sources"), "{said}");

    repository.append(
        "src/protobuf/base/BUILD",
        "java_protobuf_library(name='twice', sources=['price.proto'], dependencies=[':base'])\n",
    );
    let said = run(&repository, &["gen", "src/protobuf/base:twice"]).failure(1);
    let problem =
        "`src/protobuf/base:twice` generates `base/PriceOuterClass.java`, and so does `src/protobuf/base:base`";
    assert!(said.contains(problem), "{said}");
    let again = run(&repository, &["gen", "src/protobuf/base:twice"]).failure(1);
    assert!(again.contains(problem), "it stays wrong: {again}");
    let allowed = run(&repository, &["gen", "--gen-protoc-allow-dups", "src/protobuf/base:twice"]);
    assert!(allowed.stderr.contains(problem), "it is told all the same: {allowed:?}");
    let _ = allowed.success();
}

#[test]
fn a_version_that_is_not_here_is_told_with_its_place() {
    let repository = repository();
    repository.write("pants.toml", "[protoc]\nversion = \"3.11.4\"\n");
    let output = run(&repository, &["gen", ACME]);
    assert!(output.stderr.contains("pants.toml:2 [protoc] version: protoc 3.11.4 is not here"), "{output:?}");
    let _ = output.success();
}
