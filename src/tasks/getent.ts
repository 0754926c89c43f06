import * as z from 'zod'
import { sh } from '../shell/sh.ts'
import { defineTask, type Plan } from '../task.ts'
import type { Value } from '../value.ts'
import type { ScriptAsk } from '../world/replies.ts'
import type { World } from '../world/world.ts'
import { missingTool } from './missing-tool.ts'
import { splitLines } from './run-command.ts'
import { bool, name, text } from './params.ts'

interface Lookup {
  ask: ScriptAsk
  database: string
  key: string | undefined
  failKey: boolean
  /** Undefined: at blanks. */
  split: string | undefined
}

/** Databases whose fields have colons between them. */
const COLON = new Set(['passwd', 'shadow', 'group', 'gshadow'])
const ACCOUNTS = new Set([...COLON, 'initgroups'])

const FAILURES: Readonly<Record<number, string>> = {
  1: 'the database is not known on this host',
  3: 'the database cannot be listed; name a key',
}

export default defineTask({
  name: 'getent',
  aliases: ['ansible.builtin.getent', 'ansible.legacy.getent'],
  summary: 'Read entries of passwd, hosts, services and other databases of the host as facts.',
  kind: () => 'state',
  readOnly: true,
  params: z.strictObject({
    database: name.describe('The database: passwd, group, hosts, services, ahostsv4, …'),
    key: text.optional().describe('The entry that is wanted. Default: all of them.'),
    service: text.optional().describe('Only this source of the database, such as files.'),
    split: text
      .optional()
      .describe('What is between the fields. Default: a colon for accounts, else blanks.'),
    fail_key: bool.default(true).describe('Fail where there is no such entry; else it is null.'),
  }),
  facts(args) {
    const database = args.get('database')?.value
    const isName = typeof database === 'string' && /^\w+$/.test(database)
    return isName ? [`getent_${database}`] : undefined
  },
  example: `
- name: Where does haproxy live?
  getent:
    database: passwd
    key: haproxy
`,
  returns: {
    'ansible_facts.getent_DATABASE':
      'Per key the fields behind it; where it is there several times, a list of them.',
  },
  notes: ['In check mode accounts are unknown behind tasks that would change any.'],
  prepare({ database, key, service, split, fail_key: failKey }): Lookup {
    const words = [database, ...(key === undefined || key === '' ? [] : [key])]
    const from = service === undefined ? [] : ['-s', service]
    return {
      ask: {
        id: `getent ${JSON.stringify([...from, ...words])}`,
        text: sh`command -v getent >/dev/null 2>&1 || exit 127
LC_ALL=C getent ${[...from, ...words]} </dev/null`,
      },
      database,
      key: key === '' ? undefined : key,
      failKey,
      split: split ?? (COLON.has(database) ? ':' : undefined),
    }
  },
  asks: ({ ask }) => [{ kind: 'script', ask }],
  plan: planLookup,
})

function planLookup({ ask, database, key, failKey, split }: Lookup, world: World): Plan {
  const { code, stdout } = world.get('script', ask)
  if (ACCOUNTS.has(database) && (world.predicts('user') || world.predicts('group')))
    return { status: 'unknown', why: 'which accounts there are is known once the tasks before have run' }
  const facts = (entries: Map<string, Value>): Plan => ({
    status: 'ok',
    reason: `${entries.size} ${entries.size === 1 ? 'entry' : 'entries'} of ${database}`,
    result: { ansible_facts: new Map([[`getent_${database}`, entries]]) },
  })
  if (code === 2) {
    if (!failKey && key !== undefined) return facts(new Map([[key, null]]))
    return { status: 'fail', message: `there is no ${key ?? 'entry'} in ${database}` }
  }
  if (code === 127) return missingTool(world, 'getent')
  if (code !== 0)
    return { status: 'fail', message: `${database}: ${FAILURES[code] ?? `getent ended with status ${code}`}` }
  return facts(readEntries(stdout.toString('utf8'), split))
}

function readEntries(output: string, split: string | undefined): Map<string, Value> {
  const entries = new Map<string, Value>()
  const several = new Set<string>()
  for (const line of splitLines(output)) {
    const [first = '', ...rest] = split === undefined ? line.trim().split(/\s+/) : line.split(split)
    const before = entries.get(first)
    if (before === undefined) entries.set(first, rest)
    else if (several.has(first) && Array.isArray(before)) entries.set(first, [...before, rest])
    else {
      several.add(first)
      entries.set(first, [before, rest])
    }
  }
  return entries
}
