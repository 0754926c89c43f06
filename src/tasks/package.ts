import * as z from 'zod'
import { defineTask } from '../task.ts'
import { packageFailure } from './package-failure.ts'
import { packageReturns, readPackageNames, readState, STATE_NAMES } from './package-params.ts'
import { packageResult, planPackages } from './package-plan.ts'
import { noPackages, packageQuestions, type PackageTask } from './package-task.ts'
import { bool, oneOf, texts } from './params.ts'

const MANAGERS = { auto: undefined, apt: 'apt', dnf: 'dnf', dnf4: 'dnf', dnf5: 'dnf', yum: 'dnf' } as const

const DEBIAN_ONLY = 'only apt knows it: write apt: with when: ansible_os_family == "Debian"'
const EL_ONLY = 'only dnf knows it: write dnf: with when: ansible_os_family == "RedHat"'

export default defineTask({
  name: 'package',
  aliases: ['ansible.builtin.package', 'ansible.legacy.package'],
  summary: "Install, upgrade or remove packages with the host's own package manager.",
  kind: (params) => ((params.name ?? params.pkg) ? 'state' : 'action'),
  params: z.strictObject({
    name: texts.optional().describe('Packages, by the names that the host has for them.'),
    pkg: texts.optional().describe('Another name for `name`.'),
    state: oneOf(STATE_NAMES).default('present').describe('What the packages are to be.'),
    use: oneOf(['auto', 'apt', 'dnf', 'dnf4', 'dnf5', 'yum'])
      .default('auto')
      .describe("Package manager to use; it has to be the host's own."),
    update_cache: bool
      .default(false)
      .describe('Fetch the lists of packages first, if something is to be installed.'),
    autoremove: bool.default(false).describe('Also remove packages that nothing needs any more.'),
  }),
  unsupported: {
    purge: DEBIAN_ONLY,
    install_recommends: DEBIAN_ONLY,
    cache_valid_time: DEBIAN_ONLY,
    enablerepo: EL_ONLY,
    disablerepo: EL_ONLY,
    disable_gpg_check: EL_ONLY,
  },
  example: `- name: Install keepalived and haproxy
  package:
    name: [keepalived, haproxy]
    state: present
`,
  returns: packageReturns,
  notes: [
    'Lists are fetched only when something is to be installed: a task with nothing to do fetches nothing.',
    '`state: latest` may refresh the caches of dnf while asking, in check mode too, and with `update_cache` those of apt.',
  ],
  prepare(params): PackageTask {
    return {
      ...noPackages,
      manager: MANAGERS[params.use],
      names: readPackageNames('package', [params.name, params.pkg], params.update_cache),
      state: readState(params.state),
      update: params.update_cache,
      autoremove: params.autoremove,
      aptWords: ['-o', 'Dpkg::Options::=--force-confdef', '-o', 'Dpkg::Options::=--force-confold'],
    }
  },
  asks: packageQuestions,
  plan: planPackages,
  result: packageResult,
  failure: (_task, output) => packageFailure(output),
})
