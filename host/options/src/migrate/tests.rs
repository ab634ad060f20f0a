//! `pants.ini` in, `pants.toml` out; and both mean the same.

use super::*;
use expect_test::{Expect, expect};

fn check(ini: &str, expect: Expect) {
    check_migrated(migrate_config(ini, "pants.ini"), expect);
}

fn check_migrated(migrated: Result<Migrated, OptionsError>, expect: Expect) {
    let got = match migrated {
        Ok(migrated) => {
            let notes: String = migrated.notes.iter().map(|note| format!("note: {note}\n")).collect();
            format!("{}{notes}", migrated.toml)
        }
        Err(error) => error.diagnostics().iter().map(|diagnostic| format!("{diagnostic}\n")).collect(),
    };
    expect.assert_eq(&got);
}

#[test]
fn lists_dicts_and_words_become_toml() {
    check(
        "\
; All of it.
[DEFAULT]
jvm_options: ['-Xmx1g', \"-Da=\\\"b\\\"\"]
[jvm-platform]
default_platform: java8
platforms: {
    # The old one.
    'java7': {'source': '7', 'args': [] },
    'java8': {'source': '8',  # the new one
      'target': '8'},
  }
[compile.zinc]
worker_count = 7
unused_deps: True
args: [
    '-C-encoding', '-CUTF-8',   # two

    # of its own
;    '-S-deprecation',
    '-S-g:vars' ]
skip: false ; why
",
        expect![[r##"
            # All of it.
            [DEFAULT]
            jvm_options = ["-Xmx1g", '-Da="b"']
            [jvm-platform]
            default_platform = "java8"
            # The old one.
            platforms.java7 = { source = "7", args = [] }
            # the new one
            platforms.java8 = { source = "8", target = "8" }
            [compile.zinc]
            worker_count = 7
            unused_deps = true
            args = [
                "-C-encoding", "-CUTF-8",  # two
                # of its own
                #    '-S-deprecation',
                "-S-g:vars",
            ]
            # why
            skip = false
        "##]],
    );
}
