import * as z from 'zod'
import { createHash } from 'node:crypto'
import { lines, nothing, type Script, sh } from '../shell/sh.ts'
import { defineTask, type Diff, type Plan } from '../task.ts'
import { Unknown } from '../world/kind.ts'
import { sysctlPath } from '../world/sysctl.ts'
import { type Effect, UnknownAnswer, type World, type WorldQuestion, effect } from '../world/world.ts'
import { fileAt } from './file-at.ts'
import { fileFailure, fileQuestions, planFile } from './file-content.ts'
import { wrong } from './package-params.ts'
import { bool, name, oneOf, path, text } from './params.ts'
import { sameValue, valueInFile, withValue } from './sysctl-file.ts'

const TRUE = new Set(['yes', 'true', 'on', 'y', 't', '1'])
const FALSE = new Set(['no', 'false', 'off', 'n', 'f', '0'])

interface Wish {
  name: string
  /** Undefined: no line in the file. */
  value: string | undefined
  file: string
  /** Give the kernel the value now as well. */
  live: boolean
  /** A parameter that this kernel does not have is no failure. */
  lenient: boolean
}

export default defineTask({
  name: 'sysctl',
  aliases: ['ansible.posix.sysctl'],
  summary: 'Set a kernel parameter, in a file for the next boot and in the running kernel.',
  kind: () => 'state',
  params: z.strictObject({
    name: name.optional().describe('The parameter, such as net.ipv4.ip_nonlocal_bind.'),
    key: name.optional().describe('Another name for `name`.'),
    value: text.optional().describe('Its value; yes and no mean 1 and 0.'),
    val: text.optional().describe('Another name for `value`.'),
    state: oneOf(['present', 'absent']).default('present').describe('Whether the file has a line about it.'),
    reload: bool.default(true).describe('Give the running kernel the value, too, and check that it has it.'),
    sysctl_set: bool.default(false).describe('The same as `reload`; either is enough.'),
    sysctl_file: path.default('/etc/sysctl.conf').describe('The file that keeps the value.'),
    ignoreerrors: bool.default(false).describe('Go on where the kernel has no such parameter.'),
  }),
  example: `- name: Let haproxy bind to an address that another node holds
  sysctl:
    name: net.ipv4.ip_nonlocal_bind
    value: 1
    sysctl_set: yes
    sysctl_file: /etc/sysctl.d/90-ha.conf
`,
  notes: [
    '`reload` gives the kernel this parameter only; other lines of the file are not loaded.',
    'Other lines of the file stay as they are.',
  ],
  prepare(params): Wish {
    const key = params.name ?? params.key
    if (key === undefined) throw wrong('sysctl needs the name of a parameter', 'add name:')
    if (!/^[^\s=#;]+$/.test(key)) throw wrong(`sysctl: ${JSON.stringify(key)} is not the name of a parameter`)
    const value = params.value ?? params.val
    const present = params.state === 'present'
    if (present && (value === undefined || value.trim() === ''))
      throw wrong(`sysctl: ${key} needs a value`, 'add value:')
    return {
      name: key,
      value: present ? readValue(value ?? '') : undefined,
      file: params.sysctl_file,
      live: present && (params.reload || params.sysctl_set),
      lenient: params.ignoreerrors,
    }
  },
  asks(wish): WorldQuestion[] {
    const file = fileQuestions(fileAt(wish.file, Buffer.alloc(0)))
    return wish.live ? [...file, { kind: 'sysctl', ask: { name: wish.name } }] : file
  },
  plan(wish, world): Plan {
    const before = readFile(wish, world)
    const inFile = valueInFile(before, wish.name)
    const kept =
      wish.value === undefined ? inFile === undefined : inFile !== undefined && sameValue(inFile, wish.value)
    const file = kept
      ? undefined
      : planFile(fileAt(wish.file, Buffer.from(withValue(before, wish.name, wish.value))), world)
    if (file && file.status !== 'change') return file
    const live = liveValue(wish, world)
    if (live === 'missing') {
      const hint = 'look for a typing error, or load the kernel module that has it; ignoreerrors: yes goes on'
      return { status: 'fail', message: `the kernel has no parameter ${wish.name}`, hint }
    }
    if (!file && !live) return { status: 'ok', reason: reasonOf(wish) }
    return {
      status: 'change',
      summary: summaryOf(wish, file !== undefined),
      diff: [...(file?.diff ?? []), ...(live?.diff ?? [])],
      // The kernel first: a value that it refuses does not get into the file.
      apply: lines(live?.apply ?? nothing, file?.apply ?? nothing),
      effects: [...(file?.effects ?? []), ...(live?.effects ?? [])],
      notes: file?.notes ?? [],
    }
  },
  failure: (wish, output) => fileFailure(wish.file, output),
})

function readValue(value: string): string {
  const word = value.trim().toLowerCase()
  if (TRUE.has(word)) return '1'
  if (FALSE.has(word)) return '0'
  return value.trim()
}

const EMPTY = createHash('sha256').update('').digest('hex')

/** The file's text. The question for it leaves out only the content of an empty file. */
function readFile(wish: Wish, world: World): string {
  const reply = world.get('path', { path: wish.file, follow: true })
  if (!reply.exists || reply.digests.sha256 === EMPTY) return ''
  if (reply.content) return reply.content.toString('utf8')
  throw new UnknownAnswer(new Unknown(`the content of ${wish.file} is not known`))
}

/** What to do about the running kernel; undefined = nothing. */
function liveValue(
  wish: Wish,
  world: World,
): { diff: Diff[]; apply: Script; effects: Effect[] } | 'missing' | undefined {
  if (!wish.live || wish.value === undefined) return undefined
  const { value: wanted } = wish
  const { value: current } = world.get('sysctl', { name: wish.name })
  if (current === undefined) return wish.lenient ? undefined : 'missing'
  if (sameValue(current, wanted)) return undefined
  const target = sysctlPath(wish.name)
  return {
    diff: [
      {
        type: 'fields',
        subject: 'running kernel',
        fields: [{ name: wish.name, before: current, after: wanted }],
      },
    ],
    apply: sh`printf '%s\n' ${wanted} >${target} || { echo ${`the kernel does not take ${wanted} for ${wish.name}`} >&2; exit 1; }`,
    effects: [effect('sysctl', target, () => ({ value: wanted.replace(/\s+/g, ' ') }))],
  }
}

function reasonOf(wish: Wish): string {
  if (wish.value === undefined) return `${wish.file} says nothing about ${wish.name}`
  return `${wish.name} is ${wish.value}${wish.live ? '' : ` in ${wish.file}`}`
}

function summaryOf(wish: Wish, writes: boolean): string {
  if (wish.value === undefined) return `remove ${wish.name} from ${wish.file}`
  return `set ${wish.name} to ${wish.value}${writes ? ` in ${wish.file}` : ''}`
}
