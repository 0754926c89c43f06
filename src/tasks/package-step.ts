import type { Plan } from '../task.ts'
import { Unknown } from '../world/kind.ts'
import { aptPin, matchesPin, type RpmSpec, rpmSpec } from '../world/package-names.ts'
import { NEWEST } from '../world/packages-bring.ts'
import type { PackageReply } from '../world/replies.ts'
import { UnknownAnswer, type World } from '../world/world.ts'
import { compareDeb } from './deb-version.ts'
import { type Update, readUpdates, updatesAsk } from './package-dnf.ts'
import { lookAtFile, type PackageFile } from './package-file.ts'
import type { PackageTask } from './package-task.ts'
import { compareRpm } from './rpm-version.ts'

/** A package that differs from what the task wants. */
export interface Step {
  /** Without a version. */
  name: string
  /** Undefined: not installed. */
  from: string | undefined
  /** Undefined: whichever version the repository has. */
  to: string | undefined
  /** As the manager takes it; undefined: a file. */
  spec: string | undefined
  /** On hold, so that apt has to be told to change it. */
  held?: true
  /** Why apt is not going to do it, and what to do. */
  problem?: { message: string; hint: string }
}

/** What has to be done about one package on a Debian-like host, or why nothing. */
export function aptStep(name: string, task: PackageTask, world: World): Step | string {
  const pin = aptPin(name)
  const reply = world.get('package', { name })
  const { installed, candidate, providedBy, held } = reply
  const hold = held === true ? { held } : {}
  if (installed === undefined) {
    if (task.onlyUpgrade) return `${name} is not installed, and only_upgrade installs nothing`
    const { to, problem } = aptTarget(pin, reply, task)
    return {
      name: pin.name,
      from: undefined,
      to: to ?? candidate,
      spec: name,
      ...hold,
      ...(problem && { problem }),
    }
  }
  if (providedBy !== undefined) return `${name} is provided by ${providedBy} ${installed}`
  if (pin.version !== undefined) {
    if (matchesPin(pin.version, installed)) return `${pin.name} ${installed} is installed`
    const { to, problem } = aptTarget(pin, reply, task)
    return { name: pin.name, from: installed, to, spec: name, ...hold, ...(problem && { problem }) }
  }
  // What a pin such as 2.6.* would install is predicted as that pin.
  const upToDate = candidate === undefined || installed === NEWEST || matchesPin(installed, candidate)
  if (task.state === 'latest' && !upToDate) {
    return { name, from: installed, to: candidate, spec: name, ...hold }
  }
  return `${name} ${installed} is installed`
}

const FETCH = 'update_cache: yes fetches them anew'

