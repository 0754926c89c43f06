import { Script, lines, sh } from '../shell/sh.ts'
import { detectPlatform } from '../world/platform.ts'
import type { ScriptAsk, ScriptReply } from '../world/replies.ts'
import type { PackageTask, Transaction } from './package-task.ts'

// Where dnf is, yum is only another name for it.
export const TOOL = new Script(
  'export LC_ALL=C\ntool=$(command -v dnf || command -v yum) || { echo "no dnf on this host" >&2; exit 1; }',
)
const UPDATES_WAITING = 100

/**
 * Which of the packages have updates. dnf has no way to tell that without its caches, so this question may
 * refresh them; it is asked only for `state: latest`.
 */
export function updatesAsk(task: PackageTask): ScriptAsk {
  const words = [...task.dnfWords, ...(task.update ? ['--refresh'] : [])]
  const text = sh`${detectPlatform}
case $manager in dnf | yum) ;; *) exit 0 ;; esac
export LC_ALL=C
$manager -q ${words} check-update -- ${task.names} </dev/null`
  return { id: `dnf updates ${JSON.stringify([words, task.names])}`, text }
}

export interface Update {
  version: string
  /** As dnf takes it: haproxy-2.6.12-2.el9.x86_64. */
  spec: string
}

/** Updates by package name. Undefined if dnf could not tell. */
export function readUpdates(reply: ScriptReply): Map<string, Update> | undefined {
  if (reply.code !== 0 && reply.code !== UPDATES_WAITING) return undefined
  const updates = new Map<string, Update>()
  const text = reply.stdout.toString('utf8').split(/^Obsoleting Packages/m)[0] ?? ''
  // Long names push the other two columns to a line of their own.
  const words = text.split(/\s+/).filter((word) => word !== '')
  for (let at = 0; at + 2 < words.length; at += 3) {
    const [package_ = '', version = ''] = words.slice(at, at + 2)
    const dot = package_.lastIndexOf('.')
    const name = package_.slice(0, dot)
    updates.set(name, { version, spec: `${name}-${version}${package_.slice(dot)}` })
  }
  return updates
}

/** Runs one transaction (none: only fetches the lists). dnf waits for its lock by itself. */
export function dnfScript(task: PackageTask, transaction: Transaction | undefined): Script {
  const { dnfWords } = task
  if (!transaction) return lines(TOOL, sh`"$tool" -y ${[...dnfWords, '--refresh', 'makecache']} </dev/null`)
  const { action, specs } = transaction
  // dnf's own default takes what was only needed by the package along; Ansible's does not.
  const requirements = `--setopt=clean_requirements_on_remove=${task.autoremove ? 'True' : 'False'}`
  const own = action === 'remove' ? [requirements] : task.update ? ['--refresh'] : []
  // dnf's own default is to trust a file that is named to it; Ansible's is not.
  if (task.files.length > 0 && !dnfWords.includes('--nogpgcheck')) own.push('--setopt=localpkg_gpgcheck=True')
  return lines(
    TOOL,
    ...(transaction.before ?? []),
    sh`"$tool" -y ${[...dnfWords, ...own, action]} -- ${specs} </dev/null`,
  )
}
