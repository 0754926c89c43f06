import { Script } from '../shell/sh.ts'
import type { ScriptAsk } from '../world/replies.ts'
import { type Effect, effect, type World } from '../world/world.ts'
import { replyWith } from '../world/script-reply.ts'

/** One mount, as the kernel lists it. */
export interface Mounted {
  path: string
  src: string
  fstype: string
  /** Only a directory of its file system shows there, and `src` is that. */
  bound?: boolean
}

/** Of each mount what of its file system shows, where, its type and its device; numbers and options are nobody's business. */
const ASK: ScriptAsk = {
  id: 'mounts',
  changes: true,
  text: new Script(`while read -r id parent device root path rest; do
  tail=\${rest#* - }
  [ "$tail" != "$rest" ] || tail=\${rest#- }
  type=\${tail%% *}; tail=\${tail#* }
  printf '%s %s %s %s\\n' "$root" "$path" "$type" "\${tail%% *}"
done </proc/self/mountinfo`),
}

export const mountsQuestion = { kind: 'script', ask: ASK } as const

/** All mounts, the last one over a point last. Of a bind mount, `src` is the directory that is mounted. */
export function mounts(world: World): Mounted[] {
  const all = rowsOf(world.get('script', ASK).stdout)
  return all.map((row) => {
    const src = sourceOf(row, all)
    return { path: row.path, src, fstype: row.fstype, bound: src !== row.src }
  })
}

interface Row extends Mounted {
  /** What of its file system is mounted. */
  root: string
}

function rowsOf(stdout: Buffer): Row[] {
  return stdout
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [root = '', path = '', fstype = '', src = ''] = line.split(' ').map(unescape)
      return { root, path, fstype, src }
    })
}

/** The directory behind a bind mount, as far as the list tells; else the device. */
function sourceOf(row: Row, all: readonly Row[]): string {
  const { root } = row
  if (root === '/') return row.src
  // The mount that shows the whole file system: its point and the root together are the directory.
  const whole = all.find(
    (other) => other.src === row.src && other.fstype === row.fstype && other.root === '/',
  )
  return whole === undefined || whole.path === '/' ? root : `${whole.path}${root}`
}

/** How the kernel lists a directory that is mounted a second time: by the file system that it is on. */
function bound(directory: string, path: string, all: readonly Row[]): Row {
  const on = all
    .filter((row) => row.path === '/' || directory === row.path || directory.startsWith(`${row.path}/`))
    .toSorted((a, b) => a.path.length - b.path.length)
    .at(-1)
  if (!on) return { root: directory, path, fstype: 'none', src: directory }
  const below = on.path === '/' ? directory : directory.slice(on.path.length)
  const root = on.root === '/' ? below || '/' : `${on.root}${below}`
  return { root, path, fstype: on.fstype, src: on.src }
}

function unescape(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_all, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  )
}

/** This is mounted from now on. */
export function mountsWith({ path, src, fstype }: Mounted, bind: boolean): Effect {
  return change((all) => [...all, bind ? bound(src, path, all) : { root: '/', path, fstype, src }])
}

/** Nothing is mounted there any more. */
export function mountsWithout(path: string): Effect {
  return change((all) => all.filter((row) => row.path !== path))
}

function change(then: (all: Row[]) => Row[]): Effect {
  return effect('script', ASK.id, (before) => {
    const all = then(before !== undefined && 'stdout' in before ? rowsOf(before.stdout) : [])
    const word = (text: string): string => text.replaceAll('\\', '\\134').replaceAll(' ', '\\040')
    const line = ({ root, path, fstype, src }: Row): string => [root, path, fstype, src].map(word).join(' ')
    const stdout = Buffer.from(all.map((row) => `${line(row)}\n`).join(''))
    return replyWith(stdout)
  })
}
