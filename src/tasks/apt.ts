import * as z from 'zod'
import { defineTask } from '../task.ts'
import { isRemote } from './key-source.ts'
import { packageFailure } from './package-failure.ts'
import { type PackageFile, readPackageFile } from './package-file.ts'
import { packageReturns, readPackageNames, readState, STATE_NAMES, wrong } from './package-params.ts'
import { APT_TIDYING, aptUpgrade, type Upkeep } from './package-upkeep.ts'
import { packageResult, planPackages } from './package-plan.ts'
import { CHANGE_HELD, noPackages, packageQuestions, type PackageTask } from './package-task.ts'
import { bool, int, oneOf, text, texts } from './params.ts'

export default defineTask({
  name: 'apt',
  aliases: ['ansible.builtin.apt', 'ansible.legacy.apt'],
  summary: 'Install, upgrade or remove packages on Debian-like hosts.',
  kind: (params) => {
    const names = params.name ?? params.pkg ?? params.package
    if (params.deb !== undefined) return 'state'
    return names && names[0] !== '*' ? 'state' : 'action'
  },
  params: z.strictObject({
    name: texts.optional().describe('Packages; `name=version` pins a version, in which * is allowed.'),
    pkg: texts.optional().describe('Another name for `name`.'),
    package: texts.optional().describe('Another name for `name`.'),
    state: oneOf(STATE_NAMES).default('present').describe('What the packages are to be.'),
    update_cache: bool
      .optional()
      .describe('Fetch the lists of packages first, if something is to be installed.'),
    'update-cache': bool.optional().describe('Another name for `update_cache`.'),
    cache_valid_time: int
      .default(0)
      .describe('Lists that are younger than so many seconds are not fetched again. Implies `update_cache`.'),
    purge: bool.default(false).describe('With `state: absent`: remove the configuration files as well.'),
    autoremove: bool.default(false).describe('Also remove packages that nothing needs any more.'),
    install_recommends: bool.optional().describe("Install recommended packages. Default: apt's own setting."),
    only_upgrade: bool.default(false).describe('Upgrade what is installed, install nothing anew.'),
    default_release: text.optional().describe('Release to prefer, such as bookworm-backports.'),
    dpkg_options: text
      .default('force-confdef,force-confold')
      .describe("dpkg's options, with commas between them."),
    allow_downgrade: bool.default(false).describe('Let a pinned version be older than the installed one.'),
    allow_unauthenticated: bool
      .default(false)
      .describe('Install packages whose signatures cannot be checked.'),
    allow_change_held_packages: bool.default(false).describe('Change packages that are on hold.'),
    lock_timeout: int.default(60).describe("Seconds to wait for another process that holds apt's lock."),
    fail_on_autoremove: bool.default(false).describe('Fail rather than remove packages.'),
    upgrade: z
      .union([z.boolean(), text])
      .optional()
      .describe('Upgrade all packages, without a name: no, yes or safe (removes nothing), full or dist.'),
    autoclean: bool
      .default(false)
      .describe('Without a name: remove files of packages that cannot be fetched any more.'),
    clean: bool.default(false).describe('Without a name: remove all files of packages that were fetched.'),
    deb: texts.optional().describe('Package files to install: paths on the host, or a URL that it fetches.'),
    force: bool
      .default(false)
      .describe(
        'Permit all that apt asks about: older releases, unsigned packages, held and essential ones.',
      ),
    policy_rc_d: int
      .optional()
      .describe(
        'What /usr/sbin/policy-rc.d says while packages change: 101 forbids their services to start, 0 permits it.',
      ),
    auto_install_module_deps: bool.default(true).describe('Without meaning: nothing is needed on the host.'),
    force_apt_get: bool.default(true).describe('Without meaning: apt-get is what is always used.'),
  }),
  paramAliases: {
    'allow-downgrade': 'allow_downgrade',
    'allow-downgrades': 'allow_downgrade',
    allow_downgrades: 'allow_downgrade',
    'allow-unauthenticated': 'allow_unauthenticated',
    'default-release': 'default_release',
    'install-recommends': 'install_recommends',
  },
  beyond: ({ deb }) => (deb ?? []).some(isRemote),
  seldomBeyond: true,
  late: ({ deb }) => (deb ?? []).some(isRemote),
  unsupported: {
    update_cache_retries: 'write retries: and until: at the task',
    update_cache_retry_max_delay: 'write delay: at the task',
  },
  example: `- name: Install haproxy
  apt:
    name: haproxy=2.6.*
    update_cache: yes
    cache_valid_time: 3600
`,
  returns: {
    ...packageReturns,
    cache_updated: 'Whether the lists were fetched, where the task is only about them.',
  },
  notes: [
    'Lists are fetched only when something is to be installed: a task with nothing to do fetches nothing.',
    '`state: latest` with `update_cache` fetches the lists while asking, in check mode too.',
    'With `deb` the file’s own dependencies come from the repositories in the same step. Of a URL the beginning is fetched in every run, in check mode too, to tell which package it is.',
    'Patterns of names are refused.',
  ],
  prepare(params): PackageTask {
    const update = (params.update_cache ?? params['update-cache'] ?? false) || params.cache_valid_time > 0
    const given = [params.name, params.pkg, params.package]
    const upkeep = readUpkeep(
      params,
      [...given, params.deb].flatMap((names) => names ?? []),
    )
    const files = readDebs(params.deb, given, params)
    const names = upkeep || files.length > 0 ? [] : readPackageNames('apt', given, update)
    if (params.purge && !upkeep && readState(params.state) !== 'absent')
      throw wrong('apt: purge goes with state: absent')
    return {
      ...noPackages,
      module: 'apt',
      manager: 'apt',
      names,
      files,
      upkeep,
      state: readState(params.state),
      update,
      maxAge: params.cache_valid_time,
      allowDowngrade: params.allow_downgrade || params.force,
      onlyUpgrade: params.only_upgrade && files.length === 0,
      policy: params.policy_rc_d,
      purge: params.purge,
      autoremove: params.autoremove,
      aptWords: aptWords(params),
      lockTimeout: params.lock_timeout,
    }
  },
  asks: packageQuestions,
  plan: planPackages,
  result: packageResult,
  failure: (task, output) => packageFailure(output, task.update),
})

