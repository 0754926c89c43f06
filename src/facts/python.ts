import { sh } from '../shell/sh.ts'
import { dict } from '../value.ts'
import type { Subject } from './subject.ts'

/** Where ansible-core looks for an interpreter, the likely ones first. */
const INTERPRETERS = sh`/usr/bin/python3 /usr/libexec/platform-python "$(command -v python3)" /usr/bin/python`

/** Says which one it is. It runs in Python 2 too. */
const SAYS = `import sys
v = sys.version_info
i = getattr(sys, "implementation", None)
print(" ".join(str(one) for one in [v[0], v[1], v[2], v[3], v[4], i.name if i else "CPython", sys.executable]))`

/**
 * The host's Python, as far as roles ask which one it is: hakube needs none. It starts without the user's and the site's
 * modules, and writes no bytecode.
 */
export const python: Subject = {
  files: [],
  probe: sh`section python
for python in ${INTERPRETERS}; do
  [ -x "$python" ] && "$python" -B -E -s -S -c ${SAYS} </dev/null && break
done`,
  parse: (seen) => {
    const said = /^(\d+) (\d+) (\d+) (\w+) (\d+) (\w+) (\/.*)$/m.exec(seen.section('python') ?? '')
    if (!said) return {}
    const [, major, minor, micro, releaselevel = '', serial, type = '', executable = ''] = said
    const version = { major: Number(major), minor: Number(minor), micro: Number(micro) }
    return {
      python_version: `${version.major}.${version.minor}.${version.micro}`,
      python: dict({
        version: dict({ ...version, releaselevel, serial: Number(serial) }),
        version_info: [version.major, version.minor, version.micro, releaselevel, Number(serial)],
        executable,
        // So has every one that is built with OpenSSL, from 2.7.9 on.
        has_sslcontext: true,
        type,
      }),
      discovered_interpreter_python: executable,
    }
  },
}
