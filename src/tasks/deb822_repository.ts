import * as z from 'zod'
import { HakubeError } from '../errors.ts'
import { defineTask } from '../task.ts'
import { planRepository, type Repository, repositoryQuestions } from './deb822-plan.ts'
import { filesOf, isUrl, stanzaProblem } from './deb822-stanza.ts'
import { isRemote, urlSource } from './key-source.ts'
import { parseMode } from './mode.ts'
import { bool, int, mode, name, oneOf, rawTexts, text } from './params.ts'

const flag = (meaning: string) => bool.optional().describe(meaning)
const list = (meaning: string) => rawTexts.optional().describe(meaning)

/** What becomes a field of the stanza. */
const fields = {
  allow_downgrade_to_insecure: flag('Take packages that are not authenticated any more.'),
  allow_insecure: flag('Use a source that is not signed.'),
  allow_weak: flag('Use a source whose signature has a weak digest.'),
  architectures: list('Architectures of the packages. Default: those of the host.'),
  by_hash: flag('Fetch lists under names made of their digests.'),
  check_date: flag('Compare dates with the clock of the host.'),
  check_valid_until: flag('Refuse lists that have run out.'),
  components: list('Parts of the suite, such as main; none where the suite is a path.'),
  date_max_future: int.optional().describe('Most seconds that lists may be ahead of the clock.'),
  enabled: flag('Whether apt uses the source.'),
  exclude: list('Packages that are not taken from it; apt 3.1 and newer.'),
  include: list('The only packages that are taken from it; apt 3.1 and newer.'),
  inrelease_path: text.optional().describe('Where the file InRelease is, from its usual place.'),
  languages: list('Languages of the descriptions of packages.'),
  name: name.describe('Name of the source; its files are named after it.'),
  pdiffs: flag('Fetch differences of lists.'),
  signed_by: text
    .optional()
    .describe(
      'The key: a URL that the host fetches, a keyring on the host, fingerprints of keys that apt trusts, or the key itself as text.',
    ),
  suites: list('Names of releases, or a path that ends with /.'),
  targets: list('Which lists to fetch.'),
  trusted: flag('Whether the source is trusted without a signature, or never.'),
  types: rawTexts
    .pipe(z.array(oneOf(['deb', 'deb-src'])))
    .default(['deb'])
    .describe('Packages (deb), their sources (deb-src), or both.'),
  uris: list('Where the archive is.'),
} as const

export default defineTask({
  name: 'deb822_repository',
  aliases: ['ansible.builtin.deb822_repository', 'ansible.legacy.deb822_repository'],
  summary: 'See to it that apt has a source of packages in deb822 format, or has not.',
  kind: () => 'state',
  params: z
    .strictObject({
      ...fields,
      mode: mode.optional().describe('Permissions of the file of the source. Default: 0644.'),
      state: oneOf(['present', 'absent']).default('present').describe('Whether the source is to be there.'),
      install_python_debian: bool.default(true).describe('Without meaning: nothing is needed on the host.'),
    })
    .superRefine(({ include, exclude }, context) => {
      if (include !== undefined && exclude !== undefined)
        context.addIssue({
          code: 'custom',
          message: 'include and exclude exclude each other',
          path: ['include'],
        })
    }),
  beyond: ({ signed_by: key }) => isRemote(key?.trim()),
  late: ({ signed_by: key, state }) =>
    state === 'present' && key !== undefined && isUrl(key) && isRemote(key.trim()),
  example: `
- name: Packages of haproxy 2.8
  deb822_repository:
    name: haproxy
    uris: https://haproxy.debian.net
    suites: bookworm-backports-2.8
    components: main
    signed_by: https://haproxy.debian.net/haproxy-archive-keyring.gpg
`,
  returns: {
    repo: 'The text of the file; none with state absent.',
    dest: 'The file of the source.',
    key_filename: 'The file of the key, where there is one.',
  },
  notes: [
    'The files, their names and modes are those of ansible-core; the file is written anew as a whole, its fields in the order of the parameters’ names, as newer releases of ansible-core do.',
    'A URL in `signed_by` is fetched in every run, in check mode too, and compared with the file in /etc/apt/keyrings, as with Ansible: a key that its owner has replaced would not be noticed otherwise. It is fetched when the task’s turn has come, which costs one more message to the host where tasks stand before it. To save that, bring the key with `copy` or `get_url` and a checksum, and write its path.',
    'What a URL gives is refused where it is no key, such as a page of a portal; Ansible writes it.',
    'What apt could not read is refused (no `uris`, no `suites`, `components` missing or beside a path, fingerprints with blanks): one such file stops apt on the whole host.',
    'The lists of packages are not fetched, as with Ansible: write `apt: update_cache` behind it.',
  ],
  prepare(params): Repository {
    const { state, mode, install_python_debian: _, ...given } = params
    const present = state === 'present'
    const files = filesOf(params.name)
    if (!files) refuse(`no file can be named after ${JSON.stringify(params.name)}`, 'write letters or digits')
    const problem = present ? stanzaProblem(given) : undefined
    if (problem !== undefined) refuse(problem, 'see sources.list(5)')
    const key = present ? given.signed_by : undefined
    const url = key !== undefined && isUrl(key) ? key.trim() : undefined
    const source = url === undefined ? undefined : urlSource('deb822_repository', url, true)
    return {
      files,
      present,
      fields: given,
      mode: mode ?? parseMode('0644'),
      source,
      keyring: key !== undefined && /^\/[^\n]*$/.test(key) ? key : undefined,
      remote: isRemote(url),
    }
  },
  asks: repositoryQuestions,
  plan: planRepository,
})

function refuse(message: string, hint: string): never {
  throw new HakubeError(`deb822_repository: ${message}`, { code: 'wrong-parameter', hint })
}
