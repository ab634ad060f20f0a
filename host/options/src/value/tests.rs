//! What each kind of option accepts, and how changes are applied.

use super::*;
use crate::literal::{parse_literal, render_literal};
use pants_model::{OptionKind, Value};
use proptest::prelude::*;

/// The value after several sources gave these texts, one after the other.
fn check(kind: OptionKind, default: &str, sources: &[&[&str]], expect: &str) {
    let mut value = parse_literal(default).expect("a default");
    let mut error = None;
    for source in sources {
        let given: Result<Vec<_>, _> =
            source.iter().map(|text| changes(&kind, Raw::Text((*text).to_owned()))).collect();
        match given {
            Ok(given) => value = apply(value, given.into_iter().flatten().collect()),
            Err(problem) => error = Some(problem),
        }
    }
    let got = error.map_or_else(|| render_literal(&value), |problem| format!("error: {problem}"));
    assert_eq!(got, expect, "for {sources:?}");
}

fn check_plain(kind: OptionKind, value: Value, expect: &str) {
    let got = match changes(&kind, Raw::Plain(value)) {
        Ok(changes) => render_literal(&apply(Value::None, changes)),
        Err(problem) => format!("error: {problem}"),
    };
    assert_eq!(got, expect);
}

#[test]
fn scalars_are_read_by_their_kind() {
    check(OptionKind::Bool, "False", &[&["true"]], "True");
    check(OptionKind::Bool, "False", &[&["maybe"]], "error: `maybe` is not `true` or `false`");
    check(OptionKind::Int, "1", &[&["42"]], "42");
    check(OptionKind::Int, "1", &[&["x"]], "error: `x` is not a whole number");
    check(OptionKind::Float, "1.0", &[&["2"]], "2.0");
    check(OptionKind::Float, "1.0", &[&["inf"]], "error: `inf` is not a number");
    check(OptionKind::String, "None", &[&["[x"]], "'[x'");
    let choice = || OptionKind::Choice(vec!["create".into(), "fail".into()]);
    check(choice(), "None", &[&["fail"]], "'fail'");
    check(choice(), "None", &[&["explode"]], "error: `explode` is not one of `create`, `fail`");
}

#[test]
fn lists_are_replaced_appended_to_and_reduced() {
    let list = || OptionKind::StringList;
    check(list(), "['a']", &[&["['b', 'c']"]], "['b', 'c']");
    check(list(), "['a']", &[&["b"]], "['a', 'b']");
    check(list(), "['a']", &[&["b", "-x"]], "['a', 'b', '-x']");
    check(list(), "['a']", &[&["+['b']"]], "['a', 'b']");
    check(list(), "['a', 'b', 'a']", &[&["-['a']"]], "['b']");
    check(list(), "['a', 'b']", &[&["+['c'],-['a']"]], "['b', 'c']");
    check(list(), "['a']", &[&["-['b']", "+['b']"]], "['a']");
    check(list(), "['a']", &[&["-['a']"], &["+['a']"]], "['a']");
    check(list(), "['a']", &[&[""]], "['a']");
    check(list(), "None", &[&["b"]], "['b']");
    check(list(), "['a']", &[&["[1]"]], "['1']");
    check(list(), "['a']", &[&["[b]"]], "error: `b` is not quoted at character 2");
    check(list(), "['a']", &[&["[['b']]"]], "error: item 1: a list stands where a string belongs");
    check(list(), "['a']", &[&["+['b'],['c']"]], "error: `+` or `-` is missing before a list at character 8");
}

