import { type Script, lines, nothing, quote, sh } from '../shell/sh.ts'
import type { Git } from './git-plan.ts'

/** $hk_git, and how it is to use ssh. It never asks anybody for a password. */
export function preamble(task: Git, { looking }: { looking: boolean }): Script {
  const { key_file: key, ssh_opts: more } = task
  const options = ['ssh', '-o', 'BatchMode=yes']
  if (key !== undefined) options.push('-i', quote(key), '-o', 'IdentitiesOnly=yes')
  if (task.accept_hostkey || task.accept_newhostkey) {
    options.push('-o', `StrictHostKeyChecking=${task.accept_hostkey ? 'no' : 'accept-new'}`)
    if (looking) options.push('-o', 'UserKnownHostsFile=/dev/null')
  }
  if (more !== undefined) options.push(more)
  return sh`hk_git=${task.executable ?? 'git'}
export GIT_TERMINAL_PROMPT=0 LC_ALL=C GIT_SSH_COMMAND=${options.join(' ')}`
}

/** Clones, or fetches and goes to the version; prints the commit that is there then. */
export function gitScript(task: Git, there: boolean): Script {
  const { dest, umask, verify_commit: verify, bare } = task
  return lines(
    preamble(task, { looking: false }),
    umask === undefined ? nothing : sh`umask ${umask}`,
    there ? fetchScript(task) : cloneScript(task),
    sh`cd ${dest} || exit 1`,
    bare ? nothing : switchScript(task),
    verify
      ? sh`"$hk_git" verify-commit HEAD || { echo 'the commit is not signed by a key that is trusted' >&2; exit 1; }`
      : nothing,
    sh`printf 'after=%s\n' "$("$hk_git" rev-parse HEAD)"`,
  )
}

const FULL = /^[0-9a-f]{40}$|^[0-9a-f]{64}$/

function depthOf({ depth, version }: Git): string[] {
  // A commit that is no tip is not in a shallow clone.
  return depth === undefined || /^[0-9a-f]{7,64}$/.test(version) ? [] : ['--depth', String(depth)]
}

function cloneScript(task: Git): Script {
  const { repo, dest, version, remote, bare, reference, single_branch: single, refspec } = task
  const named = version !== 'HEAD' && !/^[0-9a-f]{7,64}$/.test(version) && !bare
  const words = [
    ...(bare ? ['--bare'] : ['--origin', remote]),
    ...depthOf(task),
    ...(named && (single || depthOf(task).length > 0) ? ['--branch', version] : []),
    ...(single ? ['--single-branch'] : []),
    ...(reference === undefined ? [] : ['--reference', reference]),
  ]
  return lines(
    sh`"$hk_git" clone -q ${words} -- ${repo} ${dest} || exit 1`,
    bare && remote !== 'origin' ? sh`"$hk_git" -C ${dest} remote add ${remote} ${repo} || exit 1` : nothing,
    refspec === undefined
      ? nothing
      : sh`"$hk_git" -C ${dest} fetch -q ${bare ? repo : remote} ${refspec} || exit 1`,
  )
}

/** Branches and tags, and the commit itself where it is none of theirs. */
function fetchScript(task: Git): Script {
  const { dest, repo, remote, version, bare, refspec, force } = task
  const named = FULL.test(version)
    ? sh`"$hk_git" cat-file -e ${`${version}^{commit}`} 2>/dev/null || "$hk_git" fetch -q ${remote} ${version} || exit 1`
    : nothing
  const what = bare
    ? ['+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*']
    : [`+refs/heads/*:refs/remotes/${remote}/*`, '+refs/tags/*:refs/tags/*']
  return sh`cd ${dest} || exit 1
${force && !bare ? sh`"$hk_git" reset -q --hard HEAD -- || exit 1` : nothing}
[ "$("$hk_git" config --get ${`remote.${remote}.url`})" = ${repo} ] || "$hk_git" remote set-url ${remote} ${repo} 2>/dev/null || "$hk_git" remote add ${remote} ${repo} || exit 1
"$hk_git" fetch -q ${depthOf(task)} ${remote} ${what} ${refspec === undefined ? [] : [refspec]} || exit 1
${named}`
}

function switchScript(task: Git): Script {
  const { version, remote, recursive, track_submodules: track } = task
  const head = sh`"$hk_git" remote set-head ${remote} -a >/dev/null 2>&1
  hk_branch=$("$hk_git" symbolic-ref -q --short ${`refs/remotes/${remote}/HEAD`})
  hk_branch=$(printf %s "$hk_branch" | sed ${`s|^${remote}/||`})`
  const branch = version === 'HEAD' ? head : sh`hk_branch=${version}`
  return sh`${branch}
if [ -n "$hk_branch" ] && "$hk_git" show-ref -q --verify "refs/remotes/"${remote}"/$hk_branch"; then
  "$hk_git" checkout -q --force -B "$hk_branch" ${remote}"/$hk_branch" || exit 1
else
  "$hk_git" checkout -q --force ${version} -- || exit 1
fi
${
  recursive
    ? sh`if [ -f .gitmodules ]; then
  "$hk_git" submodule -q sync --recursive || exit 1
  "$hk_git" submodule -q update --init --recursive ${track ? ['--remote'] : []} --force || exit 1
fi`
    : nothing
}`
}
