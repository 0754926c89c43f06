import { withoutPassword } from '../http/request.ts'
import { nothing, type Script, sh } from '../shell/sh.ts'
import type { Plan, Result } from '../task.ts'
import { Unknown } from '../world/kind.ts'
import { pathBecomes } from '../world/path-effects.ts'
import { normalPath, parentPath } from '../world/path-names.ts'
import type { ScriptAsk, ScriptReply } from '../world/replies.ts'
import { type Effect, effect, effectOnAll, type World, type WorldQuestion } from '../world/world.ts'
import { changeable, wantedAttributes } from './attributes.ts'
import { creatorQuestion } from './creator.ts'
import { gitScript, preamble } from './git-script.ts'
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

const ASKS = 'git checkout '

export function gitQuestions(task: Git): WorldQuestion[] {
  return [
    { kind: 'path', ask: { path: task.dest, follow: true, entries: true } },
    ...directoryQuestions(parentPath(task.dest)),
    creatorQuestion,
    { kind: 'script', ask: lookAsk(task) },
  ]
}

/**
 * Writes nothing: a host key that is not known yet is not kept either. With update: no the server is not asked, so that
 * the look needs no turn of its own (late).
 */
function lookAsk(task: Git): ScriptAsk {
  const { dest, bare, repo, version, remote, update } = task
  const refs = ['HEAD', `refs/heads/${version}`, `refs/tags/${version}`, `refs/tags/${version}^{}`]
  return {
    volatile: true,
    id: `${ASKS}${JSON.stringify(task)}`,
    text: sh`${preamble(task, { looking: true })}
command -v "$hk_git" >/dev/null 2>&1 || { echo none; exit 0; }
if [ -f ${`${dest}/${bare ? 'config' : '.git/config'}`} ] || [ -f ${`${dest}/.git`} ]; then
  cd ${dest} || exit 1
  echo there
  printf 'head=%s\n' "$("$hk_git" rev-parse --verify -q HEAD)"
  printf 'local=%s\n' "$("$hk_git" rev-parse --verify -q ${`${version}^{commit}`})"
  printf 'url=%s\n' "$("$hk_git" config --get ${`remote.${remote}.url`})"
  ${
    bare
      ? sh`:`
      : task.track_submodules && task.recursive
        ? trackedLook(task)
        : sh`printf 'mods=%s\n' "$("$hk_git" --no-optional-locks status --porcelain --untracked-files=no | wc -l | tr -d ' ')"
  printf 'sub=%s\n' "$("$hk_git" submodule status --recursive 2>/dev/null | grep -c '^[-+U]')"`
  }
fi
${
  update
    ? sh`hk_refs=$("$hk_git" ls-remote ${repo} ${refs}) || { echo 'unreachable=y'; exit 0; }
printf '%s\n' "$hk_refs" | sed 's/^/ref=/'`
    : nothing
}`,
  }
}

/**
 * With track_submodules a submodule that is at another commit than the checkout names is no local change: the branch on
 * its own server tells where it is to be.
 */
function trackedLook({ update }: Git): Script {
  const behind = sh`hk_branch=$("$hk_git" config -f "$toplevel/.gitmodules" --get "submodule.$name.branch")
[ "$hk_branch" != . ] || hk_branch=$("$hk_git" -C "$toplevel" symbolic-ref -q --short HEAD)
hk_ref=HEAD
[ -z "$hk_branch" ] || hk_ref=refs/heads/$hk_branch
hk_newest=$("$hk_git" ls-remote "$("$hk_git" config --get remote.origin.url)" "$hk_ref") || exit 1
[ "$(printf %s "$hk_newest" | cut -f 1)" = "$("$hk_git" rev-parse -q --verify HEAD)" ] || echo behind`
  return sh`export hk_git
  hk_changes='"$hk_git" --no-optional-locks status --porcelain --untracked-files=no --ignore-submodules=all'
  printf 'mods=%s\n' "$({ eval "$hk_changes"; "$hk_git" submodule --quiet foreach --recursive "$hk_changes"; } | wc -l | tr -d ' ')"
  hk_sub=$("$hk_git" submodule status --recursive 2>/dev/null | sed -n '/^[-U]/p')
  ${update ? sh`hk_behind=$("$hk_git" submodule --quiet foreach --recursive ${behind.text}) || { echo 'unreachable=y'; exit 0; }` : sh`hk_behind=`}
  printf 'sub=%s\n' "$(printf '%s\n' "$hk_sub" "$hk_behind" | grep -c .)"`
}

