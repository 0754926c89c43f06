import { STATUS } from '../http/fetch-script.ts'
import { httpFunction } from '../http/client.ts'
import { readHeads } from '../http/answer.ts'
import { type HttpRequest, readDownload, withoutPassword } from '../http/request.ts'
import { Script, lines, sh } from '../shell/sh.ts'
import { Unknown } from '../world/kind.ts'
import type { ScriptAsk, ScriptReply } from '../world/replies.ts'
import { UnknownAnswer, type World, type WorldQuestion } from '../world/world.ts'
import { wrong } from './package-params.ts'
import type { Manager, PackageTask } from './package-task.ts'

/** A package that is no repository's: a file on the host, or a URL that the host fetches. */
export interface PackageFile {
  manager: Manager
  /** For people: the path, or the URL without a password. */
  shown: string
  source: { type: 'path'; path: string } | { type: 'url'; request: HttpRequest }
}

/** What a package file says of itself, and which release of it is installed. */
export interface FileLook {
  name: string
  version: string
  installed: string | undefined
}

const ENDING: Readonly<Record<Manager, string>> = { apt: 'deb', dnf: 'rpm' }

/** Reads what a user names. Throws HakubeError for what is neither a URL nor an absolute path. */
export function readPackageFile(
  module: string,
  manager: Manager,
  given: string,
  validate: boolean,
): PackageFile {
  if (given.includes('://')) {
    const request = readDownload(module, given, validate)
    return { manager, shown: withoutPassword(given), source: { type: 'url', request } }
  }
  if (!given.startsWith('/'))
    throw wrong(
      `${module}: ${given} is not an absolute path`,
      'the file is on the host: bring it there with copy or get_url',
    )
  return { manager, shown: given, source: { type: 'path', path: given } }
}

/** Takes what is an rpm file or a URL out of the names. Throws HakubeError where such a thing is to go. */
export function takeFiles(
  module: string,
  lists: readonly (string[] | undefined)[],
  state: PackageTask['state'],
  validate: boolean,
): { files: PackageFile[]; given: (string[] | undefined)[] } {
  const isFile = (name: string) => name.includes('://') || name.trim().endsWith('.rpm')
  const named = [...new Set(lists.flatMap((list) => list ?? []).filter(isFile))].map((name) => name.trim())
  const [first] = named
  if (first !== undefined && state === 'absent')
    throw wrong(
      `${module}: ${first} is a package file, which cannot be removed`,
      'write the name of the package',
    )
  return {
    files: named.map((name) => readPackageFile(module, 'dnf', name, validate)),
    given: lists.map((list) => list?.filter((name) => !isFile(name))),
  }
}

export function packageFileQuestions(file: PackageFile): WorldQuestion[] {
  const { source } = file
  return [
    ...(source.type === 'path' ? [{ kind: 'path', ask: { path: source.path, follow: true } } as const] : []),
    { kind: 'script', ask: lookAsk(file) },
  ]
}

const DPKG_ROW = '${db:Status-Status}|${Architecture}|${Version}\\n'

/** A pipe is enough for both: what a package says of itself stands at its beginning. */
const READ: Readonly<Record<Manager, Script>> = {
  apt: sh`command -v dpkg-deb >/dev/null 2>&1 || exit 4
hk_read() { dpkg-deb --ctrl-tarfile - | tar -xOf - --no-anchored control | grep -E '^(Package|Version|Architecture): '; }
hk_there() { dpkg-query -W -f ${DPKG_ROW} -- "$1" | sed -n 's/^installed|//p'; }`,
  dnf: new Script(String.raw`command -v rpm >/dev/null 2>&1 || exit 4
hk_read() { rpm -qp --nosignature --nodigest --qf 'Package: %{NAME}\nVersion: %|EPOCH?{%{EPOCH}:}|%{VERSION}-%{RELEASE}\nArchitecture: %{ARCH}\n' /dev/stdin; }
hk_there() { rpm -q --qf '%{ARCH}|%|EPOCH?{%{EPOCH}:}|%{VERSION}-%{RELEASE}\n' -- "$1" | grep '|'; }`),
}

