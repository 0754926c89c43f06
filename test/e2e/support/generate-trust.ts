import { ONE, TWO } from '../../tasks/keys.ts'
import { type GeneratedList, handlersOf, withName } from './generate.ts'
import { copyTask, fileTask, statTasks } from './generate-files.ts'
import { installTask, removeTask } from './generate-services.ts'
import { type Draft, type Maker, keywords } from './maker.ts'
import { Random } from './random.ts'
import { type Family, castFor } from './universe.ts'

/** Tasks about what a host trusts and chooses: keys, sources, answers, selections, alternatives, checkouts, SELinux. */

const KEYS = [ONE.text, TWO.text] as const
const IDS = [ONE.id, TWO.id, 'ABCDEF0123456789'] as const
const FINGERPRINTS = [
  '245F E129 5856 371A 5E59 8A1C 8D76 DF7A 983A 3783',
  '0E70 F65A DAF4 15E3 0F9B 2E1D FF7C 87F1 D733 6C05',
] as const
const KEY_FILES = ['/srv/predict/a', '/srv/predict/one.asc', '/srv/predict/d/two.asc'] as const
const KEYRINGS = [
  '/etc/apt/trusted.gpg.d/predict.gpg',
  '/etc/apt/trusted.gpg.d/predict.asc',
  '/srv/predict/ring.gpg',
  '/srv/predict/m/ring.asc',
  '/srv/predict/l',
] as const

function keyText(random: Random): string {
  return random.pick(KEYS)
}

/** A key as a file on the host, or what is none. */
function keyFileTask({ random }: Maker): Draft[] {
  const dest = random.pick([...KEY_FILES, ...KEYRINGS])
  const [one, two] = KEYS
  const content = random.weighted([
    [4, one],
    [4, two],
    [1, one + two],
    [1, 'no key\n'],
    [1, ''],
  ])
  return [
    random.chance(50)
      ? { copy: { src: random.pick(['one.asc', 'two.asc']), dest }, ...keywords(random) }
      : { copy: { content, dest }, ...keywords(random) },
  ]
}

function aptKeyTask({ random }: Maker): Draft[] {
  const keyring = random.some(65, { keyring: random.pick(KEYRINGS) })
  const id = random.some(40, { id: random.pick([...IDS, IDS[0].slice(-8), `0x${IDS[1]}`]) })
  if (random.chance(30))
    return [{ apt_key: { id: random.pick(IDS), state: 'absent', ...keyring }, ...keywords(random) }]
  const source = random.pick<Draft>([
    { data: keyText(random) },
    { file: random.pick(KEY_FILES) },
    { url: `file://${random.pick(KEY_FILES)}` },
  ])
  return [
    {
      apt_key: { ...source, ...id, ...keyring, ...random.some(10, { state: 'absent' }) },
      ...keywords(random),
    },
  ]
}

function rpmKeyTask({ random }: Maker): Draft[] {
  const absent = random.some(30, { state: 'absent' })
  const key = random.weighted<string>([
    [5, random.pick(KEY_FILES)],
    [1, `file://${random.pick(KEY_FILES)}`],
    ['state' in absent ? 4 : 1, random.pick(IDS)],
  ])
  const fingerprint = random.some(20, { fingerprint: random.pick(FINGERPRINTS) })
  return [{ rpm_key: { key, ...absent, ...('state' in absent ? {} : fingerprint) }, ...keywords(random) }]
}

const SOURCE = '/etc/apt/sources.list.d/predict.sources'

function sourceTask({ random }: Maker): Draft[] {
  if (random.chance(30))
    return [{ deb822_repository: { name: 'predict', state: 'absent' }, ...keywords(random) }]
  return [
    {
      deb822_repository: {
        name: 'predict',
        uris: random.pick(['file:/srv/lab/deb', 'file:/srv/lab/deb-updates']),
        suites: './',
        trusted: true,
        ...random.some(40, { enabled: random.chance(50) }),
        ...random.some(25, { mode: random.pick(['0600', '0644']) }),
        ...random.some(25, { types: ['deb', 'deb-src'].slice(0, random.between(1, 2)) }),
        ...random.some(15, { languages: ['none'] }),
        ...random.some(45, {
          signed_by: random.pick([
            ...KEY_FILES.map((path) => `file://${path}`),
            '/srv/predict/ring.gpg',
            keyText(random),
          ]),
        }),
      },
      ...keywords(random),
    },
  ]
}

