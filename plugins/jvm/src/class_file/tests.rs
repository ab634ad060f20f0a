//! With the real compiler: what changes an interface, what does not, and that javac accepts it as a class path.

use super::{ClassKind, interface_of};
use crate::abi_jar::write_abi_jar;
use crate::jar::read_entries;
use crate::test_support::worker;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A jar of compiled sources.
struct Compiled {
    directory: tempfile::TempDir,
}

impl Compiled {
    /// Compiles `//- path` sections; fails the test with the compiler's words.
    fn new(fixture: &str, classpath: &[&Path]) -> Self {
        Self::try_new(fixture, classpath).unwrap_or_else(|message| panic!("{message}\n{fixture}"))
    }

    fn try_new(fixture: &str, classpath: &[&Path]) -> Result<Self, String> {
        let directory = tempfile::tempdir().expect("the temp dir is writable");
        let text = |path: &Path| path.to_str().expect("a plain path").to_owned();
        let classpath: Vec<String> = classpath.iter().map(|path| text(path)).collect();
        let mut arguments =
            ["-g", "-proc:none", "-d", "classes.jar", "-cp", &classpath.join(":"), "--"].map(str::to_owned).to_vec();
        for section in fixture.split("//- ").skip(1) {
            let (name, source) = section.split_once('\n').expect("a section has a name and a text");
            let path = directory.path().join(name.trim());
            std::fs::create_dir_all(path.parent().expect("it is inside the directory")).expect("a directory");
            std::fs::write(&path, source).expect("a file");
            arguments.push(name.trim().to_owned());
        }
        let answer = worker().request("javac", &arguments, directory.path());
        if answer.code == 0 { Ok(Self { directory }) } else { Err(answer.stderr) }
    }

    fn jar(&self) -> PathBuf {
        self.directory.path().join("classes.jar")
    }

    fn classes(&self) -> BTreeMap<String, Vec<u8>> {
        let mut classes = BTreeMap::new();
        read_entries(&self.jar(), |name, bytes| drop(classes.insert(name, bytes))).expect("a jar");
        classes
    }

    /// The ABI jar of the classes.
    fn abi_jar(&self) -> PathBuf {
        let abi = self.directory.path().join("abi.jar");
        write_abi_jar(&self.jar(), &abi).expect("an ABI jar");
        abi
    }

    fn abi(&self) -> Vec<u8> {
        std::fs::read(self.abi_jar()).expect("it was written")
    }
}

/// Whether replacing `old` by `new` in a source changes its ABI jar.
fn check(source: &str, old: &str, new: &str, is_changed: bool) {
    assert!(source.contains(old), "{old:?} stands in the fixture");
    let before = Compiled::new(source, &[]).abi();
    let after = Compiled::new(&source.replacen(old, new, 1), &[]).abi();
    assert_eq!(before != after, is_changed, "replacing {old:?} by {new:?}");
}

const LIBRARY: &str = r#"//- lib/Library.java
package lib;

import java.io.IOException;
import java.util.*;
import java.util.function.*;

public class Library<T extends Comparable<T>> implements Iterable<T> {
    public static final int LIMIT = 10;
    protected String name = "x";
    private int secret = 1;
    public Library(List<? extends T> items) throws IOException { if (items == null) throw new IOException(); }
    public Iterator<T> iterator() { return new Iterator<T>() {
        public boolean hasNext() { return false; }
        public T next() { throw new NoSuchElementException(); }
    }; }
    public <K extends Number> Map<K, ? super T> method(K key, int... rest) { return compute(key); }
    private <K> Map<K, T> compute(K key) { return new HashMap<>(); }
    @Deprecated void packagePrivate() {}
    public static class Nested { public int value; private class Deep {} }
    public interface Shape permits {}
}
"#;

fn library() -> String {
    LIBRARY.replace("    public interface Shape permits {}\n", MEMBERS)
}

const MEMBERS: &str = r#"
    public sealed interface Shape permits Circle, Square {}
    public record Circle(@Mark("r") double radius, List<String> tags) implements Shape {
        public Circle { if (radius < 0) throw new IllegalArgumentException(); }
    }
    public static final class Square implements Shape {}
    public enum Level { LOW, HIGH { @Override int weight() { return 2; } }; int weight() { return 1; } }
    @java.lang.annotation.Retention(java.lang.annotation.RetentionPolicy.RUNTIME)
    public @interface Mark { String value() default "none"; Class<?>[] types() default {}; }
"#;

#[test]
fn what_dependents_cannot_see_leaves_the_bytes_alone() {
    let source = library();
    let unchanged = |old: &str, new: &str| check(&source, old, new, false);
    unchanged("return compute(key);", "int x = 1; System.out.println(x); return null;");
    unchanged("return 2;", "return 3;");
    unchanged("private int secret = 1;", "");
    unchanged("private int secret = 1;", "private static final Map<String, Integer> SECRETS = new HashMap<>();");
    unchanged("= \"x\";", "= String.join(\",\", \"a\", \"b\");");
    unchanged("return new HashMap<>();", "Supplier<Map<K, T>> s = () -> new TreeMap<>(); return s.get();");
    unchanged("return new HashMap<>();", "class Local<Q> {} new Local<K>(); new Object() {}; return new HashMap<>();");
    unchanged("return new HashMap<>();", "for (Map.Entry<K, T> e : new HashMap<K, T>().entrySet()) {} return null;");
    unchanged("return new HashMap<>();", "switch (Level.HIGH) { case LOW: break; default: } return null;");
    unchanged("package lib;", "package lib;\n// a comment\n\n\n");
    unchanged("if (radius < 0)", "if (radius < 1)");
    unchanged(
        "HIGH { @Override int weight() { return 2; } };",
        "HIGH { @Override int weight() { return 9; } int y; };",
    );
}

