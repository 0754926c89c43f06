import * as z from 'zod'
import { sh } from '../shell/sh.ts'
import { defineTask, type Plan, type Result } from '../task.ts'
import { dict } from '../value.ts'
import { Unknown } from '../world/kind.ts'
import { managerWrites } from '../world/packages-write.ts'
import type { ScriptAsk } from '../world/replies.ts'
import { linesOf, replyWith } from '../world/script-reply.ts'
import { type Effect, effect, effectOnAll, UnknownAnswer, type World } from '../world/world.ts'
import { missingTool } from './missing-tool.ts'
import { wrong } from './package-params.ts'
import { bool, name, oneOf, text } from './params.ts'

const TYPES = [
  'boolean',
  'error',
  'multiselect',
  'note',
  'password',
  'seen',
  'select',
  'string',
  'text',
  'title',
] as const

interface Wish {
  package: string
  answer: { question: string; type: (typeof TYPES)[number]; value: string } | undefined
  unseen: boolean
}

/** One question of debconf as it is answered. */
interface Answer {
  value: string
  seen: boolean
}

export default defineTask({
  name: 'debconf',
  aliases: ['ansible.builtin.debconf', 'ansible.legacy.debconf'],
  summary: 'Answer what a package asks on its installation, on Debian-like hosts.',
  kind: () => 'state',
  params: z.strictObject({
    name: name.describe('The package.'),
    question: name.optional().describe('The question. Without one the answers are only returned.'),
    vtype: oneOf(TYPES).optional().describe('The type of the answer.'),
    value: text.optional().describe('The answer.'),
    unseen: bool.default(false).describe('Do not mark the question as answered.'),
  }),
  paramAliases: { pkg: 'name', selection: 'question', setting: 'question', answer: 'value' },
  example: `
- name: Let iptables-persistent keep what there is
  debconf:
    name: iptables-persistent
    question: iptables-persistent/autosave_v4
    vtype: boolean
    value: yes
`,
  returns: {
    current: 'The answers, or the one that was given.',
    previous: 'The answer before, where it was another one.',
  },
  notes: [
    'A password is compared on the host, so that a second run changes nothing, and is never returned; ansible-core before 2.17 sets it each time.',
    'With `vtype: seen` the flag is compared, where Ansible compares the answer.',
  ],
  prepare(params): Wish {
    const { question, vtype, value } = params
    const given = [question, vtype, value].filter((one) => one !== undefined).length
    if (given !== 0 && given !== 3)
      throw wrong('debconf: question, vtype and value go together', 'give all of them, or none')
    if (/[\n\r]/.test(value ?? '')) throw wrong('debconf: the value has more than one line')
    for (const word of [params.name, question ?? 'x'])
      if (/\s/.test(word)) throw wrong(`debconf: ${JSON.stringify(word)} has a blank in it`)
    return {
      package: params.name,
      unseen: params.unseen,
      answer:
        question === undefined || vtype === undefined || value === undefined
          ? undefined
          : { question, type: vtype, value: vtype === 'boolean' ? value.toLowerCase() : value },
    }
  },
  asks: (wish) => [
    { kind: 'platform', ask: {} },
    { kind: 'script', ask: answersAsk(wish.package) },
    ...(wish.answer?.type === 'password' ? [{ kind: 'script', ask: passwordAsk(wish) } as const] : []),
  ],
  plan(wish, world): Plan {
    if (world.get('script', answersAsk(wish.package)).code === NO_TOOL)
      return missingTool(world, 'debconf-show', 'debconf')
    const answers = answersOf(wish, world)
    const { answer } = wish
    const shown = (all: ReadonlyMap<string, Answer>): Result => ({
      current: dict(Object.fromEntries([...all].map(([question, { value }]) => [question, value]))),
    })
    if (!answer)
      return { status: 'ok', reason: `${wish.package} has ${answers.size} answers`, result: shown(answers) }
    const { question, type, value } = answer
    const secret = type === 'password'
    const before = answers.get(question)
    if (isAnswered(wish, before, world))
      return { status: 'ok', reason: `${question} is answered so`, result: shown(answers) }
    if (type === 'seen' && !before)
      return {
        status: 'fail',
        message: `${wish.package} has no question ${question} that could be marked`,
        hint: 'answer it first, or install the package',
      }
    const wanted = secret ? OMITTED : value
    const after: Answer =
      type === 'seen'
        ? { value: before?.value ?? '', seen: value === 'true' }
        : { value: wanted, seen: !wish.unseen }
    const was = type === 'seen' ? (before?.seen === true ? 'seen' : 'not seen') : (before?.value ?? '')
    const [words, flag] = [`${wish.package} ${question} ${type} ${value}`, wish.unseen ? ['-u'] : []]
    return {
      status: 'change',
      summary: `answer ${question}`,
      diff: [
        {
          type: 'fields',
          subject: `debconf of ${wish.package}`,
          fields: [{ name: question, before: was, after: secret ? `${OMITTED} (another one)` : wanted }],
        },
      ],
      apply: sh`printf '%s\n' ${words} | LC_ALL=C DEBIAN_FRONTEND=noninteractive debconf-set-selections ${flag}`,
      effects: [
        managerWrites,
        effect('script', answersAsk(wish.package).id, (old) =>
          old === undefined || old instanceof Unknown
            ? new Unknown(`the answers of ${wish.package}`)
            : replyWith([
                ...linesOf(old).filter((line) => questionIn(line) !== question),
                show(question, after),
              ]),
        ),
        ...(type === 'seen' ? [] : [passwordBecomes(wish)]),
      ],
      result: {
        current: dict({ [question]: wanted }),
        previous: dict({ [question]: before?.value ?? '' }),
      },
    }
  },
})