/** What shows which source, keyring or key is there. */
function lookTask(maker: Maker): Draft[] {
  const { random, family } = maker
  const path = random.pick([
    SOURCE,
    '/etc/apt/keyrings',
    '/etc/apt/keyrings/predict.asc',
    '/etc/apt/keyrings/predict.gpg',
    '/etc/apt/trusted.gpg',
    ...KEYRINGS,
  ])
  if (family === 'EL-like') return statTasks(maker, random.pick(KEY_FILES))
  return random.weighted<() => Draft[]>([
    [3, () => statTasks(maker, path)],
    [2, () => [{ file: { path, mode: random.pick(['0600', '0644']) }, ...keywords(random) }]],
    [2, () => [{ file: { path, state: 'absent' }, ...keywords(random) }]],
  ])()
}

function answerTask({ random }: Maker): Draft[] {
  const name = random.pick(['predict', 'predict', 'lab-hello', 'tzdata'])
  if (random.chance(10)) return [{ debconf: { name }, ...keywords(random) }]
  const question = `${name}/${random.pick(['one', 'two'])}`
  const answer = random.pick<Draft>([
    { vtype: 'string', value: random.pick(['red', 'two  words', '']) },
    { vtype: 'boolean', value: random.pick(['true', 'false', 'True']) },
    { vtype: 'select', value: random.pick(['a', 'b']) },
    { vtype: 'password', value: random.pick(['ge heim', 'other']) },
    { vtype: 'seen', value: random.pick(['true', 'false']) },
  ])
  return [
    { debconf: { name, question, ...answer, ...random.some(20, { unseen: true }) }, ...keywords(random) },
  ]
}

function selectionTask({ random, cast }: Maker): Draft[] {
  const selection = random.weighted([
    [4, 'hold'],
    [4, 'install'],
    [1, 'deinstall'],
    [1, 'purge'],
  ])
  const name = random.pick([cast.package, cast.package, 'lab-hello', 'no-such-package'])
  return [{ dpkg_selections: { name, selection }, ...keywords(random) }]
}

const PROGRAMS = ['/srv/predict/a', '/srv/predict/b', '/srv/predict/d/x', '/usr/bin/true'] as const

function alternativeTask({ random }: Maker): Draft[] {
  const name = random.pick(['hk_alt', 'hk_alt', 'hk_other'])
  const state = random.weighted([
    [4, 'selected'],
    [3, 'present'],
    [2, 'auto'],
    [3, 'absent'],
  ])
  const args = {
    name,
    path: random.pick(PROGRAMS),
    ...random.some(75, { link: `/usr/local/bin/${name}` }),
    ...random.some(40, { priority: random.pick([10, 50, 90]) }),
    ...random.some(20, {
      subcommands: [{ name: `${name}_sub`, path: random.pick(PROGRAMS), link: `/usr/local/bin/${name}_sub` }],
    }),
  }
  return [{ alternatives: { ...args, state }, ...keywords(random) }]
}

function alternativeLook(maker: Maker): Draft[] {
  const { random } = maker
  const path = random.pick([
    '/usr/local/bin/hk_alt',
    '/usr/local/bin/hk_alt_sub',
    '/etc/alternatives/hk_alt',
    '/etc/alternatives/hk_alt_sub',
  ])
  if (random.chance(70)) return statTasks(maker, path)
  const dest = '/usr/local/bin/hk_alt'
  return [
    { copy: { content: 'one\n', dest, ...random.some(50, { follow: true }) }, ...keywords(random) },
    ...(random.chance(60) ? [{ file: { path: dest, state: 'absent' }, ...keywords(random) }] : []),
  ]
}

/** A repository with two commits, a tag and a branch, on hosts that have git. */
export const REPOSITORY = `
command -v git >/dev/null || exit 0
export GIT_AUTHOR_DATE=2020-01-01T00:00:00Z GIT_COMMITTER_DATE=2020-01-01T00:00:00Z HOME=/root
rm -rf /srv/git && mkdir -p /srv/git && cd /srv/git
git init -q -b main && git config user.name t && git config user.email t@example.com
echo one >a && mkdir d && echo two >d/x && git add . && git commit -qm one && git tag v1 && git branch old
echo two >a && git commit -qam two`

const TWINS: ReadonlySet<string> = new Set(['mpy', 'dpy'])

const CHECKOUTS = ['/srv/predict/g', '/srv/predict/d', '/srv/predict/m/n', '/srv/predict/l/e'] as const

