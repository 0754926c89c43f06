import * as z from 'zod'
import { HakubeError } from '../errors.ts'
import { lines, nothing, Script, sh } from '../shell/sh.ts'
import { writeFiles } from '../shell/write-file.ts'
import { defineTask, type Diff, type Plan } from '../task.ts'
import { pathBecomes, pathGone } from '../world/path-effects.ts'
import { joinPath } from '../world/path-names.ts'
import type { Effect, World } from '../world/world.ts'
import {
  formatSources,
  parseLine,
  parseSources,
  suggestFile,
  withoutSource,
  withSource,
} from './apt-sources.ts'
import { type FileThere, type FilesAsk, filesOn, filesQuestions } from './files-look.ts'
import { attributeQuestions, changeable, wantedAttributes } from './attributes.ts'
import { directoryQuestions } from './make-directory.ts'
import { packageFailure } from './package-failure.ts'
import { afterUpdate } from './package-apt.ts'
import { bool, int, mode, name, oneOf, text } from './params.ts'
import type { Mode } from './mode.ts'

const SOURCES_FILE = '/etc/apt/sources.list'
const SOURCES_FOLDER = '/etc/apt/sources.list.d'

const sources: FilesAsk = {
  main: SOURCES_FILE,
  folder: SOURCES_FOLDER,
  endings: ['.list'],
  guard: new Script(`command -v apt-config >/dev/null 2>&1 || exit 0
eval "$(apt-config shell hk_list Dir::Etc::sourcelist/f hk_parts Dir::Etc::sourceparts/d)"
[ "$hk_list $hk_parts" = "${SOURCES_FILE} ${SOURCES_FOLDER}/" ] ||
  { echo "apt reads its sources from $hk_list and $hk_parts, not from /etc/apt" >&2; exit 1; }`),
}

interface Repository {
  /** As the task says it. */
  repo: string
  /** The line, with single blanks. */
  source: string
  present: boolean
  /** Where a new line goes. */
  file: string
  mode: Mode | undefined
  update: boolean
  retries: number
  maxDelay: number
}

export default defineTask({
  name: 'apt_repository',
  aliases: ['ansible.builtin.apt_repository', 'ansible.legacy.apt_repository'],
  summary: 'See to it that apt has a source of packages, or has not.',
  kind: () => 'state',
  params: z.strictObject({
    repo: name.describe('The line of the source: deb [signed-by=…] URL RELEASE COMPONENTS.'),
    state: oneOf(['present', 'absent']).default('present').describe('Whether the source is to be there.'),
    filename: name
      .optional()
      .describe(`Name of the file in ${SOURCES_FOLDER}, without .list. Default: out of the URL.`),
    mode: mode.optional().describe('Permissions of the file that gets a new line.'),
    update_cache: bool
      .default(true)
      .describe('Fetch the lists of packages after a change; where that fails, the change is taken back.'),
    update_cache_retries: int.default(5).describe('How often that is tried.'),
    update_cache_retry_max_delay: int
      .default(12)
      .describe('Most seconds between two tries; they double from 1.'),
    codename: text.optional().describe('Only ppa: lines have a use for it, which are refused.'),
    install_python_apt: bool.default(true).describe('Without meaning: nothing is needed on the host.'),
    validate_certs: bool.default(true).describe('Without meaning: apt itself checks certificates.'),
  }),
  paramAliases: { 'update-cache': 'update_cache' },
  example: `
- name: Packages of haproxy 2.8
  apt_repository:
    repo: deb [signed-by=/etc/apt/keyrings/haproxy.asc] https://haproxy.debian.net bookworm-backports-2.8 main
    filename: haproxy
`,
  returns: { repo: 'The line as it was given.', state: 'present or absent.' },
  notes: [
    'A source that is there in any list, switched off, is switched on in its place, as with Ansible.',
    'A list that changes is written anew: blanks and comment signs become those of Ansible. Other lists stay as they are, which Ansible writes anew as well.',
    'Deb822 files (*.sources) are not looked at, as with Ansible.',
  ],
  prepare(params): Repository {
    const { repo } = params
    if (repo.startsWith('ppa:')) refusePpa(repo, params.codename)
    const { valid, enabled, source } = parseLine(repo)
    if (!valid || !enabled)
      refuse(`${JSON.stringify(repo)} is no source`, 'write a line such as deb URL RELEASE COMPONENTS')
    const suggested = params.filename === undefined ? suggestFile(source) : `${params.filename}.list`
    if (suggested === undefined) refuse(`${JSON.stringify(repo)} has no URL`)
    const file = suggested.startsWith('/') ? suggested : joinPath(SOURCES_FOLDER, suggested)
    if (!new RegExp(`^${SOURCES_FOLDER.replaceAll('.', '\\.')}/[^/.][^/]*$`).test(file))
      refuse(`apt does not read ${file}`, `write a name, for a file in ${SOURCES_FOLDER}`)
    return {
      repo,
      source,
      present: params.state === 'present',
      file,
      mode: params.mode,
      update: params.update_cache,
      retries: Math.max(1, params.update_cache_retries),
      maxDelay: params.update_cache_retry_max_delay,
    }
  },
  asks: () => [
    { kind: 'platform', ask: {} },
    ...filesQuestions(sources),
    ...directoryQuestions(SOURCES_FOLDER),
    ...attributeQuestions({}),
  ],
  plan: planSource,
  failure: (_task, output) => packageFailure(output),
})

