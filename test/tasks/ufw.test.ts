import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { nothing } from '../../src/shell/sh.ts'
import apt from '../../src/tasks/apt.ts'
import copy from '../../src/tasks/copy.ts'
import lineinfile from '../../src/tasks/lineinfile.ts'
import ufw from '../../src/tasks/ufw.ts'
import { replyOf } from '../../src/world/path-effects.ts'
import type { World } from '../../src/world/world.ts'
import { id } from '../../src/world/world.ts'
import { type Answers, applyOf, debian, planWith } from './worlds.ts'
import { controllerWith } from './harness.ts'

/** What community.general's ufw and ufw 0.36.2 made of random tasks, on a Debian 12 with a real packet filter. */
const Params = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
const Recorded = z.object({
  /** Settings, to which the cases refer. */
  files: z.array(z.record(z.string(), z.string())),
  cases: z.array(
    z.object({
      params: Params,
      before: z.array(z.string()),
      files: z.number(),
      active: z.boolean(),
      failed: z.boolean(),
      /** Left out where it is as before. */
      after: z.array(z.string()).optional(),
      filesAfter: z.number().optional(),
      activeAfter: z.boolean(),
    }),
  ),
})
const recorded = Recorded.parse(
  JSON.parse(readFileSync(new URL('recorded/ufw.json', import.meta.url), 'utf8')),
)
const cases = recorded.cases.map((one) => ({
  ...one,
  after: one.after ?? one.before,
  files: recorded.files[one.files] ?? {},
  filesAfter: recorded.files[one.filesAfter ?? one.files] ?? {},
}))
type Case = (typeof cases)[number]

const said = (lines: readonly string[]) => ({
  code: 0,
  stdout: Buffer.from(lines.map((line) => `${line}\n`).join('')),
  stderr: Buffer.alloc(0),
})

const file = (content: string) =>
  replyOf({
    type: 'file',
    mode: 0o640,
    uid: 0,
    gid: 0,
    owner: 'root',
    group: 'root',
    content: Buffer.from(content),
  })

const DIRECTORY = replyOf({ type: 'directory', mode: 0o755, uid: 0, gid: 0, owner: 'root', group: 'root' })

const SERVICES: Readonly<Record<string, readonly string[]>> = {
  ssh: ['/any 22', '/tcp 22'],
  domain: ['/any 53', '/tcp 53', '/udp 53'],
  http: ['/any 80', '/tcp 80'],
}
const PROFILES =
  '[OpenSSH]\ntitle=Shell\ndescription=Secure\nports=22/tcp\n\n[two ports]\ntitle=Two\ndescription=Two\nports=137,138/udp|139,445/tcp|53\n'

function answersFor({ before, files, active }: Pick<Case, 'before' | 'files' | 'active'>): Answers {
  const all = { ...files, '/etc/ufw/user.rules': '', '/etc/ufw/user6.rules': '' }
  const after = { '/etc/ufw/after.rules': 'x "[UFW BLOCK] "\n', '/etc/ufw/after6.rules': '' }
  return {
    ...debian,
    [id('script', 'creator')]: said(['0022', 'uid=0(root) gid=0(root) groups=0(root)']),
    [id('script', 'ufw')]: said([
      'tool',
      'ipv6',
      active ? 'active' : '',
      ...before,
      'sysctl net/ipv4/conf/all/log_martians',
    ]),
    [id('script', 'ufw applications')]: said(PROFILES.split('\n')),
    ...Object.fromEntries(
      Object.entries(SERVICES).map(([name, rows]) => [`script service ${name}`, said(rows)]),
    ),
    ...Object.fromEntries(
      Object.entries({ ...all, ...after }).map(([path, text]) => [`path ${path}/.`, file(text)]),
    ),
  }
}

const CONF = 'ENABLED=no\nLOGLEVEL=low\n'
const DEFAULTS =
  'IPV6=yes\nDEFAULT_INPUT_POLICY="DROP"\nDEFAULT_OUTPUT_POLICY="ACCEPT"\nDEFAULT_FORWARD_POLICY="DROP"\n'
const host = (more: Partial<Case> = {}): Answers =>
  answersFor({
    before: [],
    files: { '/etc/ufw/ufw.conf': CONF, '/etc/default/ufw': DEFAULTS },
    active: false,
    ...more,
  })

