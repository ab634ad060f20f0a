# What BUILD files had from plugins that were not exported, as far as the graph needs it.

artifactory = repository(name = "artifactory", url = "", push_db_basedir = "build-support/pushdb")

def test_suite(**fields):
    target(**fields)

def exclude_globs(patterns):
    return ["!" + pattern for pattern in patterns]

def create_thrift_libraries(base_name, sources, generate_languages = ["java", "scala"], dependency_roots = [], tags = [], platform = None, **publishing):
    for language in generate_languages:
        java_thrift_library(
            name = base_name + "-" + language,
            sources = sources,
            language = language,
            dependencies = [root + "-" + language for root in dependency_roots],
            tags = tags,
            platform = platform,
        )
