import * as z from 'zod'
import { lines, nothing, Script, sh } from '../shell/sh.ts'
import { defineTask, type Plan, type Result } from '../task.ts'
import { pathBecomes } from '../world/path-effects.ts'
import type { PlatformReply, ScriptAsk } from '../world/replies.ts'
import { Unknown } from '../world/kind.ts'
import { effect, effectOnAll, type World, type WorldQuestion } from '../world/world.ts'
import { replyWith, SBIN, wordsOf } from '../world/script-reply.ts'
import { fileAt } from './file-at.ts'
import { editing, knownText } from './edited-file.ts'
import { fileQuestions, planFile } from './file-content.ts'
import { missing } from './missing-tool.ts'
import { wrong } from './package-params.ts'
import { name, oneOf } from './params.ts'

/** How a name is kept: by systemd, in a file of its own, or in a line of another one. */
type Strategy = 'systemd' | 'file' | 'alpine' | 'redhat' | 'openrc'

const USE = ['alpine', 'debian', 'generic', 'openrc', 'redhat', 'sles', 'systemd'] as const
const STRATEGIES: Readonly<Record<(typeof USE)[number], Strategy>> = {
  alpine: 'alpine',
  debian: 'systemd',
  generic: 'file',
  openrc: 'openrc',
  redhat: 'redhat',
  sles: 'file',
  systemd: 'systemd',
}

interface Wish {
  name: string
  use: (typeof USE)[number] | undefined
}

const PLATFORM: WorldQuestion = { kind: 'platform', ask: {} }
const ASK: ScriptAsk = {
  id: 'hostname',
  changes: true,
  text: new Script(`printf 'now %s\\n' "$(cat /proc/sys/kernel/hostname)"
[ ! -r /etc/hostname ] || printf 'static %s\\n' "$(grep -v '^#' /etc/hostname | head -n 1)"
${SBIN.text}; command -v hostnamectl >/dev/null 2>&1 && echo 'hostnamectl yes' || :`),
}

export default defineTask({
  name: 'hostname',
  aliases: ['ansible.builtin.hostname', 'ansible.legacy.hostname'],
  summary: "The host's name, now and after a boot.",
  kind: () => 'state',
  params: z.strictObject({
    name: name.describe('The name.'),
    use: oneOf(USE)
      .optional()
      .describe(
        'Who keeps it: systemd, or a file. Default: systemd where it runs, else what the system has.',
      ),
  }),
  example: `
- name: Call it by its name
  hostname:
    name: m1.example.org
`,
  returns: { name: 'The name.' },
  notes: [
    'The facts of later tasks stay as they were gathered, until setup runs again; Ansible changes four of them at once.',
    '/etc/hosts is not touched.',
    'Without systemd, what runs keeps its name until the next boot on Debian and EL, as in Ansible; with busybox (Alpine and others, use: alpine) the kernel gets it at once, too.',
    'Strategies for BSD, macOS and Solaris are refused.',
  ],
  prepare(params): Wish {
    const { name, use } = params
    if (!/^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/.test(name))
      throw wrong(`hostname: ${JSON.stringify(name)} is not the name of a host`)
    if (name.length > 64) throw wrong('hostname: a name has 64 characters at most')
    return { name, use }
  },
  asks: (wish): WorldQuestion[] => [
    PLATFORM,
    { kind: 'script', ask: ASK },
    ...(
      ['/etc/hostname', '/etc/HOSTNAME', '/etc/sysconfig/network', '/etc/conf.d/hostname'] as const
    ).flatMap((path): WorldQuestion[] => [
      { kind: 'path', ask: { path, follow: true, contentUnless: '' } },
      ...fileQuestions(fileAt(path, Buffer.from(wish.name))),
    ]),
  ],
  plan(wish, world): Plan {
    const platform = world.get('platform', {})
    const strategy = wish.use === undefined ? strategyOf(platform) : STRATEGIES[wish.use]
    const seen = look(world)
    return editing(() =>
      strategy === 'systemd' ? planSystemd(wish, seen, world) : planFiles(wish, strategy, seen, world),
    )
  },
})

function strategyOf({ serviceManager, osFamily, packageManager }: PlatformReply): Strategy {
  if (serviceManager === 'systemd') return 'systemd'
  if (osFamily === 'RedHat') return 'redhat'
  return osFamily === 'Debian' || packageManager === 'zypper' ? 'file' : 'alpine'
}

interface Seen {
  now: string
  fixed: string
  hostnamectl: boolean
}

function look(world: World): Seen {
  const said = wordsOf(world.get('script', ASK))
  return {
    now: said.get('now')?.trim() ?? '',
    fixed: said.get('static')?.trim() ?? '',
    hostnamectl: said.has('hostnamectl'),
  }
}

