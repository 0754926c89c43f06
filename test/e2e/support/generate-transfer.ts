import { type Draft, type Maker, keywords } from './maker.ts'
import { THROUGH_LINKS } from './universe.ts'

/** Tasks that edit, fetch, unpack and list what other tasks make and remove. */

const MODES = ['0644', '0600', '0755'] as const

function anyFile({ random, cast }: Maker): string {
  return random.weighted([
    [6, random.pick(cast.files)],
    [2, random.pick(THROUGH_LINKS)],
    [1, random.pick(cast.links)],
  ])
}

function mode({ random }: Maker): Draft {
  return random.some(25, { mode: random.pick(MODES) })
}

/** An option, a line, a block or a word in a file that may not be there. */
export function editTask(maker: Maker): Draft[] {
  const { random } = maker
  const path = anyFile(maker)
  const common = { path, ...mode(maker) }
  const create = random.some(60, { create: true })
  const state = random.some(30, { state: 'absent' })
  const task = random.weighted<() => Draft>([
    [
      3,
      () => ({
        ini_file: {
          ...common,
          section: random.pick(['one', 'two']),
          option: random.pick(['colour', 'size']),
          value: random.pick(['red', 'green']),
          ...state,
          ...random.some(20, { create: false }),
          ...random.some(20, { exclusive: false }),
          ...random.some(20, { no_extra_spaces: true }),
        },
      }),
    ],
    [
      3,
      () => ({
        lineinfile: {
          ...common,
          line: random.pick(['one', 'colour = red', 'end']),
          ...random.some(40, { regexp: random.pick(['^one', '^colour', 'e']) }),
          ...random.some(25, { insertbefore: 'BOF' }),
          ...state,
          ...create,
        },
      }),
    ],
    [
      2,
      () => ({
        blockinfile: {
          ...common,
          block: random.pick(['one\ntwo', 'colour = red']),
          ...random.some(30, { insertafter: random.pick(['^one', 'EOF']) }),
          ...state,
          ...create,
        },
      }),
    ],
    [
      2,
      () => ({
        replace: {
          ...common,
          regexp: random.pick(['one', '^colour.*$', 't(w)o']),
          replace: random.pick(['two', 'one', '<\\1>'].slice(0, 2)),
        },
      }),
    ],
    [1, () => ({ pam_limits: limit(maker, path) })],
  ])()
  return [{ ...task, ...keywords(random) }]
}

/** Few words, so that they meet. Files of other tasks have no limits in them, and are taken for what they are. */
function limit({ random }: Maker, dest: string): Draft {
  return {
    dest,
    domain: random.pick(['joe', '@web']),
    limit_type: random.pick(['soft', '-']),
    limit_item: 'nofile',
    value: random.pick(['1024', '4096', 'unlimited']),
    ...random.some(25, { use_max: true }),
    ...random.some(25, { comment: 'many' }),
    ...random.some(15, { backup: true }),
  }
}

/** From the host itself: there is no other server that all hosts reach. The file may not be there. */
export function downloadTask(maker: Maker): Draft[] {
  const { random, cast } = maker
  const [source, dest] = [random.pick(['/etc/hostname', '/etc/passwd', ...cast.files]), anyFile(maker)]
  const into = random.pick([dest, dest, random.pick(cast.directories)])
  return [
    {
      get_url: { url: `file://${source}`, dest: into, ...mode(maker), ...random.some(30, { force: true }) },
      ...keywords(random),
    },
  ]
}

/** An archive of the controller with the files that other tasks are about. */
export function unpackTask(maker: Maker): Draft[] {
  const { random, cast } = maker
  const args = {
    src: 'things.tar',
    dest: random.pick(cast.directories),
    ...random.some(20, { exclude: [random.pick(['a', 'd/*'])] }),
    ...random.some(25, { owner: random.pick(['root', 'daemon']) }),
    ...random.some(20, { keep_newer: true }),
    ...mode(maker),
    ...random.some(20, { creates: random.pick(cast.files) }),
  }
  return [{ unarchive: args, ...keywords(random) }]
}