function gitTask({ random }: Maker): Draft[] {
  return [
    {
      git: {
        repo: random.weighted([
          [6, '/srv/git'],
          [3, 'file:///srv/git'],
          [1, '/srv/none'],
          [1, random.pick(CHECKOUTS)],
        ]),
        dest: random.pick(CHECKOUTS),
        ...random.some(50, { version: random.pick(['v1', 'old', 'main', 'nowhere']) }),
        ...random.some(35, { force: true }),
        ...random.some(15, { update: false }),
        ...random.some(10, { clone: false }),
        ...random.some(8, { bare: true }),
        ...random.some(10, { remote: 'up' }),
        ...random.some(10, { depth: 1 }),
        ...random.some(10, { single_branch: true }),
        ...random.some(10, { umask: '0077' }),
      },
      ...keywords(random),
    },
  ]
}

function gitLook(maker: Maker): Draft[] {
  const { random } = maker
  const path = `${random.pick(CHECKOUTS)}${random.pick(['', '/a', '/d', '/d/x', '/.git', '/.git/config', '/HEAD'])}`
  return random.weighted<() => Draft[]>([
    [3, () => statTasks(maker, path)],
    [2, () => [{ file: { path, state: 'absent' }, ...keywords(random) }]],
    [2, () => [{ copy: { content: random.pick(['one\n', 'mine\n']), dest: path }, ...keywords(random) }]],
    [1, () => [{ file: { path, owner: random.pick(['root', 'daemon']) }, ...keywords(random) }]],
  ])()
}

/** No host of the lab has SELinux: only its configuration changes, all else fails, in check mode as well. */
function selinuxTask({ random }: Maker): Draft[] {
  const configfile = random.pick(['/srv/predict/a', '/srv/predict/l', '/srv/predict/d/x'])
  const kernel = random.some(10, { update_kernel_param: true })
  const boolean = { name: 'haproxy_connect_any', state: true, persistent: random.chance(50) }
  const port = { ports: 8443, proto: 'tcp', setype: 'http_port_t' }
  const task = random.weighted<Draft>([
    [2, { selinux: { state: 'disabled', configfile, ...kernel } }],
    [2, { selinux: { policy: 'targeted', state: random.pick(['enforcing', 'permissive']), configfile } }],
    [2, { copy: { content: 'SELINUX=enforcing\nSELINUXTYPE=targeted\n', dest: configfile } }],
    [1, { file: { path: '/etc/selinux/targeted/policy', state: random.pick(['directory', 'absent']) } }],
    [1, { selinux_permissive: { domain: 'haproxy_t', permissive: random.chance(50) } }],
    [1, { seport: { ...port, state: random.pick(['present', 'absent']) } }],
    [1, { seboolean: boolean }],
  ])
  return [{ ...task, ...keywords(random) }]
}

type Kinds = readonly (readonly [number, (maker: Maker) => Draft[]])[]

const COMMON: Kinds = [
  [5, alternativeTask],
  [2, alternativeLook],
  [2, selinuxTask],
  [2, fileTask],
  [2, copyTask],
  [4, keyFileTask],
]
const KINDS: Readonly<Record<Family, Kinds>> = {
  'EL-like': [...COMMON, [7, rpmKeyTask], [1, lookTask]],
  'Debian-like': [
    ...COMMON,
    [5, aptKeyTask],
    [3, sourceTask],
    [3, lookTask],
    [4, answerTask],
    [4, selectionTask],
    [2, (maker) => installTask(maker, maker.random.chance(40) ? 'latest' : 'present')],
    [2, removeTask],
  ],
}

/** A list of four to nine tasks about what a host trusts and chooses; about checkouts only where there is git. */
export function generateTrustList(family: Family, seed: number, host: string): GeneratedList {
  const git: Kinds = TWINS.has(host)
    ? [
        [8, gitTask],
        [4, gitLook],
      ]
    : [[1, gitTask]]
  const kinds = [...KINDS[family], ...git]
  const random = new Random(seed)
  const cast = castFor(family, random)
  // Nearly all of it is below this directory.
  const tasks: Draft[] = [{ file: { path: '/srv/predict', state: 'directory' } }].slice(
    random.between(0, 3) > 0 ? 0 : 1,
  )
  const size = random.between(4, 9)
  while (tasks.length < size) {
    const make = random.weighted<(maker: Maker) => Draft[]>(kinds)
    tasks.push(...make({ random, family, cast, index: tasks.length + 1 }))
  }
  return {
    family,
    seed,
    tasks: tasks.map(withName),
    handlers: handlersOf(random),
    updates: random.chance(15),
    before: 'nothing',
  }
}
