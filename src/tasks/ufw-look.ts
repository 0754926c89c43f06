import { lines, Script, sh } from '../shell/sh.ts'
import { pathBecomes } from '../world/path-effects.ts'
import { Unknown } from '../world/kind.ts'
import { linesOf, replyWith, SBIN } from '../world/script-reply.ts'
import type { ScriptAsk } from '../world/replies.ts'
import { sysctlPath } from '../world/sysctl.ts'
import {
  type Effect,
  effect,
  effectOnAll,
  UnknownAnswer,
  type World,
  type WorldQuestion,
} from '../world/world.ts'
import { EditError, knownText } from './edited-file.ts'
import { digestsOf } from './file-content.ts'
import { printLists, readLists, type RuleLists } from './ufw-place.ts'

export const DEFAULTS = '/etc/default/ufw'
export const CONF = '/etc/ufw/ufw.conf'
export const RULES = { v4: '/etc/ufw/user.rules', v6: '/etc/ufw/user6.rules' } as const
export const AFTER = ['/etc/ufw/after.rules', '/etc/ufw/after6.rules'] as const

/** What a host has of ufw. */
export interface UfwState {
  /** The texts of the files that ufw edits, by their paths. */
  files: ReadonlyMap<string, string>
  /** Whether the kernel has IPv6. */
  kernel6: boolean
  /** Whether ufw's chains are in the packet filter. */
  active: boolean
  rules: RuleLists
  /** Kernel parameters that ufw sets when it starts. */
  sysctls: readonly string[]
}

/** Nothing of this is ufw itself, which takes its lock even to tell how it is. */
const ask: ScriptAsk = {
  id: 'ufw',
  changes: true,
  text: lines(
    SBIN,
    new Script(String.raw`XTABLES_LOCKFILE=/dev/null; export XTABLES_LOCKFILE
command -v ufw >/dev/null 2>&1 || exit 0
echo tool
[ ! -e /proc/sys/net/ipv6 ] || echo ipv6
active=active
for chain in input output forward; do
  iptables -n -L "ufw-user-$chain" >/dev/null 2>&1 || active=
done
echo "$active"
sed -n 's/^### tuple ###[[:blank:]]*/4 /p' /etc/ufw/user.rules 2>/dev/null
sed -n 's/^### tuple ###[[:blank:]]*/6 /p' /etc/ufw/user6.rules 2>/dev/null
sed -n 's/^\([a-z][^=#[:blank:]]*\)[[:blank:]]*=.*/sysctl \1/p' /etc/ufw/sysctl.conf 2>/dev/null
exit 0`),
  ),
}

/** `edited`: the files whose text the task may change. */
export function ufwQuestions(edited: readonly string[]): WorldQuestion[] {
  return [
    { kind: 'script', ask },
    ...edited.map((path) => ({ kind: 'path', ask: { path, follow: true, contentUnless: '' } }) as const),
    ...Object.values(RULES).map((path) => ({ kind: 'path', ask: { path, follow: true } }) as const),
  ]
}

/** Undefined: the host has no ufw. Throws EditError where its files are not as ufw needs them. */
export function ufwState(edited: readonly string[], world: World): UfwState | undefined {
  const said = linesOf(world.get('script', ask))
  if (!said.includes('tool')) return undefined
  const files = new Map(
    edited.map((path) => {
      const { exists, text } = knownText(path, world)
      if (!exists) throw new EditError(`${path} does not exist, and ufw needs it`)
      return [path, text]
    }),
  )
  for (const path of Object.values(RULES)) {
    if (!world.get('path', { path, follow: true }).exists)
      throw new EditError(`${path} does not exist, and ufw needs it`)
    // What an earlier task writes there is for ufw to read.
    if (world.touches(path, ask.id)) throw new UnknownAnswer(new Unknown(`the content of ${path}`))
  }
  return {
    files,
    kernel6: said.includes('ipv6'),
    active: said.includes('active'),
    rules: readLists(said),
    sysctls: said.flatMap((line) => (line.startsWith('sysctl ') ? [line.slice('sysctl '.length)] : [])),
  }
}

