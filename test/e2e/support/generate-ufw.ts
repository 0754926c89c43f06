import type { Draft } from './maker.ts'
import { Random } from './random.ts'

/** Lists of tasks about ufw and about its files. The same seed gives the same list. */
export function generateUfwList(seed: number): Draft[] {
  const random = new Random(seed)
  return Array.from({ length: 9 }, (_, index) => {
    const task = random.weighted<() => Draft>([
      [12, () => ({ ufw: rule(random) })],
      [2, () => ({ ufw: { state: random.pick(['enabled', 'enabled', 'disabled', 'reloaded']) } })],
      [2, () => ({ ufw: { default: random.pick(['allow', 'deny', 'reject']), ...direction(random) } })],
      [1, () => ({ ufw: { logging: random.pick(['on', 'off', 'low', 'medium']) } })],
      [1, () => ({ ufw: { state: 'enabled', policy: 'deny', logging: 'low' } })],
      [1, () => ({ ufw: { state: 'reset' } })],
      [2, () => file(random)],
    ])()
    return { name: `${index + 1} ${Object.keys(task)[0]}`, ...task, ignore_errors: true }
  })
}

function direction(random: Random): Draft {
  return random.some(70, { direction: random.pick(['incoming', 'outgoing', 'routed']) })
}

/** Few of each, so that rules meet. */
function rule(random: Random): Draft {
  const ports = random.chance(25)
    ? { name: random.pick(['Two', 'Other']) }
    : {
        port: random.pick(['22', '6443', 'http', '80,443']),
        ...random.some(60, { proto: random.pick(['tcp', 'tcp', 'udp']) }),
      }
  return {
    rule: random.pick(['allow', 'allow', 'deny', 'limit']),
    ...ports,
    ...random.some(30, { src: random.pick(['10.1.2.3/8', '2001:db8::/32', '192.0.2.1']) }),
    ...random.some(25, { delete: true }),
    ...random.some(20, { insert: random.pick([1, 2, 3]) }),
    ...random.some(20, { comment: 'a rule' }),
    ...random.some(10, { interface: 'eth0', direction: 'in' }),
    ...random.some(10, { route: true }),
  }
}

/** What ufw reads, written by other modules, and what it writes, read by them. */
function file(random: Random): Draft {
  const set = (path: string, name: string, values: readonly string[]): Draft => ({
    lineinfile: { path, regexp: `^${name}=`, line: `${name}=${random.pick(values)}` },
  })
  return random.pick<() => Draft>([
    () => set('/etc/default/ufw', 'IPV6', ['yes', 'no']),
    () => set('/etc/default/ufw', 'DEFAULT_INPUT_POLICY', ['"DROP"', '"ACCEPT"']),
    () => set('/etc/ufw/ufw.conf', 'LOGLEVEL', ['low', 'high']),
    () => ({
      copy: {
        content: '[Other]\ntitle=Other\ndescription=Other\nports=9/tcp\n',
        dest: '/etc/ufw/applications.d/other',
      },
    }),
    () => ({ file: { path: '/etc/ufw/user.rules', mode: random.pick(['0640', '0600']) } }),
  ])()
}
