import { lines, nothing, type Script, sh } from '../shell/sh.ts'
import { joinWrites } from '../shell/write-file.ts'
import type { Diff, Plan, Result } from '../task.ts'
import { Unknown } from '../world/kind.ts'
import { pathGone } from '../world/path-effects.ts'
import { type Effect, effectOnAll, UnknownAnswer, type World } from '../world/world.ts'
import { type FileContent, planFile } from './file-content.ts'
import { makeDirectories, missingDirectories, obstacleAbove } from './make-directory.ts'
import { withMount, withoutMount } from './mount-fstab.ts'
import { type Mounted, mounts, mountsWith, mountsWithout } from './mount-look.ts'

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

type Change = Extract<Plan, { status: 'change' }>

/** Pure: what is to be done for it to be mounted, or in fstab, as wished. */
export function planMount(wish: MountWish, world: World): Plan {
  switch (wish.state) {
    case 'present':
    case 'absent_from_fstab':
      return only(wish, fstabChange(wish, world))
    case 'absent':
      return planAbsent(wish, world)
    case 'unmounted': {
      const now = mountedAt(wish, world)
      if (!now) return { status: 'ok', reason: `nothing is mounted on ${wish.path}`, result: resultOf(wish) }
      return change(
        wish,
        `unmount ${wish.path}`,
        [stateDiff(wish, now.src, 'not mounted')],
        umount(wish, world),
        unmountEffects(wish),
      )
    }
    case 'remounted':
      return planRemount(wish, world)
    case 'ephemeral':
      return planEphemeral(wish, world)
    case 'mounted':
      return planMounted(wish, world)
  }
}

function only(wish: MountWish, fstab: Plan | undefined): Plan {
  if (!fstab)
    return {
      status: 'ok',
      reason: `${wish.fstab} ${wish.state === 'present' ? 'has' : 'does not have'} ${wish.path}`,
      result: resultOf(wish),
    }
  return fstab.status === 'change' ? { ...fstab, result: { ...fstab.result, ...resultOf(wish) } } : fstab
}

/** What is to be done to fstab; undefined: nothing. */
function fstabChange(wish: MountWish, world: World): Plan | undefined {
  const reply = world.get('path', { path: wish.fstab, follow: true })
  if (reply.exists && !reply.content && reply.size > 0)
    throw new UnknownAnswer(new Unknown(`the content of ${wish.fstab} is not known`))
  const before = reply.exists ? (reply.content?.toString('utf8') ?? '') : ''
  const { src = '', fstype = '', path, opts, dump, passno } = wish
  const after =
    wish.state === 'absent' || wish.state === 'absent_from_fstab'
      ? withoutMount(before, { path, src: wish.src })
      : withMount(before, { src, path, fstype, opts, dump, passno })
  return after === undefined ? undefined : planFile(fstabFile(wish, after), world)
}

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

function planAbsent(wish: MountWish, world: World): Plan {
  const fstab = fstabChange(wish, world)
  // As in Ansible: what is not in fstab is left alone.
  if (fstab?.status !== 'change') return only(wish, fstab)
  if (!wish.path.startsWith('/')) return only(wish, fstab)
  const now = mountedAt(wish, world)
  const directory = world.get('path', { path: wish.path })
  if (!now && directory.exists && (directory.type !== 'directory' || (directory.entries ?? []).length > 0))
    return {
      status: 'fail',
      message: `${wish.path} is not an empty directory, so it cannot be removed`,
      hint: 'write state: absent_from_fstab, or empty it before',
    }
  return {
    ...fstab,
    summary: `remove ${wish.path} from ${wish.fstab}${now ? ' and unmount it' : ''}`,
    diff: [...fstab.diff, ...(now ? [stateDiff(wish, now.src, 'not mounted')] : [])],
    apply: lines(
      fstab.apply,
      now ? umount(wish, world) : nothing,
      sh`[ ! -e ${wish.path} ] || rmdir ${wish.path} || exit 1`,
    ),
    effects: [...fstab.effects, ...(now ? unmountEffects(wish) : []), pathGone(wish.path)],
    result: { ...fstab.result, ...resultOf(wish) },
  }
}

