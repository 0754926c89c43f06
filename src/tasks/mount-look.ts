import { Script } from '../shell/sh.ts'
import type { ScriptAsk } from '../world/replies.ts'
import { type Effect, effect, type World } from '../world/world.ts'

/** One mount, as the kernel lists it. */
export interface Mounted {
  path: string
  src: string
  fstype: string
}

const ASK: ScriptAsk = { id: 'mounts', text: new Script('cat /proc/self/mountinfo') }

export const mountsQuestion = { kind: 'script', ask: ASK } as const

/** All mounts, the last one over a point last. Of a bind mount, `src` is the directory that is mounted. */
export function mounts(world: World): Mounted[] {
  const rows = world
    .get('script', ASK)
    .stdout.toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map(readRow)
  const byId = new Map(rows.map((row) => [row.id, row]))
  return rows.map((row) => ({ path: row.path, src: sourceOf(row, byId), fstype: row.fstype }))
}

interface Row extends Mounted {
  id: string
  parent: string
  /** What of its file system is mounted. */
  root: string
}

function readRow(line: string): Row {
  const words = line.split(' ')
  const dash = words.indexOf('-')
  const word = (at: number): string => unescape(words[at] ?? '')
  return {
    id: word(0),
    parent: word(1),
    root: word(3),
    path: word(4),
    fstype: word(dash + 1),
    src: word(dash + 2),
  }
}

/** The directory behind a bind mount, as far as the list tells; else the device. */
function sourceOf(row: Row, byId: ReadonlyMap<string, Row>): string {
  const { root } = row
  if (root === '/') return row.src
  // The mount that shows the whole file system: its point and the root together are the directory.
  const whole = [...byId.values()].find(
    (other) =>
      other.src === row.src && other.fstype === row.fstype && other.root === '/' && other.id !== row.id,
  )
  if (whole) return whole.path === '/' ? root : `${whole.path}${root}`
  return root
}

function unescape(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_all, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  )
}

/** This is mounted from now on. */
export function mountsWith({ path, src, fstype }: Mounted, bind: boolean): Effect {
  const word = (text: string): string => text.replaceAll('\\', '\\134').replaceAll(' ', '\\040')
  const line = bind
    ? `new new 0:0 ${word(src)} ${word(path)} rw - ${fstype} none rw`
    : `new new 0:0 / ${word(path)} rw - ${fstype} ${word(src)} rw`
  return change((lines) => [...lines, line])
}

/** Nothing is mounted there any more. */
export function mountsWithout(path: string): Effect {
  return change((lines) => lines.filter((line) => readRow(line).path !== path))
}

function change(then: (lines: string[]) => string[]): Effect {
  return effect('script', ASK.id, (before) => {
    const text = before !== undefined && 'stdout' in before ? before.stdout.toString('utf8') : ''
    const out = then(text.split('\n').filter((line) => line !== ''))
    const stdout = Buffer.from(out.map((line) => `${line}\n`).join(''))
    return { code: 0, stdout, stderr: Buffer.alloc(0) }
  })
}
