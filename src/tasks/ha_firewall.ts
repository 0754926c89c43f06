import * as z from 'zod'
import { lines, nothing, sh } from '../shell/sh.ts'
import { writeFiles } from '../shell/write-file.ts'
import { defineTask, type Diff, type Plan } from '../task.ts'
import { pathBecomes, pathGone } from '../world/path-effects.ts'
import { Unknown } from '../world/kind.ts'
import { effect, UnknownAnswer, type World } from '../world/world.ts'
import { afterwards, type FirewallLook, question, readLook } from './firewall-look.ts'
import { adjust, type Adjustment, tell } from './firewall-running.ts'
import {
  type Opening,
  POLICY,
  POLICY_FILE,
  policyText,
  readPolicy,
  sorted,
  wordsOf,
} from './firewall-policy.ts'
import { bool, oneOf, texts } from './params.ts'

const UNIT = 'firewalld.service'
const FOLDER = '/etc/firewalld/policies'
const PROGRAM = '/usr/bin/firewall-cmd'

interface Wish {
  host: string
  manage: boolean
  /** Whether what is open and not wished for is closed. */
  exclusive: boolean
  /** undefined: no policy at all. */
  openings: readonly Opening[] | undefined
}

export default defineTask({
  name: 'ha_firewall',
  aliases: [],
  summary: 'Let firewalld, where it is in use, let in what the endpoint needs, permanently and at once.',
  kind: () => 'state',
  params: z.strictObject({
    clients: texts.default([]).describe('Ports that are open for everybody, such as 8443/tcp.'),
    node_ports: texts.default([]).describe('Ports that are open for the other nodes only.'),
    nodes: texts.default([]).describe('Addresses of the other nodes.'),
    vrrp: texts.default([]).describe('Addresses that VRRP may come from.'),
    exclusive: bool
      .default(true)
      .describe(
        'Close what was opened before and is not named. No: leave it open until everything else is done.',
      ),
    manage: bool.default(true).describe('No: change nothing, and say what has to be open.'),
    state: oneOf(['present', 'absent']).default('present').describe('absent takes everything away again.'),
  }),
  example: `
- name: Open what the endpoint needs
  ha_firewall:
    clients: 8443/tcp
    vrrp: [10.0.0.2, 10.0.0.3]
`,
  notes: [
    'Everything is in one policy of firewalld, /etc/firewalld/policies/hakube.xml, which belongs to hakube as a whole.',
    'A host where firewalld neither runs nor starts at boot is left alone. Where it starts at boot only, the file is written.',
    'firewalld learns of the policy by a reload, once. Where the running firewalld has rules that a reload would drop, the task fails and names them.',
  ],
  prepare(params, controller): Wish {
    const host = controller.variable('inventory_hostname')
    const openings = [
      ...params.clients.map((what) => ({ what })),
      ...params.vrrp.map((from) => ({ what: 'vrrp', from })),
      ...params.nodes.flatMap((from) => params.node_ports.map((what) => ({ what, from }))),
    ]
    return {
      host: typeof host === 'string' ? host : 'this host',
      manage: params.manage,
      exclusive: params.exclusive,
      openings: params.state === 'absent' ? undefined : openings,
    }
  },
  asks: () => [
    { kind: 'path', ask: { path: PROGRAM } },
    { kind: 'path', ask: { path: POLICY_FILE } },
    { kind: 'unit', ask: { name: UNIT } },
    { kind: 'script', ask: question },
  ],
  plan(wish, world): Plan {
    const idle = inUse(world)
    const look = idle === undefined ? lookAt(world) : undefined
    if (!look) {
      const left = wish.openings === undefined && world.get('path', { path: POLICY_FILE }).exists
      return left ? removeFile : { status: 'ok', reason: idle ?? '' }
    }
    if (!wish.manage) return leaveAlone(wish, look)
    if (!look.knowsPolicies) return tooOld(wish)
    return wish.openings === undefined ? takeAway(look) : bring(wish, wish.openings, look)
  },
})

/** Why firewalld plays no part here; undefined: it does. */
function inUse(world: World): string | undefined {
  if (!world.get('path', { path: PROGRAM }).exists) return 'firewalld is not installed'
  const unit = world.get('unit', { name: UNIT })
  if (!unit.known) return 'firewalld is not installed'
  // It may have read its files already or not.
  if (unit.activity === 'activating') throw new UnknownAnswer(new Unknown('firewalld is just starting'))
  if (unit.activity === 'active' || unit.enablement === 'enabled') return undefined
  return 'firewalld neither runs nor starts at boot'
}

function lookAt(world: World): FirewallLook {
  const look = readLook(world.get('script', question))
  const unit = world.get('unit', { name: UNIT })
  const runs = unit.known && unit.activity === 'active'
  if (runs && !look.running)
    throw new UnknownAnswer(new Unknown('what firewalld lets in once it runs is not known'))
  return runs ? look : { ...look, running: undefined }
}

