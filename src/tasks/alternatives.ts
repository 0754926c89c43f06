import * as z from 'zod'
import { lines, sh } from '../shell/sh.ts'
import { defineTask, type Plan } from '../task.ts'
import { Unknown } from '../world/kind.ts'
import { pathBecomes, pathGone, replyOf } from '../world/path-effects.ts'
import { managerWrites } from '../world/packages-write.ts'
import type { ScriptAsk } from '../world/replies.ts'
import { replyWith, SBIN } from '../world/script-reply.ts'
import { type Effect, effect, effectOnAll, type World } from '../world/world.ts'
import {
  automatic,
  formatGroup,
  type Group,
  withAlternative,
  withoutAlternative,
} from './alternatives-group.ts'
import { groupThen } from './alternatives-then.ts'
import { missingTool } from './missing-tool.ts'
import { int, name, oneOf, path } from './params.ts'

const subcommand = z.strictObject({
  name: name.describe('Its name.'),
  path: path.describe('Where its link leads.'),
  link: path.describe('Its link.'),
})

interface Wish {
  name: string
  path: string
  link: string | undefined
  priority: number | undefined
  state: 'present' | 'selected' | 'auto' | 'absent'
  subcommands: readonly { name: string; path: string; link: string }[] | undefined
}

export default defineTask({
  name: 'alternatives',
  aliases: ['community.general.alternatives'],
  summary: 'Which of several programs a name such as `java` or `iptables` stands for.',
  kind: () => 'state',
  params: z.strictObject({
    name: name.describe('The name.'),
    path: path.describe('The program that it is to lead to.'),
    link: path
      .optional()
      .describe(
        'The link that leads there. Needed where the name is new, and on EL whenever the program is.',
      ),
    priority: int.optional().describe('In auto mode the highest one counts. Default: as it is, or 50.'),
    state: oneOf(['present', 'selected', 'auto', 'absent'])
      .default('selected')
      .describe(
        'present: the program is among those that may be chosen; selected: it is chosen; auto: the priorities decide; absent: it is not among them.',
      ),
    subcommands: z.array(subcommand).optional().describe('Links that go along with it.'),
  }),
  paramAliases: { slaves: 'subcommands' },
  example: `
- name: Use iptables as it was before nftables
  alternatives:
    name: iptables
    path: /usr/sbin/iptables-legacy
`,
  returns: { msg: 'What was done.' },
  notes: [
    'Where the link’s place is taken by a file that is no link, the tool leaves that file, as with Ansible.',
  ],
  prepare: (params): Wish => ({
    name: params.name,
    path: params.path,
    link: params.link,
    priority: params.priority,
    state: params.state,
    subcommands: params.subcommands,
  }),
  asks: (wish) => [
    { kind: 'script', ask: groupAsk(wish.name) },
    { kind: 'path', ask: { path: wish.path, follow: true } },
    ...(wish.link === undefined ? [] : [{ kind: 'path', ask: { path: wish.link } } as const]),
  ],
  plan(wish, world): Plan {
    const reply = world.get('script', groupAsk(wish.name))
    if (reply.code === NO_TOOL) return missingTool(world, 'update-alternatives')
    const group = groupThen(wish, reply.stdout.toString('utf8'), world)
    const done = wish.state === 'absent' ? removal(wish, group) : arranged(wish, group, world)
    if ('status' in done) return done
    const { after, words, said } = done
    const value = (one: Group | undefined) =>
      one
        ? `${one.value ?? '(nothing)'}, ${one.mode}, of ${[...one.all.keys()].toSorted().join(' ')}`
        : '(none)'
    return {
      status: 'change',
      summary: `${said.join(', ')} for ${wish.name}`,
      diff: [
        {
          type: 'fields',
          subject: 'alternatives',
          fields: [{ name: wish.name, before: value(group), after: value(after) }],
        },
      ],
      apply: lines(
        SBIN,
        ...words.map((each) => sh`LC_ALL=C update-alternatives ${each} </dev/null || exit 1`),
      ),
      effects: [
        managerWrites,
        logWritten,
        effect('script', groupAsk(wish.name).id, () => replyWith(Buffer.from(formatGroup(wish.name, after)))),
        ...linkEffects(wish, group, after, world),
      ],
      result: { msg: said.join(', ') },
    }
  },
})

const NO_TOOL = 4

function groupAsk(of: string): ScriptAsk {
  return {
    id: `alternatives of ${of}`,
    changes: true,
    text: sh`${SBIN}
command -v update-alternatives >/dev/null 2>&1 || exit ${NO_TOOL}
LC_ALL=C update-alternatives --display ${of} 2>/dev/null
sed -n 's|^/|/|p' ${`/var/lib/dpkg/alternatives/${of}`} ${`/var/lib/alternatives/${of}`} 2>/dev/null |
while IFS= read -r path; do
  [ -e "$path" ] || printf 'stored %s\n' "$path"
done
exit 0`,
  }
}

interface Done {
  after: Group | undefined
  words: string[][]
  said: string[]
}

function removal(wish: Wish, group: Group | undefined): Done | Plan {
  if (!group?.all.has(wish.path))
    return { status: 'ok', reason: `${wish.path} is no alternative for ${wish.name}` }
  return {
    after: withoutAlternative(group, wish.path),
    words: [['--remove', wish.name, wish.path]],
    said: [`remove ${wish.path}`],
  }
}

