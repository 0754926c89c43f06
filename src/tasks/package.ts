import * as z from 'zod'
import { defineTask } from '../task.ts'
import { isRemote } from './key-source.ts'
import { packageFailure } from './package-failure.ts'
import { takeFiles } from './package-file.ts'
import { packageReturns, readPackageNames, readState, STATE_NAMES } from './package-params.ts'
import { packageResult, planPackages } from './package-plan.ts'
import { noPackages, packageQuestions, type PackageTask } from './package-task.ts'
import { bool, int, oneOf, texts } from './params.ts'

const MANAGERS = { auto: undefined, apt: 'apt', dnf: 'dnf', dnf4: 'dnf', dnf5: 'dnf', yum: 'dnf' } as const

/** Parameters of one manager, which Ansible hands on to it. */
const OF_ONE = {
  apt: ['cache_valid_time', 'purge', 'install_recommends'],
  dnf: ['enablerepo', 'disablerepo', 'disable_gpg_check'],
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
    cache_valid_time: int
      .optional()
      .describe('apt only: fetch the lists if they are older than so many seconds.'),
    purge: bool.optional().describe('apt only: remove configuration files as well.'),
    install_recommends: bool.optional().describe('apt only: install recommended packages too, or not.'),
    enablerepo: texts.optional().describe('dnf only: repositories to use that are switched off.'),
    disablerepo: texts.optional().describe('dnf only: repositories not to use.'),
    disable_gpg_check: bool.optional().describe('dnf only: do not check signatures.'),
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
    const repos = (option: string, names: readonly string[] = []) =>
      names.map((name) => `--${option}=${name}`)
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
      ofOne: { apt: used(OF_ONE.apt), dnf: used(OF_ONE.dnf) },
      aptWords: [
        '-o',
        'Dpkg::Options::=--force-confdef',
        '-o',
        'Dpkg::Options::=--force-confold',
        ...(params.install_recommends === undefined
          ? []
          : ['-o', `APT::Install-Recommends=${params.install_recommends ? 'yes' : 'no'}`]),
      ],
      dnfWords: [
        ...repos('disablerepo', params.disablerepo),
        ...repos('enablerepo', params.enablerepo),
        ...(params.disable_gpg_check === true ? ['--nogpgcheck'] : []),
      ],
    }
  },
  asks: packageQuestions,
  plan: planPackages,
  result: packageResult,
  failure: (task, output) => packageFailure(output, task.update),
})