function planSource(task: Repository, world: World): Plan {
  const { source, present, repo } = task
  const { packageManager } = world.get('platform', {})
  if (packageManager !== 'apt')
    return {
      status: 'fail',
      message: `apt_repository is not for this host, which has ${packageManager}`,
      hint: 'add when: ansible_os_family == "Debian"',
    }
  const files = filesOn(sources, world)
  if (typeof files === 'string') return { status: 'fail', message: files }
  const all = new Map([...files].map(([path, { content }]) => [path, parseSources(content.toString('utf8'))]))
  const changed = present ? withSource(all, source, task.file) : withoutSource(all, source)
  const result = { repo, state: present ? 'present' : 'absent' }
  if (changed.size === 0)
    return { status: 'ok', reason: present ? 'apt has this source' : 'apt does not have this source', result }
  const steps = [...changed].map(([path, all]) =>
    stepFor(path, all.length === 0 ? undefined : formatSources(all), files.get(path), task, world),
  )
  return {
    status: 'change',
    summary: `${present ? 'add' : 'remove'} a source of apt`,
    diff: steps.map((step) => step.diff),
    apply: applyOf(steps, task),
    timeout: 1800,
    effects: [...steps.map((step) => step.effect), ...(task.update ? afterUpdate(0) : [])],
    result,
  }
}

interface Step {
  path: string
  existed: boolean
  script: Script
  effect: Effect
  diff: Diff
}

/** What is to become of one list; `after` undefined: it goes. */
function stepFor(
  path: string,
  after: string | undefined,
  file: FileThere | undefined,
  task: Repository,
  world: World,
): Step {
  const existed = file !== undefined
  const diff: Diff = { type: 'text', path, before: file?.content.toString('utf8') ?? '', after: after ?? '' }
  if (after === undefined)
    return { path, existed, script: sh`rm -f ${path} || exit 1`, effect: pathGone(path), diff }
  const above = world.get('path', { path: SOURCES_FOLDER, follow: true })
  const wishes = path === task.file ? { mode: task.mode } : {}
  const parent = above.exists ? above : undefined
  const wanted = wantedAttributes(wishes, world, file, { directory: false, parent })
  const content = Buffer.from(after)
  const write = {
    path,
    content,
    mode: wanted.mode,
    owner: { name: String(wanted.uid), required: false },
    group: { name: String(wanted.gid), required: false },
  }
  const effect = pathBecomes(path, { type: 'file', ...changeable(wanted), content })
  return { path, existed, script: writeFiles([write]), effect, diff }
}

/** Writes the lists and fetches what they name; where that fails, the lists are put back. */
function applyOf(steps: readonly Step[], { update, retries, maxDelay }: Repository): Script {
  const writes = lines(...steps.map((step) => step.script))
  if (!update) return writes
  const keep = steps.map(({ path, existed }, index) =>
    existed ? sh`cp -p -- ${path} "$hk_kept"/${index} || exit 1` : nothing,
  )
  const back = steps.map(({ path, existed }, index) =>
    existed ? sh`  cp -p -- "$hk_kept"/${index} ${path}` : sh`  rm -f -- ${path}`,
  )
  return sh`(
hk_kept=$(mktemp -d) || exit 1
trap 'rm -rf "$hk_kept"' EXIT
hk_back() {
  :
${lines(...back)}
}
${lines(...keep)}
( ${writes}
) || { hk_back; exit 1; }
export LC_ALL=C
hk_tries=1 hk_delay=1
until apt-get -q -o DPkg::Lock::Timeout=60 update </dev/null >&2; do
  [ "$hk_tries" -lt ${retries} ] || { hk_back; exit 1; }
  sleep "$hk_delay"
  hk_tries=$((hk_tries + 1)) hk_delay=$((hk_delay * 2))
  [ "$hk_delay" -le ${maxDelay} ] || hk_delay=${maxDelay}
done
mkdir -p /var/lib/apt/periodic && touch /var/lib/apt/periodic/update-success-stamp
) || exit 1`
}

function refusePpa(repo: string, codename = 'CODENAME'): never {
  const [owner = 'OWNER', archive = 'ppa'] = repo.slice('ppa:'.length).split('/')
  refuse(
    `${repo} is not looked up at Launchpad`,
    `fetch its key with apt_key, and write repo: deb http://ppa.launchpad.net/${owner}/${archive}/ubuntu ${codename} main`,
  )
}

function refuse(message: string, hint?: string): never {
  throw new HakubeError(`apt_repository: ${message}`, { code: 'wrong-parameter', hint })
}