/** Reads the beginning of the package; of what a server sends, no more is fetched, and no file is written. */
function lookAsk({ manager, source }: PackageFile): ScriptAsk {
  const read =
    source.type === 'path'
      ? sh`hk_info=$(hk_read <${source.path})`
      : sh`${httpFunction('hk_http', source.request)}
{ hk_info=$( { hk_http; echo "exit $?" >&3; } 3>&4 | hk_read); } 4>&1`
  return {
    id: `package file ${manager} ${JSON.stringify(source)}`,
    volatile: true,
    changes: true,
    text: lines(
      new Script('export LC_ALL=C'),
      READ[manager],
      read,
      sh`hk_name=$(printf '%s\n' "$hk_info" | sed -n 's/^Package: *//p')
printf 'info\n%s\n' "$hk_info"
[ -n "$hk_name" ] || exit 3
hk_there "$hk_name" 2>/dev/null
exit 0`,
    ),
  }
}

/** What the file is; a text instead: why it is no package. Throws UnknownAnswer where only the real run can tell. */
export function lookAtFile(file: PackageFile, world: World): FileLook | string {
  const { source, shown } = file
  if (source.type === 'path') {
    const there = world.get('path', { path: source.path, follow: true })
    if (!there.exists) return `there is no file ${shown} on the host`
    if (there.type !== 'file') return `${shown} is a ${there.type}, not a file`
    // A thing that a task before makes has no number yet.
    if (Number.isNaN(there.inode)) throw new UnknownAnswer(new Unknown(`the content of ${shown}`))
  }
  const reply = world.get('script', lookAsk(file))
  const [, head = '', info = ''] = /^([^]*?)^info\n([^]*)$/m.exec(reply.stdout.toString('utf8')) ?? []
  const field = (name: string) => new RegExp(`^${name}: *(\\S+)$`, 'm').exec(info)?.[1]
  const [name, version, arch] = [field('Package'), field('Version'), field('Architecture')]
  if (name === undefined || version === undefined) {
    const ending = ENDING[file.manager]
    return `${shown} ${source.type === 'url' ? fetchProblem(head, reply, source.request, ending) : `is no .${ending} package`}`
  }
  const rows = info.split('\n').flatMap((line): [string, string][] => {
    const [own, found, ...rest] = line.split('|')
    return own && found && rest.length === 0 ? [[own, bare(found)]] : []
  })
  const same = rows.find(([own]) => own === arch) ?? rows.find(([own]) => isAny(own) || isAny(arch))
  const before = { installed: same?.[1], candidate: undefined }
  const after = world.predictedPackage(name, before)
  if (after instanceof Unknown) throw new UnknownAnswer(after)
  return { name, version: bare(version), installed: after.installed }
}

function isAny(arch: string | undefined): boolean {
  return arch === 'all' || arch === 'noarch'
}

/** The epoch 0 need not be written. */
function bare(version: string): string {
  return version.replace(/^0:/, '')
}

function fetchProblem(head: string, { stderr }: ScriptReply, request: HttpRequest, ending: string): string {
  const [, heads = '', code = ''] = /^([^]*?)^exit (\d+)$/m.exec(head) ?? []
  const { status, reason } = readHeads(heads, request.url)
  const said = stderr.toString('utf8').trim().split('\n')[0] ?? ''
  if (status !== undefined && status !== 200)
    return `could not be fetched: the server answered with status ${status} ${reason}`.trim()
  return code !== '0' && code !== '' && status === undefined
    ? `could not be fetched: ${said}`
    : `is no .${ending} package`
}

/** What the manager takes for the files, and what has to be done before: URLs are fetched into "$hk_dir". */
export function bringFiles(files: readonly PackageFile[]): { specs: (string | Script)[]; before: Script[] } {
  const specs: (string | Script)[] = []
  const before: Script[] = []
  files.forEach(({ manager, source }, at) => {
    if (source.type === 'path') {
      specs.push(source.path)
      return
    }
    const name = new Script(`"$hk_dir"/${at}.${ENDING[manager]}`)
    if (before.length === 0)
      before.push(
        new Script(`hk_dir=$(mktemp -d) || exit 1
trap 'rm -rf "$hk_dir"' EXIT
trap 'exit 129' HUP INT TERM`),
      )
    before.push(
      httpFunction('hk_http', source.request),
      sh`hk_heads=$(hk_http 3>&1 >${name}) || exit 1
${STATUS}
case $hk_status in
  200|'') ;;
  *) printf 'Request failed: %s answered with status %s\n' ${source.request.url} "$hk_status" >&2; exit 1 ;;
esac`,
    )
    specs.push(name)
  })
  return { specs, before }
}