/** Where firewalld is not in use, what an earlier run has left is a file and no more. */
const removeFile: Plan = {
  status: 'change',
  summary: `remove ${POLICY_FILE}`,
  diff: [
    { type: 'fields', subject: POLICY_FILE, fields: [{ name: 'state', before: 'file', after: 'absent' }] },
  ],
  apply: sh`rm -f ${POLICY_FILE} || exit 1`,
  effects: [pathGone(POLICY_FILE)],
}

function leaveAlone({ host, openings = [] }: Wish, look: FirewallLook): Plan {
  const needed = openings.map(wordsOf).join(', ')
  const left = look.file === undefined ? '' : `; the policy ${POLICY} of an earlier run is still there`
  const text = `firewalld is left alone (ha_firewall: no); it has to let in ${needed}${left}`
  return { status: 'ok', reason: text, result: { hakube_message: `${host}: ${text}` } }
}

function tooOld({ openings = [] }: Wish): Plan {
  return {
    status: 'fail',
    message: 'this firewalld has no policies: it is older than 0.9',
    hint: `set ha_firewall: no, and open by hand ${openings.map(wordsOf).join(', ')}`,
  }
}

function takeAway(look: FirewallLook): Plan {
  const policy = look.running?.policy
  const ports = policy?.ports ?? []
  const rules = policy?.rules ?? []
  if (look.file === undefined && ports.length === 0 && rules.length === 0)
    return { status: 'ok', reason: `firewalld has no policy ${POLICY}` }
  const gone = { ...look, file: undefined, running: emptied(look) }
  return {
    status: 'change',
    summary: `take the policy ${POLICY} away from firewalld`,
    diff: look.file === undefined ? [] : [{ type: 'text', path: POLICY_FILE, before: look.file, after: '' }],
    // The running firewalld keeps an empty policy until it is reloaded: a reload could drop what is not ours.
    apply: lines(
      sh`rm -f ${POLICY_FILE} || exit 1`,
      tell('remove', 'port', ports),
      tell('remove', 'rich-rule', rules),
    ),
    effects: [effect('script', question.id, () => afterwards(gone)), pathGone(POLICY_FILE)],
  }
}

function emptied({ running }: FirewallLook): FirewallLook['running'] {
  return running && { ...running, policy: running.policy && { ports: [], rules: [], others: [] } }
}

function bring(wish: Wish, openings: readonly Opening[], look: FirewallLook): Plan {
  const before = look.file === undefined ? [] : readPolicy(look.file)
  const wanted = sorted(wish.exclusive ? openings : [...before, ...openings])
  const text = policyText(wanted)
  const writes = look.file !== text
  const now = look.running && adjust(look.running, wanted, wish.exclusive)
  if (now && 'status' in now) return now
  if (!writes && (!now || now.idle))
    return { status: 'ok', reason: `firewalld lets in ${wanted.map(wordsOf).join(', ')}` }
  const fileDiff: Diff[] = writes
    ? [{ type: 'text', path: POLICY_FILE, before: look.file ?? '', after: text }]
    : []
  const write = writeFiles([{ path: POLICY_FILE, content: Buffer.from(text), mode: 0o644 }])
  const after: FirewallLook = { ...look, file: text, running: now?.after }
  return {
    status: 'change',
    summary: summaryOf(before, wanted, now),
    diff: [...fileDiff, ...(writes || !now ? [] : now.diff)],
    // The permanent file first: what is open now is open after a reboot too.
    apply: lines(
      writes ? sh`mkdir -p ${FOLDER} || exit 1` : nothing,
      writes ? write : nothing,
      now?.apply ?? nothing,
    ),
    effects: [
      effect('script', question.id, () => afterwards(after)),
      pathBecomes(POLICY_FILE, {
        type: 'file',
        mode: 0o644,
        uid: 0,
        gid: 0,
        owner: 'root',
        group: 'root',
        content: Buffer.from(text),
      }),
    ],
  }
}

function summaryOf(
  before: readonly Opening[],
  wanted: readonly Opening[],
  now: Adjustment | undefined,
): string {
  const old = before.map(wordsOf)
  const next = wanted.map(wordsOf)
  const word = (verb: string, names: readonly string[]) =>
    names.length === 0 ? [] : [`${verb} ${names.join(', ')}`]
  const file = [
    ...word(
      'open',
      next.filter((one) => !old.includes(one)),
    ),
    ...word(
      'close',
      old.filter((one) => !next.includes(one)),
    ),
  ]
  if (file.length > 0) return `${file.join(', ')} in firewalld`
  const live = [...word('open', now?.opens ?? []), ...word('close', now?.closes ?? [])]
  return live.length > 0
    ? `${live.join(', ')} in the running firewalld`
    : `bring firewalld its policy ${POLICY}`
}
