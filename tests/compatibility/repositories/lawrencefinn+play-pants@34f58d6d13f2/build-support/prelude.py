# What BUILD files had from the plugin below build-support/repositories.

public = repository(name = "public", url = "https://jars.example.org/", push_db_basedir = "build-support/ivy/pushdb")

def publication_metadata(description):
    return ossrh(
        description = description,
        url = "https://github.com/thesamet/play-pants",
        licenses = [license(name = "Apache License, Version 2.0", url = "http://www.apache.org/licenses/LICENSE-2.0")],
        developers = [developer(name = "Nadav Sr. Samet")],
        scm = github(user = "thesamet", repo = "play-pants"),
    )
