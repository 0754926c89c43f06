import { type Draft, type Maker, keywords } from './maker.ts'
import type { Family } from './universe.ts'

/** A repository beside that of the host: the same packages, or their second releases. */
export const OTHER = {
  id: 'predict',
  file: '/etc/yum.repos.d/predict.repo',
  list: '/etc/apt/sources.list.d/predict.list',
  line: 'deb [trusted=yes] file:/srv/lab/deb-updates ./',
} as const

/** What asks for the newest release, so that it shows whether a repository has come or gone. */
const latest = (family: Family, name: string): Draft =>
  family === 'EL-like'
    ? { dnf: { name, state: 'latest' }, ignore_errors: true }
    : { apt: { name, state: 'latest' }, ignore_errors: true }

/** A repository comes, changes or goes; sometimes its file is somebody else's too. */
export function repositoryTask(maker: Maker): Draft[] {
  const { random, family, cast } = maker
  const before = random.chance(30) ? [foreignFile(maker)] : []
  const after = random.chance(40) ? [latest(family, cast.package)] : []
  const repository = family === 'EL-like' ? yumRepository(maker) : aptRepository(maker)
  return [...before, repository, ...after]
}

function yumRepository({ random }: Maker): Draft {
  if (random.chance(35)) return { yum_repository: { name: OTHER.id, state: 'absent' }, ...keywords(random) }
  return {
    yum_repository: {
      name: OTHER.id,
      description: 'More of the same',
      baseurl: random.pick(['file:///srv/lab/rpm', 'file:///srv/lab/rpm-updates']),
      gpgcheck: false,
      enabled: random.chance(50),
      ...random.some(30, { exclude: ['no-such-*', 'nor-this'] }),
      ...random.some(30, { mode: random.pick(['0600', '0644']) }),
    },
    ...keywords(random),
  }
}

function aptRepository({ random }: Maker): Draft {
  const args = {
    repo: random.pick([OTHER.line, OTHER.line, '#deb nothing', 'deb [trusted=yes] file:/srv/lab/nothing ./']),
    filename: 'predict',
    update_cache_retries: 1,
    ...random.some(35, { state: 'absent' }),
    ...random.some(50, { update_cache: false }),
    ...random.some(20, { mode: random.pick(['0600', '0640']) }),
  }
  // A line that is none is refused before the run.
  const repo = args.repo.startsWith('#') ? OTHER.line : args.repo
  // What has no lists fails in the real run only, and where it stays it breaks apt.
  const update = repo === OTHER.line ? {} : { state: 'absent' }
  return { apt_repository: { ...args, ...update, repo }, ...keywords(random) }
}

function foreignFile({ random, family }: Maker): Draft {
  const text =
    family === 'EL-like'
      ? random.pick(['# mine\n', '[other]\nname=Other\nbaseurl=file:///srv/lab/rpm\nenabled=0\n'])
      : random.pick(['# mine\n', `#${OTHER.line}\n# mine\n`])
  const dest = family === 'EL-like' ? OTHER.file : OTHER.list
  return { copy: { content: text, dest }, ...keywords(random) }
}

/** apt's lists are fetched by themselves, or together with a package; a second look finds them young. */
export function listsTask(maker: Maker): Draft[] {
  const { random, family, cast } = maker
  if (family === 'EL-like') return [{ dnf: { name: cast.package, update_cache: true }, ...keywords(random) }]
  const age = { update_cache: true, cache_valid_time: random.pick([1000, 100_000]) }
  const name = random.pick<unknown>([cast.package, ['lab-hello', cast.package]])
  return [
    { apt: { ...age, ...random.some(50, { name }) }, ...keywords(random) },
    ...(random.chance(50) ? [{ apt: age, ...keywords(random) }] : []),
  ]
}

/** What `service_facts` and `package_facts` say is known unless a task before them changes it. */
export function gatherTask({ random, cast }: Maker): Draft[] {
  const gather = random.pick(['service_facts', 'package_facts'])
  const reads =
    gather === 'service_facts'
      ? `{{ ansible_facts.services['${cast.package}.service'].status | default('none') }}`
      : `{{ packages['${cast.package}'] is defined }}`
  return [
    { [gather]: {}, ...keywords(random) },
    { copy: { content: `${reads}\n`, dest: '/srv/gathered' }, ...keywords(random) },
  ]
}

/** Lists in which the lack of each effect of these modules shows. */
export function packageTours(family: Family): Draft[][] {
  if (family === 'EL-like') {
    const repository = (more: Draft) => ({
      yum_repository: {
        name: OTHER.id,
        description: 'Second releases',
        baseurl: 'file:///srv/lab/rpm-updates',
        gpgcheck: false,
        ...more,
      },
    })
    const mode = { file: { path: OTHER.file, mode: '0600' } }
    const lookAt = { stat: { path: OTHER.file }, register: 'seen' }
    return [
      [
        { package: { name: 'lab-hello' } },
        repository({}),
        latest(family, 'lab-hello'),
        { yum_repository: { name: OTHER.id, state: 'absent' } },
        { package: { name: 'lab-hello', state: 'absent' } },
      ],
      [repository({ enabled: false }), mode, repository({ enabled: false, mode: '0640' }), mode],
      [repository({ enabled: false }), { yum_repository: { name: OTHER.id, state: 'absent' } }, lookAt],
    ]
  }
  const source = (more: Draft) => ({ apt_repository: { repo: OTHER.line, filename: 'predict', ...more } })
  const young = { apt: { update_cache: true, cache_valid_time: 1000 } }
  const mode = { file: { path: OTHER.list, mode: '0600' } }
  return [
    // First: on a new host the lists are as old as its image.
    [{ apt: { update_cache: true } }, young],
    [
      { package: { name: 'lab-hello' } },
      source({}),
      latest(family, 'lab-hello'),
      source({ state: 'absent' }),
      { package: { name: 'lab-hello', state: 'absent' } },
    ],
    [source({ update_cache: false }), mode, source({ state: 'absent', update_cache: false }), mode],
  ].map((tasks) => tasks.map((task) => ({ ...task, ignore_errors: true })))
}
