import * as z from 'zod'
import { HakubeError } from '../errors.ts'
import { defineTask, type Diff, type Plan } from '../task.ts'
import { Unknown } from '../world/kind.ts'
import { joinPath } from '../world/path-names.ts'
import { type Effect, effectOnAll, type World } from '../world/world.ts'
import { attributeParams, unsupportedAttributes } from './attributes.ts'
import { EditError, type EditedFile, editFailure, editQuestions, planEdit } from './edited-file.ts'
import { planAbsent } from './file-states.ts'
import {
  formatRepoFile,
  parseRepoFile,
  type RepoFile,
  RepoFileError,
  saysTheSame,
  type Section,
} from './repo-file.ts'
import { bool, name, oneOf, path, rawTexts, text } from './params.ts'
import { pathQuestion } from './make-directory.ts'

const flag = (meaning: string) => bool.optional().describe(meaning)
const word = (meaning: string) => text.optional().describe(meaning)
const list = (meaning: string) => rawTexts.optional().describe(meaning)

/** What becomes a line of the section, under its own name. */
const options = {
  async: flag('Fetch in the background.'),
  bandwidth: word('Bytes a second that throttle counts from.'),
  baseurl: list('URLs of the repository; one of baseurl, metalink and mirrorlist is needed.'),
  cost: word('How expensive this repository is against others; 1000 is usual.'),
  deltarpm_metadata_percentage: word('How large the metadata of deltas may be, in percent.'),
  deltarpm_percentage: word('How large a delta may be, in percent of its package.'),
  enabled: flag('Whether the repository is used.'),
  enablegroups: flag('Whether its groups of packages are used.'),
  exclude: list('Packages that are not taken from it.'),
  failovermethod: oneOf(['roundrobin', 'priority']).optional().describe('Which of several URLs comes next.'),
  gpgcakey: word('URL of the key that signs the keys.'),
  gpgcheck: flag('Whether signatures of packages are checked.'),
  gpgkey: list('URLs of the keys that sign the packages.'),
  module_hotfixes: flag('Whether packages replace those of modules.'),
  http_caching: oneOf(['all', 'packages', 'none']).optional().describe('What proxies may keep.'),
  include: word('A file with more settings, by its URL.'),
  includepkgs: list('The only packages that are taken from it.'),
  ip_resolve: oneOf(['4', '6', 'IPv4', 'IPv6', 'whatever'])
    .optional()
    .describe('Which addresses of a server to use.'),
  keepalive: flag('Whether connections stay open.'),
  keepcache: oneOf(['0', '1']).optional().describe('Whether packages are kept after their installation.'),
  metadata_expire: word('Seconds after which the lists are old.'),
  metadata_expire_filter: oneOf(['never', 'read-only:past', 'read-only:present', 'read-only:future'])
    .optional()
    .describe('Which commands may use old lists.'),
  metalink: word('URL of a metalink file with mirrors.'),
  mirrorlist: word('URL of a list of mirrors.'),
  mirrorlist_expire: word('Seconds after which the list of mirrors is old.'),
  password: word('Password for the server.'),
  priority: word('Which repository wins: the lower number.'),
  protect: flag('Whether its packages are never replaced by those of others.'),
  proxy: word('URL of the proxy; _none_ for none.'),
  proxy_password: word('Password for the proxy.'),
  proxy_username: word('User for the proxy.'),
  repo_gpgcheck: flag('Whether the signature of the lists is checked.'),
  retries: word('How often a fetch is tried again.'),
  s3_enabled: flag('Whether it is in Amazon S3.'),
  skip_if_unavailable: flag('Whether to go on where it cannot be reached.'),
  sslcacert: word('File with the authorities that sign the server.'),
  ssl_check_cert_permissions: flag('Whether permissions of the certificates are checked.'),
  sslclientcert: word('File with the certificate of the host.'),
  sslclientkey: word('File with the key of the host.'),
  sslverify: flag('Whether the certificate of the server is checked.'),
  throttle: word('Bytes a second, or percent of bandwidth.'),
  timeout: word('Seconds to wait for a connection.'),
  ui_repoid_vars: word('Variables that are shown in the name of the repository.'),
  username: word('User for the server.'),
} as const

interface Repository {
  id: string
  folder: string
  dest: string
  present: boolean
  file: EditedFile
}

