import { HakubeError } from '../errors.ts'

const NAME = /^[A-Za-z0-9_/][A-Za-z0-9._+:~^/-]*(?:=[A-Za-z0-9.+:~*?-]+)?$/

/** Package names as the user lists them. Refuses what is more than a package's name, with or without rpm's versions. */
export function readNames(module: string, names: readonly string[], rpm: boolean): string[] {
  const out = names.map((name) => name.trim()).filter((name) => name !== '')
  for (const name of out) {
    const bare = rpm ? (rpmSpec(name)?.name ?? name) : name
    const problem = problemOf(bare)
    if (problem)
      throw new HakubeError(`${module}: ${problem.message}`, { code: 'wrong-parameter', hint: problem.hint })
  }
  return [...new Set(out)]
}

function problemOf(name: string): { message: string; hint: string } | undefined {
  if (/^[a-z]+:\/\//.test(name) || /\.(rpm|deb)$/.test(name)) {
    return { message: `${name} is a package file, not a name`, hint: 'write it as deb: in a task with apt' }
  }
  if (name.startsWith('@')) {
    return {
      message: `${name} is a group; groups are not supported`,
      hint: 'list the packages that are wanted by name',
    }
  }
  if (/[<>]/.test(name) || /\s/.test(name)) {
    return {
      message: `${JSON.stringify(name)} is not a package name`,
      hint: 'pin a version as name=1.2 with apt, as name-1.2 with dnf; several names are a list',
    }
  }
  if (/[*?[]/.test(name.split('=', 1)[0] ?? '')) {
    return {
      message: `${name} is a pattern; patterns are not supported`,
      hint: 'list the packages that are wanted by name',
    }
  }
  if (!NAME.test(name))
    return { message: `${JSON.stringify(name)} is not a package name`, hint: 'look for a typing error' }
  return undefined
}

/** Whether a key of the World, such as haproxy=2.6 or haproxy-2.4.22, may be about this package. */
export function isAbout(key: string, name: string): boolean {
  return key === name || (key.startsWith(name) && /^(?:[:=]|-\d)/.test(key.slice(name.length)))
}

/**
 * Whether a name with a version in it, such as haproxy-2.4.22 for rpm, is that of this package once it has this version;
 * undefined: the version does not tell. Any name of dpkg's is, since its version is looked at by itself.
 */
export function namesInstalled(key: string, name: string, version: string): boolean | undefined {
  const rest = key.slice(name.length)
  if (/[*?(]/.test(version)) return [`-${version}`, `=${version}`].includes(rest) || undefined
  if (!rest.startsWith('-')) return true
  const asked = rest.slice(1)
  const [whole, upstream] = [version.replace(/^\d+:/, ''), version.replace(/^\d+:|-.*$/g, '')]
  if ([version, whole, upstream].includes(asked)) return true
  if (!asked.startsWith(upstream)) return false
  // With a release or an architecture that nobody knows yet.
  return whole.includes('-') && !asked.startsWith(`${whole}.`) ? false : undefined
}

/** `haproxy=2.6*` for apt: name and version pattern. */
export function aptPin(name: string): { name: string; version: string | undefined } {
  const at = name.indexOf('=')
  if (at === -1) return { name, version: undefined }
  return { name: name.slice(0, at), version: name.slice(at + 1) }
}

/** Whether a version is the one that apt's pin (with * and ?) means. */
export function matchesPin(pattern: string, version: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  return new RegExp(`^${source}$`).test(version)
}

/** A package for dnf with the version that it is to have. */
export interface RpmSpec {
  name: string
  /** V, V-R or E:V-R; without an operator * and ? are allowed in it. */
  version: string
  operator: '<' | '<=' | '=' | '>=' | '>' | undefined
}

/** `haproxy-2.4.22-1.el9`, `kubelet-1.29.*`, `kubelet >= 1.29`; by guess: a version begins with a digit behind a dash. */
export function rpmSpec(name: string): RpmSpec | undefined {
  const range = /^([^\s<>=]+) *(<=|>=|<|>|=) *(\S+)$/.exec(name)
  if (range) {
    const operator = OPERATORS.find((one) => one === range[2])
    return { name: range[1] ?? '', version: range[3] ?? '', operator }
  }
  const match = /^(.+?)-((?:\d+:)?\d[^-\s]*(?:-[^-\s]+)?)$/.exec(name)
  return match ? { name: match[1] ?? '', version: match[2] ?? '', operator: undefined } : undefined
}

const OPERATORS = ['<', '<=', '=', '>=', '>'] as const
