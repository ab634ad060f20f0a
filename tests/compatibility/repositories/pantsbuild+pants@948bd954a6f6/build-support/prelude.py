# What BUILD files had from the plugins below pants-plugins/.

public = repository(name = "public", url = "https://jars.example.org/", push_db_basedir = "build-support/ivy/pushdb")
testing = repository(name = "testing", url = "https://jars.example.org/", push_db_basedir = "testprojects/ivy/pushdb")

def pants_library(description):
    return ossrh(
        description = description,
        url = "https://jars.example.org/",
        licenses = [license(name = "Apache License, Version 2.0", url = "http://www.apache.org/licenses/LICENSE-2.0")],
        developers = [developer(name = "The pants developers", url = "https://github.com/pantsbuild/pants")],
        scm = github(user = "pantsbuild", repo = "pants"),
    )

def pants_setup_py(name, description, additional_classifiers = [], **others):
    return setup_py(name = name, version = pants_version(), description = description, **others)

contrib_setup_py = pants_setup_py

def contrib_plugin(distribution_name, description, additional_classifiers = [], build_file_aliases = False,
                   global_subsystems = False, register_goals = False, **fields):
    python_library(provides = contrib_setup_py(distribution_name, description, additional_classifiers), **fields)

def go_remote_libraries(rev, packages):
    for package in packages:
        go_remote_library(name = package, rev = rev)
