import { type Draft, type Maker, keywords } from './maker.ts'

export function packageTask(maker: Maker): Draft[] {
  const state = maker.random.weighted<'present' | 'absent' | 'latest'>([
    [5, 'present'],
    [3, 'absent'],
    [1, 'latest'],
  ])
  return state === 'absent' ? removeTask(maker) : installTask(maker, state)
}

function moduleOf({ random, family }: Maker): string {
  return random.pick(['package', ...(family === 'Debian-like' ? ['apt'] : ['dnf', 'yum'])])
}

export function installTask(maker: Maker, state: 'present' | 'latest' = 'present'): Draft[] {
  const { random, cast } = maker
  const module = moduleOf(maker)
  const names: unknown[] = [cast.package, cast.package, cast.package, ['haproxy', 'keepalived']]
  if (state === 'present' && cast.package === 'haproxy') {
    if (module === 'apt') names.push('haproxy=2.6.12*')
    if (module === 'dnf') names.push('haproxy-2.6.12')
  }
  return [{ [module]: { name: random.pick(names), state }, ...keywords(random) }]
}

export function removeTask(maker: Maker): Draft[] {
  const { random, cast, family } = maker
  const module = moduleOf(maker)
  const name = random.pick<unknown>([cast.package, cast.package, ['haproxy', 'keepalived']])
  const purge = module === 'apt' ? random.some(75, { purge: true }) : {}
  const removed = { [module]: { name, state: 'absent', ...purge }, ...keywords(random) }
  // What is left in its directory would keep the next installation from making it.
  const left = family === 'EL-like' ? cast.brought.directories : []
  const clean =
    left.length > 0 && random.chance(50) ? [{ file: { path: random.pick(left), state: 'absent' } }] : []
  return [removed, ...clean]
}

export function unitTask({ random, cast }: Maker): Draft[] {
  if (random.chance(6)) return [{ systemd: { daemon_reload: true } }]
  const name = random.pick([cast.package, cast.package, cast.package, 'haproxy'])
  const wish = random.weighted<Draft>([
    [4, { state: 'started' }],
    [3, { state: 'stopped' }],
    [2, { state: 'restarted' }],
    [1, { state: 'reloaded' }],
    [3, {}],
  ])
  const enabled = random.some('state' in wish ? 40 : 70, { enabled: random.chance(60) })
  const masked = random.some(12, { masked: random.chance(30) })
  const args = { ...wish, ...enabled, ...masked }
  const complete = Object.keys(args).length > 0 ? args : { masked: random.chance(30) }
  const module = random.pick(['systemd', 'service'])
  const reload = random.some(20, { daemon_reload: true })
  return [{ [module]: { name, ...complete, ...reload }, ...keywords(random) }]
}

/** Only below net: the rest of /proc/sys is the machine's own. */
export function sysctlTask({ random }: Maker): Draft[] {
  const name = random.pick(['net.ipv4.ip_nonlocal_bind', 'net.ipv4.conf.lo.arp_ignore'])
  const file = random.some(40, { sysctl_file: '/etc/sysctl.d/90-predict.conf' })
  const absent = random.chance(20)
  const args = absent ? { name, state: 'absent' } : { name, value: random.pick(['0', '1']) }
  const set = random.some(50, { sysctl_set: true })
  return [{ sysctl: { ...args, ...file, ...set }, ...keywords(random) }]
}
