# What BUILD files had from a plugin that was not exported.

artifactory = repository(name = "artifactory", url = "", push_db_basedir = "build-support/pushdb")
