import { type Draft, type Maker, keywords } from './maker.ts'
import type { Random } from './random.ts'
import { CONFIGS, THROUGH_LINKS } from './universe.ts'

const MODES = ['0644', '0600', '0755', 'u=rw,go=r'] as const

/** Permissions and owners, each now and then. */
function attributes(random: Random, modes: readonly string[] = MODES): Draft {
  return {
    ...random.some(40, { mode: random.pick(modes) }),
    ...random.some(20, { owner: random.pick(['root', 'daemon', 'haproxy']) }),
    ...random.some(15, { group: random.pick(['root', 'daemon', 'haproxy']) }),
  }
}

function anyFile({ random, cast }: Maker): string {
  return random.weighted([
    [6, random.pick(cast.files)],
    [2, random.pick(THROUGH_LINKS)],
    [1, random.pick(cast.links)],
    [4, random.pick(cast.brought.files)],
  ])
}

function anyPath(maker: Maker): string {
  const { random, cast } = maker
  return random.weighted([
    [5, anyFile(maker)],
    [3, random.pick(cast.directories)],
    [2, random.pick(cast.links)],
    [2, broughtPath(maker)],
  ])
}

export function broughtPath({ random, cast: { brought } }: Maker): string {
  return random.pick([
    ...brought.files,
    ...brought.directories,
    ...brought.programs,
    ...(brought.perhaps ?? []),
  ])
}

function contentFor(path: string, random: Random): string {
  return random.pick(CONFIGS[path] ?? ['one\n', 'two\n'])
}

export function fileTask(maker: Maker): Draft[] {
  const { random } = maker
  const args = random.weighted<() => Draft>([
    [4, () => directory(maker)],
    [3, () => ({ path: absentPath(maker), state: 'absent' })],
    [2, () => touch(maker)],
    [3, () => link(maker)],
    [1, () => hardLink(random)],
    [2, () => ({ path: anyPath(maker), ...attributes(random), mode: random.pick(MODES) })],
    [1, () => ({ path: anyFile(maker), state: 'file', ...attributes(random) })],
  ])()
  return [{ file: args, ...keywords(random) }]
}

function directory({ random, cast }: Maker): Draft {
  const { directories, brought } = cast
  return {
    path: random.pick([
      ...directories,
      ...directories,
      ...directories,
      '/srv/predict/l/e',
      ...brought.directories,
    ]),
    state: 'directory',
    ...attributes(random, ['0755', '0700', '2755']),
    ...random.some(25, { recurse: true }),
  }
}

/** Programs stay: a package without its program cannot be removed properly. */
function absentPath({ random, cast }: Maker): string {
  return random.weighted([
    [3, random.pick(cast.files)],
    [2, random.pick(cast.directories)],
    [2, random.pick(cast.links)],
    [1, random.pick(THROUGH_LINKS)],
    [1, random.pick(cast.brought.files)],
  ])
}

function touch(maker: Maker): Draft {
  const keep = maker.random.chance(60)
  return {
    path: anyFile(maker),
    state: 'touch',
    ...attributes(maker.random),
    ...(keep && { access_time: 'preserve', modification_time: 'preserve' }),
  }
}

function link({ random, cast }: Maker): Draft {
  return {
    src: random.pick(['/srv/predict/d', '/srv/predict/nothing', 'd', 'a', ...cast.files]),
    path: random.pick([...cast.links, ...cast.links, '/srv/predict/b']),
    state: 'link',
    ...random.some(50, { force: true }),
    ...random.some(20, { mode: random.pick(MODES) }),
    ...random.some(20, { follow: false }),
  }
}

function hardLink(random: Random): Draft {
  return {
    src: random.pick(['/srv/predict/a', '/srv/predict/d/x']),
    path: random.pick(['/srv/predict/b', '/srv/predict/d/h']),
    state: 'hard',
    ...random.some(60, { force: true }),
  }
}

export function copyTask(maker: Maker): Draft[] {
  const { random, cast } = maker
  if (random.chance(12)) return [looped(random)]
  const args = random.weighted<() => Draft>([
    [7, () => fromText(maker)],
    [
      1,
      () => ({
        src: 'note.txt',
        dest: random.pick(['/srv/predict/d/', '/srv/predict/new/', '/srv/predict/l']),
      }),
    ],
    [1, () => ({ src: random.pick(['tree', 'tree/']), dest: random.pick(cast.directories) })],
    [1, () => ({ src: random.pick(cast.files), dest: anyFile(maker), remote_src: true })],
  ])()
  return [{ copy: { ...args, ...attributes(random) }, ...keywords(random) }]
}

function fromText(maker: Maker): Draft {
  const dest = anyFile(maker)
  const { random } = maker
  return {
    content: contentFor(dest, random),
    dest,
    ...random.some(10, { force: false }),
    ...random.some(10, { backup: true }),
    ...random.some(20, { follow: true }),
    ...random.some(10, { validate: 'test -s %s' }),
  }
}

function looped(random: Random): Draft {
  return {
    copy: { content: '{{ item }}\n', dest: '/srv/predict/{{ item }}', ...attributes(random) },
    loop: random.pick([
      ['a', 'b'],
      ['d/x', 'a', 'm/z'],
    ]),
    ...keywords(random),
  }
}

export function templateTask(maker: Maker): Draft[] {
  const { random, cast } = maker
  const dest = random.pick([...cast.files, ...cast.files, '/srv/predict/d/', '/srv/predict/l'])
  return [{ template: { src: 'colour.j2', dest, ...attributes(random) }, ...keywords(random) }]
}

/** A look at something, and a task that depends on what was seen. */
export function statTasks(maker: Maker, path = anyPath(maker)): Draft[] {
  const { random, index } = maker
  const seen = `seen_${index}`
  const look = { stat: { path, ...random.some(30, { follow: true }) }, register: seen }
  const when = random.pick([
    `${seen}.stat.exists`,
    `not ${seen}.stat.exists`,
    `${seen}.stat.exists and ${seen}.stat.isdir`,
    `${seen}.stat.exists and ${seen}.stat.islnk`,
    `${seen}.stat.exists and ${seen}.stat.mode == '0644'`,
    `${seen}.stat.exists and ${seen}.stat.pw_name | default('') == 'haproxy'`,
    `${seen}.stat.exists and ${seen}.stat.gr_name | default('') == 'root'`,
  ])
  const then = random.pick([copyTask, fileTask])({ ...maker, index: index + 1 })
  return [look, ...then.map((task) => ({ ...task, when }))]
}

/** Anything that notices whether a package brought a file or an account. */
export function noticeTasks(maker: Maker): Draft[] {
  const { random } = maker
  const path = broughtPath(maker)
  return random.weighted<() => Draft[]>([
    [3, () => [{ file: { path, mode: random.pick(['0644', '0755']) }, ...keywords(random) }]],
    [3, () => statTasks(maker, path)],
    [
      2,
      () => [
        { copy: { content: 'one\n', dest: '/srv/predict/owned', ...accounts(random) }, ...keywords(random) },
      ],
    ],
  ])()
}

function accounts(random: Random): Draft {
  return random.pick([{ owner: 'haproxy' }, { group: 'haproxy' }, { owner: 'haproxy', group: 'haproxy' }])
}
