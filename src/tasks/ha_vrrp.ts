import * as z from 'zod'
import { differencesOf, gapOf, leavesOf, peersOf, type Spoken } from '../ha/spoken.ts'
import { deriveTopology } from '../ha/topology.ts'
import { type View, viewOf } from '../ha/view.ts'
import { lines, Script, sh } from '../shell/sh.ts'
import { defineTask } from '../task.ts'
import { fromJson } from '../value.ts'
import { readKeepalivedConf } from '../verify/keepalived-conf.ts'
import type { ScriptAsk } from '../world/replies.ts'
import { readInput } from './ha_topology.ts'
import { path } from './params.ts'

interface Prepared {
  path: string
  view: View
  /** Every address that some node of the endpoint has. */
  own: readonly string[]
}

export default defineTask({
  name: 'ha_vrrp',
  aliases: [],
  summary: 'Compare the VRRP that a node speaks now with what it is going to speak; changes nothing.',
  kind: () => 'state',
  params: z.strictObject({
    path: path.default('/etc/keepalived/keepalived.conf').describe('The configuration of keepalived.'),
  }),
  readOnly: true,
  example: `
- name: Compare VRRP
  ha_vrrp:
  register: hakube_vrrp
`,
  returns: {
    vrrp: 'What the node speaks now: `active`, `holds`, `differences`, `leaves`, `peers`, `sources`, `gap`.',
  },
  notes: [
    'Fails where a node that is not in the inventory any more still serves: it would take the address as soon as nobody speaks to it.',
  ],
  prepare(params, controller): Prepared {
    const input = readInput(controller)
    const topology = deriveTopology(input)
    const own = [...input.hosts.values()].flatMap(({ facts }) =>
      (facts?.interfaces ?? []).flatMap(({ addresses }) => addresses.map(({ address }) => address)),
    )
    const sources = topology.nodes.flatMap(({ addresses }) => [...addresses.values()])
    return { path: params.path, view: viewOf(topology, input.host ?? ''), own: [...own, ...sources] }
  },
  asks: (prepared) => [{ kind: 'script', ask: question(prepared) }],
  plan(prepared, world) {
    const { stdout } = world.get('script', question(prepared))
    const seen = readAnswer(stdout.toString('utf8'), prepared.view)
    const open = seen.strangers.filter(({ state }) => state === 'open')
    if (open.length > 0) {
      const who = open.map(({ address }) => address).join(', ')
      return {
        status: 'fail',
        message: `${who} is still a part of the endpoint, but no node of the inventory`,
        hint: 'as soon as nobody speaks to it, it takes the virtual address as well; with the inventory that still has it, run `hakube teardown --limit NODE` first (or stop its keepalived and haproxy)',
      }
    }
    const warnings = seen.strangers
      .filter(({ state }) => state !== 'refused')
      .map(
        ({ address }) =>
          `${address} was a node of the endpoint and is not in the inventory; whether its keepalived runs cannot be seen. If it does, it takes the virtual address as well: see that it is off before you start it again`,
      )
    return {
      status: 'ok',
      reason: reasonOf(seen.spoken),
      result: {
        vrrp: fromJson(seen.spoken),
        ...(warnings.length > 0 ? { warnings } : {}),
      },
    }
  },
})

function reasonOf({ active, differences, leaves }: Spoken): string {
  if (!active) return 'keepalived does not speak here yet'
  const texts = [
    ...differences.map(({ vip, text }) => `${vip}: ${text}`),
    ...leaves.map((vip) => `${vip} goes: its clients lose it`),
  ]
  return texts.length === 0 ? 'nodes before and after understand each other' : texts.join(', ')
}

function question({ path: file, view, own }: Prepared): ScriptAsk {
  // Where haproxy listens on the virtual address only, or is not there, nothing tells whether a node still serves.
  const port = view.haproxy && view.binds.some((bind) => /^(\*|\[::\]):/.test(bind)) ? String(view.port) : ''
  const values = sh`file=${file} own=${own.join(' ')} port=${port}`
  return { id: `ha_vrrp ${file}`, text: lines(values, LOOK) }
}

/** Prints what is there, and of unicast peers that are no node of the inventory whether they still serve. */
const LOOK = new Script(String.raw`
echo "unit $(systemctl is-active keepalived.service 2>/dev/null)"
ip -o addr show 2>/dev/null | grep -v '^1: lo ' | sed -n 's/.* inet6* \([^ /]*\).*/has \1/p'
ip addr help 2>&1 | grep -q valid_lft && echo lends
[ -r "$file" ] || exit 0
for peer in $(sed -n '/unicast_peer/,/}/p' "$file" | tr -s '{} \t' '\n\n\n\n' | grep -E '^[0-9a-fA-F:.]+$' | sort -u); do
  case " $own " in *" $peer "*) continue ;; esac
  state=unseen
  if [ -n "$port" ] && command -v bash >/dev/null && command -v timeout >/dev/null; then
    words=$(LC_ALL=C timeout 2 bash -c 'exec 3<>"/dev/tcp/$1/$2"' - "$peer" "$port" 2>&1)
    case $?,$words in 0,*) state=open ;; *'Connection refused'*) state=refused ;; *) state=silent ;; esac
  fi
  echo "stranger $peer $state"
done
echo conf
cat "$file"`)

interface Stranger {
  address: string
  state: string
}

/** Reads what the look printed. */
export function readAnswer(text: string, view: View): { spoken: Spoken; strangers: Stranger[] } {
  const [head = '', ...rest] = text.split(/^conf\n/m)
  const facts = head.split('\n').map((line) => line.split(' '))
  const conf = readKeepalivedConf(rest.join('conf\n'))
  const active = facts.some(([word, state]) => word === 'unit' && state === 'active')
  const leaves = active ? leavesOf(conf, view) : []
  const virtual = new Set([...view.vips, ...leaves])
  const holds = facts.flatMap(([word, vip]) =>
    word === 'has' && vip !== undefined && virtual.has(vip) ? [vip] : [],
  )
  const spoken: Spoken = {
    active: active && conf.instances.length > 0,
    holds,
    differences: active ? differencesOf(conf, view) : [],
    leaves,
    peers: peersOf(conf),
    sources: view.instances.map(({ source }) => source),
    lends: facts.some(([word]) => word === 'lends'),
    gap: gapOf(view),
  }
  const strangers = facts.flatMap(([word, address, state]) =>
    word === 'stranger' && address !== undefined && state !== undefined ? [{ address, state }] : [],
  )
  return { spoken, strangers }
}