/** ufw's settings: lower-case names and values, of which those of ufw.conf count. */
export function settingOf({ files }: UfwState, name: string): string | undefined {
  const texts = [DEFAULTS, CONF].flatMap((path) => (files.get(path) ?? '').split('\n'))
  const line = texts.findLast((each) => /^\w+="?\w+"?/.test(each) && keyOf(each) === name)
  return line
    ?.trim()
    .split('=')[1]
    ?.toLowerCase()
    .replaceAll(/^["']+|["']+$/g, '')
}

function keyOf(line: string): string {
  return line.split('=', 1)[0]?.toLowerCase() ?? ''
}

/** The state with a setting as ufw writes it: in every line that has it, or at the end. */
export function withSetting(state: UfwState, path: string, name: string, value: string): UfwState {
  const before = state.files.get(path) ?? ''
  const pattern = new RegExp(`^${name}=.*\n?`, 'gm')
  const line = `${name}=${value}\n`
  const text = new RegExp(`^${name}=`, 'm').test(before) ? before.replace(pattern, line) : before + line
  return { ...state, files: new Map([...state.files, [path, text]]) }
}

export function usesIpv6(state: UfwState): boolean {
  return state.kernel6 && settingOf(state, 'ipv6') === 'yes'
}

export function isEnabled(state: UfwState): boolean {
  return settingOf(state, 'enabled') === 'yes'
}

/** What becomes of the host: files, the packet filter, kernel parameters, and what ufw itself has. */
export function ufwBecomes(
  before: UfwState,
  after: UfwState,
  done: { wrote: boolean; started: boolean; resets: boolean },
  world: World,
): Effect[] {
  const files = [...after.files].flatMap(([path, text]) => {
    if (text === before.files.get(path)) return []
    const { encode } = knownText(path, world)
    return rewritten(path, world, encode(text))
  })
  const rules = done.wrote ? Object.values(RULES).flatMap((path) => rewritten(path, world)) : []
  const reset = new Unknown('the content of /etc/ufw, which a reset renews')
  const filter = new Unknown('what is in the packet filter behind ufw')
  const set = new Set(after.sysctls.map(sysctlPath))
  return [
    ...(done.resets
      ? [
          effectOnAll('path', (reply, key) =>
            /^\/etc\/ufw(?:\/[^/]+\.rules[^/]*)?(?:\/\.)?$/.test(key) ? reset : reply,
          ),
        ]
      : []),
    ...rules,
    ...files,
    ...(done.started || before.active || after.active
      ? [effectOnAll('script', (reply, key) => (/^(?:iptables|firewalld) /.test(key) ? filter : reply))]
      : []),
    ...(done.started
      ? [
          effectOnAll('sysctl', (reply, key) =>
            set.has(key) ? new Unknown('ufw sets it, to what /etc/ufw/sysctl.conf says') : reply,
          ),
        ]
      : []),
    effect('script', ask.id, () => replyWith(printState(after))),
  ]
}

function printState(state: UfwState): string[] {
  const { kernel6, active, rules, sysctls } = state
  return [
    'tool',
    ...(kernel6 ? ['ipv6'] : []),
    active ? 'active' : '',
    ...printLists(rules),
    ...sysctls.map((name) => `sysctl ${name}`),
  ]
}

/** The same file, mode and owner with other content; undefined: nobody knows which. */
function rewritten(path: string, world: World, content?: Buffer): Effect[] {
  const reply = world.get('path', { path, follow: true })
  if (!reply.exists) return []
  const { mode, uid, gid, owner, group, real = path } = reply
  const made = { type: 'file' as const, mode, uid, gid, owner, group }
  return [
    pathBecomes(
      real,
      content ? { ...made, content, digests: digestsOf(content) } : made,
      real === path ? [] : [path],
    ),
  ]
}

/** The number and the protocols that the host's list of services has for a name. */
export function serviceAsk(name: string): ScriptAsk {
  return {
    id: `service ${name}`,
    text: lines(
      sh`name=${name}`,
      new Script(`for kind in '' /tcp /udp; do
  line=$(getent services "$name$kind") || continue
  set -- $line
  echo "\${kind:-/any} \${2%/*}"
done
:`),
    ),
  }
}
