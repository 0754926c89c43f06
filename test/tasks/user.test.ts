import { describe, expect, test } from 'vitest'
import type { Plan } from '../../src/task.ts'
import user from '../../src/tasks/user.ts'
import { Unknown } from '../../src/world/kind.ts'
import { pathAttributes, pathBecomes } from '../../src/world/path-effects.ts'
import type { World } from '../../src/world/world.ts'
import { group, rules, script, user as there } from './accounts.ts'
import { controllerWith } from './harness.ts'
import { applyOf, planWith, type Answers } from './worlds.ts'

const HASH = `$6$salt$${'a'.repeat(86)}`

/** The commands of the change, and that the World after it needs no other one. */
async function commands(args: Record<string, unknown>, answers: Answers): Promise<string[]> {
  const { plan, world, again } = await planWith(user, args, answers)
  if (plan.status !== 'change') throw new Error(JSON.stringify(plan))
  expect(again(world.after(plan.effects))).toMatchObject({ status: 'ok' })
  return applyOf(plan)
    .split('\n')
    .filter((line) => /^(?:user|chage|printf)/.test(line))
    .map((line) => line.replace(' || exit 1', ''))
}

describe('a new user', () => {
  const host = { ...rules(), ...group('ops', 4001), ...group('users', 100), ...group('100', 100) }

  test.each([
    [{ name: 'anna' }, ['useradd -m anna']],
    [{ name: 'anna', create_home: false, system: true }, ['useradd -M -r anna']],
    [
      { name: 'anna', uid: 4100, group: 'ops', groups: 'users', comment: 'A B', shell: '/bin/bash' },
      ["useradd -u 4100 -g ops -G users -c 'A B' -s /bin/bash -m anna"],
    ],
    [
      { name: 'anna', home: '/home/a', skeleton: '/s', umask: '077' },
      ['useradd -d /home/a -m -k /s -K UMASK=077 anna'],
    ],
    [
      { name: 'anna', expires: 86400 * 365 + 5, uid_min: 5000 },
      ['useradd -e 1971-01-01 -m -K UID_MIN=5000 anna'],
    ],
    [
      { name: 'anna', expires: 86400, system: true },
      ['useradd -e 1970-01-02 -m -r anna', 'usermod -e 1970-01-02 anna'],
    ],
    [{ name: 'anna', expires: -1 }, ["useradd -e '' -m anna"]],
    [{ name: 'anna', password: HASH }, ['useradd -m anna', `printf '%s\\n' 'anna:${HASH}' | chpasswd -e`]],
    [
      { name: 'anna', password: HASH, password_lock: true },
      ['useradd -m anna', `printf '%s\\n' 'anna:!${HASH}' | chpasswd -e`],
    ],
    [{ name: 'anna', password: '*' }, ['useradd -m anna', "usermod -p '*' anna"]],
    [
      { name: 'anna', password_expire_max: 90, password_expire_min: 0 },
      ['useradd -m anna', 'chage -m 0 -M 90 anna'],
    ],
    // Without a group of its own, where one of that name is there already.
    [{ name: 'ops' }, ['useradd -N -m ops']],
  ])('%j', async (args, expected) => {
    expect(await commands(args, host)).toEqual(expected)
  })

  test('others may ask about it, its group and its home', async () => {
    const { plan, world } = await planWith(user, { name: 'anna', groups: ['ops'] }, host)
    if (plan.status !== 'change') throw new Error('no change')
    const after = world.after(plan.effects)
    expect(after.get('user', { name: 'anna' })).toMatchObject({ exists: true, groups: ['anna', 'ops'] })
    expect(after.get('group', { name: 'anna' })).toMatchObject({ exists: true, members: [] })
    expect(after.get('group', { name: 'ops' })).toMatchObject({ members: ['anna'] })
    expect(after.get('path', { path: '/home/anna', follow: true })).toMatchObject({
      owner: 'anna',
      mode: 0o755,
    })
  })

  test.each([
    [{ name: 'anna', group: 'no' }, 'there is no group no'],
    [{ name: 'anna', groups: ['ops', 'no'] }, 'there is no group no'],
  ])('%j fails: %s', async (args, message) => {
    expect((await planWith(user, args, host)).plan).toMatchObject({ status: 'fail', message })
  })

  test("another user's number", async () => {
    const { plan } = await planWith(user, { name: 'anna', uid: 1001 }, { ...host, ...there('berta') })
    expect(plan).toMatchObject({ status: 'fail', message: "the number 1001 is user berta's already" })
  })

  test('a number that may be shared is not asked about', async () => {
    const answers = { ...host, ...there('anna') }
    const { plan } = await planWith(user, { name: 'anna', uid: 4242, non_unique: true }, answers)
    expect(plan.status).toBe('change')
  })

  // What useradd 4.13 makes of the same.
  test.each([
    [[], {}, 0o755],
    [['UMASK 027'], {}, 0o750],
    [['UMASK 27'], {}, 0o744],
    [['UMASK 0x12'], {}, 0o755],
    [['HOME_MODE 0750'], {}, 0o750],
    [['HOME_MODE 700'], {}, 0o1274],
    [[], { umask: '077' }, 0o700],
    [[], { umask: '63' }, 0o700],
    [['HOME_MODE 0750'], { umask: '077' }, 0o750],
  ])('login.defs %j and %j', async (said, args, mode) => {
    const made = await planWith(user, { name: 'anna', ...args }, { ...host, ...rules(...said) })
    expect(homeMode(made.plan, made.world)).toBe(mode)
    // The same where the user is there, but not its home.
    const homeless = { ...host, ...rules(...said), ...there('anna'), 'path /home/anna/.': { exists: false } }
    const again = await planWith(user, { name: 'anna', ...args }, homeless)
    expect(homeMode(again.plan, again.world)).toBe(mode)
    expect(applyOf(again.plan)).toContain(`mode=${mode.toString(8)}\n`)
  })

  test('of another skeleton nobody knows what is in it', async () => {
    const answers = { ...host, ...rules('SKEL /etc/skel2'), 'path /home/anna/.profile': { exists: false } }
    const { plan, world } = await planWith(user, { name: 'anna' }, answers)
    if (plan.status !== 'change') throw new Error('no change')
    const after = world.after(plan.effects)
    expect(after.peek('path', { path: '/home/anna/.profile' })).toBeInstanceOf(Unknown)
    expect(after.get('path', { path: '/home/anna', follow: true })).toMatchObject({ exists: true })
  })

  test('homes elsewhere', async () => {
    const answers = { ...host, ...rules('HOME /srv/homes') }
    const { plan, world } = await planWith(user, { name: 'anna' }, answers)
    if (plan.status !== 'change') throw new Error('no change')
    expect(world.after(plan.effects).predictedPath('/srv/homes/anna')).toMatchObject({ mode: 0o755 })
    const has = { ...answers, ...script('account anna', ['home yes']) }
    const kept = await planWith(user, { name: 'anna' }, has)
    if (kept.plan.status !== 'change') throw new Error('no change')
    expect(kept.world.after(kept.plan.effects).predictedPath('/srv/homes/anna')).toEqual({ exists: false })
  })
})

