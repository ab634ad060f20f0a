# What BUILD files had from a plugin that was not exported.

artifactory = Repository(name = "artifactory", url = "", push_db_basedir = "build-support/pushdb")
