//! The goal `options`: what it prints, and which options of it leave what out.

use super::{Bench, Sources, check};
use expect_test::{Expect, expect};

/// Files and variables of all these runs.
fn sources() -> Sources {
    let files = [(
        "pants.toml",
        "[DEFAULT]\ndepth = 16\n[GLOBAL]\nlevel = \"warn\"\n[paint]\nladders = [\"long\"]\n[paint.wall]\ncolour = \"two\\nlines\"\n",
    )];
    let env = [("PANTS_PAINT_WALL_LITRES", "3")];
    let owned = |(key, value): (&str, &str)| (key.to_owned(), value.to_owned());
    Sources {
        files: files.into_iter().map(owned).collect(),
        env: env.into_iter().map(owned).collect(),
        args: Vec::new(),
    }
}

fn shown(question: &[&str], expect: Expect) {
    let args = [&["options"], question].concat();
    check(&Bench::of_painters().run(&sources(), &args), expect);
}

#[test]
fn values_of_a_scope() {
    shown(
        &["--scope=paint.wall"],
        expect![[r#"
            paint.wall.coats = 1 (from HARDCODED)
            paint.wall.colour = 'two\nlines' (from CONFIG in pants.toml:8 [paint.wall] colour)
            paint.wall.finish = matt (from HARDCODED)
            paint.wall.handle =  (from HARDCODED)
            paint.wall.hours = [8] (from HARDCODED)
            paint.wall.hurry = None (from NONE)
            paint.wall.indoors = None (from NONE)
            paint.wall.ladder = None (from NONE)
            paint.wall.lead = None (from NONE)
            paint.wall.litres = 3.0 (from ENVIRONMENT in PANTS_PAINT_WALL_LITRES)
            paint.wall.masking = None (from NONE)
            paint.wall.mixer_args = [] (from HARDCODED)
            paint.wall.outdoors = None (from NONE)
            paint.wall.output_file = None (from NONE)
            paint.wall.plan = None (from NONE)
            paint.wall.prices = {'white': 1} (from HARDCODED)
            paint.wall.primer = True (from HARDCODED)
            paint.wall.recipes = {} (from HARDCODED)
            paint.wall.rooms = ['hall'] (from HARDCODED)
            paint.wall.sep = \n (from HARDCODED)
            paint.wall.site = None (from NONE)
            paint.wall.thinner = None (from NONE)
            paint.wall.tools = ['brush'] (from HARDCODED)
            paint.wall.varnish = None (from NONE)
            exit 0
        "#]],
    );
    shown(
        &["--scope=Global", "--rank=CONFIG"],
        expect![[r#"
        level = warn (from CONFIG in pants.toml:4 [GLOBAL] level)
        exit 0
    "#]],
    );
}

#[test]
fn what_somebody_has_set() {
    shown(
        &["--only-overridden"],
        expect![[r#"
            level = warn (from CONFIG in pants.toml:4 [GLOBAL] level)
            parent_build_id = tests (from ENVIRONMENT in PANTS_PARENT_BUILD_ID)
            plugins = ['plugins/libsettings_pants.so'] (from ENVIRONMENT in PANTS_PLUGINS)
            options.only_overridden = True (from FLAG in --only-overridden)
            paint.ladders = ['long'] (from CONFIG in pants.toml:6 [paint] ladders)
            paint.wall.colour = 'two\nlines' (from CONFIG in pants.toml:8 [paint.wall] colour)
            paint.wall.litres = 3.0 (from ENVIRONMENT in PANTS_PAINT_WALL_LITRES)
            palette.depth = 16 (from CONFIG_DEFAULT in pants.toml:2 [DEFAULT] depth)
            exit 0
        "#]],
    );
    shown(
        &["--only-overridden", "--show-history", "--scope=paint.wall"],
        expect![[r#"
            paint.wall.colour = 'two\nlines' (from CONFIG in pants.toml:8 [paint.wall] colour)
              overrode white (from HARDCODED)
            paint.wall.litres = 3.0 (from ENVIRONMENT in PANTS_PAINT_WALL_LITRES)
              overrode 2.5 (from HARDCODED)
            exit 0
        "#]],
    );
}

#[test]
fn one_option_in_all_scopes() {
    shown(
        &["--name=level"],
        expect![[r#"
        level = warn (from CONFIG in pants.toml:4 [GLOBAL] level)
        exit 0
    "#]],
    );
    shown(
        &["--name=drying_hours", "--no-skip-inherited"],
        expect![[r#"
        paint.drying_hours = 4 (from HARDCODED)
        paint.door.drying_hours = 4 (from HARDCODED)
        paint.wall.drying_hours = 4 (from HARDCODED)
        exit 0
    "#]],
    );
    shown(
        &["--name=drying-hours", "--paint-door-drying-hours=1"],
        expect![[r#"
        paint.drying_hours = 4 (from HARDCODED)
        paint.door.drying_hours = 1 (from FLAG in --paint-door-drying-hours)
        exit 0
    "#]],
    );
}

#[test]
fn as_json() {
    shown(
        &["--name=litres", "--output-format=json", "--show-history"],
        expect![[r#"
        {
            "paint.wall.litres": {
                "value": 3.0,
                "source": "ENVIRONMENT",
                "place": "PANTS_PAINT_WALL_LITRES",
                "history": [
                    {
                        "value": 2.5,
                        "rank": "HARDCODED"
                    }
                ]
            }
        }
        exit 0
    "#]],
    );
    shown(
        &["--name=varnish", "--output-format=json"],
        expect![[r#"
        {
            "paint.wall.varnish": {
                "value": null,
                "source": "NONE"
            }
        }
        exit 0
    "#]],
    );
}

#[test]
fn what_does_not_exist_is_no_empty_answer() {
    shown(
        &["--scope=paint.wall", "--name=drying_hours"],
        expect![[r#"
            [options] warning: all of it is inherited; `--no-skip-inherited` shows it
            exit 0
        "#]],
    );
    shown(
        &["--scope=paint.walls"],
        expect![[r#"
        error: options: `--scope`: no option has the scope `paint.walls`
          hint: `pants help-all` lists all scopes
        exit 1
    "#]],
    );
    shown(
        &["--name=colours"],
        expect![[r#"
        error: options: `--name`: no scope has an option `colours`
          hint: give the name without its scope: `worker_count`
        exit 1
    "#]],
    );
    shown(
        &["--rank=HIGH"],
        expect![[r#"
        error: `--rank`: `HIGH` is not one of `NONE`, `HARDCODED`, `CONFIG_DEFAULT`, `CONFIG`, `ENVIRONMENT`, `FLAG`
        exit 1
    "#]],
    );
}

#[test]
fn a_plugin_sees_the_values_and_their_places() {
    let bench = Bench::of_painters();
    check(
        &bench.run(&sources(), &["paint.wall", "-c3", "--palette-paint-wall-shades=blue"]),
        expect![[r#"
            coats: Int(3) (-c)
            colour: Str("two\nlines") (pants.toml:8 [paint.wall] colour)
            rooms: List([Str("hall")]) (default)
            shades: List([Str("red"), Str("blue")]) (--palette-paint-wall-shades)
            drying-hours: Int(4) (default)
            exit 0
        "#]],
    );
}

#[test]
fn no_build_file_is_read() {
    let bench = Bench::new();
    bench.repository.write("BUILD", "this is no BUILD file");
    check(
        &bench.run(&Sources::default(), &["options", "--name=jobs", "--jobs=3"]),
        expect![[r#"
        jobs = 3 (from FLAG in --jobs)
        exit 0
    "#]],
    );
}
