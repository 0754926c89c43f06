import { withoutPassword } from '../http/request.ts'
import { sh } from '../shell/sh.ts'
import type { Plan, Result } from '../task.ts'
import { Unknown } from '../world/kind.ts'
import { pathBecomes } from '../world/path-effects.ts'
import { normalPath, parentPath } from '../world/path-names.ts'
import { type Effect, effect, effectOnAll, type World, type WorldQuestion } from '../world/world.ts'
import { changeable, wantedAttributes } from './attributes.ts'
import { creatorQuestion } from './creator.ts'
import { destIn, DONE, type Looked, lookAsk, readLook, sourceOf, wanted } from './git-look.ts'
import { gitScript } from './git-script.ts'
import { directoryQuestions, makeDirectories, missingDirectories, obstacleAbove } from './make-directory.ts'
import { missingTool } from './missing-tool.ts'

/** What git comes down to: the parameters of the task. */
export interface Git {
  repo: string
  /** For people: without a password in it. */
  shown: string
  dest: string
  version: string
  remote: string
  refspec?: string | undefined
  force: boolean
  depth?: number | undefined
  clone: boolean
  update: boolean
  bare: boolean
  recursive: boolean
  track_submodules: boolean
  single_branch: boolean
  reference?: string | undefined
  verify_commit: boolean
  key_file?: string | undefined
  ssh_opts?: string | undefined
  accept_hostkey: boolean
  accept_newhostkey: boolean
  executable?: string | undefined
  umask?: string | undefined
}

export function gitQuestions(task: Git): WorldQuestion[] {
  return [
    { kind: 'path', ask: { path: task.dest, follow: true, entries: true } },
    ...directoryQuestions(parentPath(task.dest)),
    creatorQuestion,
    ...sourceOf(task).map((path) => ({ kind: 'path', ask: { path, follow: true } }) as const),
    { kind: 'script', ask: lookAsk(task) },
  ]
}

/** Pure: whether the checkout is as it is to be. */
export function planGit(task: Git, world: World): Plan {
  const { dest, version } = task
  const obstacle = obstacleAbove(dest, world)
  if (obstacle !== undefined) return { status: 'fail', message: obstacle }
  const root = world.get('path', { path: dest, follow: true })
  const ask = lookAsk(task)
  const reply = world.get('script', ask)
  const [source] = sourceOf(task)
  const lost: Plan | undefined =
    source === undefined || world.get('path', { path: source, follow: true }).exists
      ? undefined
      : { status: 'fail', message: `there is no repository ${source} on the host` }
  const moved = source !== undefined && world.touches(source, ask.id)
  const written = world.touches(dest, ask.id)
  const unknown = (why: string): Plan => ({ status: 'unknown', why })
  if (reply === DONE) {
    if (lost && task.update) return lost
    if (!root.exists || (task.update && moved)) return unknown(whichCommit(task))
    if (written) return unknown(whatIsIn(dest))
    return { status: 'ok', reason: `${dest} is at ${version}`, result: { before: null, after: null } }
  }
  const found = readLook(reply)
  if (!found.git) return missingTool(world, 'git', 'git')
  // In check mode an earlier task may remove the checkout, and make an empty directory.
  const looked = { ...found, there: found.there && root.exists && root.entries?.length !== 0 }
  const { there, head = null, changes } = looked
  if (there && written) return unknown(whatIsIn(dest))
  if (there && looked.foreign)
    return {
      status: 'fail',
      message: `${dest} belongs to somebody else, and git does not work there`,
      hint: 'write become_user: with its owner, or name it in safe.directory of the git configuration',
    }
  if (there && !task.update)
    return {
      status: 'ok',
      reason: `${dest} is there, and update is no`,
      result: { before: head, after: head },
    }
  if (there && looked.broken !== undefined) return { status: 'fail', message: looked.broken }
  if (there && changes > 0 && !task.force) {
    return {
      status: 'fail',
      message: `Local modifications exist in the destination: ${dest} (force=no)`,
      hint: 'write force: true to have them thrown away',
      result: { before: head },
    }
  }
  if (!there && root.exists && root.type !== 'directory')
    return { status: 'fail', message: `${dest} is a ${root.type}, not a directory` }
  if (!there && root.exists && (root.entries?.length ?? 0) > 0 && task.clone) {
    const message = `${dest} is not empty, and no checkout of git`
    return { status: 'fail', message }
  }
  if (lost && (task.update || (!there && task.clone))) return lost
  // An earlier task may take the checkout away that was there when the host was asked.
  const asked = task.update || !found.there
  if (asked && moved) return unknown(whichCommit(task))
  if (looked.problem !== undefined) {
    const why = looked.problem.replaceAll(task.repo, task.shown)
    if (source !== undefined) return { status: 'fail', message: `${task.shown}: ${why}` }
    // An earlier task may start the server, or bring the key.
    return unknown(`${task.shown} cannot be fetched: ${why}`)
  }
  const after = wanted(task, looked)
  if (!task.clone && !there)
    return {
      status: 'ok',
      reason: `${dest} is not there, and clone is no`,
      result: { before: null, after: after ?? null },
    }
  if (asked && after === undefined && !/^[0-9a-f]{4,39}$/.test(version))
    return { status: 'fail', message: `${task.shown} has no branch and no tag ${version}` }
  return planChange({ task, world, looked, after: after ?? null })
}

