//! The seeds: small texts in the style of real ones.

use super::Subject;

/// The seeds of a subject.
pub fn seeds(subject: Subject) -> Vec<&'static str> {
    match subject {
        Subject::Parser | Subject::Evaluator => BUILD_FILES.to_vec(),
        Subject::Names => NAMES.to_vec(),
        Subject::Globs => GLOBS.to_vec(),
    }
}

const BUILD_FILES: [&str; 12] = [
    r#"# A library as of 2014.
java_library(name = 'lib',
  provides = artifact(org='com.example', name='lib', repo=public),
  sources = globs('*.java') - globs('*Test.java', 'A*.java') + ['a.java'],
  dependencies = [
    'lib:lib',
    ':jars',
    pants('//lib:other'),
  ],
)

jar_library(name='jars', jars=[
  jar(org='org.a', name='b', rev='1.%d' % 2, force=True).exclude(org='c', name='d').intransitive(),
  jar('x', 'y', '1'),
])
"#,
    r#"
def thrift(name, *deps, **kwargs):
  base = dict(platform='java8')
  base.update(kwargs)
  java_library(name='thrift-{}'.format(name), dependencies=[':%s' % d for d in deps] + ['lib'], **base)
  return ':thrift-' + name

x = {}
for n, deps in sorted({'a': ['b'], 'b': [], 'c': ('a', 'b')}.items()):
  x[n] = thrift(n, *deps, tags={'one', "two"})
target(name='all', dependencies=list(x.values()))
"#,
    r#"import os
from glob import glob
here = os.path.basename(os.path.dirname(os.path.abspath(__file__)))
with open(os.path.join(get_buildroot(), 'a', 'names.txt')) as e:
  y = [line.strip() for line in e if line.strip() and not line.startswith('#')]
if os.environ.get('USER', 'nobody') == 'ann' and os.path.exists('a/names.txt'):
  y += ['ann']
for i, n in enumerate(y):
  target(name='%s-%02d-%s' % (here, i, n.replace(' ', '_').lower()))
files(name='all', sources=[os.path.basename(f) for f in glob('a/*.java')])
"#,
    r#"python_library(
  name='py',
  sources=rglobs('*.py', exclude=[['x.py'], zglobs('**/test_*.py')]),
  resources=globs('*.txt'),
  dependencies=['lib', scoped('lib:other', scope='compile test'), provided(':all'), intransitive('lib')],
)
python_library(sources=['*.py', '!b.py'], tags=['x'], description="""
  Many words.
""")
"#,
    r#"class Version(object):
  MAJOR = 1
  MINOR, PATCH = MAJOR + 1, 3
  TEXT = '%d.%d.%d' % (MAJOR, MINOR, PATCH)

try:
  x = {'a': 1}['b']
except (KeyError, IndexError) as e:
  x = str(e) or 'nothing'
finally:
  y = Version.TEXT

z = f"{x!r:>10}{y}{{}}" + '{0[0]} {name:<5}|{:^7.2f}'.format([1], 2.5, name='q') if len(y) < 9 else None
"#,
    "source_root('lib', java_library, python_library)\nsource_root.here()\nmaven_layout('lib')\n\
     alias('other-name', ':a')\ntarget(name='a')\nopaque_thing(name='q', sources=['*.x'], any=helper('b'))\n\
     numbered('n', count=3)\n",
    "helper('a', [1, 2])\ntarget(name='b', tags=TAGS)\n#- prelude\nTAGS = ['x']\n\
     def helper(name, deps):\n  target(name=name, tags=TAGS + [str(d) for d in deps])\n  return name\n",
    "x = [i * j for i in range(3) for j in range(i) if i != j]\ny = sum(x) // 2 ** 3 % 7 << 1 | 6 & ~1 ^ 5\n\
     z = x[::-1][1:][0] if x else max(1, 2, key=lambda v: -v)\nwhile y > 0:\n  y -= 1\n  if y == 2:\n    break\nelse:\n  y = 5\n",
    "java_library(name='every', platform='java8', exports=[':b'], strict_deps='True', args=['-a', 'b'], timeout=60,\n\
     env={'A': 'b'}, jars=[jar('a', 'b', rev='1', excludes=[exclude('x')])], main='m', binary=':b',\n\
     bundles=[bundle(fileset=globs('*')), bundle(mapper=DirectoryReMapper('a', 'b'), fileset=['x'])],\n\
     either=[jar('c', 'd', '2'), ':b'], provides=lambda x: x, no_cache=True, scope='runtime')\njava_library(name='b')\n",
    "a, (b, *c) = 1, [2, 3, 4]\nassert c == [3, 4], 'no'\ndel a\nprint('x', b, sep='')\n\
     x = ','.join(sorted(set('a b c'.split()) - {'b'}, reverse=True)).partition(',')\n\
     y = isinstance(x, (tuple, list)) and hasattr(x, 'y') or not None is not None\n\
     d = dict(zip('ab', range(2)), c=3)\nd.setdefault('e', []).append(d.pop('a'))\nx = any(map(lambda v: v > 1, [1, 2]))\n",
    "\u{feff}target(name = u'caf\u{e9}')\r\ntarget(\r\n\tname = r'b',\r\n)\r\n\u{c}\n",
    "",
];

const NAMES: [&str; 24] = [
    "lib",
    "lib:lib",
    ":lib",
    "//lib:lib",
    "//:root",
    "lib/deep::",
    "::",
    ":",
    "lib:",
    "^lib::",
    "!lib:other",
    "lib/A.java",
    "lib/*.java",
    "./lib",
    "../lib\nlib",
    "lib/deep:a/b\nlib",
    "lib:lib\n\nother$\n+x,-y",
    "lib//deep/:a",
    "a.b/c.d:e.f",
    "lib:caf\u{e9}",
    ".\nlib/deep",
    "//",
    "lib::\nlib\n^lib\\W\n-x",
    "lib/[ab]*.java",
];

/// Patterns, patterns with `!`, and after `=` paths that are asked for.
const GLOBS: [&str; 16] = [
    "*.java",
    "**/*.java\n!**/b*",
    "a*b*c\n=aXbYc",
    "[a-c]*.[!x]*\n=d/a.y",
    "d/**\n!d/e\n=d/e/f/g",
    "**/d/**/*.java",
    "?.java\n=\u{fc}.java",
    "**",
    "d",
    "d/*/a.java\n!d/e/*",
    "*/*/*\n!*/e/*",
    "**/e/**\n=x/e/y/e/z",
    "[]]*\n=]a",
    "[a\n=[a",
    "a.java\nnope.java\nn*.java",
    "*a*a*a*b\n=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac",
];
