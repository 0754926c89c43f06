import { type Config, type Instance, readConfig } from './keepalived-config.ts'
import { type Entry, find, findAll, numberOf } from './keepalived-text.ts'
import { inOrder, type LintProblem } from './problem.ts'

/** Mistakes in one keepalived.conf that keepalived itself takes in silence, or with a line in its log. */
export function lintKeepalived(text: string): LintProblem[] {
  const config = readConfig(text)
  const problems = [...config.instances.flatMap((one) => instanceProblems(one, config)), ...sameIds(config)]
  return inOrder([...problems, ...scriptProblems(config)])
}

function instanceProblems(instance: Instance, { global }: Config): LintProblem[] {
  const { entry, state, nopreempt, tracked, version, priority } = instance
  const problems: LintProblem[] = []
  const add = (code: string, at: Entry | { line: number }, message: string, hint: string) =>
    problems.push({ code, line: at.line, message, hint })
  const child = (name: string) => find(entry.children, name)

  if (nopreempt && state === 'MASTER')
    add(
      'nopreempt-master',
      nopreempt,
      'keepalived ignores nopreempt with state MASTER',
      'write state BACKUP on every node; the priority decides',
    )
  const heavy = tracked.find((one) => one.weight !== 0)
  if (nopreempt && heavy)
    add(
      'nopreempt-weight',
      heavy,
      `with nopreempt, the weight ${heavy.weight} of ${heavy.name} lowers the priority and the address stays`,
      'write weight 0: a failed check then gives the address up',
    )
  const delay = child('preempt_delay')
  if (delay && state === 'MASTER')
    add('preempt-delay-master', delay, 'preempt_delay needs state BACKUP', 'write state BACKUP')
  if (priority === 255 && heavy)
    add(
      'priority-255',
      child('priority') ?? entry,
      'with priority 255 keepalived takes the node for the owner of the address, and ignores weights',
      'choose a priority below 255',
    )
  const advert = child('advert_int')
  const seconds = numberOf(advert)
  if (advert && version === 2 && seconds !== undefined && seconds % 1 !== 0)
    add(
      'v2-fraction',
      advert,
      `VRRP version 2 knows whole seconds only: an advert_int of ${seconds} is sent as another one, below 0.5 as 0`,
      'write vrrp_version 3 into global_defs, on all nodes at once',
    )
  const password = find(child('authentication')?.children ?? [], 'auth_pass')
  if (password && (password.words[1]?.length ?? 0) > 8)
    add('auth-pass-long', password, 'keepalived uses the first 8 characters of auth_pass only', 'shorten it')
  if (password && version === 3)
    add('auth-v3', password, 'VRRP version 3 has no passwords: auth_pass is ignored', 'leave it out')
  const strict = find(global, 'vrrp_strict') ?? child('strict_mode')
  if (strict && strict.words[1] !== 'off')
    add(
      'vrrp-strict',
      strict,
      'vrrp_strict drops packets to the virtual address, and refuses unicast and passwords',
      'leave it out',
    )
  return [...problems, ...numbers(instance)]
}

function numbers({ entry, name, vrid }: Instance): LintProblem[] {
  if (vrid !== undefined && vrid >= 1 && vrid <= 255 && vrid % 1 === 0) return []
  return [
    {
      code: 'vrid',
      line: (find(entry.children, 'virtual_router_id') ?? entry).line,
      message: `${name} has no virtual_router_id from 1 to 255`,
      hint: 'write one that no other VRRP on the network has',
    },
  ]
}

/** One ID for two addresses on one interface: the nodes cannot tell their advertisements apart. */
function sameIds({ instances }: Config): LintProblem[] {
  const seen = new Map<string, string>()
  return instances.flatMap(({ name, entry, vrid, version }) => {
    const device = find(entry.children, 'interface')?.words[1] ?? ''
    const ipv6 = find(entry.children, 'virtual_ipaddress')?.children.some((one) =>
      one.words[0]?.includes(':'),
    )
    const key = `${device} ${vrid} ${ipv6 === true && version === 3 ? 6 : 4}`
    const other = seen.get(key)
    seen.set(key, other ?? name)
    if (other === undefined || vrid === undefined) return []
    const line = (find(entry.children, 'virtual_router_id') ?? entry).line
    const message = `${other} and ${name} have the virtual_router_id ${vrid} on ${device || 'one interface'}`
    return [{ code: 'vrid-twice', line, message, hint: 'give each instance an ID of its own' }]
  })
}

/** Programs that minimal installations do not have: the check then fails for good. */
const OFTEN_MISSING = /(?:^|[\s/;|&("'])(killall|netstat|nc)\b/

function scriptProblems({ entries, global, scripts, instances }: Config): LintProblem[] {
  const problems: LintProblem[] = []
  for (const script of findAll(entries, 'vrrp_script')) {
    for (const name of ['interval', 'timeout']) {
      const entry = find(script.children, name)
      if (!entry || (numberOf(entry) ?? 0) % 1 === 0) continue
      problems.push({
        code: 'script-fraction',
        line: entry.line,
        message: `keepalived up to 2.3 takes whole seconds for a script's ${name}, and ignores ${entry.words[1]}`,
        hint: 'write a whole number; for quicker news use track_process or track_file',
      })
    }
  }
  for (const { command, line } of scripts) {
    const missing = OFTEN_MISSING.exec(command)?.[1]
    if (missing !== undefined)
      problems.push({
        code: 'script-program',
        line,
        message: `the check runs ${missing}, which minimal hosts do not have: it then fails for good`,
        hint: 'install it with keepalived, or ask a port with bash or curl',
      })
  }
  const known = new Set(scripts.map((script) => script.name))
  for (const { line, words } of instances.flatMap(({ entry }) =>
    findAll(entry.children, 'track_script').flatMap((list) => list.children),
  )) {
    if (known.has(words[0] ?? '')) continue
    const message = `there is no vrrp_script ${words[0]}: keepalived leaves the check out`
    problems.push({
      code: 'script-unknown',
      line,
      message,
      hint: `there are ${[...known].join(', ') || 'none'}`,
    })
  }
  const first = scripts[0]
  if (first && !find(global, 'enable_script_security'))
    problems.push({
      code: 'script-security',
      line: first.line,
      message: 'without enable_script_security keepalived runs scripts that others may have written as root',
      hint: 'write enable_script_security and script_user into global_defs',
    })
  return problems
}
