import * as z from 'zod'
import { defineTask, type TaskKind } from '../task.ts'
import { isRemote } from './key-source.ts'
import { packageFailure } from './package-failure.ts'
import { takeFiles } from './package-file.ts'
import { packageReturns, readPackageNames, readState, STATE_NAMES, wrong } from './package-params.ts'
import { DNF_AUTOREMOVE, dnfUpgrade, type Upkeep } from './package-upkeep.ts'
import { packageResult, planPackages } from './package-plan.ts'
import { noPackages, packageQuestions, type PackageTask } from './package-task.ts'
import { bool, int, oneOf, path, text, texts } from './params.ts'

export const dnfParams = z.strictObject({
  name: texts
    .optional()
    .describe(
      'Packages; `name-version` pins a version, in which * is allowed, as does `name >= version`. Also files on the host (`/path/x.rpm`) and URLs.',
    ),
  pkg: texts.optional().describe('Another name for `name`.'),
  state: oneOf(STATE_NAMES).default('present').describe('What the packages are to be.'),
  update_cache: bool
    .optional()
    .describe('Fetch the lists of packages first, if something is to be installed.'),
  'expire-cache': bool.optional().describe('Another name for `update_cache`.'),
  disable_gpg_check: bool.default(false).describe("Do not check the packages' signatures."),
  enablerepo: texts.default([]).describe('Repositories to use as well.'),
  disablerepo: texts.default([]).describe('Repositories not to use.'),
  exclude: texts.default([]).describe('Packages to leave alone.'),
  autoremove: bool.default(false).describe('Together with a package, remove what nothing else needs.'),
  install_weak_deps: bool.default(true).describe('Install weak dependencies.'),
  allow_downgrade: bool.default(false).describe('Let a pinned version be older than the installed one.'),
  allowerasing: bool.default(false).describe('Let other packages be removed to resolve dependencies.'),
  best: bool.optional().describe("Only the newest version will do. Default: dnf's own setting."),
  nobest: bool.optional().describe('An older version will do where the newest cannot be installed.'),
  skip_broken: bool.default(false).describe('Leave out packages whose dependencies cannot be met.'),
  update_only: bool.default(false).describe('Upgrade what is installed, install nothing anew.'),
  cacheonly: bool.default(false).describe('Use the lists as they are.'),
  security: bool.default(false).describe("With name: '*' and state: latest, only updates that fix security."),
  bugfix: bool.default(false).describe("With name: '*' and state: latest, only updates that fix mistakes."),
  conf_file: path.optional().describe("The manager's configuration. Default: the host's."),
  disable_excludes: text
    .optional()
    .describe('Excludes that do not count: all, main, or the name of a repository.'),
  enable_plugin: texts.default([]).describe('Plugins to use as well.'),
  disable_plugin: texts.default([]).describe('Plugins not to use.'),
  sslverify: bool.default(true).describe('Check the certificates of repositories.'),
  download_only: bool
    .default(false)
    .describe('Refused: packages are installed.')
    .refine((on) => !on, 'write a command task with dnf download'),
  lock_timeout: int.default(30).describe('Without meaning: dnf waits for its lock by itself.'),
  install_repoquery: bool.default(true).describe('Without meaning.'),
  use_backend: oneOf(['auto', 'yum', 'yum4', 'dnf', 'dnf4'])
    .default('auto')
    .describe("Without meaning: the host's own is found."),
  validate_certs: bool.default(true).describe('Check the certificate of the server of a URL.'),
  releasever: text.optional().describe("Release whose repositories to use. Default: the host's."),
})

export const dnfUnsupported = {
  list: 'write a command task with dnf list',
  download_dir: 'write a command task with dnf download',
  installroot: 'packages are installed on the host itself',
} as const

export const dnfNotes = [
  'Lists are fetched only when something is to be installed: a task with nothing to do fetches nothing.',
  '`state: latest` lets dnf look for updates while asking, which may refresh its caches and logs, in check mode too.',
  'Of a URL the beginning is fetched in every run, in check mode too, to tell which package it is.',
  'Signatures of package files are checked as those of repositories are, as in Ansible: `disable_gpg_check: yes` takes one without.',
  'A version that fits a pattern or a range is left as it is, where Ansible takes a newer one that fits if dnf.conf says `best=True`; `state: latest` does.',
  'Groups and patterns of names are refused.',
]