/** What `deb` names, which stands alone. */
function readDebs(
  debs: readonly string[] | undefined,
  named: readonly (string[] | undefined)[],
  { state, upgrade }: { state: (typeof STATE_NAMES)[number]; upgrade?: boolean | string | undefined },
): PackageFile[] {
  if (debs === undefined) return []
  if (named.some((names) => names !== undefined) || !['undefined', 'no', 'false'].includes(String(upgrade)))
    throw wrong('apt: deb goes without names and without upgrade', 'write a task of its own for them')
  if (readState(state) !== 'present') throw wrong('apt: deb goes with state: present')
  return debs.map((deb) => readPackageFile('apt', 'apt', deb, true))
}

interface AptSettings {
  force: boolean
  install_recommends?: boolean | undefined
  default_release?: string | undefined
  dpkg_options: string
  allow_unauthenticated: boolean
  allow_change_held_packages: boolean
  fail_on_autoremove: boolean
}

/** The words for apt's command line; `package` hands its parameters on to them. */
export function aptWords(params: AptSettings): string[] {
  const recommends = params.install_recommends
  const options = params.dpkg_options.split(',').filter((option) => option.trim() !== '')
  return [
    ...options.flatMap((option) => ['-o', `Dpkg::Options::=--${option.trim()}`]),
    ...(recommends === undefined ? [] : ['-o', `APT::Install-Recommends=${recommends ? 'yes' : 'no'}`]),
    ...(params.default_release === undefined ? [] : ['-t', params.default_release]),
    ...(params.allow_unauthenticated || params.force ? ['--allow-unauthenticated'] : []),
    ...(params.fail_on_autoremove ? ['--no-remove'] : []),
    ...(params.allow_change_held_packages || params.force ? [CHANGE_HELD] : []),
    ...(params.force ? ['--allow-remove-essential'] : []),
  ]
}

interface UpkeepSettings {
  upgrade?: boolean | string | undefined
  autoremove: boolean
  autoclean: boolean
  clean: boolean
  state: (typeof STATE_NAMES)[number]
}

/** What the task does to all packages together; undefined where it names some, or is only about the lists. */
function readUpkeep(params: UpkeepSettings, names: readonly string[]): Upkeep | undefined {
  const mode = String(params.upgrade ?? 'no').toLowerCase()
  const upgrade = ['no', 'false'].includes(mode)
    ? undefined
    : mode === 'yes' || mode === 'true' || mode === 'safe'
      ? ('safe' as const)
      : mode === 'full' || mode === 'dist'
        ? mode
        : 'unknown'
  if (upgrade === 'unknown') throw wrong(`apt: upgrade: ${mode} is not one of no, yes, safe, full and dist`)
  const tidying = (['clean', 'autoclean'] as const).filter((one) => params[one])
  if (names.length > 0 && (upgrade || tidying.length > 0) && !(names.length === 1 && names[0] === '*'))
    throw wrong(
      `apt: ${upgrade ? 'upgrade' : tidying[0]} goes without the name of a package`,
      'write a task of its own for it',
    )
  if (names.length === 1 && names[0] === '*') {
    if (params.state !== 'latest') throw wrong("apt: name: '*' goes with state: latest")
    return aptUpgrade('safe')
  }
  if (upgrade) return aptUpgrade(upgrade)
  if (names.length > 0) return undefined
  const all = [...tidying, ...(params.autoremove ? (['autoremove'] as const) : [])]
  if (all.length > 1) throw wrong(`apt: ${all.join(' and ')} are two things`, 'write a task for each of them')
  const [only] = all
  return only && APT_TIDYING[only]
}
