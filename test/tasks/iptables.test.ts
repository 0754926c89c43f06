import { describe, expect, test } from 'vitest'
import iptables from '../../src/tasks/iptables.ts'
import { id } from '../../src/world/world.ts'
import { script } from './accounts.ts'
import { controllerWith } from './harness.ts'
import { applyOf, planWith, type Answers } from './worlds.ts'

const INPUT = { chain: 'INPUT' }

async function rule(args: Record<string, unknown>): Promise<unknown> {
  const wish = await iptables.prepare(iptables.params.parse({ ...INPUT, ...args }), controllerWith())
  return wish.result['rule']
}

// ansible.builtin.iptables' `rule` of the same.
test.each([
  [{ source: '8.8.8.8', jump: 'DROP' }, '-s 8.8.8.8 -j DROP'],
  [{ in_interface: '!lo', out_interface: 'eth+' }, '! -i lo -o eth+'],
  [
    { protocol: 'tcp', destination_port: '80', syn: 'match', jump: 'ACCEPT' },
    '-p tcp -j ACCEPT --destination-port 80 --syn',
  ],
  [
    { protocol: 'tcp', syn: 'negate', tcp_flags: { flags: ['ALL'], flags_set: ['ACK', 'RST'] } },
    '-p tcp --tcp-flags ALL ACK,RST ! --syn',
  ],
  [
    { protocol: 'tcp', destination_ports: ['80', '8000:8100'], jump: 'ACCEPT' },
    '-p tcp -j ACCEPT -m multiport --dports 80,8000:8100',
  ],
  [
    { ctstate: ['ESTABLISHED', 'RELATED'], jump: 'ACCEPT' },
    '-j ACCEPT -m conntrack --ctstate ESTABLISHED,RELATED',
  ],
  [{ match: 'conntrack', ctstate: 'NEW' }, '-m conntrack --ctstate NEW'],
  [{ match: ['state'], ctstate: 'NEW' }, '-m state --state NEW'],
  [{ src_range: '10.0.0.1-10.0.0.9', jump: 'ACCEPT' }, '-j ACCEPT -m iprange --src-range 10.0.0.1-10.0.0.9'],
  [{ match_set: 'a', match_set_flags: 'src,dst' }, '-m set --match-set a src,dst'],
  [
    { limit: '2/second', limit_burst: '20', log_prefix: 'X: ', log_level: 'info' },
    '-j LOG --log-prefix X:  --log-level info -m limit --limit 2/second --limit-burst 20',
  ],
  [{ uid_owner: '0', gid_owner: 'adm' }, '-m owner --uid-owner 0 -m owner --gid-owner adm'],
  [{ reject_with: 'tcp-reset', protocol: 'tcp' }, '-p tcp -j REJECT --reject-with tcp-reset'],
  [{ icmp_type: '8', protocol: 'icmp' }, '-p icmp --icmp-type 8'],
  [{ icmp_type: '128', ip_version: 'ipv6' }, '--icmpv6-type 128'],
  [{ comment: 'a b', jump: 'ACCEPT', wait: '5' }, '-w 5 -j ACCEPT -m comment --comment a b'],
  [{ table: 'nat', jump: 'DNAT', to_destination: '10.0.0.1:80' }, '-j DNAT --to-destination 10.0.0.1:80'],
  [{ table: 'nat', jump: 'SNAT', to_source: '10.0.0.1' }, '-j SNAT --to-source 10.0.0.1'],
  [{ table: 'nat', jump: 'REDIRECT', to_ports: '8600' }, '-j REDIRECT --to-ports 8600'],
  [{ jump: 'TEE', gateway: '10.0.0.1', table: 'mangle' }, '-j TEE --gateway 10.0.0.1'],
  [{ jump: 'DSCP', set_dscp_mark: '8', table: 'mangle' }, '-j DSCP --set-dscp 8'],
  [
    { goto: 'X', fragment: '', set_counters: '1 2', source_port: '!53' },
    '-g X -f  -c 1 2 ! --source-port 53',
  ],
])('%j is %s', async (args, expected) => {
  expect(await rule(args)).toBe(expected)
})

const CHAIN = ['tool yes', 'chain yes', 'policy ACCEPT', 'rules 1']
const host = (args: { chain?: string; rule?: readonly string[] }, ...said: readonly string[]): Answers => {
  const { chain = 'INPUT', rule } = args
  const name = `iptables ipv4 filter ${chain} ${rule === undefined ? '' : JSON.stringify(rule)}`
  return script(name, said)
}
const drop = { ...INPUT, source: '8.8.8.8', jump: 'DROP' }
const RULE = ['-s', '8.8.8.8', '-j', 'DROP']

test.each([
  [drop, host({ rule: RULE }, ...CHAIN), 'iptables -t filter -A INPUT -s 8.8.8.8 -j DROP || exit 1'],
  [{ ...drop, action: 'insert', rule_num: 3 }, host({ rule: RULE }, ...CHAIN), '-I INPUT 3 -s 8.8.8.8'],
  [
    { ...drop, state: 'absent' },
    host({ rule: RULE }, ...CHAIN, 'rule yes'),
    'iptables -t filter -D INPUT -s 8.8.8.8 -j DROP',
  ],
  [
    { ...drop, chain: 'X', chain_management: true },
    host({ chain: 'X', rule: RULE }, 'tool yes'),
    'iptables -t filter -N X || exit 1',
  ],
  [{ ...INPUT, policy: 'DROP' }, host({}, ...CHAIN), 'iptables -t filter -P INPUT DROP'],
  [{ ...INPUT, flush: true }, host({}, ...CHAIN), 'iptables -t filter -F INPUT'],
  [{ flush: true }, script('iptables ipv4 filter  ', CHAIN), 'iptables -t filter -F || exit 1'],
  [{ chain: 'X', chain_management: true }, host({ chain: 'X' }, 'tool yes'), '-N X'],
  [
    { chain: 'X', chain_management: true, state: 'absent' },
    host({ chain: 'X' }, 'tool yes', 'chain yes', 'rules 0'),
    '-X X',
  ],
])('%j changes something', async (args, answers, command) => {
  const { plan, world, again } = await planWith(iptables, args, answers)
  expect(applyOf(plan)).toContain(command)
  if (plan.status === 'change') expect(again(world.after(plan.effects)).status).toBe('ok')
})

