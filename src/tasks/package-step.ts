import type { Plan } from '../task.ts'
import { Unknown } from '../world/kind.ts'
import { aptPin, matchesPin, type RpmSpec, rpmSpec } from '../world/package-names.ts'
import { NEWEST } from '../world/packages-bring.ts'
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
  /** apt knows no such package. */
  unlisted?: true
}

/** What has to be done about one package on a Debian-like host, or why nothing. */
export function aptStep(name: string, task: PackageTask, world: World): Step | string {
  const pin = aptPin(name)
  const { installed, candidate, providedBy, held, unlisted } = world.get('package', { name })
  const hold = held === true ? { held } : {}
  if (installed === undefined) {
    if (task.onlyUpgrade) return `${name} is not installed, and only_upgrade installs nothing`
    return {
      name: pin.name,
      from: undefined,
      to: pin.version ?? candidate,
      spec: name,
      ...hold,
      ...(unlisted && { unlisted }),
    }
  }
  if (providedBy !== undefined) return `${name} is provided by ${providedBy} ${installed}`
  if (pin.version !== undefined) {
    if (matchesPin(pin.version, installed)) return `${pin.name} ${installed} is installed`
    return { name: pin.name, from: installed, to: pin.version, spec: name, ...hold }
  }
  // What a pin such as 2.6.* would install is predicted as that pin.
  const upToDate = candidate === undefined || installed === NEWEST || matchesPin(installed, candidate)
  if (task.state === 'latest' && !upToDate) {
    return { name, from: installed, to: candidate, spec: name, ...hold }
  }
  return `${name} ${installed} is installed`
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
  const reply = world.get('script', updatesAsk(task))
  const updates = readUpdates(reply)
  if (updates) return updates
  const why = reply.stderr.toString('utf8').trim().split('\n').at(-1) ?? ''
  throw new UnknownAnswer(new Unknown(`dnf could not tell which updates there are: ${why}`))
}