function whichCommit({ shown, version }: Git): string {
  return `which commit ${shown} has for ${version}`
}

function whatIsIn(dest: string): string {
  return `what is in the checkout ${dest}: it is going to be written`
}

interface Case {
  task: Git
  world: World
  looked: Looked
  after: string | null
}

function planChange({ task, world, looked, after }: Case): Plan {
  const { dest, repo } = task
  const before = looked.there ? (looked.head ?? null) : null
  const moved = looked.there && looked.url !== repo
  const result: Result = { before, after, remote_url_changed: moved }
  const submodules = task.recursive && !task.bare && looked.submodules > 0
  // A fetch into a repository without files moves its branches and tags, and leaves its HEAD.
  const is = task.bare && task.version !== 'HEAD' ? (looked.local ?? null) : before
  const same = looked.there && is !== null && is === after
  if (same && !moved && looked.changes === 0 && !submodules)
    return { status: 'ok', reason: `${dest} ${task.bare ? 'has' : 'is at'} ${is.slice(0, 10)}`, result }
  const missing = missingDirectories(parentPath(dest), world)
  const above = makeDirectories(missing, {}, world)
  return {
    status: 'change',
    summary: looked.there ? `bring ${dest} to ${task.version}` : `clone ${task.shown} to ${dest}`,
    diff: [
      {
        type: 'fields',
        subject: dest,
        fields: [
          { name: 'commit', before: is ?? 'absent', after: after ?? task.version },
          ...(moved ? [{ name: 'remote', before: withoutPassword(looked.url), after: task.shown }] : []),
          ...(looked.changes > 0
            ? [{ name: 'local changes', before: String(looked.changes), after: '0' }]
            : []),
          ...(submodules
            ? [{ name: 'submodules', before: `${looked.submodules} behind`, after: 'up to date' }]
            : []),
        ],
      },
    ],
    apply: sh`${above.script}
${gitScript(task, looked.there)}`,
    timeout: 1800,
    effects: [...above.effects, ...effectsOf(task, world, looked.there)],
    result,
  }
}

function effectsOf(task: Git, world: World, there: boolean): Effect[] {
  const at = normalPath(task.dest)
  const unknown = new Unknown(`what is in the checkout ${at}`)
  const made = wantedAttributes({}, world, undefined, { directory: true })
  const marker = `${at}/${task.bare ? 'HEAD' : '.git'}`
  return [
    ...(there ? [] : [pathBecomes(at, { type: 'directory', ...changeable(made) })]),
    effectOnAll('path', (before, key) => {
      const path = normalPath(key)
      if (path !== at) return path.startsWith(`${at}/`) && path !== marker ? unknown : before
      // The directory is there; nobody can tell what is in it.
      if (before instanceof Unknown || !before.exists) return before
      const { entries: _entries, tree: _tree, ...rest } = before
      return rest
    }),
    effectOnAll('script', (before, key) =>
      destIn(key) === at ? new Unknown(`at which commit the checkout ${at} is then`) : before,
    ),
    effect('script', lookAsk(task).id, () => DONE),
  ]
}