/** The version that apt is going to choose, as far as its lists tell, and why it cannot. */
function aptTarget(
  pin: { name: string; version: string | undefined },
  { installed, unlisted, versions }: PackageReply,
  task: PackageTask,
): { to: string | undefined; problem?: Step['problem'] } {
  const { name, version } = pin
  if (unlisted)
    return { to: version, problem: { message: `no package ${name} in the lists of apt`, hint: FETCH } }
  if (version === undefined) return { to: undefined }
  // The newest that fits, also if it was installed once and no source has it any more.
  const chosen = versions?.find((one) => matchesPin(version, one.version))
  if (versions && !chosen)
    return {
      to: version,
      problem: { message: `no version ${version} of ${name} in the lists of apt`, hint: FETCH },
    }
  if (chosen && !chosen.offered)
    return {
      to: version,
      problem: {
        message: `${name}=${version} means ${chosen.version} for apt, which no source has any more`,
        hint: 'write the whole version, or purge what is left of the package',
      },
    }
  const to = chosen?.version ?? version
  if (
    installed !== undefined &&
    !/[*?(]/.test(installed + to) &&
    compareDeb(installed, to) > 0 &&
    !task.allowDowngrade
  )
    return {
      to,
      problem: {
        message: `${name} ${installed} is installed, which is newer than ${to}`,
        hint: 'write allow_downgrade: yes to go back',
      },
    }
  return { to }
}

/** The same on an EL-like host, where only the package database can tell a name from a name with a version. */
export function dnfStep(name: string, task: PackageTask, world: World): Step | string {
  const { installed, providedBy } = world.get('package', { name })
  if (installed !== undefined) {
    const update = task.state === 'latest' ? updatesOf(task, world).get(providedBy ?? name) : undefined
    if (update) return { name: providedBy ?? name, from: installed, to: update.version, spec: update.spec }
    return providedBy === undefined
      ? `${name} ${installed} is installed`
      : `${name} is provided by ${providedBy} ${installed}`
  }
  const wanted = rpmSpec(name)
  const other = wanted && world.get('package', { name: wanted.name })
  if (wanted && other?.installed !== undefined && other.providedBy === undefined) {
    const { installed: found } = other
    const update = task.state === 'latest' ? updatesOf(task, world).get(wanted.name) : undefined
    if (update) return { name: wanted.name, from: found, to: update.version, spec: update.spec }
    if (meets(wanted, found)) return `${wanted.name} ${found} is installed`
    // Only what names a release as well is held against what is installed, as in Ansible.
    const exact = wanted.version.includes('-') && wanted.operator === undefined
    if (exact && !task.allowDowngrade && compareRpm(found, wanted.version) > 0)
      return `${wanted.name} ${found} is installed, which is newer (allow_downgrade: yes goes back)`
    return { name: wanted.name, from: found, to: versionOf(wanted), spec: name }
  }
  if (task.onlyUpgrade) return `${name} is not installed, and update_only installs nothing`
  return { name: wanted?.name ?? name, from: undefined, to: wanted && versionOf(wanted), spec: name }
}

/** Whether this version is one that is wanted. */
function meets({ name, version, operator }: RpmSpec, installed: string): boolean {
  // What check mode has predicted may be no version that can be compared.
  if (/^\(|\*/.test(installed)) {
    if (installed === versionOf({ name, version, operator })) return true
    if (installed === NEWEST && operator?.startsWith('>')) return true
    throw new UnknownAnswer(new Unknown(`which version of ${name} is installed then is not known`))
  }
  if (operator !== undefined) {
    const order = compareRpm(installed, version)
    return operator.includes('=') && order === 0
      ? true
      : operator[0] === '<'
        ? order < 0
        : operator[0] === '>' && order > 0
  }
  const whole = installed.replace(/^\d+:/, '')
  return [installed, whole, whole.replace(/-.*/, '')].some((one) => matchesPin(version, one))
}

/** What is installed then, as far as the wish says it. */
function versionOf({ version, operator }: RpmSpec): string {
  return operator === undefined || operator === '=' ? version : `(${operator} ${version})`
}

/** What has to be done about a package file. */
export function fileStep(file: PackageFile, task: PackageTask, world: World): Step | string | Plan {
  const found = lookAtFile(file, world)
  if (typeof found === 'string') return { status: 'fail', message: found }
  const { name, version, installed } = found
  const step = { name, from: installed, to: version, spec: undefined }
  if (installed === undefined)
    return task.onlyUpgrade ? `${name} is not installed, and only what is installed is upgraded` : step
  const order = file.manager === 'apt' ? compareDeb(installed, version) : compareRpm(installed, version)
  if (order === 0) return `${name} ${installed} is installed`
  if (order < 0 || task.allowDowngrade) return step
  const newer = `${name} ${installed} is installed, which is newer than ${file.shown}`
  if (file.manager === 'dnf') return `${newer} (allow_downgrade: yes goes back)`
  return { status: 'fail', message: newer, hint: 'write allow_downgrade: yes to go back' }
}

function updatesOf(task: PackageTask, world: World): Map<string, Update> {
  const ask = updatesAsk(task)
  // Check mode: it was asked before an earlier task changed them.
  if (['/etc/yum.repos.d', '/etc/dnf'].some((path) => world.touches(path, ask.id)))
    throw new UnknownAnswer(new Unknown('what the repositories have is not known yet'))
  const reply = world.get('script', ask)
  const updates = readUpdates(reply)
  if (updates) return updates
  const why = reply.stderr.toString('utf8').trim().split('\n').at(-1) ?? ''
  throw new UnknownAnswer(new Unknown(`dnf could not tell which updates there are: ${why}`))
}