function homeMode(plan: Plan, world: World): number | undefined {
  if (plan.status !== 'change') return undefined
  const home = world.after(plan.effects).get('path', { path: '/home/anna', follow: true })
  return home.exists ? home.mode : undefined
}

describe('a user that is there', () => {
  const host = {
    ...rules(),
    ...group('ops', 4001, ['anna']),
    ...group('more', 4002),
    ...there('anna', { groups: ['anna', 'ops'], said: [`password ${HASH}`] }),
  }

  test.each([
    [{ uid: 1500 }, ['usermod -u 1500 anna']],
    [{ group: 'ops' }, ['usermod -g ops anna']],
    [{ groups: 'more' }, ['usermod -G more anna']],
    [{ groups: 'more', append: true }, ['usermod -a -G more anna']],
    [{ groups: [] }, ["usermod -G '' anna"]],
    [{ comment: 'A', shell: '/bin/bash' }, ['usermod -c A -s /bin/bash anna']],
    [{ home: '/home/b', move_home: true }, ['usermod -d /home/b -m anna']],
    [{ expires: 86400 }, ['usermod -e 1970-01-02 anna']],
    [{ password_lock: true }, ['usermod -L anna']],
    [{ password: '$6$x', password_lock: true }, ["printf '%s\\n' 'anna:!$6$x' | chpasswd -e"]],
    [{ password: '!' }, ["usermod -p '!' anna"]],
    [{ password_expire_warn: 3, password_expire_account_disable: 9 }, ['chage -W 3 -I 9 anna']],
    [{ state: 'absent' }, ['userdel anna']],
    [{ state: 'absent', remove: true, force: true }, ['userdel -f -r anna']],
  ])('%j', async (args, expected) => {
    expect(await commands({ name: 'anna', ...args }, host)).toEqual(expected)
  })

  test.each([
    {},
    { groups: 'ops' },
    { groups: [], append: true },
    { group: 'anna', uid: 1001, home: '/home/anna' },
    { password: HASH },
    { password: `!${HASH}` },
    { password: '$6$other', update_password: 'on_create' },
    { password_lock: false, expires: -5, password_expire_max: 99999 },
  ])('%j: nothing to do', async (args) => {
    const { plan } = await planWith(user, { name: 'anna', ...args }, host)
    expect(plan).toMatchObject({ status: 'ok', reason: 'user anna is as wished' })
  })

  test('a home that is not there comes with the directories above it', async () => {
    const { plan, world } = await planWith(user, { name: 'anna', home: '/srv/new/anna' }, host)
    if (plan.status !== 'change') throw new Error('no change')
    expect(world.after(plan.effects).get('path', { path: '/srv/new', follow: true })).toMatchObject({
      type: 'directory',
      mode: 0o755,
    })
  })

  test('a home is moved only into a directory that is there', async () => {
    const args = { name: 'anna', home: '/srv/new/anna', move_home: true }
    const { plan, world, again } = await planWith(user, args, host)
    expect(plan).toMatchObject({
      status: 'fail',
      message: 'the directory /srv/new does not exist, so /home/anna cannot be moved to /srv/new/anna',
    })
    const root = { mode: 0o755, uid: 0, gid: 0, owner: 'root', group: 'root' }
    const made = pathBecomes('/srv/new', { type: 'directory', ...root })
    expect(again(world.after([pathBecomes('/srv', { type: 'directory', ...root }), made])).status).toBe(
      'change',
    )
  })

  test('groups are shown in one order', async () => {
    const listed = { ...host, ...there('anna', { groups: ['anna', 'ops', 'adm'] }), ...group('more', 4002) }
    const { plan } = await planWith(user, { name: 'anna', groups: 'more', append: true }, listed)
    expect(plan).toMatchObject({ diff: [{ fields: [{ before: 'adm,ops', after: 'adm,more,ops' }] }] })
  })

  test('no difference shows the password', async () => {
    const { plan } = await planWith(user, { name: 'anna', password: '$6$secret' }, host)
    if (plan.status !== 'change') throw new Error('no change')
    expect(JSON.stringify([plan.diff, plan.summary, plan.result])).not.toContain('secret')
  })

  test('a lock without a password stays', async () => {
    const locked = { ...host, ...there('anna', { said: ['password !'] }) }
    const { plan } = await planWith(user, { name: 'anna', password_lock: false }, locked)
    expect(plan.status).toBe('ok')
  })

  test("root's files are not for everybody", async () => {
    const blind = { ...host, ...rules(), ...there('anna', { said: [] }) }
    const answers = {
      ...blind,
      'script account rules': { code: 0, stdout: Buffer.from('tool usermod\n'), stderr: Buffer.alloc(0) },
    }
    const { plan } = await planWith(user, { name: 'anna', password: HASH }, answers)
    expect(plan).toMatchObject({ status: 'fail', hint: 'write become: yes' })
  })
})

