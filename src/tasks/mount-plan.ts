import { lines, nothing, type Script, sh } from '../shell/sh.ts'
import type { Diff, Plan } from '../task.ts'
import { pathGone } from '../world/path-effects.ts'
import type { Effect, World } from '../world/world.ts'
import { knownText } from './edited-file.ts'
import { planFile } from './file-content.ts'
import {
  type Change,
  fstabFile,
  fstabOption,
  hidden,
  mountAgain,
  mountChange,
  type MountWish,
  orAsBefore,
  resultOf,
  stateDiff,
} from './mount-change.ts'
import { withMount, withoutMount } from './mount-fstab.ts'
import { type Mounted, mounts, mountsWithout } from './mount-look.ts'

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
  const { text: before, encode } = knownText(wish.fstab, world)
  const { src = '', fstype = '', path, opts, dump, passno } = wish
  const after =
    wish.state === 'absent' || wish.state === 'absent_from_fstab'
      ? withoutMount(before, { path, src: wish.src })
      : withMount(before, { src, path, fstype, opts, dump, passno })
  return after === undefined ? undefined : planFile(fstabFile(wish, encode(after)), world)
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
      now ? umount(wish, world) : nothing,
      sh`[ ! -e ${wish.path} ] || rmdir ${wish.path} || exit 1`,
      // Last: what cannot be unmounted keeps its line, or the next run would take it for done.
      fstab.apply,
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
  const option = fstabOption(wish)
  const command = now
    ? mountAgain(wish.path, ['-o', 'remount', ...option, wish.path], [...option, wish.path])
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
  const option = fstabOption(wish)
  const command =
    wish.opts === 'defaults'
      ? orAsBefore(
          mountAgain(wish.path, ['-o', 'remount', ...option, wish.path], [...option, wish.path]),
          now,
          nothing,
        )
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
    const again = orAsBefore(mountAgain(path, ['-o', 'remount', ...options], options), now, nothing)
    return { ...change(wish, `mount ${path} again`, [], again, []), once: true }
  }
  const plan = mountChange(wish, undefined, sh`mount ${options}`, world, undefined)
  return plan.status === 'change' ? { ...plan, once: true } : plan
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

function mountedAt({ path }: MountWish, world: World): Mounted | undefined {
  return mounts(world).findLast((mount) => mount.path === path)
}
