import { lines, nothing, type Script, sh } from '../shell/sh.ts'
import { joinWrites } from '../shell/write-file.ts'
import type { Diff, Plan, Result } from '../task.ts'
import { Unknown } from '../world/kind.ts'
import { type Effect, effectOnAll, type World } from '../world/world.ts'
import { type FileContent, planFile } from './file-content.ts'
import { makeDirectories, missingDirectories, obstacleAbove } from './make-directory.ts'
import { type Mounted, mountsWith } from './mount-look.ts'

/** What a mount task comes down to. */
export interface MountWish {
  state: 'mounted' | 'unmounted' | 'present' | 'absent' | 'absent_from_fstab' | 'remounted' | 'ephemeral'
  path: string
  src: string | undefined
  fstype: string | undefined
  opts: string
  dump: string
  passno: string
  fstab: string
  backup: boolean
  boot: boolean
}

export type Change = Extract<Plan, { status: 'change' }>

/** fstab with this text. */
export function fstabFile(wish: MountWish, content: string): FileContent {
  return {
    dest: wish.fstab,
    name: undefined,
    source: undefined,
    content: Buffer.from(content),
    force: true,
    follow: true,
    backup: wish.backup,
    makeParents: true,
  }
}

/** fstab first, then the mount; if that fails, all goes back. */
export function mountChange(
  wish: MountWish,
  fstab: Change | undefined,
  command: Script,
  world: World,
  now: Mounted | undefined,
): Plan {
  const { path, src = '', fstype = '' } = wish
  const obstacle = obstacleAbove(path, world)
  if (obstacle !== undefined) return { status: 'fail', message: obstacle }
  const missing = now ? [] : missingDirectories(path, world)
  const made = makeDirectories(missing, {}, world)
  const reply = fstab ? world.get('path', { path: wish.fstab, follow: true }) : undefined
  const before = reply?.exists ? (reply.content ?? Buffer.alloc(0)) : undefined
  const back = fstab
    ? planFile(
        fstabFile({ ...wish, backup: false }, before?.toString('utf8') ?? ''),
        world.after(fstab.effects),
      )
    : undefined
  const restore = lines(
    back?.status === 'change' ? (before ? back.apply : sh`rm -f ${wish.fstab}`) : nothing,
    ...missing.toReversed().map((each) => sh`rmdir ${each} 2>/dev/null`),
  )
  const apply = lines(
    made.script,
    fstab?.apply ?? nothing,
    sh`said=$({ ${command}; } 2>&1) || {
failed=1`,
    restore,
    sh`printf '%s\n' "$said" | head -n 1 >&2; exit 1; }`,
  )
  const bind = /(?:^|,)r?bind(?:,|$)/.test(wish.opts)
  return {
    status: 'change',
    summary: now ? `change ${path} in ${wish.fstab} and mount it again` : `mount ${src} on ${path}`,
    diff: [...made.diff, ...(fstab?.diff ?? []), ...(now ? [] : [stateDiff(wish, 'not mounted', src)])],
    apply: joinWrites([apply]),
    timeout: 120,
    effects: [
      ...made.effects,
      ...(fstab?.effects ?? []),
      ...(now ? [] : [mountsWith({ path, src, fstype }, bind), hidden(path)]),
    ],
    result: { ...fstab?.result, ...resultOf(wish) },
  }
}

/** Another file system shows there: its root, and what is below. */
export function hidden(path: string): Effect {
  const why = new Unknown(`what is mounted on ${path} changes`)
  return effectOnAll('path', (before, key) =>
    key === path || key === `${path}/.` || key.startsWith(`${path}/`) ? why : before,
  )
}

export function stateDiff({ path }: MountWish, before: string, after: string): Diff {
  return { type: 'fields', subject: path, fields: [{ name: 'mounted', before, after }] }
}

export function resultOf(wish: MountWish): Result {
  const { path, src, fstype, opts, dump, passno, fstab, boot } = wish
  return {
    name: path,
    opts,
    dump,
    passno,
    fstab,
    boot: boot ? 'yes' : 'no',
    ...(src !== undefined && { src }),
    ...(fstype !== undefined && { fstype }),
  }
}