#[test]
fn members_of_a_list_are_converted_one_by_one() {
    let list = |member| OptionKind::List(Box::new(member));
    check(list(OptionKind::Int), "[]", &[&["[1, '2']"], &["3"]], "[1, 2, 3]");
    check(list(OptionKind::Int), "[]", &[&["[1, 'x']"]], "error: item 2: `x` is not a whole number");
    check(list(OptionKind::Bool), "[]", &[&["true", "-[False]"]], "[True]");
    check(list(OptionKind::Float), "[]", &[&["[1, 2.5]"]], "[1.0, 2.5]");
    let choice = OptionKind::Choice(vec!["a".into(), "b".into()]);
    check(list(choice.clone()), "[]", &[&["a"], &["+['b']"]], "['a', 'b']");
    check(list(choice), "[]", &[&["['a', 'c']"]], "error: item 2: `c` is not one of `a`, `b`");
    check(list(OptionKind::Target), "[]", &[&["//:a", "src/b:c"]], "['//:a', 'src/b:c']");
    check(
        list(OptionKind::Target),
        "[]",
        &[&["a:b:c"]],
        "error: `a:b:c` is not an address: its name contains one of `@!?\\:=`",
    );
    check_plain(
        list(OptionKind::Int),
        Value::List(vec![Value::Bool(true)]),
        "error: item 1: a bool stands where a whole number belongs",
    );
}

#[test]
fn a_shell_list_is_taken_apart_into_words() {
    let shell = || OptionKind::ShellList;
    check(shell(), "['-x']", &[&["-a 'b c' \"d\""]], "['-x', '-a', 'b c', 'd']");
    check(shell(), "['-x']", &[&["['-a b', 'c']"]], "['-a', 'b', 'c']");
    check(shell(), "['-x', '-y']", &[&["+['-a b'],-['-x -y']"]], "['-a', 'b']");
    check(shell(), "['-x']", &[&["   "]], "['-x']");
    check(shell(), "[]", &[&["it's"]], "error: `it's` has a quote that is not closed");
    check_plain(shell(), Value::strings(["-a b", "c"]), "['-a b', 'c']");
    check_plain(shell(), Value::from("-a b"), "['-a', 'b']");
}

#[test]
fn a_regular_expression_looks_like_a_list() {
    let hint = |text: &str| {
        let problem = changes(&OptionKind::StringList, Raw::Text(text.to_owned())).expect_err("no list");
        format!("{problem}; {}", problem.hint().unwrap_or_default())
    };
    assert_eq!(
        hint("[a-z]+"),
        "`a` is not quoted at character 2; write a list as `['a', 'b']`, and one item that looks so as `[\"[a-z]+\"]`"
    );
    assert_eq!(
        hint(r"(\w|x)"),
        r"unexpected `\` at character 2; write a list as `['a', 'b']`, and one item that looks so as `['(\\w|x)']`"
    );
    assert!(hint(&"[x".repeat(1_000_000)).len() < 300);
}

#[test]
fn dicts_are_replaced_and_updated() {
    let dict = || OptionKind::Dict;
    check(dict(), "{'a': 1}", &[&["{'b': 2}"]], "{'b': 2}");
    check(dict(), "{'a': 1}", &[&["+{'b': 2, 'a': 3}"]], "{'a': 3, 'b': 2}");
    check(dict(), "{}", &[&["{'a': 1, 'b': 2, 'a': 3}"]], "{'a': 3, 'b': 2}");
    check(dict(), "{}", &[&["nonsense"]], "error: `nonsense` is not a dict");
    check(dict(), "{}", &[&["{'a'}"]], "error: a list stands where a dict belongs");
}

#[test]
fn config_values_convert_only_where_nothing_is_lost() {
    check_plain(OptionKind::String, Value::Int(8), "'8'");
    check_plain(OptionKind::String, Value::Float(1.30), "error: a fraction stands where a string belongs");
    check_plain(OptionKind::Int, Value::from("8"), "8");
    check_plain(OptionKind::Int, Value::Bool(true), "error: a bool stands where a whole number belongs");
    check_plain(OptionKind::Float, Value::Int(2), "2.0");
    check_plain(OptionKind::Float, Value::Float(f64::INFINITY), "error: `inf` is not a number");
    check_plain(OptionKind::StringList, Value::from("+['a']"), "['a']");
    check_plain(OptionKind::StringList, Value::Dict(Vec::new()), "error: a dict stands where a list belongs");
    check_plain(OptionKind::Dict, Value::strings(["a"]), "error: a list stands where a dict belongs");
}

