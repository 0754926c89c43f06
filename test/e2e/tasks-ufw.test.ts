import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { lab } from '../lab/lab.ts'
import { generateUfwList } from './support/generate-ufw.ts'
import { folder, hakube, type Ran } from './support/hakube.ts'
import { ModuleLife } from './support/module-life.ts'
import { installUfw } from './support/ufw.ts'

/** The other twin is EL-like; hosts without Python cannot run ufw. */
const HOST = 'dpy'
const SEED = Number(process.env['HAKUBE_SEED'] ?? 4052)
const LISTS = Number(process.env['HAKUBE_LISTS'] ?? 8)

const PROFILE = '[Two]\\ntitle=Two\\ndescription=Two\\nports=137,138/udp|445/tcp\\n'

beforeAll(async () => {
  await lab.reset([HOST])
  await installUfw(HOST)
  await lab.sh(HOST, `printf '${PROFILE}' >/etc/ufw/applications.d/two`)
}, 600_000)

describe('a real ufw', () => {
  const life = new ModuleLife(HOST)

  test('lets in, keeps out, and is switched on and off', async () => {
    await life.changes('ufw', { rule: 'allow', to_port: '22', proto: 'tcp' })
    await life.changes('ufw', { state: 'enabled', default: 'deny', logging: 'on' })
    await life.isDone('ufw', { state: 'enabled', default: 'deny', logging: 'low' })
    const added = await life.changes('ufw', {
      rule: 'limit',
      from_ip: '10.1.2.3/8',
      to_port: 'http',
      comment: 'a b',
    })
    expect(added.result['msg']).toMatch(/^Status: active[^]*80\/tcp +LIMIT IN +10\.0\.0\.0\/8 +# a b$/m)
    await life.changes('ufw', { rule: 'reject', name: 'two', insert: 1 })
    await life.changes('ufw', { rule: 'allow', route: true, interface_in: 'eth0', interface_out: 'eth1' })
    await life.changes('ufw', { rule: 'deny', to_port: '25', insert: -1, insert_relative_to: 'last-ipv4' })
    // ufw shows the rules of an application as one, and counts them as two.
    expect(await lab.sh(HOST, "grep -h '^### tuple' /etc/ufw/user.rules | cut -d' ' -f4-6")).toBe(
      'reject udp 137,138\nreject tcp 445\ndeny any 25\nallow tcp 22\nlimit tcp 80\nroute:allow any any\n',
    )
    expect(await lab.sh(HOST, 'iptables -S ufw-user-input | grep -c -- "--dport 25 "')).toBe('2\n')
    await life.changes('ufw', { rule: 'reject', name: 'Two', delete: true })
    await life.isDone('ufw', { rule: 'reject', name: 'Two', delete: true })
    await life.changes('ufw', { default: 'reject', direction: 'outgoing' })
    await life.changes('ufw', { state: 'disabled' })
    expect(await lab.sh(HOST, 'ufw status; grep ENABLED /etc/ufw/ufw.conf')).toBe(
      'Status: inactive\nENABLED=no\n',
    )
    await life.run('ufw', { state: 'reset' })
    expect(await lab.sh(HOST, "grep -c '^### tuple' /etc/ufw/user.rules || :")).toBe('0\n')
  })

  test('refuses what ufw refuses', async () => {
    await life.fails('ufw', { rule: 'allow', name: 'none' }, /no application profile "none"/)
    await life.fails('ufw', { rule: 'allow', to_port: 'bogus' }, /no service bogus/)
    await life.fails('ufw', { rule: 'allow', to_port: '1', insert: 9 }, /no rule 9/)
  })

  test('a host without it says so', async () => {
    await new ModuleLife('d3').fails('ufw', { state: 'enabled' }, /this host has no ufw/)
  })
})

/** What became of each task. */
function states(ran: Ran): Map<string, { status: string; reason: string }> {
  return new Map(
    ran.events.flatMap(({ outcome }) =>
      outcome ? [[outcome.task, { status: outcome.status, reason: outcome.reason }] as const] : [],
    ),
  )
}

/** Reasons that docs/check-mode.md names. */
const UNKNOWN =
  /^the content of (?:\S+|\/etc\/ufw, which a reset renews)$|^what is in \/etc\/ufw\/applications\.d$/

test.each(Array.from({ length: LISTS }, (_, at) => SEED + at))(
  'check mode predicts list %i',
  async (seed) => {
    const tasks = generateUfwList(seed)
    const root = await folder({
      'play.yml': stringify([{ hosts: 'all', gather_facts: false, tasks }]),
      'inventory.ini': lab.inventory([HOST]),
    })
    const args = [join(root, 'play.yml'), '-i', join(root, 'inventory.ini'), '-o', 'json']
    const check = states(await hakube(['check', ...args]))
    const apply = states(await hakube(['apply', ...args]))
    expect(apply.size).toBe(tasks.length)
    const word: Readonly<Record<string, string>> = { 'would-change': 'changed', 'would-run': 'changed' }
    for (const [task, { status, reason }] of check) {
      const real = apply.get(task)
      const shown = `${task}: ${status} ${reason}; then ${real?.status} ${real?.reason}`
      // Behind what is unknown, the rest is told as if it had done nothing.
      if (status === 'unknown') {
        expect(reason).toMatch(UNKNOWN)
        break
      }
      expect(word[status] ?? status, shown).toBe(real?.status)
    }
    const again = states(await hakube(['check', ...args]))
    expect(again.size).toBe(tasks.length)
  },
)