describe('a home that stays', () => {
  const at = (home: string, ...said: readonly string[]): Answers => ({
    ...rules(),
    ...there('anna', { home }),
    ...script('home of anna', said),
  })
  const elsewhere = (...said: readonly string[]) => at('/srv/anna', ...said)
  const plan = async (answers: Answers, more: object = {}) =>
    (await planWith(user, { name: 'anna', state: 'absent', remove: true, ...more }, answers)).plan

  test.each([
    ["somebody else's", elsewhere('owner 0'), {}, "/srv/anna is not anna's, so it would stay"],
    ['a link', elsewhere('link /srv/x'), {}, '/srv/anna is a link to /srv/x, and userdel removes no links'],
    [
      'a link, by force',
      elsewhere('link /srv/x'),
      { force: true },
      '/srv/anna is a link to /srv/x, and userdel removes no links',
    ],
    [
      'with others',
      elsewhere('shared berta', 'shared carl'),
      {},
      '/srv/anna holds the home of user berta, too',
    ],
    ['the root', at('/', 'owner 0'), { force: true }, "/ is a directory of the system, and not anna's"],
    [
      '/usr/sbin',
      at('/usr/sbin', 'owner 0'),
      { force: true },
      "/usr/sbin is a directory of the system, and not anna's",
    ],
  ])('%s', async (_case, answers, more, message) => {
    expect(await plan(answers, more)).toMatchObject({ status: 'fail', message })
  })

  test('where earlier tasks change it, what they make of it counts', async () => {
    const usual = at('/home/anna')
    const root = { uid: 0, gid: 0, owner: 'root', group: 'root' }
    const { world, again } = await planWith(user, { name: 'anna', state: 'absent', remove: true }, usual)
    expect(again(world)).toMatchObject({ status: 'change' })
    const links = world.after([
      pathBecomes('/home/anna', { type: 'link', mode: 0o777, ...root, target: '/x' }),
    ])
    expect(again(links)).toMatchObject({ status: 'fail', message: expect.stringContaining('a link to /x') })
    const given = world.after([pathAttributes('/home/anna', root)])
    expect(again(given)).toMatchObject({ status: 'fail', message: expect.stringContaining("not anna's") })
  })

  test.each([
    [elsewhere('owner 0'), { force: true }],
    [elsewhere('shared berta'), { force: true }],
    [elsewhere('owner 0'), { remove: false }],
    [at('/data'), {}],
  ])('%# goes', async (answers, more) => {
    expect(await plan(answers, more)).toMatchObject({ status: 'change' })
  })

  test('a user that is gone lives nowhere', async () => {
    const answers = { ...elsewhere('shared berta'), ...there('berta', { uid: 1002 }) }
    const one = await planWith(user, { name: 'berta', state: 'absent' }, answers)
    if (one.plan.status !== 'change') throw new Error('no change')
    const two = await planWith(user, { name: 'anna', state: 'absent', remove: true }, answers)
    expect(two.again(two.world.after(one.plan.effects))).toMatchObject({ status: 'change' })
  })
})