/// Every kind, each with values that it takes.
fn any_valid() -> impl Strategy<Value = (OptionKind, Value)> {
    let word = || "[-+\\[\\](){},'\" a-zé\n]{0,8}";
    let of =
        |kind: OptionKind, values: BoxedStrategy<Value>| values.prop_map(move |value| (kind.clone(), value)).boxed();
    let texts = || prop::collection::vec(word().prop_map(Value::Str), 1..5).prop_map(Value::List).boxed();
    let ints = || any::<i64>().prop_map(Value::Int).boxed();
    let dict = prop::collection::btree_map(word(), any_value(), 0..5);
    let dict = dict.prop_map(|map| Value::Dict(map.into_iter().map(|(key, value)| (Value::Str(key), value)).collect()));
    let dict = dict.boxed();
    prop_oneof![
        of(OptionKind::Bool, any::<bool>().prop_map(Value::Bool).boxed()),
        of(OptionKind::Int, ints()),
        of(OptionKind::Float, (-1e300..1e300f64).prop_map(Value::Float).boxed()),
        of(OptionKind::StringList, texts()),
        of(
            OptionKind::List(Box::new(OptionKind::Int)),
            prop::collection::vec(ints(), 1..5).prop_map(Value::List).boxed()
        ),
        of(OptionKind::Dict, dict.clone()),
        of(OptionKind::DictWithFiles, dict),
    ]
}

#[test]
fn a_long_bad_value_is_not_repeated_in_full() {
    let problem = changes(&OptionKind::Int, Raw::Text("x".repeat(10_000_000))).expect_err("no number");
    assert!(problem.to_string().len() < 200);
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::None),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        (-1e300..1e300f64).prop_map(Value::Float),
        any::<String>().prop_map(Value::Str),
    ];
    leaf.prop_recursive(4, 24, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::List),
            prop::collection::vec((inner.clone(), inner), 0..6).prop_map(Value::Dict),
        ]
    })
}

proptest! {
    #[test]
    fn a_rendered_value_parses_to_itself(value in any_value()) {
        prop_assert_eq!(parse_literal(&render_literal(&value)), Ok(value));
    }

    #[test]
    fn a_rendered_value_of_any_kind_is_read_as_itself((kind, value) in any_valid()) {
        let given = changes(&kind, Raw::Text(render_literal(&value))).map(|given| apply(Value::None, given));
        prop_assert_eq!(given, Ok(value));
    }

    #[test]
    fn quoted_words_of_a_shell_are_read_as_themselves(words in prop::collection::vec("[-a-z' \"\\[]{1,6}", 1..5)) {
        // What begins like a list or an edit is one, wherever it comes from.
        let text = format!("-x {}", shell_words::join(&words));
        let given = changes(&OptionKind::ShellList, Raw::Text(text)).map(|given| apply(Value::None, given));
        prop_assert_eq!(given, Ok(Value::strings(std::iter::once("-x".to_owned()).chain(words))));
    }

    #[test]
    fn no_text_panics(text in "[-+\\[\\](){},:'\"\\\\a-z0-9 #\n]{0,40}") {
        let list = |member| OptionKind::List(Box::new(member));
        for kind in [
            OptionKind::StringList,
            OptionKind::ShellList,
            list(OptionKind::Int),
            list(OptionKind::Target),
            OptionKind::Dict,
            OptionKind::Int,
            OptionKind::Float,
            OptionKind::Bool,
            OptionKind::Target,
        ] {
            let _ = changes(&kind, Raw::Text(text.clone()));
        }
    }
}