function planMounted(wish: MountWish, world: World): Plan {
  const fstab = fstabChange(wish, world)
  if (fstab && fstab.status !== 'change') return fstab
  const now = mountedAt(wish, world)
  if (now && !fstab)
    return { status: 'ok', reason: `${now.src} is mounted on ${wish.path}`, result: resultOf(wish) }
  const option = wish.fstab === '/etc/fstab' ? [] : ['-T', wish.fstab]
  const command = now
    ? sh`mount ${['-o', 'remount', ...option, wish.path]} >/dev/null 2>&1 || { umount ${wish.path} && mount ${[...option, wish.path]}; }`
    : sh`mount ${[...option, wish.path]}`
  return mountChange(wish, fstab, command, world, now)
}

function planRemount(wish: MountWish, world: World): Plan {
  const now = mountedAt(wish, world)
  if (!now)
    return {
      status: 'fail',
      message: `nothing is mounted on ${wish.path}`,
      hint: 'write state: mounted',
    }
  const option = wish.fstab === '/etc/fstab' ? [] : ['-T', wish.fstab]
  const command =
    wish.opts === 'defaults'
      ? sh`mount ${['-o', 'remount', ...option, wish.path]} || { umount ${wish.path} && mount ${[...option, wish.path]}; } || exit 1`
      : sh`mount ${['-o', `remount,${wish.opts}`, ...option, wish.path]} || exit 1`
  return { ...change(wish, `mount ${wish.path} again`, [], command, []), once: true }
}

function planEphemeral(wish: MountWish, world: World): Plan {
  const { src = '', fstype = '', path, opts } = wish
  const options = ['-t', fstype, ...(opts === 'defaults' ? [] : ['-o', opts]), src, path]
  const now = mountedAt(wish, world)
  if (now && now.src !== src)
    return {
      status: 'fail',
      message: `${now.src} is mounted on ${path} already`,
      hint: 'unmount it before, with state: unmounted',
    }
  if (now) {
    const again = sh`mount ${['-o', 'remount', ...options]} || { umount ${path} && mount ${options}; } || exit 1`
    return { ...change(wish, `mount ${path} again`, [], again, []), once: true }
  }
  const plan = mountChange(wish, undefined, sh`mount ${options}`, world, undefined)
  return plan.status === 'change' ? { ...plan, once: true } : plan
}

/** fstab first, then the mount; if that fails, all goes back. */
function mountChange(
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

function change(
  wish: MountWish,
  summary: string,
  diff: readonly Diff[],
  apply: Script,
  effects: readonly Effect[],
): Change {
  return { status: 'change', summary, diff, apply, timeout: 120, effects, result: resultOf(wish) }
}

/** As often as something is mounted there. */
function umount({ path }: MountWish, world: World): Script {
  return lines(
    ...mounts(world)
      .filter((mount) => mount.path === path)
      .map(() => sh`umount ${path} || exit 1`),
  )
}

function unmountEffects({ path }: MountWish): Effect[] {
  return [mountsWithout(path), hidden(path)]
}

/** Another file system shows there: its root, and what is below. */
function hidden(path: string): Effect {
  const why = new Unknown(`what is mounted on ${path} changes`)
  return effectOnAll('path', (before, key) =>
    key === path || key === `${path}/.` || key.startsWith(`${path}/`) ? why : before,
  )
}

function mountedAt({ path }: MountWish, world: World): Mounted | undefined {
  return mounts(world).findLast((mount) => mount.path === path)
}

function stateDiff({ path }: MountWish, before: string, after: string): Diff {
  return { type: 'fields', subject: path, fields: [{ name: 'mounted', before, after }] }
}

function resultOf(wish: MountWish): Result {
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
