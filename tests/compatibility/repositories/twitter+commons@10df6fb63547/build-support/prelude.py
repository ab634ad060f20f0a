# What BUILD files had from the plugin below pants-plugins/.

public = repository(
    name = "public",
    url = "https://jars.example.org",
    push_db_basedir = "build-support/commons/ivy/pushdb",
)

def commons_version():
    with open(get_buildroot() + "/src/python/twitter/common/VERSION") as version:
        return version.read().strip()