interface Looked {
  git: boolean
  there: boolean
  head: string | undefined
  /** What the checkout itself calls by the name of the version. */
  local: string | undefined
  url: string
  changes: number
  submodules: number
  refs: ReadonlyMap<string, string>
  problem: string | undefined
}

function read(reply: ScriptReply): Looked {
  const lines = reply.stdout.toString('utf8').split('\n')
  const value = (name: string): string | undefined => {
    const line = lines.find((one) => one.startsWith(`${name}=`))
    return line === undefined || line.length === name.length + 1 ? undefined : line.slice(name.length + 1)
  }
  const refs = lines.flatMap((line): [string, string][] => {
    const match = /^ref=([0-9a-f]+)\t(.+)$/.exec(line)
    return match ? [[match[2] ?? '', match[1] ?? '']] : []
  })
  const said = reply.stderr.toString('utf8').trim().split('\n')
  const why = said.findLast((line) => /^(fatal|ERROR|ssh)/.test(line)) ?? said.at(-1)
  return {
    git: !lines.includes('none'),
    there: lines.includes('there'),
    head: value('head'),
    local: value('local'),
    url: value('url') ?? '',
    changes: Number(value('mods') ?? 0),
    submodules: Number(value('sub') ?? 0),
    refs: new Map(refs),
    problem: value('unreachable') === undefined ? undefined : why || 'it cannot be reached',
  }
}

/** The commit that the version stands for on the server; undefined: only the repository itself can tell. */
function wanted({ version }: Git, { refs, local }: Looked): string | undefined {
  if (version === 'HEAD') return refs.get('HEAD')
  const named =
    refs.get(`refs/heads/${version}`) ??
    refs.get(`refs/tags/${version}^{}`) ??
    refs.get(`refs/tags/${version}`)
  if (named !== undefined) return named
  if (/^[0-9a-f]{40}$|^[0-9a-f]{64}$/.test(version)) return version
  return /^[0-9a-f]{4,39}$/.test(version) ? local : undefined
}

/** Pure: whether the checkout is as it is to be. */
export function planGit(task: Git, world: World): Plan {
  const { dest, version } = task
  const obstacle = obstacleAbove(dest, world)
  if (obstacle !== undefined) return { status: 'fail', message: obstacle }
  const root = world.get('path', { path: dest, follow: true })
  const reply = world.get('script', lookAsk(task))
  if (reply === DONE && root.exists)
    return { status: 'ok', reason: `${dest} is at ${version}`, result: { before: null, after: null } }
  if (reply === DONE) return { status: 'unknown', why: `which commit ${task.shown} has for ${version}` }
  const found = read(reply)
  if (!found.git) return missingTool(world, 'git', 'git')
  // In check mode an earlier task may remove the checkout.
  const looked = { ...found, there: found.there && root.exists }
  const { there, head = null, changes } = looked
  if (there && !task.update)
    return {
      status: 'ok',
      reason: `${dest} is there, and update is no`,
      result: { before: head, after: head },
    }
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
  if (looked.problem !== undefined)
    return { status: 'unknown', why: `${task.shown}: ${looked.problem.replaceAll(task.repo, task.shown)}` }
  const after = wanted(task, looked)
  if (!task.clone && !there)
    return {
      status: 'ok',
      reason: `${dest} is not there, and clone is no`,
      result: { before: null, after: after ?? null },
    }
  if (task.update && after === undefined && !/^[0-9a-f]{4,39}$/.test(version))
    return { status: 'fail', message: `${task.shown} has no branch and no tag ${version}` }
  return planChange({ task, world, looked, after: after ?? null })
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
  const same = looked.there && before !== null && before === after
  if (same && !moved && looked.changes === 0 && !submodules)
    return { status: 'ok', reason: `${dest} is at ${before.slice(0, 10)}`, result }
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
          { name: 'commit', before: before ?? 'absent', after: after ?? task.version },
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

const DONE: ScriptReply = { code: 0, stdout: Buffer.from('done'), stderr: Buffer.alloc(0) }

/** The checkout that a question of this module is about. */
function destIn(key: string): string | undefined {
  if (!key.startsWith(ASKS)) return undefined
  const task: unknown = JSON.parse(key.slice(ASKS.length))
  const dest = typeof task === 'object' && task !== null && 'dest' in task ? task.dest : undefined
  return typeof dest === 'string' ? normalPath(dest) : undefined
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