/** Whether one of the packages is on another machine. */
export function dnfIsRemote(params: z.output<typeof dnfParams>): boolean {
  return (params.name ?? params.pkg ?? []).some(isRemote)
}

/** Upgrading everything runs once: nobody can tell beforehand what it does. */
export function dnfKind(params: z.output<typeof dnfParams>): TaskKind {
  const names = params.name ?? params.pkg
  return names && names[0] !== '*' ? 'state' : 'action'
}

/** What a dnf or yum task comes down to. */
export function readDnf(module: string, params: z.output<typeof dnfParams>): PackageTask {
  const update = params.update_cache ?? params['expire-cache'] ?? false
  const upkeep = readUpkeep(module, params)
  const state = readState(params.state)
  const { files, given } = takeFiles(module, [params.name, params.pkg], state, params.validate_certs)
  return {
    ...noPackages,
    module,
    manager: 'dnf',
    names: upkeep ? [] : readPackageNames(module, given, update, true),
    files,
    upkeep,
    state,
    update,
    allowDowngrade: params.allow_downgrade,
    onlyUpgrade: params.update_only,
    autoremove: params.autoremove,
    dnfWords: dnfWords(params),
  }
}

/** `name: '*'` with `state: latest` upgrades everything; autoremove without a name tidies up. */
function readUpkeep(module: string, params: z.output<typeof dnfParams>): Upkeep | undefined {
  const names = params.name ?? params.pkg ?? []
  const only = (['security', 'bugfix'] as const).filter((one) => params[one])
  const everything = names.length === 1 && names[0] === '*'
  if (everything && readState(params.state) !== 'latest')
    throw wrong(`${module}: name: '*' goes with state: latest`)
  if (only.length > 0 && !everything)
    throw wrong(`${module}: ${only.join(' and ')} goes with name: '*' and state: latest`)
  if (everything) return dnfUpgrade(only.map((one) => `--${one}`))
  return names.length === 0 && params.autoremove ? DNF_AUTOREMOVE : undefined
}

/** The words for dnf's command line; `package` hands its parameters on to them. */
export function dnfWords(params: z.output<typeof dnfParams>): string[] {
  const list = (option: string, names: readonly string[]) => names.map((name) => `--${option}=${name}`)
  const flag = (option: string, wanted: boolean) => (wanted ? [option] : [])
  return [
    ...list('disablerepo', params.disablerepo),
    ...list('enablerepo', params.enablerepo),
    ...list('exclude', params.exclude),
    ...(params.releasever === undefined ? [] : [`--releasever=${params.releasever}`]),
    ...flag('--nogpgcheck', params.disable_gpg_check),
    ...flag('--setopt=install_weak_deps=False', !params.install_weak_deps),
    ...flag('--allowerasing', params.allowerasing),
    ...flag('--best', params.best === true || params.nobest === false),
    ...flag('--nobest', params.nobest === true || params.best === false),
    ...flag('--skip-broken', params.skip_broken),
    ...flag('--cacheonly', params.cacheonly),
    ...(params.conf_file === undefined ? [] : [`--config=${params.conf_file}`]),
    ...(params.disable_excludes === undefined ? [] : [`--disableexcludes=${params.disable_excludes}`]),
    ...list('enableplugin', params.enable_plugin),
    ...list('disableplugin', params.disable_plugin),
    ...flag('--setopt=sslverify=False', !params.sslverify),
  ]
}

export default defineTask({
  name: 'dnf',
  aliases: ['ansible.builtin.dnf', 'ansible.legacy.dnf', 'dnf5', 'ansible.builtin.dnf5'],
  summary: 'Install, upgrade or remove packages on EL-like hosts.',
  kind: dnfKind,
  params: dnfParams,
  beyond: dnfIsRemote,
  seldomBeyond: true,
  late: dnfIsRemote,
  unsupported: dnfUnsupported,
  example: `- name: Install keepalived and haproxy
  dnf:
    name: [keepalived, haproxy]
    state: present
`,
  returns: packageReturns,
  notes: dnfNotes,
  prepare: (params): PackageTask => readDnf('dnf', params),
  asks: packageQuestions,
  plan: planPackages,
  result: packageResult,
  failure: (_task, output) => packageFailure(output),
})
