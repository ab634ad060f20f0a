//! Files that a target generates although a target it depends on generates them, too.

use plugin_api::tasks::Generated;
use plugin_api::{Address, Context, Error, GraphView, LogLevel, Result};
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

/// Where each of the later of two targets that generate the same file depends on the earlier one: the later, the
/// earlier, and the paths of the files below their directories.
type Repeated = BTreeMap<(usize, usize), BTreeSet<String>>;

/// Refuses the targets that generate such files.
pub(crate) fn refuse(context: &Context, generated: &[Generated]) -> Result<Vec<(Address, Error)>> {
    let repeated = repeated(context, generated)?;
    let refusals = repeated.iter().map(|((later, earlier), files)| {
        let error = Error::msg(describe(generated, *later, *earlier, files))
            .hint("let one of them have the sources")
            .hint(format!("or set `[{}] allow_dups`, which leaves such files to the dependency", context.scope()));
        (generated[*later].target.address.clone(), error)
    });
    Ok(refusals.collect())
}

/// Leaves such files to the dependency, and says so.
pub(crate) fn leave_out(context: &Context, generated: &mut [Generated]) -> Result<()> {
    for ((later, earlier), files) in repeated(context, generated)? {
        context.log(LogLevel::Warn, describe(generated, later, earlier, &files))?;
        let Generated { results_dir, sources, .. } = &mut generated[later];
        sources.retain(|source| !files.contains(below(source, results_dir)));
    }
    Ok(())
}

fn repeated(context: &Context, generated: &[Generated]) -> Result<Repeated> {
    let mut owners: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, Generated { results_dir, sources, .. }) in generated.iter().enumerate() {
        for source in sources {
            owners.entry(below(source, results_dir)).or_default().push(index);
        }
    }
    let mut found = Repeated::new();
    let mut closures: BTreeMap<usize, BTreeSet<Address>> = BTreeMap::new();
    for (file, owners) in owners.into_iter().filter(|(_, owners)| owners.len() > 1) {
        for (position, &later) in owners.iter().enumerate().skip(1) {
            let closure = match closures.entry(later) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(empty) => empty.insert(closure_of(context, &generated[later].target.address)?),
            };
            let depends = |earlier: &&usize| closure.contains(&generated[**earlier].target.address);
            if let Some(earlier) = owners[..position].iter().find(depends) {
                found.entry((later, *earlier)).or_default().insert(file.to_owned());
            }
        }
    }
    Ok(found)
}

fn closure_of(context: &Context, address: &Address) -> Result<BTreeSet<Address>> {
    let closure = context.closure(std::slice::from_ref(address), GraphView::Declared)?;
    Ok(closure.into_iter().map(|target| target.address).collect())
}

fn describe(generated: &[Generated], later: usize, earlier: usize, files: &BTreeSet<String>) -> String {
    let (later, earlier) = (&generated[later].target, &generated[earlier].target);
    let first = files.first().map_or("", String::as_str);
    format!("`{}` generates `{first}`, and so does `{}`, which it depends on", later.address, earlier.address)
}

fn below<'a>(source: &'a str, results_dir: &str) -> &'a str {
    source.strip_prefix(results_dir).map_or(source, |rest| rest.trim_start_matches('/'))
}