/** A directory or a file that goes into an archive, which is one of the files, or beside it. */
export function packTask(maker: Maker): Draft[] {
  const { random, cast } = maker
  const args = {
    path: random.pick([...cast.directories, ...cast.files]),
    dest: random.pick(['/srv/packed.tgz', '/srv/predict/packed', random.pick(cast.files)]),
    ...random.some(30, { format: 'tar' }),
    ...random.some(20, { exclusion_patterns: ['*x'] }),
    ...random.some(20, { force_archive: true }),
    ...random.some(15, { remove: true }),
    ...mode(maker),
  }
  return [{ archive: args, ...keywords(random) }]
}

/** A list, and a task that depends on how long it is. */
export function findTasks(maker: Maker): Draft[] {
  const { random, cast, index } = maker
  const found = `found_${index}`
  const look = {
    find: {
      paths: random.pick(cast.directories),
      ...random.some(60, { recurse: true }),
      file_type: random.pick(['file', 'any', 'directory', 'link']),
      ...random.some(40, { patterns: random.pick(['a*', '*', '?']) }),
      ...random.some(30, { contains: random.pick(['one', 'colour']) }),
      ...random.some(20, { size: random.pick(['4', '-4']) }),
    },
    register: found,
    ignore_errors: true,
  }
  const when = random.pick([
    `${found}.matched | default(0) > 0`,
    `${found}.matched | default(0) == 0`,
    `${found}.matched | default(0) > 1`,
  ])
  const then = { copy: { content: `{{ ${found}.matched }}\n`, dest: random.pick(cast.files) }, when }
  return [look, { ...then, ...keywords(random) }]
}

/** Content that comes to the controller, as a value that goes into another file. */
export function collectTasks(maker: Maker): Draft[] {
  const { random, cast, index } = maker
  const read = `read_${index}`
  const content = `{{ ${read}.content | default('') | b64decode }}`
  return [
    { slurp: { src: anyFile(maker) }, register: read, ignore_errors: true },
    { copy: { content, dest: random.pick(cast.files) }, ...keywords(random) },
  ]
}

/** Fragments of one of the directories, put together. */
export function assembleTask(maker: Maker): Draft[] {
  const { random, cast } = maker
  const args = {
    src: random.pick(cast.directories),
    dest: random.pick([...cast.files, '/srv/predict/joined']),
    ...mode(maker),
  }
  return [{ assemble: { ...args, ...random.some(30, { regexp: '^a' }) }, ...keywords(random) }]
}

/** A tar as ustar has it. All of it is ASCII, so that it can be written as text. */
export function tarOf(
  entries: readonly { name: string; mode: number; content?: string; link?: string }[],
): string {
  const blocks = entries.map(({ name, mode, content = '', link = '' }) => {
    const type = name.endsWith('/') ? '5' : link === '' ? '0' : '2'
    const octal = (value: number, width: number): string => `${value.toString(8).padStart(width - 1, '0')}\0`
    const fields = [
      name.padEnd(100, '\0'),
      octal(mode, 8),
      octal(0, 8),
      octal(0, 8),
      octal(content.length, 12),
      octal(1_600_000_000, 12),
      ' '.repeat(8),
      type,
      link.padEnd(100, '\0'),
      'ustar\x0000',
      'root'.padEnd(32, '\0'),
      'root'.padEnd(32, '\0'),
    ]
    const header = fields.join('').padEnd(512, '\0')
    const sum = [...Buffer.from(header, 'latin1')].reduce((all, byte) => all + byte, 0)
    const summed = `${header.slice(0, 148)}${sum.toString(8).padStart(6, '0')}\0 ${header.slice(156)}`
    return summed + content.padEnd(Math.ceil(content.length / 512) * 512, '\0')
  })
  return blocks.join('') + '\0'.repeat(1024)
}

/** What unpackTask unpacks: things with the names that other tasks use. */
export const THINGS = tarOf([
  { name: 'a', mode: 0o644, content: 'one\n' },
  { name: 'd/', mode: 0o755 },
  { name: 'd/x', mode: 0o600, content: 'two\n' },
  { name: 'e/y', mode: 0o755, content: 'colour = red\n' },
  { name: 'k', mode: 0o777, link: 'a' },
])
