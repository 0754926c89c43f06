import { nothing, type Script, sh } from '../shell/sh.ts'
import { normalPath } from '../world/path-names.ts'
import type { ScriptAsk, ScriptReply } from '../world/replies.ts'
import type { Git } from './git-plan.ts'
import { preamble } from './git-script.ts'

const ASKS = 'git checkout '

/** The repository, where it is on the host itself. */
export function sourceOf({ repo }: Git): string[] {
  const path = /^(?:file:\/\/)?(\/.*)$/.exec(repo)?.[1]
  return path === undefined ? [] : [path]
}

/**
 * Writes nothing: a host key that is not known yet is not kept either. With update: no the server is asked only where there
 * is no checkout, so that the look needs no turn of its own (late).
 */
export function lookAsk(task: Git): ScriptAsk {
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
  hk_not=$("$hk_git" rev-parse --git-dir 2>&1 >/dev/null) || printf 'broken=%s\n' "$(printf '%s\n' "$hk_not" | head -n 1)"
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
  ${update ? nothing : sh`exit 0`}
fi
hk_refs=$("$hk_git" ls-remote ${repo} ${refs}) || { echo 'unreachable=y'; exit 0; }
printf '%s\n' "$hk_refs" | sed 's/^/ref=/'`,
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

export interface Looked {
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
  /** Why git takes it for no repository. */
  broken: string | undefined
  /** git does not work in a checkout that belongs to somebody else. */
  foreign: boolean
}

/** What it has said. */
export function readLook(reply: ScriptReply): Looked {
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
    broken: value('broken'),
    foreign: said.some((line) => line.includes('dubious ownership')),
  }
}

/** The commit that the version stands for on the server; undefined: only the repository itself can tell. */
export function wanted({ version }: Git, { refs, local }: Looked): string | undefined {
  if (version === 'HEAD') return refs.get('HEAD')
  const named =
    refs.get(`refs/heads/${version}`) ??
    refs.get(`refs/tags/${version}^{}`) ??
    refs.get(`refs/tags/${version}`)
  if (named !== undefined) return named
  if (/^[0-9a-f]{40}$|^[0-9a-f]{64}$/.test(version)) return version
  return /^[0-9a-f]{4,39}$/.test(version) ? local : undefined
}

/** The answer once a task has brought the checkout to its version, in check mode. */
export const DONE: ScriptReply = { code: 0, stdout: Buffer.from('done'), stderr: Buffer.alloc(0) }

/** The checkout that a question of this module is about. */
export function destIn(key: string): string | undefined {
  if (!key.startsWith(ASKS)) return undefined
  const task: unknown = JSON.parse(key.slice(ASKS.length))
  const dest = typeof task === 'object' && task !== null && 'dest' in task ? task.dest : undefined
  return typeof dest === 'string' ? normalPath(dest) : undefined
}
