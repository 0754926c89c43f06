import * as z from 'zod'
import { defineTask, type TaskModule } from '../task.ts'
import { insteadOf } from './known-modules.ts'

/**
 * Modules for systems that hakube does not work on. Roles for many systems have them behind conditions that never hold
 * on Debian-like and EL-like hosts: they are not mistakes, and fail on a host that reaches one all the same.
 */
const SYSTEMS: Readonly<Record<string, string>> = {
  pacman: 'Arch Linux',
  zypper: 'SUSE',
  zypper_repository: 'SUSE',
  apk: 'Alpine Linux',
  portage: 'Gentoo',
  pkgng: 'FreeBSD',
  pkg5: 'Solaris',
  openbsd_pkg: 'OpenBSD',
  opkg: 'OpenWrt',
  xbps: 'Void Linux',
  swupd: 'Clear Linux',
  urpmi: 'Mageia',
  homebrew: 'macOS',
  homebrew_cask: 'macOS',
  homebrew_tap: 'macOS',
  launchd: 'macOS',
}

const WINDOWS = /^(?:(?:ansible|community)\.windows\.)?win_\w+$/
const COLLECTIONS = /^(?:community\.general\.|ansible\.(?:builtin|legacy)\.)?(\w+)$/

/** The system that a module of Ansible is for; undefined: none, or one that hakube works on. */
export function otherSystem(name: string): string | undefined {
  if (WINDOWS.test(name)) return 'Windows'
  const [, short = ''] = COLLECTIONS.exec(name) ?? []
  return Object.hasOwn(SYSTEMS, short) ? SYSTEMS[short] : undefined
}

/** Stands for a module of another system: it takes any parameters, and fails when a host reaches it. */
export function moduleOfOtherSystem(name: string): TaskModule | undefined {
  const system = otherSystem(name)
  if (system === undefined) return undefined
  return failing(name, {
    message: `${name} is for hosts with ${system}, and hakube works on Debian-like and EL-like hosts only`,
    hint: 'give it a condition, such as when: ansible_facts.os_family == …',
  })
}

/** Stands for a module that hakube does not have, where the user says that no host reaches it. */
export function missingModule(name: string, without: ReadonlySet<string>): TaskModule | undefined {
  const short = name.slice(name.lastIndexOf('.') + 1)
  if (!without.has(name) && !without.has(short)) return undefined
  return failing(name, {
    message: `hakube does not have the module ${name}, and --without says that no host reaches it`,
    hint: insteadOf(name) ?? 'leave the task out with a condition or with --skip-tags',
  })
}

function failing(name: string, problem: { message: string; hint: string }): TaskModule {
  return defineTask({
    name,
    aliases: [],
    summary: problem.message,
    kind: () => 'state',
    params: z.object({}).catchall(z.unknown()),
    freeForm: '_raw_params',
    example: '',
    prepare: () => undefined,
    asks: () => [],
    plan: () => ({ status: 'fail', ...problem }),
  })
}
