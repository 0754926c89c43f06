import { createHash } from 'node:crypto'
import { cp, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { existsSync } from 'node:fs'
import { install, type Say } from './engine.ts'
import { PATHS } from './paths.ts'
import { has, must, run } from './process.ts'

const BASE = 'debian:bookworm-slim'
const LABEL = 'hakube.lab.context'
/** Stages of test/lab/images/Dockerfile that containers are made of. */
const TARGETS = [
  'tools',
  'debian-host',
  'debian-python-host',
  'el-host',
  'el-firewall-host',
  'el-python-host',
  'busybox-host',
]

const imageOf = (target: string): string => `hakube-lab:${target}`

/** Builds the images that are missing or older than test/lab/images. Says whether there were any. */
export async function ensureImages(say: Say): Promise<boolean> {
  const hash = await contextHash()
  const built = await builtFrom()
  const stale = TARGETS.filter((target) => built.get(imageOf(target)) !== hash)
  if (stale.length === 0) return false
  await ensureBase(say)
  await prepareContext(say)
  for (const target of stale) {
    say(`building ${target}`)
    await build(target, hash)
  }
  return true
}

/** Removes images of the lab that newer ones have replaced; those that containers still use stay. */
export async function removeReplaced(): Promise<void> {
  await run(['docker', 'image', 'prune', '-f', '--filter', `label=${LABEL}`])
}

/** A hash over the names and contents of test/lab/images. */
export async function contextHash(): Promise<string> {
  const files = (await readdir(PATHS.images, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
  const hash = createHash('sha256')
  for (const file of files)
    hash
      .update(`${file.slice(PATHS.images.length)}\0`)
      .update(await readFile(file))
      .update('\0')
  return hash.digest('hex').slice(0, 16)
}

/** The hash that each image carries, by the image's name; those that do not exist are left out. */
async function builtFrom(): Promise<Map<string, string>> {
  const format = `{{index .RepoTags 0}} {{index .Config.Labels "${LABEL}"}}`
  const { stdout } = await run(['docker', 'image', 'inspect', '-f', format, ...TARGETS.map(imageOf)])
  return new Map(
    stdout
      .trim()
      .split('\n')
      .map((line) => [line.split(' ')[0] ?? '', line.split(' ')[1] ?? '']),
  )
}

async function build(target: string, hash: string): Promise<void> {
  const proxies = ['http_proxy', 'https_proxy', 'no_proxy'].filter((name) => process.env[name] !== undefined)
  const args = proxies.flatMap((name) => ['--build-arg', name])
  // The legacy builder is what Debian's engine has; the machine's own network also has its proxies and name servers.
  await must(
    [
      'docker',
      'build',
      '--network',
      'host',
      ...args,
      '--label',
      `${LABEL}=${hash}`,
      '--target',
      target,
      '-t',
      imageOf(target),
      '.',
    ],
    { cwd: PATHS.buildContext, env: { DOCKER_BUILDKIT: '0' } },
  )
}

/** The base image, pulled or made from Debian's packages. */
async function ensureBase(say: Say): Promise<void> {
  if ((await run(['docker', 'image', 'inspect', BASE])).code === 0) return
  say(`pulling ${BASE}`)
  if ((await run(['docker', 'pull', '-q', BASE], { timeout: 120_000 })).code === 0) return
  say(`making ${BASE} with debootstrap`)
  if (!(await has('debootstrap'))) await install(['debootstrap'], say)
  const mirror = (await aptSources()).find((source) => source.release === 'bookworm')
  if (!mirror)
    throw new Error(
      `${BASE} cannot be pulled, and making it takes a machine that has Debian 12 as a package source`,
    )
  const script = `set -e; tree=$(mktemp -d); trap 'rm -rf "$tree"' EXIT
debootstrap --variant=minbase --include=ca-certificates bookworm "$tree" "$1" >"$tree.log" 2>&1 || { tail -n 20 "$tree.log"; exit 1; }
rm -f "$tree.log" "$tree"/var/cache/apt/archives/*.deb
tar -C "$tree" -c . | docker import - ${BASE}`
  await must(['/bin/sh', '-c', script, 'sh', mirror.uri])
}

/** The build context: the committed files, and this machine's way to Debian's packages. */
async function prepareContext(say: Say): Promise<void> {
  await rm(PATHS.buildContext, { recursive: true, force: true })
  await cp(PATHS.images, PATHS.buildContext, { recursive: true })
  const apt = join(PATHS.buildContext, 'machine-apt')
  await mkdir(join(apt, 'sources.list.d'), { recursive: true })
  await mkdir(join(apt, 'apt.conf.d'))
  const sources = await aptSources()
  if (sources.length === 0) {
    say("no Debian 12 package sources on this machine; using the base image's own")
    await writeFile(join(apt, 'sources.list.d/.none'), '')
    return
  }
  const lines = sources.map(({ uri, release, component }) => `deb ${uri} ${release} ${component}\n`)
  await writeFile(join(apt, 'sources.list.d/machine.list'), lines.join(''))
  await writeFile(join(apt, 'apt.conf.d/97machine'), await aptSettings())
  const bundle = '/etc/ssl/certs/ca-certificates.crt'
  if (sources.some((source) => source.uri.startsWith('https:')) && existsSync(bundle)) {
    await cp(bundle, join(apt, 'machine-ca.crt'), { dereference: true })
  }
}

interface Source {
  uri: string
  release: string
  component: string
}

/** Where this machine has Debian 12 from. Empty on other systems. */
async function aptSources(): Promise<Source[]> {
  if (!(await has('apt-get'))) return []
  const known = await indexTargets()
  if (known.length > 0 || process.getuid?.() !== 0) return known
  // Who publishes a source is only known once its lists have been fetched.
  await run(['apt-get', '-q', '-o', 'DPkg::Lock::Timeout=300', 'update'])
  return indexTargets()
}

async function indexTargets(): Promise<Source[]> {
  const format = '$(ORIGIN)|$(REPO_URI)|$(RELEASE)|$(COMPONENT)'
  const out = await must(['apt-get', 'indextargets', '--format', format, 'Created-By: Packages'])
  return out
    .split('\n')
    .map((line) => line.split('|'))
    .filter(
      ([origin, , release, component]) =>
        origin === 'Debian' && component === 'main' && /^bookworm(-updates|-security)?$/.test(release ?? ''),
    )
    .map(([, uri = '', release = '', component = '']) => ({ uri, release, component }))
}

/** The settings of this machine's apt that matter for fetching: proxies, certificates, what it does not check. */
async function aptSettings(): Promise<string> {
  const dump = await must(['apt-config', 'dump', 'Acquire'])
  const wanted =
    /^Acquire::(https?::(.*::)?(Proxy|CAInfo|Verify-Peer|Verify-Host)|Check-Valid-Until|Check-Date|Retries|ForceIPv[46])\b/
  return dump
    .split('\n')
    .filter((line) => wanted.test(line) && !line.endsWith(' "";') && !line.includes('CAInfo'))
    .map((line) => `${line}\n`)
    .join('')
}
