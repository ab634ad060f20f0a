//! How libraries are published: what `provides` holds, and who may publish. Nothing is published yet; the metadata is
//! kept, shown and checked.

use plugin_api::{FieldKind, FieldRule, ObjectType, Registrar, TargetType};

/// The objects that say how a library is published.
pub(super) const ARTIFACTS: [&str; 2] = ["artifact", "scala_artifact"];

pub(super) fn register(registrar: &mut Registrar) {
    registrar.object(artifact("artifact", "The coordinates that a library is published under."));
    registrar.object(artifact("scala_artifact", "An `artifact` whose name ends with the version of Scala."));
    registrar.object(repository(REPOSITORIES[0], "A repository that artifacts are published to."));
    registrar.object(repository(REPOSITORIES[1], "A `repository`, as BUILD files of 2015 import it."));
    register_metadata(registrar);
    register_credentials(registrar);
}

/// The objects that are repositories.
const REPOSITORIES: [&str; 2] = ["repository", "Repository"];

fn repository(name: &str, description: &str) -> ObjectType {
    ObjectType::new(name, description)
        .field("name", FieldKind::String, "Its name.")
        .field("url", FieldKind::String, "Its URL.")
        .field("push_db_basedir", FieldKind::String, "Where the history of what was published is kept.")
}

fn artifact(name: &str, description: &str) -> ObjectType {
    // The oldest files name a repository by its address.
    let repositories = REPOSITORIES.map(str::to_owned).to_vec();
    let repository = FieldKind::OneOf(vec![FieldKind::Object(repositories), FieldKind::String]);
    ObjectType::new(name, description)
        .required_field("org", FieldKind::String, "Its Maven group.")
        .required_field("name", FieldKind::String, "Its Maven artifact.")
        .required_field("repo", repository, "The repository it is published to.")
        .field("publication_metadata", FieldKind::Any, "What that repository wants to know: `ossrh(..)`, say.")
}

fn register_metadata(registrar: &mut Registrar) {
    let objects = |name: &str| FieldKind::ObjectList(vec![name.to_owned()]);
    registrar.object(
        ObjectType::new("ossrh", "What Maven Central wants to know of an artifact.")
            .required_field("description", FieldKind::String, "What it is.")
            .required_field("url", FieldKind::String, "Where more is written about it.")
            .required_field("licenses", objects("license"), "Its licenses.")
            .required_field("developers", objects("developer"), "Who works on it.")
            .required_field("scm", FieldKind::Object(["scm", "github"].map(str::to_owned).to_vec()), "Its sources.")
            .field("name", FieldKind::String, "Its full name.")
            .rule(FieldRule::NonEmpty("description".to_owned()))
            .rule(FieldRule::NonEmpty("url".to_owned()))
            .rule(FieldRule::NonEmpty("licenses".to_owned()))
            .rule(FieldRule::NonEmpty("developers".to_owned())),
    );
    registrar.object(
        ObjectType::new("license", "A license.")
            .required_field("name", FieldKind::String, "Its full name.")
            .required_field("url", FieldKind::String, "Where its text is.")
            .field("comments", FieldKind::String, "More about it."),
    );
    registrar.object(
        ObjectType::new("developer", "Somebody who works on a library.")
            .field("user_id", FieldKind::String, "The name of the account.")
            .field("name", FieldKind::String, "The full name.")
            .field("email", FieldKind::String, "The mail address.")
            .field("url", FieldKind::String, "Where more is written.")
            .field("organization", FieldKind::String, "The organisation.")
            .field("organization_url", FieldKind::String, "The address of the organisation.")
            .field("roles", FieldKind::StringList, "What the developer does in the project.")
            .rule(FieldRule::AtLeastOneOf(["user_id", "name", "email"].map(str::to_owned).to_vec())),
    );
    registrar.object(
        ObjectType::new("scm", "Where the sources of a library are kept.")
            .required_field("connection", FieldKind::String, "How to read them, as Maven writes it.")
            .required_field("developer_connection", FieldKind::String, "How to change them, as Maven writes it.")
            .required_field("url", FieldKind::String, "Where they can be looked at.")
            .field("tag", FieldKind::String, "The tag of a release."),
    );
    registrar.object(
        ObjectType::new("github", "An `scm` at GitHub.")
            .required_field("user", FieldKind::String, "The user or organisation.")
            .required_field("repo", FieldKind::String, "The repository."),
    );
}

fn register_credentials(registrar: &mut Registrar) {
    registrar.target_type(
        TargetType::new("credentials", "Who publishes.")
            .field("username", FieldKind::Any, "The user.")
            .field("password", FieldKind::Any, "The password.")
            .missing_phases(&["publish"]),
    );
    registrar.target_type(
        TargetType::new("netrc_credentials", "Who publishes, as `~/.netrc` says.").missing_phases(&["publish"]),
    );
    registrar.object(
        ObjectType::new("netrc", "What `~/.netrc` says, for `credentials` of older BUILD files: it is not read here.")
            .field("getusername", FieldKind::Any, "Gives the user of a repository.")
            .field("getpassword", FieldKind::Any, "Gives the password for a repository."),
    );
}