function rulesIn(world: World): string[] {
  const lines = world.get('script', { id: 'ufw', text: nothing }).stdout.toString().split('\n')
  return lines.filter((line) => /^[46] /.test(line))
}

function textOf(world: World, path: string): string | undefined {
  const reply = world.get('path', { path, follow: true })
  return reply.exists ? reply.content?.toString() : undefined
}

describe('what ufw makes of it is predicted:', () => {
  test.each(cases.map((one, index) => [index, JSON.stringify(one.params), one] as const))(
    '%d %s',
    async (_, __, one) => {
      const planned = await planWith(ufw, one.params, answersFor(one)).catch((error: unknown) =>
        String(error),
      )
      if (typeof planned === 'string') {
        expect(one.failed, planned).toBe(true)
        return
      }
      const { plan, world, again } = planned
      expect(plan.status === 'fail', JSON.stringify(plan)).toBe(one.failed)
      if (plan.status === 'fail') return
      const then = plan.status === 'change' ? world.after(plan.effects) : world
      expect(rulesIn(then)).toEqual(one.after)
      for (const [path, text] of Object.entries(one.filesAfter)) expect(textOf(then, path)).toBe(text)
      const active = then.get('script', { id: 'ufw', text: nothing }).stdout.toString()
      expect(/^active$/m.test(active)).toBe(one.activeAfter)
      if (one.params['state'] !== 'reloaded') expect(again(then).status).toBe('ok')
    },
  )
})

describe('in check mode', () => {
  const changed = async (args: Record<string, unknown>, answers: Answers = host()) => {
    const found = await planWith(ufw, args, answers)
    if (found.plan.status !== 'change') throw new Error(JSON.stringify(found.plan))
    return { ...found, plan: found.plan, later: found.world.after(found.plan.effects) }
  }

  test.each([
    ['yes', true],
    ['no', false],
  ])('a reload starts one that is stopped where it is on (%s)', async (enabled, active) => {
    const files = { '/etc/ufw/ufw.conf': CONF.replace('=no', `=${enabled}`), '/etc/default/ufw': DEFAULTS }
    const { later } = await changed({ state: 'reloaded' }, host({ files }))
    const said = later.get('script', { id: 'ufw', text: nothing }).stdout.toString()
    expect(/^active$/m.test(said)).toBe(active)
  })

  test('a rule of an earlier task is there, and its file is another one', async () => {
    const { later, plan } = await changed({ rule: 'allow', to_port: '22', proto: 'tcp' })
    expect(applyOf(plan)).toContain(
      'LC_ALL=C ufw allow from any to any port 22 proto tcp </dev/null || exit 1',
    )
    const gone = await planWith(ufw, { rule: 'allow', to_port: '22', proto: 'tcp', delete: true }, host())
    expect(gone.plan.status).toBe('ok')
    expect(gone.again(later)).toMatchObject({
      status: 'change',
      summary: expect.stringMatching(/^ufw delete allow/),
    })
    expect(textOf(later, '/etc/ufw/user.rules')).toBeUndefined()
    expect(textOf(later, '/etc/ufw/ufw.conf')).toBe(CONF)
  })

  test('what another task writes into its settings counts, what it writes into its rules nobody knows', async () => {
    const edit = async (path: string, line: string) => {
      const { plan } = await planWith(
        lineinfile,
        { path, regexp: `^${line.split('=')[0]}=`, line },
        {
          ...host(),
          [`path ${path}`]: file(DEFAULTS),
          'path /etc/default/.': DIRECTORY,
          'path /etc/ufw/.': DIRECTORY,
        },
      )
      if (plan.status !== 'change') throw new Error(JSON.stringify(plan))
      return plan.effects
    }
    const { world, again } = await planWith(ufw, { rule: 'allow', to_port: '22' }, host())
    const without = world.after(await edit('/etc/default/ufw', 'IPV6=no'))
    const plan = again(without)
    if (plan.status !== 'change') throw new Error(plan.status)
    expect(rulesIn(without.after(plan.effects))).toEqual(['4 allow any 22 0.0.0.0/0 any 0.0.0.0/0 in'])
    const other = await planWith(ufw, { rule: 'allow', to_port: '22' }, host())
    expect(other.again(world.after(await edit('/etc/ufw/user.rules', 'x=y')))).toMatchObject({
      status: 'unknown',
      why: 'the content of /etc/ufw/user.rules',
    })
  })

  test('a profile that a task brings, and a ufw that a package brings', async () => {
    const path = '/etc/ufw/applications.d/new'
    const { world, again, plan } = await planWith(ufw, { rule: 'allow', name: 'new' }, host())
    expect(plan).toMatchObject({ status: 'fail', message: expect.stringContaining('profile "new"') })
    const made = await planWith(
      copy,
      { content: '[new]\n', dest: path },
      { ...host(), 'path /etc/ufw/applications.d/.': DIRECTORY },
      controllerWith(),
    )
    if (made.plan.status !== 'change') throw new Error(JSON.stringify(made.plan))
    expect(again(world.after(made.plan.effects))).toMatchObject({ status: 'unknown' })
    const bare = { ...host(), [id('script', 'ufw')]: said([]) }
    const none = await planWith(ufw, { state: 'enabled' }, bare)
    expect(none.plan).toMatchObject({ status: 'fail', message: 'this host has no ufw' })
    const coming = await planWith(apt, { name: 'ufw' }, debian)
    if (coming.plan.status !== 'change') throw new Error(coming.plan.status)
    expect(none.again(none.world.after(coming.plan.effects)).status).toBe('unknown')
  })

  test('a start sets kernel parameters and fills the packet filter', async () => {
    const { later, plan } = await changed({ state: 'enabled', default: 'allow' })
    expect(plan.summary).toBe('ufw enable, ufw default allow incoming')
    expect(textOf(later, '/etc/ufw/after.rules')).toBe('x "[UFW ALLOW] "\n')
    const key = '/proc/sys/net/ipv4/conf/all/log_martians'
    const asked = later.merge(
      new Map<string, unknown>([
        [`sysctl ${key}`, { value: '1' }],
        ['script iptables ipv4 filter INPUT ', said(['tool yes'])],
      ]),
    )
    expect(() => asked.get('sysctl', { name: 'net.ipv4.conf.all.log_martians' })).toThrow(/ufw sets it/)
    expect(asked.peek('script', { id: 'iptables ipv4 filter INPUT ', text: nothing })).toMatchObject({
      why: 'what is in the packet filter behind ufw',
    })
  })
})

