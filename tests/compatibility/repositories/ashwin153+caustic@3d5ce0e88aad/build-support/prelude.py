# What BUILD files had from the plugin below build-support/pants/publish.

public = repository(name = "public", url = "https://jars.example.org/", push_db_basedir = "build-support/ivy/pushdb")

describe = ossrh(
    description = "Reinventing database transactions",
    url = "https://github.com/ashwin153/caustic",
    licenses = [license(name = "Apache License, Version 2.0", url = "http://www.apache.org/licenses/LICENSE-2.0")],
    developers = [developer(name = "Ashwin Madavan")],
    scm = github(user = "ashwin153", repo = "caustic"),
)