#[test]
fn what_dependents_can_see_changes_the_bytes() {
    let source = library();
    let changed = |old: &str, new: &str| check(&source, old, new, true);
    changed("LIMIT = 10", "LIMIT = 11");
    changed("protected String name", "protected Object name");
    changed("throws IOException {", "throws IOException, IllegalStateException {");
    changed("<K extends Number> Map<K, ? super T>", "<K extends Number> Map<K, ? extends T>");
    changed("@Deprecated void", "void");
    changed("void packagePrivate()", "public void packagePrivate()");
    changed("double radius", "float radius");
    changed("@Mark(\"r\")", "@Mark(\"radius\")");
    changed("default \"none\"", "default \"nothing\"");
    changed("LOW, HIGH", "LOW, MIDDLE, HIGH");
    changed("permits Circle, Square {}", "permits Circle, Square, Dot {} public record Dot() implements Shape {}");
    changed("implements Iterable<T>", "implements Iterable<T>, java.io.Serializable");
    changed("public int value;", "public int value; public static class Deeper {}");
}

#[test]
fn javac_compiles_against_it_as_against_the_whole() {
    let library = Compiled::new(&library(), &[]);
    let user = r#"//- user/User.java
package user;

import java.util.*;
import lib.Library;
import lib.Library.*;

public class User extends Library<String> {
    static final int[] TABLE = new int[Library.LIMIT];
    public User() throws java.io.IOException { super(List.of("a")); name = "y"; }
    @Mark(value = "z", types = {User.class}) int weigh(Level level) {
        switch (level) { case LOW: return 1; case HIGH: return 2; default: return 3; }
    }
    double area(Shape shape) {
        if (shape instanceof Circle circle) { return circle.radius() * circle.tags().size(); }
        return shape instanceof Square ? 1 : 0;
    }
    Map<Integer, ? super String> call() { for (String each : this) { each.length(); } return method(1, 2, 3); }
    int nested() { return new Nested().value + Level.valueOf("LOW").ordinal() + Level.values().length; }
}
"#;
    Compiled::new(user, &[&library.abi_jar()]);
    let refused = Compiled::try_new(&user.replace("method(1, 2, 3)", "method(\"1\")"), &[&library.abi_jar()]);
    assert!(refused.err().is_some_and(|message| message.contains("method")), "a wrong call is refused");
    let refused = Compiled::try_new(&user.replace("name = \"y\"", "secret = 2"), &[&library.abi_jar()]);
    assert!(refused.is_err(), "a private member is not there");
}

#[test]
fn local_and_anonymous_classes_are_not_in_it() {
    let library = Compiled::new(&library(), &[]);
    let mut names = Vec::new();
    read_entries(&library.abi_jar(), |name, _| names.push(name)).unwrap();
    let expected = ["", "$Circle", "$Level", "$Mark", "$Nested", "$Nested$Deep", "$Shape", "$Square"];
    let mut expected: Vec<String> = expected.iter().map(|suffix| format!("lib/Library{suffix}.class")).collect();
    expected.sort();
    assert_eq!(names, expected);
    assert!(library.classes().contains_key("lib/Library$1.class"), "the compiler wrote more than that");
}

#[test]
fn the_interface_of_an_interface_is_itself() {
    for (name, bytes) in Compiled::new(&library(), &[]).classes() {
        let Ok(ClassKind::Visible(once)) = interface_of(&bytes) else { continue };
        assert_eq!(interface_of(&once).unwrap(), ClassKind::Visible(once.clone()), "{name}");
    }
}

#[test]
fn generic_types_of_other_classes_are_still_understood() {
    let library = Compiled::new(
        "//- a/Outer.java\npackage a; public class Outer<T> { public class Inner<U> {} }\n\
         //- a/Maker.java\npackage a; import java.util.*; public class Maker { \
         public Outer<String>.Inner<Integer> make() { return null; } \
         public Map.Entry<String, Outer<Integer>> entry() { return null; } \
         public Map.Entry raw() { return null; } }\n",
        &[],
    );
    let user = "//- b/User.java\npackage b; import a.*; import java.util.*; class User { \
         Outer<String>.Inner<Integer> made = new Maker().make(); \
         Outer<Integer> value = new Maker().entry().getValue(); Map.Entry raw = new Maker().raw(); }\n";
    Compiled::new(user, &[&library.abi_jar()]);
}

#[test]
fn what_is_no_class_file_is_refused() {
    let refused = |bytes: &[u8]| interface_of(bytes).unwrap_err().to_string();
    assert_eq!(refused(b"text, not code"), "it is no class file");
    assert_eq!(refused(b""), "it is no class file");
    let (_, bytes) = Compiled::new("//- A.java\nclass A { int x; }\n", &[]).classes().pop_first().unwrap();
    for length in 8..bytes.len() {
        assert!(interface_of(&bytes[..length]).is_err(), "cut at byte {length}");
    }
}

#[test]
fn a_constant_that_names_itself_is_refused() {
    let mut bytes = vec![0xCA, 0xFE, 0xBA, 0xBE, 0, 0, 0, 61];
    // The pool: a string whose text is itself. The class and its parent: that string.
    bytes.extend([0, 2, 8, 0, 1]);
    bytes.extend([0, 0, 0, 1, 0, 1]);
    // No interfaces, fields, methods; one attribute `1`, empty.
    bytes.extend([0; 8]);
    assert!(interface_of(&bytes).is_err());
}
