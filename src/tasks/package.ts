import * as z from 'zod'
import { defineTask } from '../task.ts'
import { aptWords } from './apt.ts'
import { dnfParams, dnfWords } from './dnf.ts'
import { isRemote } from './key-source.ts'
import { packageFailure } from './package-failure.ts'
import { takeFiles } from './package-file.ts'
import { packageReturns, readPackageNames, readState, STATE_NAMES } from './package-params.ts'
import { packageResult, planPackages } from './package-plan.ts'
import { noPackages, packageQuestions, type PackageTask } from './package-task.ts'
import { bool, int, oneOf, text, texts } from './params.ts'

const MANAGERS = { auto: undefined, apt: 'apt', dnf: 'dnf', dnf4: 'dnf', dnf5: 'dnf', yum: 'dnf' } as const

/** Parameters of one manager, which Ansible hands on to it. */
const OF_ONE = {
  apt: [
    'cache_valid_time',
    'purge',
    'install_recommends',
    'force',
    'only_upgrade',
    'default_release',
    'dpkg_options',
    'allow_unauthenticated',
    'allow_change_held_packages',
    'fail_on_autoremove',
  ],
  dnf: [
    'enablerepo',
    'disablerepo',
    'disable_gpg_check',
    'disable_excludes',
    'exclude',
    'allowerasing',
    'best',
    'nobest',
    'skip_broken',
    'update_only',
    'install_weak_deps',
    'enable_plugin',
    'disable_plugin',
    'releasever',
    'sslverify',
    'cacheonly',
  ],
} as const

export default defineTask({
  name: 'package',
  aliases: ['ansible.builtin.package', 'ansible.legacy.package'],
  summary: "Install, upgrade or remove packages with the host's own package manager.",
  kind: (params) => ((params.name ?? params.pkg) ? 'state' : 'action'),
  params: z.strictObject({
    name: texts
      .optional()
      .describe(
        'Packages, by the names that the host has for them; with dnf also files (`/path/x.rpm`) and URLs.',
      ),
    pkg: texts.optional().describe('Another name for `name`.'),
    state: oneOf(STATE_NAMES).default('present').describe('What the packages are to be.'),
    use: oneOf(['auto', 'apt', 'dnf', 'dnf4', 'dnf5', 'yum'])
      .default('auto')
      .describe("Package manager to use; it has to be the host's own."),
    update_cache: bool
      .default(false)
      .describe('Fetch the lists of packages first, if something is to be installed.'),
    autoremove: bool.default(false).describe('Also remove packages that nothing needs any more.'),
    allow_downgrade: bool.default(false).describe('Let a pinned version be older than the installed one.'),
    lock_timeout: int.optional().describe("Seconds to wait for another process that holds apt's lock."),
    cache_valid_time: int
      .optional()
      .describe('apt only: fetch the lists if they are older than so many seconds.'),
    purge: bool.optional().describe('apt only: remove configuration files as well.'),
    install_recommends: bool.optional().describe('apt only: install recommended packages too, or not.'),
    force: bool.optional().describe('apt only: permit all that apt asks about, as `force` of apt does.'),
    only_upgrade: bool.optional().describe('apt only: upgrade what is installed, install nothing anew.'),
    default_release: text.optional().describe('apt only: release to prefer, such as bookworm-backports.'),
    dpkg_options: text.optional().describe("apt only: dpkg's options, with commas between them."),
    allow_unauthenticated: bool
      .optional()
      .describe('apt only: install packages whose signatures cannot be checked.'),
    allow_change_held_packages: bool.optional().describe('apt only: change packages that are on hold.'),
    fail_on_autoremove: bool.optional().describe('apt only: fail rather than remove packages.'),
    enablerepo: texts.optional().describe('dnf only: repositories to use that are switched off.'),
    disablerepo: texts.optional().describe('dnf only: repositories not to use.'),
    disable_gpg_check: bool.optional().describe('dnf only: do not check signatures.'),
    disable_excludes: text
      .optional()
      .describe('dnf only: excludes that do not count: all, main, or the name of a repository.'),
    exclude: texts.optional().describe('dnf only: packages to leave alone.'),
    allowerasing: bool.optional().describe('dnf only: let other packages be removed for dependencies.'),
    best: bool.optional().describe('dnf only: only the newest version will do.'),
    nobest: bool
      .optional()
      .describe('dnf only: an older version will do where the newest cannot be installed.'),
    skip_broken: bool.optional().describe('dnf only: leave out packages whose dependencies cannot be met.'),
    update_only: bool.optional().describe('dnf only: upgrade what is installed, install nothing anew.'),
    install_weak_deps: bool.optional().describe('dnf only: install weak dependencies, or not.'),
    enable_plugin: texts.optional().describe('dnf only: plugins to use as well.'),
    disable_plugin: texts.optional().describe('dnf only: plugins not to use.'),
    releasever: text.optional().describe('dnf only: release whose repositories to use.'),
    sslverify: bool.optional().describe('dnf only: check the certificates of repositories, or not.'),
    cacheonly: bool.optional().describe('dnf only: use the lists as they are.'),
  }),
  beyond: ({ name, pkg }) => (name ?? pkg ?? []).some(isRemote),
  seldomBeyond: true,
  late: ({ name, pkg }) => (name ?? pkg ?? []).some(isRemote),
  example: `- name: Install keepalived and haproxy
  package:
    name: [keepalived, haproxy]
    state: present
`,
  returns: packageReturns,
  notes: [
    'A parameter of one manager fails on a host that has the other one.',
    'Lists are fetched only when something is to be installed: a task with nothing to do fetches nothing.',
    '`state: latest` may refresh the caches of dnf while asking, in check mode too, and with `update_cache` those of apt.',
  ],
  prepare(params): PackageTask {
    const update = params.update_cache || (params.cache_valid_time ?? 0) > 0
    const used = (names: readonly (keyof typeof params)[]) =>
      names.filter((name) => params[name] !== undefined)
    // What a manager has by default, it has here too.
    const ofDnf = dnfParams.parse(Object.fromEntries(OF_ONE.dnf.map((name) => [name, params[name]])))
    const state = readState(params.state)
    const { files, given } = takeFiles('package', [params.name, params.pkg], state, true)
    return {
      ...noPackages,
      manager: MANAGERS[params.use],
      names: readPackageNames('package', given, update, true),
      files,
      state,
      update,
      maxAge: params.cache_valid_time ?? 0,
      purge: params.purge ?? false,
      autoremove: params.autoremove,
      allowDowngrade: params.allow_downgrade || (params.force ?? false),
      onlyUpgrade: params.only_upgrade ?? params.update_only ?? false,
      lockTimeout: params.lock_timeout ?? noPackages.lockTimeout,
      ofOne: { apt: used(OF_ONE.apt), dnf: used(OF_ONE.dnf) },
      aptWords: aptWords({
        ...params,
        force: params.force ?? false,
        dpkg_options: params.dpkg_options ?? 'force-confdef,force-confold',
        allow_unauthenticated: params.allow_unauthenticated ?? false,
        allow_change_held_packages: params.allow_change_held_packages ?? false,
        fail_on_autoremove: params.fail_on_autoremove ?? false,
      }),
      dnfWords: dnfWords(ofDnf),
    }
  },
  asks: packageQuestions,
  plan: planPackages,
  result: packageResult,
  failure: (task, output) => packageFailure(output, task.update),
})
