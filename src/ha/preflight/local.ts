import { clocks as verifyClocks } from '../../verify/checks/nodes.ts'
import { listed } from '../../verify/finding.ts'
import { familyOf } from '../address.ts'
import { verifySeen } from './apis.ts'
import { ok, type PreflightFinding, problem } from './finding.ts'
import { type Bind, bindsOf } from './questions.ts'
import type { HostSeen, Listener, PreflightSeen } from './seen.ts'

/** Nobody but haproxy itself listens where haproxy is going to. */
export function ports(seen: PreflightSeen): PreflightFinding[] {
  const asked = [...seen.hosts].flatMap(([name, host]) => {
    const view = seen.views.get(name)
    return view?.haproxy ? [{ name, host, binds: bindsOf(view) }] : []
  })
  const out = asked.flatMap(({ name, host, binds }) =>
    binds.flatMap((bind) => {
      const taken = host.listeners.find((one) => collides(bind, one) && !isHaproxy(one, host))
      return taken ? [takenPort(name, bind, taken)] : []
    }),
  )
  if (out.length > 0 || asked.length === 0) return out
  const numbers = [...new Set(asked.flatMap(({ binds }) => binds.map(({ port }) => port)))]
  const words = listed(numbers.map(String))
  return [ok('ports', listed(asked.map(({ name }) => name)), `${words} are free, or haproxy’s already`)]
}

function collides(bind: Bind, { address, port }: Listener): boolean {
  if (bind.port !== port) return false
  const family = bind.address === '*' ? 4 : familyOf(bind.address)
  // A listener on :: takes IPv4 along, as nearly all that exist do.
  if (address === '::') return true
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(address)?.[1] ?? address
  if (familyOf(mapped) !== family) return false
  return bind.address === '*' || bind.address === '::' || mapped === '0.0.0.0' || mapped === bind.address
}

/** Root without CAP_SYS_PTRACE does not see what haproxy's own user has open: then its configuration has to do. */
function isHaproxy({ owner, port }: Listener, { units, configuredPorts }: HostSeen): boolean {
  if (owner) return owner.name === 'haproxy' && owner.ours
  return units.get('haproxy') === 'active' && configuredPorts.has(port)
}

function takenPort(where: string, bind: Bind, { address, owner, port }: Listener): PreflightFinding {
  const at = familyOf(address) === 6 ? `[${address}]:${port}` : `${address}:${port}`
  const who =
    owner === undefined
      ? 'a process that the host does not see, such as one of a container'
      : `${owner.name === '' ? 'a process' : owner.name} (pid ${owner.pid})${owner.name === 'haproxy' ? ', which is not the service haproxy' : ''}`
  return problem('ports', 'fail', {
    where,
    what: `${at} is taken by ${who}; haproxy needs port ${port} for ${bind.what}`,
    why: 'haproxy would not start, or share its clients with the other one',
    todo: 'stop the other one, or choose another port',
  })
}

/** The nodes' clocks against the controller's and each other's; never refused. */
export function clocks(seen: PreflightSeen): PreflightFinding[] {
  return verifyClocks(verifySeen(seen)).map((finding) => ({
    ...finding,
    check: 'clocks',
    level: finding.level === 'fail' ? 'warn' : finding.level,
  }))
}

/** A host knows its own name, and the loopback's. */
export function names(seen: PreflightSeen): PreflightFinding[] {
  const out = [...seen.hosts].flatMap(([host, { names: found, hostname }]): PreflightFinding[] => {
    if (found.size === 0) {
      const what = 'whether its own name resolves was not seen: it has no getent'
      return [
        problem('names', 'unknown', { where: host, what, why: WHY_NAMES, todo: 'look into /etc/hosts' }),
      ]
    }
    const lost = [...found].filter(([name, addresses]) =>
      name === 'localhost' ? !addresses.includes('127.0.0.1') : addresses.length === 0,
    )
    return lost.map(([name, addresses]) =>
      problem('names', 'warn', {
        where: host,
        what:
          addresses.length === 0
            ? `${name === hostname ? 'its own name' : 'the name'} ${name} does not resolve`
            : `${name} is ${listed(addresses)}, and not 127.0.0.1`,
        why: WHY_NAMES,
        todo: `add it to /etc/hosts there: \`${name === 'localhost' ? '127.0.0.1' : '127.0.1.1'} ${name}\``,
      }),
    )
  })
  if (out.length > 0 || seen.hosts.size === 0) return out
  return [ok('names', listed([...seen.hosts.keys()]), 'localhost and their own names resolve')]
}

const WHY_NAMES = 'sudo, the kubelet and etcd wait for a name server, or fail'

/** KiB: both packages with what they depend on, the package manager's download and its lists. */
const FOR_PACKAGES = 100 * 1024
/** KiB: configurations, their backups and a few lines of log. */
const FOR_FILES = 4 * 1024

/** There is room for what is going to be written. */
export function disk(seen: PreflightSeen): PreflightFinding[] {
  const out = [...seen.hosts].flatMap(([host, look]) => {
    const missing = (seen.views.get(host)?.packages ?? []).filter((name) => !look.programs.has(name))
    return ['/etc', '/usr', '/var'].flatMap((directory) => roomIn(host, look, directory, missing))
  })
  if (out.length > 0 || seen.hosts.size === 0) return out
  const least = Math.min(
    ...[...seen.hosts.values()].flatMap(({ free }) => [free.get('/etc') ?? 0, free.get('/var') ?? 0]),
  )
  return [ok('disk', listed([...seen.hosts.keys()]), `${mebibytes(least)} or more are free`)]
}

function roomIn(
  where: string,
  { free }: HostSeen,
  directory: string,
  missing: readonly string[],
): PreflightFinding[] {
  const wanted = directory !== '/etc' && missing.length > 0 ? FOR_PACKAGES : FOR_FILES
  if (directory === '/usr' && missing.length === 0) return []
  const found = free.get(directory)
  const what = missing.length > 0 ? `${listed(missing)} and their configurations` : 'configurations'
  if (found === undefined) {
    const unseen = `how much is free in ${directory} was not seen`
    const why = `${what} need ${mebibytes(wanted)}`
    return [problem('disk', 'unknown', { where, what: unseen, why, todo: `look with \`df ${directory}\`` })]
  }
  if (found >= wanted) return []
  return [
    problem('disk', 'fail', {
      where,
      what: `${mebibytes(found)} are free in ${directory}; ${what} need ${mebibytes(wanted)}`,
      why: 'a package that is half installed, or a file that is cut off, is worse than none',
      todo: `make room: \`du -xhd1 ${directory}\``,
    }),
  ]
}

function mebibytes(kib: number): string {
  return kib >= 10 * 1024 * 1024 ? `${Math.floor(kib / 1024 / 1024)} GiB` : `${Math.floor(kib / 1024)} MiB`
}

/** What guards the hosts. It is reported, and left alone. */
export function guards(seen: PreflightSeen): PreflightFinding[] {
  return [...seen.hosts].flatMap(([host, { units, selinux }]) => [
    ...(units.get('firewalld') === 'active'
      ? [ok('firewall', host, seen.opening.has(host) ? OPENED : FIREWALLED)]
      : [ok('firewall', host, 'firewalld is not active')]),
    ok('selinux', host, selinux ?? 'not there, or disabled'),
  ])
}

const OPENED = 'firewalld is active, and gets its rules in this run'
const FIREWALLED = 'firewalld is active: it has to let VRRP and the endpoint’s ports through'