test.each([
  [{ name: 'a:b' }, 'not the name'],
  [{ name: 'a', comment: 'a:b' }, 'colon'],
  [{ name: 'a', append: true }, 'needs groups'],
  [{ name: 'a', umask: 'rwx' }, 'is no number'],
  [{ name: 'a', non_unique: true }, 'needs uid'],
])('%j is refused: %s', (args, message) => {
  expect(() => user.prepare(user.params.parse(args), controllerWith())).toThrow(message)
})

test.each([
  [{ name: 'a', create_home: false }, ['user a', 'group a', 'group 100', 'group users']],
  [{ name: 'a', create_home: false, group: 'g', uid: 5 }, ['user a', 'user 5', 'user 6', 'group g']],
  [{ name: 'a', create_home: false, group: 'g', uid: 5, non_unique: true }, ['user a', 'group g']],
  [{ name: 'a', state: 'absent' }, ['user a', 'group a']],
])('%j asks only what it needs', async (args, wanted) => {
  const wish = await user.prepare(user.params.parse(args), controllerWith())
  const asked = user.asks(wish).flatMap(({ kind, ask }) => ('name' in ask ? [`${kind} ${ask.name}`] : []))
  expect(asked.toSorted()).toEqual(wanted.toSorted())
  const scripts = user
    .asks(wish)
    .flatMap(({ kind, ask }) => (kind === 'script' && 'id' in ask ? [ask.id] : []))
  expect(scripts.includes('group of a')).toBe('state' in args)
})