const NO_TOOL = 4
const STATUS = 'hakube-status '
const SAME = 'same'
/** What debconf-show shows of a password. */
const OMITTED = '(password omitted)'

/** All answers of a package, and whether it is installed. */
function answersAsk(package_: string): ScriptAsk {
  return {
    id: `debconf of ${package_}`,
    changes: true,
    text: sh`command -v debconf-show >/dev/null 2>&1 || exit ${NO_TOOL}
export LC_ALL=C
echo ${STATUS}"$(dpkg-query -W -f ${'${db:Status-Status}'} -- ${package_} 2>/dev/null)"
debconf-show ${package_}`,
  }
}

/**
 * Whether the password is this one. It is compared on the host, in debconf's own files: the one that only root can read,
 * and the other one, where the question stays if it had an answer of another type before.
 */
function passwordAsk({ package: package_, answer }: Wish): ScriptAsk {
  const [question, value] = [answer?.question ?? '', answer?.value ?? '']
  return {
    id: `${passwordsOf(package_, question)}${JSON.stringify(value)}`,
    changes: true,
    text: sh`cd /var/cache/debconf 2>/dev/null || exit 0
cat passwords.dat config.dat 2>/dev/null | hk_name=${question} hk_value=${value} LC_ALL=C awk ${AWK}
exit 0`,
  }
}

function passwordsOf(package_: string, question: string): string {
  return `debconf password ${JSON.stringify([package_, question])} `
}

/** What the question has then is no other password. */
function passwordBecomes(wish: Wish): Effect {
  const { id } = passwordAsk(wish)
  const all = passwordsOf(wish.package, wish.answer?.question ?? '')
  return effectOnAll('script', (before, key) =>
    key === id ? replyWith([SAME]) : key.startsWith(all) ? replyWith([]) : before,
  )
}

const AWK =
  '/^Name: /{own=substr($0,7)==ENVIRON["hk_name"]} own&&/^Value: /{if(substr($0,8)==ENVIRON["hk_value"])print "same"}'

function isAnswered(wish: Wish, before: Answer | undefined, world: World): boolean {
  const { answer } = wish
  if (!answer || !before) return false
  if (answer.type === 'seen') return before.seen === (answer.value === 'true')
  if (answer.type !== 'password')
    return (answer.type === 'boolean' ? before.value.toLowerCase() : before.value) === answer.value
  return before.value === OMITTED && linesOf(world.get('script', passwordAsk(wish))).includes(SAME)
}

/** The answers, over what check mode has predicted of the package. */
function answersOf(wish: Wish, world: World): Map<string, Answer> {
  const lines = linesOf(world.get('script', answersAsk(wish.package)))
  const status = lines.find((line) => line.startsWith(STATUS))?.slice(STATUS.length)
  const answers = new Map(
    lines.flatMap((line): [string, Answer][] => {
      const question = questionIn(line)
      return question === undefined
        ? []
        : [[question, { value: line.slice(line.indexOf(':') + 1).trim(), seen: line.startsWith('*') }]]
    }),
  )
  const there = status === 'installed'
  const base = { installed: there ? status : undefined, candidate: undefined }
  const after = world.predictedPackage(wish.package, base)
  if (after instanceof Unknown) throw new UnknownAnswer(after)
  const gone = there && after.installed === undefined && after.residue !== true
  const asked = wish.answer === undefined || !answers.has(wish.answer.question)
  if (!there && after.installed !== undefined && asked)
    throw new UnknownAnswer(new Unknown(`package ${wish.package} may bring it`))
  return gone ? new Map() : answers
}

function questionIn(line: string): string | undefined {
  if (line.startsWith(STATUS)) return undefined
  const at = line.indexOf(':')
  return at === -1 ? undefined : line.slice(0, at).replace('*', '').trim()
}

function show(question: string, { value, seen }: Answer): string {
  return `${seen ? '*' : ' '} ${question}: ${value}`
}
