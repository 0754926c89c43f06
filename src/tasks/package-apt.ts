import { type Script, lines, nothing, sh } from '../shell/sh.ts'
import { updateOlderLists } from '../world/package.ts'
import { Unknown } from '../world/kind.ts'
import type { ScriptAsk, ScriptReply } from '../world/replies.ts'
import { type Effect, effectOnAll } from '../world/world.ts'
import { managerWrites, stampBecomes } from '../world/packages-write.ts'
import type { Result } from '../task.ts'
import { replyWith } from '../world/script-reply.ts'
import type { PackageTask, Transaction } from './package-task.ts'

export const ENVIRONMENT = sh`export LC_ALL=C DEBIAN_FRONTEND=noninteractive DEBIAN_PRIORITY=critical APT_LISTCHANGES_FRONTEND=none`

const LISTS_ASK = /^apt lists younger than (\d+)$/

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

const FRESH = 'fresh\n'

/** Whether the answer to listsAsk says that they are younger. */
export function areFresh({ stdout }: ScriptReply): boolean {
  return stdout.toString('latin1') === FRESH
}

/** The World after lists older than so many seconds were fetched: what they offer is not known. */
export function afterUpdate(seconds: number): Effect[] {
  return [
    offersUnknown('the new lists are not known yet'),
    listsBecomeYoung(seconds),
    ...listsWritten(seconds),
  ]
}

/** Which releases apt offers is not known any more. */
export function offersUnknown(why: string): Effect {
  return effectOnAll('package', (before) => {
    if (before instanceof Unknown) return before
    if (before.candidate !== undefined) return new Unknown(why)
    // What has not been on offer may be now: taken for it, as what nobody has asked about.
    const { unlisted: _, versions: _versions, ...rest } = before
    return rest
  })
}

/** What fetching leaves in files; lists that are young enough already are not fetched. */
export function listsWritten(seconds: number): Effect[] {
  return [managerWrites, ...(seconds === 0 ? [stampBecomes] : [])]
}

/** Lists are younger than this many seconds now. */
export function listsBecomeYoung(seconds: number): Effect {
  return effectOnAll('script', (before, key) => {
    const age = LISTS_ASK.exec(key)?.[1]
    if (age === undefined || (!(before instanceof Unknown) && areFresh(before))) return before
    if (Number(age) < seconds) return new Unknown("how old apt's lists are")
    return replyWith(Buffer.from(FRESH))
  })
}

const LISTS = sh`find /var/lib/apt/lists -maxdepth 1 ! -type d ! -name lock -exec stat -c '%n %Y %s' {} + | sort | cksum`

/** Whether the update brought anything new. Ansible looks at a stamp, which some hosts touch each time. */
const TOLD = sh`after=$(${LISTS})
[ "$before" = "$after" ] && new=same || new=new
echo "apt-lists $new $(stat -c %Y "$stamp")"`

/** What the script says of the lists, as Ansible's return values. */
export function readLists(stdout: string): Result | undefined {
  const [, word, time] = /^apt-lists (new|same) (\d+)$/m.exec(stdout) ?? []
  if (word === undefined) return undefined
  return { changed: word === 'new', cache_updated: word === 'new', cache_update_time: Number(time) }
}

/** Fetches the lists if they are too old, then runs one transaction (none: only the lists). */
export function aptScript(task: PackageTask, transaction: Transaction | undefined): Script {
  const update = task.update && transaction?.action !== 'remove' ? updateOlderLists(task.maxAge) : nothing
  if (!transaction) return lines(ENVIRONMENT, sh`before=$(${LISTS})`, update, TOLD)
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
    ...(transaction.before ?? []),
    underPolicy(task.policy, sh`apt-get ${words} ${transaction.action} -- ${transaction.specs} </dev/null`),
  )
}

const MARK = '# hakube: while packages change'

/** Runs it with a policy-rc.d that gives this status. What was there before comes back, also after a run that was cut. */
export function underPolicy(status: number | undefined, script: Script): Script {
  if (status === undefined) return script
  return sh`(
hk_policy=/usr/sbin/policy-rc.d
hk_restore() {
  if [ -e "$hk_policy.hakube" ] || [ -h "$hk_policy.hakube" ]; then mv -f "$hk_policy.hakube" "$hk_policy"
  elif grep -qxF ${MARK} "$hk_policy" 2>/dev/null; then rm -f "$hk_policy"; fi
}
hk_restore
trap hk_restore EXIT
trap 'exit 129' HUP INT TERM
if [ -e "$hk_policy" ] || [ -h "$hk_policy" ]; then mv -f "$hk_policy" "$hk_policy.hakube" || exit 1; fi
printf '%s\n' '#!/bin/sh' ${MARK} ${`exit ${status}`} >"$hk_policy" && chmod 755 "$hk_policy" || exit 1
${script}
)`
}