function becomes(seen: Seen) {
  return effect('script', ASK.id, () =>
    replyWith([`now ${seen.now}`, `static ${seen.fixed}`, ...(seen.hostnamectl ? ['hostnamectl yes'] : [])]),
  )
}

function planSystemd({ name }: Wish, seen: Seen, world: World): Plan {
  // A file that an earlier task writes is seen as a file, and says the same.
  const file = world.get('path', { path: '/etc/hostname', follow: true })
  const fixed = file.exists && file.content ? firstLine(file.content.toString('utf8')) : seen.fixed
  const fields = [
    ...(fixed === name ? [] : [{ name: 'static', before: fixed, after: name }]),
    ...(seen.now === name ? [] : [{ name: 'now', before: seen.now, after: name }]),
  ]
  if (fields.length === 0)
    return { status: 'ok', reason: `the host is called ${name}`, result: resultOf(name) }
  if (!seen.hostnamectl)
    return missing(world, 'hostnamectl', 'this host has no hostnamectl', 'write use: generic, or use: redhat')
  const set = (kind: readonly string[]) => sh`hostnamectl ${[...kind, 'set-hostname', name]} || exit 1`
  const owner = { uid: 0, gid: 0, owner: 'root', group: 'root' }
  return {
    status: 'change',
    summary: `call the host ${name}`,
    diff: [{ type: 'fields', subject: 'hostname', fields }],
    apply: lines(
      fixed === name ? nothing : set(['--pretty', '--static']),
      // The static name brings the other one along, if nobody has set that to something else.
      sh`[ "$(cat /proc/sys/kernel/hostname)" = ${name} ] || ${new Script(set(['--transient']).text)}`,
    ),
    effects: [
      ...(fixed === name
        ? []
        : [
            pathBecomes('/etc/hostname', {
              type: 'file',
              mode: 0o644,
              ...owner,
              content: Buffer.from(`${name}\n`),
            }),
            effectOnAll('path', (before, key) =>
              /^\/etc\/machine-info(?:\/\.)?$/.test(key) ? new Unknown('hostnamectl writes there') : before,
            ),
          ]),
      becomes({ ...seen, now: name, fixed: name }),
    ],
    result: resultOf(name),
  }
}

/** Files only, as in Ansible: what runs keeps its name until the next boot, but for Alpine and its like. */
function planFiles({ name, use }: Wish, strategy: Strategy, seen: Seen, world: World): Plan {
  const path =
    strategy === 'redhat'
      ? '/etc/sysconfig/network'
      : strategy === 'openrc'
        ? '/etc/conf.d/hostname'
        : use === 'sles'
          ? '/etc/HOSTNAME'
          : '/etc/hostname'
  const { text, encode } = knownText(path, world)
  const plan = planFile(fileAt(path, encode(edited(text, strategy, name))), world)
  const result = resultOf(name)
  const live = strategy === 'alpine' && seen.now !== name
  if (plan.status !== 'change' && !(live && plan.status === 'ok'))
    return plan.status === 'ok' ? { ...plan, reason: `${path} says ${name}`, result } : plan
  return {
    status: 'change',
    summary: `call the host ${name} in ${[...(plan.status === 'change' ? [path] : []), ...(live ? ['the kernel'] : [])].join(' and ')}`,
    diff: [
      ...(plan.status === 'change' ? plan.diff : []),
      ...(live
        ? [
            {
              type: 'fields' as const,
              subject: 'hostname',
              fields: [{ name: 'now', before: seen.now, after: name }],
            },
          ]
        : []),
    ],
    apply: lines(
      plan.status === 'change' ? plan.apply : nothing,
      live ? sh`hostname ${name} || exit 1` : nothing,
    ),
    effects: [
      ...(plan.status === 'change' ? plan.effects : []),
      becomes({ ...seen, fixed: path === '/etc/hostname' ? name : seen.fixed, now: live ? name : seen.now }),
    ],
    result,
  }
}

function edited(before: string, strategy: Strategy, name: string): string {
  if (strategy === 'redhat') return withLine(before, /^\s*HOSTNAME\s*=.*$/m, `HOSTNAME=${name}`)
  if (strategy === 'openrc') return withLine(before, /^\s*hostname=.*$/m, `hostname="${name}"`)
  return firstLine(before) === name ? before : `${name}\n`
}

function withLine(text: string, line: RegExp, wanted: string): string {
  if (line.test(text)) return text.replace(line, () => wanted)
  return `${text === '' || text.endsWith('\n') ? text : `${text}\n`}${wanted}\n`
}

function firstLine(text: string): string {
  return (text.split('\n').find((line) => line !== '' && !line.startsWith('#')) ?? '').trim()
}

function resultOf(name: string): Result {
  return { name }
}