test.each([
  [{}, /one of state, default, rule and logging/],
  [{ rule: 'allow', name: 'a', proto: 'tcp' }, /exclude each other/],
  [{ rule: 'allow', interface: 'eth0' }, /interface needs direction/],
  [{ rule: 'allow', direction: 'incoming' }, /in or out/],
  [{ default: 'deny', direction: 'in' }, /incoming, outgoing or routed/],
  [{ rule: 'allow', to_port: '80,443' }, /proto: tcp or udp/],
  [{ rule: 'allow', to_port: '70000' }, /from 1 to 65535/],
  [{ rule: 'allow', to_port: '20:10', proto: 'tcp' }, /a range goes up/],
  [{ rule: 'allow', from_ip: '10.0.0.300' }, /no address/],
  [{ rule: 'allow', from_ip: '10.0.0.1', to_ip: '::1' }, /different IP versions/],
  [{ rule: 'allow', proto: 'esp', to_port: '1' }, /has no ports/],
  [{ rule: 'allow', comment: "it's" }, /cannot have '/],
  [{ rule: 'allow', interface: 'a b', direction: 'in' }, /blank/],
  [{ rule: 'allow', interface_in: 'eth0:1' }, /not the name of an interface/],
])('%j is refused', (args, says) => {
  expect(() => ufw.prepare(ufw.params.parse(args), controllerWith())).toThrow(says)
})

test('a rule that ufw leaves out is done', () => {
  const output = { ...said(['Rules updated', "Skipping unsupported IPv6 'limit' rule", 'Status: inactive']) }
  const wish = ufw.prepare(ufw.params.parse({ rule: 'limit', to_port: '22' }), controllerWith())
  if (wish instanceof Promise) throw new TypeError('not expected')
  expect(ufw.isDone?.(wish, output)).toBe(true)
  expect(ufw.result?.(wish, output)).toEqual({ msg: 'Status: inactive' })
})
