# What BUILD files had from the plugin below build-support/pants-plugins.

public = repository(name = "public", url = "https://jars.example.org/", push_db_basedir = "build-support/ivy/pushdb")
local = repository(name = "local", url = "", push_db_basedir = "build-support/ivy/pushdb")

def pants_library(description):
    return ossrh(
        description = description,
        url = "https://github.com/ActionIQ-OSS",
        licenses = [license(name = "Apache License, Version 2.0", url = "http://www.apache.org/licenses/LICENSE-2.0")],
        developers = [developer(name = "Larry Finn")],
        scm = None,
    )
