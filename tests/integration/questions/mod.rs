//! Questions about the graph, on a small repository and without any tool.

mod edges;
mod errors;
mod files;
mod formats;
mod targets;

use crate::support::Repository;
use expect_test::Expect;

/// A program in Java, one in Python, and what they are made of.
const FILES: &str = r#"
//- BUILD
target(name='all', dependencies=['src/java/app', 'src/python/tool'])
//- 3rdparty/jvm/BUILD
jar_library(name='guava', jars=[jar('com.google.guava', 'guava', '18.0')])
jar_library(name='junit', jars=[jar(org='junit', name='junit', rev='4.12', excludes=[exclude(org='org.hamcrest')])])
//- 3rdparty/python/BUILD
python_requirement_library(name='six', requirements=[python_requirement('six==1.15.0')])
//- src/java/app/BUILD
jvm_binary(main='app.Main', sources=['Main.java'], dependencies=[':lib', '3rdparty/jvm:guava'], tags={'release', 'app'})
java_library(name='lib', sources=globs('*.java', exclude=['Main.java']), dependencies=['src/java/base', '3rdparty/jvm:guava'])
//- src/java/app/Main.java
// The program.
package app;

class Main {}
//- src/java/app/Util.java
package app;

/* Useful
   things. */
class Util {}
//- src/java/base/BUILD
java_library(
    description='''What everything else is made of, in one place where nobody can miss it who looks for the things that all share.
And no more.''',
    dependencies=['3rdparty/jvm:guava', 'src/resources/conf'],
    provides=artifact(org='com.ex', name='base', repo=repository(name='ours', url='https://example.com', push_db_basedir='build-support/pushdb')),
    tags={'core'},
)
//- src/java/base/Base.java
package base;

class Base {}
//- src/resources/conf/BUILD
resources(sources=['*.txt'])
//- src/resources/conf/a.txt
a
//- src/python/tool/BUILD
python_binary(sources=['main.py'], dependencies=[':lib'])
python_library(name='lib', sources=['lib.py'], dependencies=['3rdparty/python:six'], provides=setup_py(name='demo.lib', version='0.1'))
//- src/python/tool/main.py
"""The program."""
print("tool")  # says so
//- src/python/tool/lib.py
# Nothing yet.
"#;

fn repository() -> Repository {
    Repository::new(FILES)
}

fn check(args: &[&str], expect: Expect) {
    expect.assert_eq(&repository().run(args).quiet_success());
}

fn check_error(args: &[&str], expect: Expect) {
    expect.assert_eq(&repository().run(args).failure(1));
}
