import * as z from 'zod'
import { Script } from '../shell/sh.ts'
import { defineTask } from '../task.ts'
import { dict, type Dict, type Value } from '../value.ts'
import type { ScriptAsk, ScriptReply } from '../world/replies.ts'
import { oneOf, texts } from './params.ts'

const MANAGERS = ['rpm', 'apt'] as const
type Manager = (typeof MANAGERS)[number]

/** One line a package, its fields apart by tabs. What dpkg has removed, with its configuration left, is not listed. */
const ASKS: Readonly<Record<Manager, ScriptAsk>> = {
  rpm: {
    id: 'all packages of rpm',
    text: new Script(String.raw`command -v rpm >/dev/null 2>&1 || exit 1
LC_ALL=C rpm -qa --qf '%{NAME}\t%{VERSION}\t%{RELEASE}\t%{EPOCH}\t%{ARCH}\n' </dev/null`),
  },
  apt: {
    id: 'all packages of dpkg',
    text: new Script(`command -v dpkg-query >/dev/null 2>&1 && command -v apt-get >/dev/null 2>&1 || exit 1
dpkg --print-architecture
LC_ALL=C dpkg-query -W -f '\${db:Status-Abbrev}\\t\${Package}\\t\${Version}\\t\${Architecture}\\t\${Section}\\n' </dev/null`),
  },
}

type Reader = (lines: readonly string[]) => Dict[]

const READERS: Readonly<Record<Manager, Reader>> = {
  rpm: (lines) =>
    lines.map((line) => {
      const [name = '', version = '', release = '', epoch = '', arch = ''] = line.split('\t')
      return dict({
        name,
        version,
        release,
        epoch: /^\d+$/.test(epoch) ? Number(epoch) : null,
        arch: arch === '(none)' ? null : arch,
        source: 'rpm',
      })
    }),
  apt: ([own = '', ...lines]) =>
    lines.flatMap((line) => {
      const [status = '', package_ = '', version = '', arch = '', section = ''] = line.split('\t')
      // Installed, or at least unpacked: what apt counts as a version that is there.
      if (!/^.[iUFWt]/.test(status)) return []
      // As apt names packages of another architecture.
      const name = arch === own || arch === 'all' ? package_ : `${package_}:${arch}`
      return [dict({ name, version, arch, category: section, source: 'apt' })]
    }),
}

interface Wish {
  managers: readonly Manager[]
  all: boolean
}

export default defineTask({
  name: 'package_facts',
  aliases: ['ansible.builtin.package_facts', 'ansible.legacy.package_facts'],
  summary: 'Gather the installed packages of a host as facts.',
  kind: () => 'state',
  readOnly: true,
  params: z.strictObject({
    manager: texts
      .default(['auto'])
      .pipe(z.array(oneOf(['auto', ...MANAGERS])))
      .describe('Databases to read: auto, rpm, apt.'),
    strategy: oneOf(['first', 'all'])
      .default('first')
      .describe('Take the first database that is there, or all of them.'),
  }),
  facts: () => ['packages'],
  example: `
- name: What is installed?
  package_facts:
`,
  returns: {
    'ansible_facts.packages':
      'Per name a list of what is installed under it: name, version, arch, source; rpm also gives release and epoch, apt category.',
  },
  notes: [
    'In check mode it is unknown behind tasks that would change packages.',
    'The origin of a package (apt) is not returned.',
  ],
  prepare({ manager, strategy }): Wish {
    const managers = manager.flatMap((one) => (one === 'auto' ? MANAGERS : [one]))
    return { managers: [...new Set(managers)], all: strategy === 'all' }
  },
  asks: ({ managers }) => managers.map((manager) => ({ kind: 'script', ask: ASKS[manager] })),
  plan({ managers, all }, world) {
    const found = managers.filter((manager) => world.get('script', ASKS[manager]).code === 0)
    if (found.length === 0)
      return {
        status: 'fail',
        message: `this host has no packages of ${managers.join(' or ')}`,
        hint: 'only the databases of rpm and dpkg are read',
      }
    if (world.predicts('package'))
      return { status: 'unknown', why: 'which packages there are is known once the tasks before have run' }
    const packages: Dict = new Map()
    for (const manager of all ? found : found.slice(0, 1)) {
      const own = read(manager, world.get('script', ASKS[manager]))
      for (const [name, list] of own) packages.set(name, list)
    }
    return {
      status: 'ok',
      reason: `${packages.size} packages`,
      result: { ansible_facts: new Map([['packages', packages]]) },
    }
  },
})

function read(manager: Manager, { stdout }: ScriptReply): Map<string, Value[]> {
  const lines = stdout
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
  const packages = new Map<string, Value[]>()
  for (const one of READERS[manager](lines)) {
    const name = one.get('name')
    if (typeof name === 'string') packages.set(name, [...(packages.get(name) ?? []), one])
  }
  return packages
}
