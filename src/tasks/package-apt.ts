import { type Script, lines, nothing, sh } from '../shell/sh.ts'
import { updateOlderLists } from '../world/package.ts'
import type { ScriptAsk } from '../world/replies.ts'
import type { PackageTask, Transaction } from './package-task.ts'

const ENVIRONMENT = sh`export LC_ALL=C DEBIAN_FRONTEND=noninteractive DEBIAN_PRIORITY=critical APT_LISTCHANGES_FRONTEND=none`

/** Whether apt's lists are younger than so many seconds. */
export function listsAsk(seconds: number): ScriptAsk {
  const text = sh`stamp=/var/lib/apt/periodic/update-success-stamp
[ -e "$stamp" ] || stamp=/var/lib/apt/lists
[ -e "$stamp" ] || exit 0
age=$(($(date +%s) - $(stat -c %Y "$stamp")))
[ "$age" -ge 0 ] && [ "$age" -lt ${seconds} ] && echo fresh
exit 0`
  return { id: `apt lists younger than ${seconds}`, text }
}

/** Fetches the lists if they are too old, then runs one transaction (none: only the lists). */
export function aptScript(task: PackageTask, transaction: Transaction | undefined): Script {
  const update = task.update && transaction?.action !== 'remove' ? updateOlderLists(task.maxAge) : nothing
  if (!transaction) return lines(ENVIRONMENT, update)
  const words = [
    '-y',
    '-q',
    '-o',
    `DPkg::Lock::Timeout=${task.lockTimeout}`,
    ...task.aptWords,
    ...(task.autoremove ? ['--auto-remove'] : []),
    ...(task.allowDowngrade ? ['--allow-downgrades'] : []),
    ...(task.onlyUpgrade && transaction.action === 'install' ? ['--only-upgrade'] : []),
    ...(task.purge && transaction.action === 'remove' ? ['--purge'] : []),
  ]
  return lines(
    ENVIRONMENT,
    update,
    sh`apt-get ${words} ${transaction.action} -- ${transaction.specs} </dev/null`,
  )
}