/** The calls in their order, each decided by what was there before the first, as in Ansible. */
function arranged(wish: Wish, group: Group | undefined, world: World): Done | Plan {
  const words: string[][] = []
  const said: string[] = []
  let after = group
  if (isOther(wish, group)) {
    if (!world.get('path', { path: wish.path, follow: true }).exists)
      return { status: 'fail', message: `there is no ${wish.path} on the host` }
    const link = wish.link ?? group?.link
    if (link === undefined)
      return {
        status: 'fail',
        message: `${wish.path} is no alternative for ${wish.name} yet, and its link is not known`,
        hint: 'add link:',
      }
    const priority = wish.priority ?? group?.all.get(wish.path)?.priority ?? 50
    const slaves = wish.subcommands ?? []
    words.push([
      '--install',
      link,
      wish.name,
      wish.path,
      String(priority),
      ...slaves.flatMap((one) => ['--slave', one.link, one.name, one.path]),
    ])
    said.push(`${group?.all.has(wish.path) ? 'change' : 'add'} ${wish.path}`)
    after = withAlternative(
      group,
      wish.path,
      { priority, slaves: new Map(slaves.map((one) => [one.name, one.path])) },
      { link, slaves: new Map(slaves.map((one) => [one.name, one.link])) },
    )
  }
  // A priority that goes down may make auto mode choose another one.
  if (wish.state === 'selected' && (group?.value !== wish.path || after?.value !== wish.path)) {
    words.push(['--set', wish.name, wish.path])
    said.push(`select ${wish.path}`)
    if (after) after = { ...after, mode: 'manual', value: wish.path }
  }
  if (wish.state === 'auto' && group?.mode === 'manual') {
    words.push(['--auto', wish.name])
    said.push('let the priorities decide')
    if (after) after = automatic(after)
  }
  if (words.length > 0) return { after, words, said }
  const how = wish.state === 'selected' ? 'is selected' : 'is an alternative'
  return { status: 'ok', reason: `${wish.path} ${how} for ${wish.name}` }
}

/** Whether the alternative is missing, or has another priority or other subcommands. */
function isOther({ path: at, priority, subcommands }: Wish, group: Group | undefined): boolean {
  const own = group?.all.get(at)
  if (!group || !own) return true
  if (priority !== undefined && own.priority !== priority) return true
  if (!subcommands) return false
  // Red Hat's tool does not tell the links.
  const link = (one: { name: string; link: string }) =>
    group.slaveLinks.size === 0 || group.slaveLinks.get(one.name) === one.link
  return (
    subcommands.length !== own.slaves.size ||
    !subcommands.every((one) => own.slaves.get(one.name) === one.path && link(one))
  )
}

/** The links that lead elsewhere then. Those that go along are made only where their targets are there. */
function linkEffects(
  wish: Wish,
  before: Group | undefined,
  after: Group | undefined,
  world: World,
): Effect[] {
  const link = after?.link ?? before?.link ?? wish.link
  const names = new Map([...(before?.slaveLinks ?? []), ...(after?.slaveLinks ?? [])])
  const along = new Set([...names].flatMap(([slave, at]) => [at, `/etc/alternatives/${slave}`]))
  const open = effectOnAll('path', (old, key) => {
    const at = [...along].find((one) => key === one || key.startsWith(`${one}/`))
    return at === undefined ? old : new Unknown(`${at} is going to be another link`)
  })
  const own = `/etc/alternatives/${wish.name}`
  if (after && after.value === before?.value && before)
    return [
      ...(after.value === undefined ? [] : [putBack(own, after.value)]),
      ...(link === undefined ? [] : [putBack(link, own)]),
      ...(along.size === 0 ? [] : [open]),
    ]
  const shown = wish.link === undefined ? undefined : world.peek('path', { path: wish.link })
  const taken = shown !== undefined && !(shown instanceof Unknown) && shown.exists && shown.type !== 'link'
  const made = (at: string, target: string) => pathBecomes(at, { type: 'link', target, ...ROOTS })
  if (!after)
    return [
      pathGone(own),
      ...(link === undefined || taken ? [] : [pathGone(link)]),
      ...(along.size === 0 ? [] : [open]),
    ]
  return [
    ...(after.value === undefined ? [] : [made(own, after.value)]),
    ...(link === undefined || taken ? [] : [made(link, own)]),
    ...(along.size === 0 ? [] : [open]),
  ]
}

const ROOTS = { mode: 0o777, uid: 0, gid: 0, owner: 'root', group: 'root' } as const

/** Where a link is missing, the tool puts it back whenever it changes something. */
function putBack(at: string, target: string): Effect {
  return effectOnAll('path', (before, key) => {
    if (before instanceof Unknown || before.exists) return before
    if (key === at) return replyOf({ type: 'link', target, ...ROOTS })
    return key.startsWith(`${at}/`) ? new Unknown(`${at} is going to be another link`) : before
  })
}

const logWritten: Effect = effectOnAll('path', (before, key) =>
  key === '/var/log/alternatives.log' ? new Unknown('the package manager writes there') : before,
)