export default defineTask({
  name: 'yum_repository',
  aliases: ['ansible.builtin.yum_repository', 'ansible.legacy.yum_repository'],
  summary: 'See to it that a repository of RPM packages is configured, or is not.',
  kind: () => 'state',
  params: z.strictObject({
    name: name.describe('ID of the repository, the name of its section.'),
    description: word('Its name for people. Needed unless it is to go.'),
    state: oneOf(['present', 'absent']).default('present').describe('Whether the repository is to be there.'),
    file: name.optional().describe('Name of the file, without .repo. Default: the ID.'),
    reposdir: path.default('/etc/yum.repos.d').describe('Directory of the file.'),
    ...options,
    ...attributeParams,
  }),
  paramAliases: {
    ca_cert: 'sslcacert',
    client_cert: 'sslclientcert',
    client_key: 'sslclientkey',
    validate_certs: 'sslverify',
  },
  unsupported: { ...unsupportedAttributes, params: 'write its entries as parameters of the task' },
  example: `
- name: Packages of haproxy 2.8
  yum_repository:
    name: haproxy
    description: haproxy 2.8 for EL 9
    baseurl: https://repo.example.com/haproxy-2.8/el9/
    gpgkey: https://repo.example.com/key.asc
    gpgcheck: yes
`,
  returns: { repo: 'ID of the repository.', state: 'present or absent.' },
  notes: [
    'The section is written anew as a whole: what it said before and the task does not say is gone.',
    'Where the file changes, comments in it are lost, as with Ansible. A file without sections is removed.',
    'Passwords are not shown in differences.',
  ],
  prepare(params): Repository {
    const { name: id, description, reposdir: folder, mode, owner, group } = params
    const present = params.state === 'present'
    if (present && [params.baseurl, params.metalink, params.mirrorlist].every((url) => url === undefined))
      refuse('one of baseurl, metalink and mirrorlist is needed')
    if (present && description === undefined) refuse('description is needed')
    if (id === 'DEFAULT' || /[\]\n]/.test(id)) refuse(`${JSON.stringify(id)} cannot be the name of a section`)
    const dest = joinPath(folder, `${params.file ?? id}.repo`)
    const section = present ? sectionOf({ ...params, name: description }) : undefined
    const edit = (before: string) => {
      const was = parse(before)
      const is = changed(was, id, section)
      return { text: saysTheSame(was, is) ? before : formatRepoFile(is), msg: '' }
    }
    const file = { path: dest, create: present, mayMiss: !present, backup: false, edit, mode, owner, group }
    return { id, folder, dest, present, file }
  },
  asks: ({ folder, file }) => [pathQuestion({ path: folder, follow: true }), ...editQuestions(file)],
  plan: planRepository,
  failure: ({ file }, output) => editFailure(file, output),
})

function planRepository({ id, folder, dest, present, file }: Repository, world: World): Plan {
  const place = world.get('path', { path: folder, follow: true })
  if (!place.exists || place.type !== 'directory')
    return {
      status: 'fail',
      message: `the directory ${folder} does not exist`,
      hint: 'is this an EL-like host?',
    }
  const result = { repo: id, state: present ? 'present' : 'absent' }
  const plan = isEmptied(file, world) ? planAbsent({ path: dest }, world) : planEdit(file, world)
  if (plan.status === 'ok')
    return { ...plan, reason: `${dest} ${present ? 'has' : 'does not have'} ${id}`, result }
  if (plan.status !== 'change') return plan
  return { ...plan, diff: plan.diff.map(withoutPasswords), effects: [...plan.effects, listsAreOld], result }
}

/** What asks for updates asks other repositories then. */
const listsAreOld: Effect = effectOnAll('script', (before, key) =>
  key.startsWith('dnf updates') ? new Unknown('what the repositories have is not known yet') : before,
)

/** Whether the last section of the file goes, and the file with it. */
function isEmptied(file: EditedFile, world: World): boolean {
  const reply = world.get('path', { path: file.path, follow: true })
  if (!file.mayMiss || !reply.exists || !reply.content) return false
  const before = reply.content.toString('utf8')
  try {
    return before !== '' && file.edit(before).text === ''
  } catch (error) {
    if (error instanceof EditError) return false
    throw error
  }
}

function parse(text: string): RepoFile {
  try {
    return parseRepoFile(text)
  } catch (error) {
    if (error instanceof RepoFileError) throw new EditError(error.message)
    throw error
  }
}

/** The file with this section at its end, or without it. */
function changed({ defaults, sections }: RepoFile, id: string, section: Section | undefined): RepoFile {
  const others = [...sections].filter(([name]) => name !== id)
  return { defaults, sections: new Map(section ? [...others, [id, section]] : others) }
}

function sectionOf(params: Record<string, unknown>): Section {
  const lines = new Map<string, string>()
  for (const key of [...Object.keys(options), 'name'].sort()) {
    const value = params[key]
    if (value === undefined) continue
    if (typeof value === 'boolean') lines.set(key, value ? '1' : '0')
    else if (Array.isArray(value))
      lines.set(key, value.join(key === 'exclude' || key === 'includepkgs' ? ' ' : '\n'))
    else if (typeof value === 'string') lines.set(key, value)
  }
  return lines
}

function withoutPasswords(diff: Diff): Diff {
  if (diff.type !== 'text') return diff
  const hide = (from: string) => from.replace(/^((?:proxy_)?password *[=:] *)\S.*$/gm, '$1********')
  return { ...diff, before: hide(diff.before), after: hide(diff.after) }
}

function refuse(message: string): never {
  throw new HakubeError(`yum_repository: ${message}`, { code: 'wrong-parameter' })
}
