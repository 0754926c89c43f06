import { Script } from '../shell/sh.ts'
import { dict, type Dict, isDict, type Value } from '../value.ts'
import type { ScriptAsk } from '../world/replies.ts'
import { SBIN } from '../world/script-reply.ts'

/**
 * What the service managers of a host know, in sections: `sysv` out of `service --status-all`, `chkconfig` with the
 * status of each script behind it, `openrc`, then systemd's units, its unit files, and the state of those files that
 * are not loaded.
 */
export const servicesAsk: ScriptAsk = {
  id: 'all services',
  text: new Script(`${SBIN.text}; export LC_ALL=C PATH
has() { command -v "$1" >/dev/null 2>&1; }
if has chkconfig; then
  echo '# chkconfig'
  chkconfig --list 2>/dev/null </dev/null | while read -r name levels; do
    service "$name" status >/dev/null 2>&1 </dev/null
    echo "$? $name $levels"
  done
elif has rc-status && has rc-update; then
  echo '# runlevels'
  rc-update show -v 2>/dev/null </dev/null
  echo '# openrc'
  rc-status -a -s -m 2>&1 </dev/null | grep '^ ' | tr -d '[]'
elif has service; then
  echo '# sysv'
  service --status-all 2>/dev/null </dev/null
fi
if grep -q systemd /proc/1/comm 2>/dev/null && has systemctl; then
  echo '# units'
  systemctl list-units --no-pager --plain --no-legend --type service --all </dev/null
  echo '# files'
  files=$(systemctl list-unit-files --no-pager --no-legend --type service --all </dev/null)
  printf '%s\\n' "$files"
  names=$(printf '%s\\n' "$files" |
    while read -r name rest; do case $name in *@.service) ;; *) echo "$name" ;; esac; done)
  echo '# names'
  echo "$names"
  echo '# states'
  echo "$names" | xargs systemctl show --property=ActiveState
fi
exit 0`),
}

/** Ansible's `services`: of each service its name, state, status and source. Empty where no service manager answers. */
export function readServices(text: string): Dict {
  const section = (name: string): string[][] => {
    const [, after = ''] = `\n${text}`.split(`\n# ${name}\n`)
    const [own = ''] = `${after}\n`.split(/^# .*$/m)
    return own.split('\n').flatMap((line) => (line.trim() === '' ? [] : [line.trim().split(/\s+/)]))
  }
  const services: Dict = new Map()
  const add = (name: string, rest: Record<string, Value>) => services.set(name, dict({ name, ...rest }))
  for (const [open, sign = '', , ...name] of section('sysv')) {
    if (open === '[' && /^[+-]$/.test(sign))
      add(name.join(' '), { state: sign === '+' ? 'running' : 'stopped', source: 'sysv' })
  }
  for (const [code, name = '', ...levels] of section('chkconfig')) {
    if (levels.length < 7) continue
    const status = levels.includes('3:on') ? 'enabled' : 'disabled'
    add(name, { state: code === '0' ? 'running' : 'stopped', status, source: 'sysv' })
  }
  readOpenrc(section, add)
  readSystemd(section, services, add)
  return services
}

type Section = (name: string) => string[][]
type Add = (name: string, rest: Record<string, Value>) => void

function readOpenrc(section: Section, add: Add): void {
  const levels = new Map(
    section('runlevels').map((words) => {
      const [name = '', after = ''] = words.join(' ').split('|')
      return [name.trim(), after.trim().split(/\s+/).filter(Boolean)] as const
    }),
  )
  for (const [name = '', state] of section('openrc')) {
    const own = levels.get(name) ?? []
    if (state !== undefined)
      add(name, { runlevels: own.length > 0 ? [...own] : null, state, source: 'openrc' })
  }
}

/** What systemctl says of a unit that cannot be used; what its file says does not count then. */
const BAD = ['not-found', 'masked', 'failed']

function readSystemd(section: Section, services: Dict, add: Add): void {
  const bad = new Set<string>()
  for (const [name = '', ...columns] of section('units')) {
    const [, active = '', sub = ''] = columns
    const wrong = BAD.find((word) => columns.slice(0, 3).includes(word))
    if (wrong !== undefined) bad.add(name)
    add(name, {
      state: sub === 'running' ? 'running' : 'stopped',
      status: wrong ?? active,
      source: 'systemd',
    })
  }
  const names = section('names').map(([name]) => name)
  const states = section('states').map(([state = '']) => state.replace('ActiveState=', ''))
  for (const [name = '', status = ''] of section('files')) {
    const known = services.get(name)
    const index = names.indexOf(name)
    if (!isDict(known)) {
      const state = names.length === states.length ? states[index] : undefined
      add(name, { state: state ?? 'unknown', status, source: 'systemd' })
    } else if (!bad.has(name)) known.set('status', status)
  }
}