test('a flush takes the rules of its chain along, and no others', async () => {
  const other = { ...drop, chain: 'INPUT2' }
  const answers = {
    ...host({}, ...CHAIN),
    ...host({ rule: RULE }, ...CHAIN, 'rule yes'),
    ...host({ chain: 'INPUT2', rule: RULE }, ...CHAIN, 'rule yes'),
  }
  const { plan, world } = await planWith(iptables, { ...INPUT, flush: true }, answers)
  if (plan.status !== 'change') throw new Error('no change')
  const after = Object.fromEntries(
    Object.keys(answers).map((key) => [
      key,
      world.after(plan.effects).get('script', { id: key.slice(7), text: { text: '' } }),
    ]),
  )
  expect((await planWith(iptables, drop, after)).plan.status).toBe('change')
  expect((await planWith(iptables, other, after)).plan.status).toBe('ok')
  expect(Object.keys(after)).toContain(id('script', `iptables ipv4 filter INPUT ${JSON.stringify(RULE)}`))
})

test.each([
  [drop, host({ rule: RULE }), 'this host has no iptables'],
  [drop, host({ rule: RULE }, 'tool yes', 'problem Permission denied'), 'Permission denied'],
  [{ ...drop, chain: 'X' }, host({ chain: 'X', rule: RULE }, 'tool yes'), 'there is no chain X'],
  [{ chain: 'X', policy: 'DROP' }, host({ chain: 'X' }, 'tool yes', 'chain yes'), 'X has no policy'],
  [
    { chain: 'X', state: 'absent', chain_management: true },
    host({ chain: 'X' }, 'tool yes', 'chain yes', 'rules 2'),
    'X has rules',
  ],
])('%j fails', async (args, answers, message) => {
  expect((await planWith(iptables, args, answers)).plan).toMatchObject({
    status: 'fail',
    message: expect.stringContaining(message),
  })
})

test.each([
  [{ jump: 'DROP' }, 'a chain is needed'],
  [{ ...INPUT, flush: true, policy: 'DROP' }, 'exclude'],
  [{ ...INPUT, jump: 'TEE' }, 'needs gateway'],
  [{ ...INPUT, jump: 'DROP', log_prefix: 'x' }, 'need jump: LOG'],
  [{ ...INPUT, state: 'absent' }, 'no rule to remove'],
])('%j is refused: %s', (args, message) => {
  expect(() => iptables.prepare(iptables.params.parse(args), controllerWith())).toThrow(message)
})

describe('what later tasks find in check mode', () => {
  const NAME = 'iptables ipv4 filter'
  /** All questions about INPUT and its table, with so many rules. */
  const asked = (inChain: number, inTable: number, hasRule: boolean): Answers => ({
    ...script(`${NAME} INPUT ${JSON.stringify(RULE)}`, [
      'tool yes',
      'chain yes',
      `rules ${inChain}`,
      ...(hasRule ? ['rule yes'] : []),
    ]),
    ...script(`${NAME} INPUT `, ['tool yes', 'policy ACCEPT', 'chain yes', `rules ${inChain}`]),
    ...script(`${NAME}  `, ['tool yes', 'chain yes', `rules ${inTable}`]),
  })
  const flushTable = { flush: true }
  const flushChain = { ...INPUT, flush: true }

  test.each([
    ['a rule that comes', drop, asked(0, 0, false), flushTable, 'change'],
    ['a rule that comes', drop, asked(0, 0, false), flushChain, 'change'],
    ['the only rule that goes', { ...drop, state: 'absent' }, asked(1, 1, true), flushTable, 'ok'],
    ['the only rule that goes', { ...drop, state: 'absent' }, asked(1, 1, true), flushChain, 'ok'],
    ['a rule that goes', { ...drop, state: 'absent' }, asked(1, 3, true), flushTable, 'change'],
    [
      'a rule that goes, once or twice',
      { ...drop, state: 'absent' },
      asked(2, 2, true),
      flushTable,
      'unknown',
    ],
    [
      'a rule that goes, once or twice',
      { ...drop, state: 'absent' },
      asked(2, 2, true),
      flushChain,
      'unknown',
    ],
    ['a chain that is flushed', flushChain, asked(2, 2, true), flushTable, 'ok'],
    ['a chain that is flushed', flushChain, asked(2, 3, true), flushTable, 'change'],
    ['a table that is flushed', flushTable, asked(2, 3, true), flushChain, 'ok'],
    ['a table that is flushed', flushTable, asked(2, 3, true), drop, 'change'],
  ])('%s: %j', async (_name, first, answers, second, status) => {
    const one = await planWith(iptables, first, answers)
    if (one.plan.status !== 'change') throw new Error(JSON.stringify(one.plan))
    const two = await planWith(iptables, second, answers)
    expect(two.again(two.world.after(one.plan.effects)).status).toBe(status)
  })
})
