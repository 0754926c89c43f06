import { expect, test } from 'vitest'
import { formatSources, parseLine, parseSources, suggestFile } from '../../src/tasks/apt-sources.ts'
import module from '../../src/tasks/apt_repository.ts'
import { Unknown } from '../../src/world/kind.ts'
import { pathBecomes, pathGone } from '../../src/world/path-effects.ts'
import type { World } from '../../src/world/world.ts'
import { id } from '../../src/world/world.ts'
import { controllerWith } from './harness.ts'
import { type Answers, applyOf, bare, debian, el, planWith } from './worlds.ts'

const FOLDER = '/etc/apt/sources.list.d'
const REPO = 'deb [signed-by=/k] http://user:pw@a.example.com/debian  bookworm   main'
const LINE = 'deb [signed-by=/k] http://user:pw@a.example.com/debian bookworm main'
const FILE = `${FOLDER}/a_example_com_debian.list`

const root = { uid: 0, gid: 0, owner: 'root', group: 'root' }
const directory = { exists: true, type: 'directory', mode: 0o755, ...root, digests: {} }

/** A Debian-like host with these lists. */
function lists(files: Readonly<Record<string, string>>): Answers {
  const shown = Object.entries(files).map(([name, text]) => {
    const path = `${FOLDER}/${name}`
    return `644 0 0 root root ${Buffer.byteLength(text)} ${path}\n${text}\n`
  })
  const above = ['/.', '/etc/.', '/etc/apt/.'].map((key) => [id('path', key), directory])
  return {
    ...debian,
    ...Object.fromEntries(above),
    [id('path', `${FOLDER}/.`)]: { ...directory, entries: Object.keys(files) },
    [id('script', 'creator')]: {
      code: 0,
      stdout: Buffer.from('0022\nuid=0(root) gid=0(root)'),
      stderr: Buffer.alloc(0),
    },
    [id('script', `files ${JSON.stringify(['/etc/apt/sources.list', FOLDER, ['.list']])}`)]: {
      code: 0,
      stdout: Buffer.from(shown.join('')),
      stderr: Buffer.alloc(0),
    },
  }
}

/** What becomes of the lists, by path, as the differences say it. */
async function after(args: Record<string, unknown>, files: Readonly<Record<string, string>>) {
  const { plan, world, again } = await planWith(module, args, lists(files))
  if (plan.status !== 'change') return plan
  expect(again(world.after(plan.effects))).toMatchObject({ status: 'ok' })
  return plan.diff.map((diff) => (diff.type === 'text' ? [diff.path, diff.after] : diff))
}

test.each([
  ['a file of its own', {}, [[FILE, `${LINE}\n`]]],
  ['a list that is there', { 'a_example_com_debian.list': '#mine' }, [[FILE, `# mine\n${LINE}\n`]]],
  ['switched off elsewhere', { 'x.list': `#${REPO} # why\n\n` }, [[`${FOLDER}/x.list`, `${LINE} # why\n\n`]]],
])('a new source: %s', async (_name, files, wanted) => {
  expect(await after({ repo: REPO }, files)).toEqual(wanted)
})

test('a name for the file', async () => {
  expect(await after({ repo: REPO, filename: 'ha' }, {})).toEqual([[`${FOLDER}/ha.list`, `${LINE}\n`]])
})

test('a source that is there is no change, whatever the mode', async () => {
  expect(await after({ repo: REPO, mode: '0600' }, { 'x.list': `${LINE}\n` })).toMatchObject({ status: 'ok' })
})

test('a source goes wherever it is, and a list without lines with it', async () => {
  const files = { 'x.list': `${REPO}\n`, 'y.list': `# a\n${LINE}\n#${LINE}\n` }
  expect(await after({ repo: REPO, state: 'absent' }, files)).toEqual([
    [`${FOLDER}/x.list`, ''],
    [`${FOLDER}/y.list`, `# a\n# ${LINE}\n`],
  ])
  expect(await after({ repo: REPO, state: 'absent' }, {})).toMatchObject({ status: 'ok' })
})

test('check mode knows lists that earlier tasks make or remove', async () => {
  const { world, again } = await planWith(module, { repo: REPO }, lists({ 'x.list': `${LINE}\n` }))
  const made = (content?: Buffer) =>
    pathBecomes(`${FOLDER}/new.list`, { type: 'file', mode: 0o644, ...root, ...(content && { content }) })
  const gone: World = world.after([pathGone(`${FOLDER}/x.list`)])
  expect(again(gone)).toMatchObject({ status: 'change' })
  expect(again(gone.after([made(Buffer.from(REPO))]))).toMatchObject({ status: 'ok' })
  expect(again(gone.after([made()]))).toMatchObject({ status: 'unknown' })
})

test('the lists of packages are fetched, and what they offer is unknown then', async () => {
  const { plan, world } = await planWith(
    module,
    { repo: REPO, update_cache_retries: 2 },
    {
      ...lists({}),
      [id('package', 'haproxy')]: { installed: undefined, candidate: '2.6' },
    },
  )
  expect(applyOf(plan)).toMatch(/until apt-get .* update .*\n.*-lt 2 \] \|\| \{ hk_back; exit 1; \}/)
  if (plan.status !== 'change') return
  expect(world.after(plan.effects).peek('package', { name: 'haproxy' })).toBeInstanceOf(Unknown)
  const { plan: quiet } = await planWith(module, { repo: REPO, update_cache: false }, lists({}))
  expect(applyOf(quiet)).not.toContain('apt-get')
})

test.each([
  [{ repo: 'ppa:vbernat/haproxy-2.8', codename: 'jammy' }, /not looked up at Launchpad/],
  [{ repo: '# deb http://x y' }, /is no source/],
  [{ repo: 'http://x y' }, /is no source/],
  [{ repo: 'deb' }, /has no URL/],
  [{ repo: LINE, filename: '/tmp/x' }, /apt does not read \/tmp\/x\.list/],
])('%j is refused', (args, why) => {
  expect(() => module.prepare(module.params.parse(args), controllerWith())).toThrow(why)
})

test.each([el, bare])('a host without apt is refused', async (answers) => {
  expect((await planWith(module, { repo: REPO }, { ...lists({}), ...answers })).plan).toMatchObject({
    status: 'fail',
    message: expect.stringContaining('not for this host'),
  })
})

/** Held against ansible-core's own functions over 3000 random lists; these are some of them. */
test.each([
  [
    '  deb http://a b#c\n## twice\n#\n# see http://x#frag\n',
    'deb http://a b # c\n# # twice\n# \n# see http://x # frag\n',
  ],
  ['foo  bar # baz', 'foo  bar # baz\n'],
])('%j', (text, written) => {
  expect(formatSources(parseSources(text))).toBe(written)
})

test.each([
  ['deb [ a=b ] tor+http://x.y/z q', 'tor_x_y_z.list'],
  ['deb file:/srv/lab ./', 'file_srv_lab.list'],
])('%s is kept in %s', (line, file) => {
  expect(suggestFile(parseLine(line).source)).toBe(file)
})
