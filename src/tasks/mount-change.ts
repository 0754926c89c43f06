import { lines, nothing, Script, sh } from '../shell/sh.ts'
import { joinWrites } from '../shell/write-file.ts'
import type { Diff, Plan, Result } from '../task.ts'
import { Unknown } from '../world/kind.ts'
import { type Effect, effectOnAll, type World } from '../world/world.ts'
import { fileAt } from './file-at.ts'
import { type FileContent, planFile } from './file-content.ts'
import { makeDirectories, missingDirectories, obstacleAbove } from './make-directory.ts'
import { withoutMount } from './mount-fstab.ts'
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
  /** What was written without an effect, as in Ansible. */
  warning?: string
}

export type Change = Extract<Plan, { status: 'change' }>

/** fstab with this text. */
export function fstabFile(wish: MountWish, content: Buffer): FileContent {
  return fileAt(wish.fstab, content, { backup: wish.backup, makeParents: true })
}

/** How a mount script ends that has unmounted something and could not mount it again: no status of mount's own. */
const GONE = '200'

/** Mounts once more what is mounted there: at once, else by unmounting it before. */
export function mountAgain(path: string, remount: readonly string[], anew: readonly string[]): Script {
  return sh`mount ${remount} || { umount ${path} && { mount ${anew} || exit ${GONE}; }; }`
}

/** Runs that, and has what was mounted there back if it is gone; the cause is on standard error, the status 1. */
export function orAsBefore(
  command: Script,
  now: Mounted | undefined,
  restore: Script,
  inFstab?: Script,
): Script {
  const back = now ? mountedBefore(now) : sh`:`
  return lines(
    now ? mountOptions(now.path) : nothing,
    sh`said=$({ ${command}; } 2>&1) || {
code=$?`,
    restore,
    now
      ? sh`[ "$code" != ${GONE} ] || ${inFstab ?? sh`false`} || ${back} || printf '%s\n' ${`${now.path} is not mounted any more`} >&2`
      : nothing,
    sh`printf '%s\n' "$said" | head -n 1 >&2; exit 1; }`,
  )
}

/** The options that it has now: fstab need not know of it. */
function mountOptions(path: string): Script {
  return lines(
    sh`options= at=${path.replaceAll('\\', '\\134').replaceAll(' ', '\\040').replaceAll('\t', '\\011')}`,
    new Script(`while read -r device point type given rest; do
  [ "$point" != "$at" ] || options=$given
done </proc/self/mounts`),
  )
}

function mountedBefore({ path, src, fstype, bound }: Mounted): Script {
  if (bound) return sh`mount -o bind ${[src, path]} 2>/dev/null`
  return sh`mount -t ${fstype} ${new Script('${options:+-o "$options"}')} ${[src, path]} 2>/dev/null`
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
    ? planFile(fstabFile({ ...wish, backup: false }, before ?? Buffer.alloc(0)), world.after(fstab.effects))
    : undefined
  const restore = lines(
    // In a shell of its own: what fails there must not keep the rest from going back.
    back?.status === 'change' ? sh`( ${before ? back.apply : sh`rm -f ${wish.fstab}`} )` : nothing,
    ...missing.toReversed().map((each) => sh`rmdir ${each} 2>/dev/null`),
  )
  const known = before && withoutMount(before.toString('latin1'), { path, src: undefined }) !== undefined
  const apply = lines(
    made.script,
    fstab?.apply ?? nothing,
    orAsBefore(
      command,
      now,
      restore,
      known ? sh`mount ${[...fstabOption(wish), path]} 2>/dev/null` : undefined,
    ),
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

/** For mount: which fstab is meant. */
export function fstabOption({ fstab }: MountWish): string[] {
  return fstab === '/etc/fstab' ? [] : ['-T', fstab]
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
  const { path, src, fstype, opts, dump, passno, fstab, boot, warning } = wish
  return {
    name: path,
    opts,
    dump,
    passno,
    fstab,
    boot: boot ? 'yes' : 'no',
    ...(src !== undefined && { src }),
    ...(fstype !== undefined && { fstype }),
    ...(warning !== undefined && { warnings: [warning] }),
  }
}
