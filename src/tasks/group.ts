import * as z from 'zod'
import { type Script, lines, sh } from '../shell/sh.ts'
import { defineTask, type Plan } from '../task.ts'
import { groupBecomes, groupGone, numberText, type ThereGroup } from '../world/account-effects.ts'
import type { World, WorldQuestion } from '../world/world.ts'
import { SBIN } from '../world/script-reply.ts'
import { maybeTaken, numberQuestions } from './account-number.ts'
import { accountRules, lacks, primaryQuestion, primaryUsers, rulesQuestion } from './account-look.ts'
import { wrong } from './package-params.ts'
import { bool, int, name, oneOf } from './params.ts'

interface Wish {
  name: string
  gid: number | undefined
  present: boolean
  system: boolean
  nonUnique: boolean
  force: boolean
  range: string[]
}

export default defineTask({
  name: 'group',
  aliases: ['ansible.builtin.group', 'ansible.legacy.group'],
  summary: 'Have a group on the host, or not.',
  kind: () => 'state',
  params: z.strictObject({
    name: name.describe('Name of the group.'),
    state: oneOf(['present', 'absent']).default('present').describe('Whether it is to be there.'),
    gid: int.optional().describe('Its number; without it the host chooses one for a new group.'),
    system: bool.default(false).describe("Take the number of a new group from the system's range."),
    non_unique: bool.default(false).describe('Allow the number of another group; takes gid.'),
    force: bool.default(false).describe('With absent: remove it even if it is the own group of a user.'),
    gid_min: int.optional().describe('Smallest number for a new group, instead of the one in login.defs.'),
    gid_max: int.optional().describe('Largest number for a new group, instead of the one in login.defs.'),
  }),
  unsupported: {
    local:
      'groups are made with groupadd, in /etc/group; leave it out, or write a command task with lgroupadd',
  },
  example: `
- name: A group for those who look after haproxy
  group:
    name: haproxy-admins
    system: yes
`,
  returns: {
    name: 'Name of the group.',
    state: 'present or absent, as asked for.',
    gid: 'Its number.',
    system: 'Whether it was to be a system group.',
  },
  notes: [
    'The number that a new group gets without gid is not known in check mode.',
    'A group that is the own one of a user is not removed; check mode says so, too.',
  ],
  prepare(params): Wish {
    if (params.non_unique && params.gid === undefined) throw wrong('group: non_unique needs gid', 'add gid:')
    if (params.name.includes(':') || params.name.startsWith('-'))
      throw wrong(`group: ${JSON.stringify(params.name)} is not the name of a group`)
    const range = (['gid_min', 'gid_max'] as const).flatMap((key) =>
      params[key] === undefined ? [] : ['-K', `${key.toUpperCase()}=${params[key]}`],
    )
    return {
      name: params.name,
      gid: params.gid,
      present: params.state === 'present',
      system: params.system,
      nonUnique: params.non_unique,
      force: params.force,
      range,
    }
  },
  asks(wish): WorldQuestion[] {
    const questions: WorldQuestion[] = [
      rulesQuestion,
      { kind: 'group', ask: { name: wish.name, changes: true } },
    ]
    if (wish.gid !== undefined) questions.push(...numberQuestions('group', wish.gid))
    if (!wish.present) questions.push(primaryQuestion(wish.name))
    return questions
  },
  plan(wish, world): Plan {
    const reply = world.get('group', { name: wish.name })
    const current = reply.exists && reply.name === wish.name ? reply : undefined
    return wish.present ? planPresent(wish, current, world) : planAbsent(wish, current, world)
  },
})

function planPresent(wish: Wish, current: ThereGroup | undefined, world: World): Plan {
  const { name, gid } = wish
  const result = { name, state: 'present', system: wish.system }
  if (current && (gid === undefined || current.gid === gid))
    return { status: 'ok', reason: `group ${name} is there`, result: { ...result, ...known(current.gid) } }
  const missing = lacks(accountRules(world), current ? 'groupmod' : 'groupadd', world)
  if (missing) return missing
  const other = gid === undefined ? undefined : world.get('group', { name: String(gid) })
  if (other?.exists && other.gid === gid && !wish.nonUnique)
    return {
      status: 'fail',
      message: `the number ${gid} is group ${other.name}'s already`,
      hint: 'take another gid, or allow it with non_unique: yes',
    }
  const doubt = gid === undefined || wish.nonUnique ? undefined : maybeTaken('group', gid, world)
  if (doubt) return doubt
  const number = gid === undefined ? [] : ['-g', String(gid), ...(wish.nonUnique ? ['-o'] : [])]
  const after: ThereGroup = { exists: true, name, gid: gid ?? Number.NaN, members: current?.members ?? [] }
  const add = [...number, ...(wish.system ? ['-r'] : []), ...wish.range]
  return {
    status: 'change',
    summary: current ? `give group ${name} the number ${gid}` : `add group ${name}`,
    diff: [
      {
        type: 'fields',
        subject: `group ${name}`,
        fields: current
          ? [{ name: 'gid', before: numberText(current.gid), after: String(gid) }]
          : [
              { name: 'state', before: 'absent', after: 'present' },
              ...(gid === undefined ? [] : [{ name: 'gid', before: '', after: String(gid) }]),
            ],
      },
    ],
    apply: run(current ? ['groupmod', ...number, name] : ['groupadd', ...add, name]),
    effects: groupBecomes(after, current),
    result: { ...result, ...known(after.gid) },
  }
}

function planAbsent(wish: Wish, current: ThereGroup | undefined, world: World): Plan {
  const { name } = wish
  const result = { name, state: 'absent' }
  if (!current) return { status: 'ok', reason: `there is no group ${name}`, result }
  const missing = lacks(accountRules(world), 'groupdel', world)
  if (missing) return missing
  const users = primaryUsers(name, world)
  if (users.length > 0 && !wish.force)
    return {
      status: 'fail',
      message: `${name} is the own group of ${users.join(', ')}`,
      hint: 'remove the user or give it another group before; force: yes removes the group all the same',
    }
  return {
    status: 'change',
    summary: `remove group ${name}`,
    diff: [
      {
        type: 'fields',
        subject: `group ${name}`,
        fields: [{ name: 'state', before: 'present', after: 'absent' }],
      },
    ],
    apply: run(['groupdel', ...(wish.force ? ['-f'] : []), name]),
    effects: groupGone(current),
    result,
  }
}

function run(command: readonly string[]): Script {
  return lines(SBIN, sh`${command} || exit 1`)
}

function known(gid: number): { gid?: number } {
  return Number.isNaN(gid) ? {} : { gid }
}
