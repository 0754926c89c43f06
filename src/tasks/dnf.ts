import * as z from 'zod'
import { defineTask } from '../task.ts'
import { packageFailure } from './package-failure.ts'
import { packageReturns, readPackageNames, readState, STATE_NAMES } from './package-params.ts'
import { packageResult, planPackages } from './package-plan.ts'
import { noPackages, packageQuestions, type PackageTask } from './package-task.ts'
import { bool, oneOf, text, texts } from './params.ts'

export const dnfParams = z.strictObject({
  name: texts.optional().describe('Packages; `name-version` pins a version.'),
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
  releasever: text.optional().describe("Release whose repositories to use. Default: the host's."),
})

export const dnfUnsupported = {
  list: 'write a command task with dnf list',
  bugfix: 'write a command task with dnf upgrade --bugfix',
  security: 'write a command task with dnf upgrade --security',
  conf_file: 'name repositories with enablerepo and disablerepo',
  disable_excludes: 'change the excludes in dnf.conf',
  disable_plugin: 'change the plugins in /etc/dnf/plugins',
  enable_plugin: 'change the plugins in /etc/dnf/plugins',
  download_only: 'write a command task with dnf download',
  download_dir: 'write a command task with dnf download',
  installroot: 'packages are installed on the host itself',
  install_repoquery: 'it has no meaning any more; delete it',
  lock_timeout: 'dnf waits for its lock by itself',
  sslverify: 'set sslverify in the repository file',
  validate_certs: 'packages are not downloaded from a URL',
  use_backend: "the host's own is found",
} as const

export const dnfNotes = [
  'Lists are fetched only when something is to be installed: a task with nothing to do fetches nothing.',
  '`state: latest` lets dnf look for updates while asking, which may refresh its caches and logs, in check mode too.',
  'Groups, package files and patterns of names are refused.',
]

/** What a dnf or yum task comes down to. */
export function readDnf(module: string, params: z.output<typeof dnfParams>): PackageTask {
  const update = params.update_cache ?? params['expire-cache'] ?? false
  return {
    ...noPackages,
    module,
    manager: 'dnf',
    names: readPackageNames(module, [params.name, params.pkg], update),
    state: readState(params.state),
    update,
    allowDowngrade: params.allow_downgrade,
    onlyUpgrade: params.update_only,
    autoremove: params.autoremove,
    dnfWords: dnfWords(params),
  }
}

function dnfWords(params: z.output<typeof dnfParams>): string[] {
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
  ]
}

export default defineTask({
  name: 'dnf',
  aliases: ['ansible.builtin.dnf', 'ansible.legacy.dnf', 'dnf5', 'ansible.builtin.dnf5'],
  summary: 'Install, upgrade or remove packages on EL-like hosts.',
  kind: (params) => ((params.name ?? params.pkg) ? 'state' : 'action'),
  params: dnfParams,
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
