import type { Question } from '../../connect/connection.ts'
import { Script, sh } from '../../shell/sh.ts'
import { splitServer } from '../../verify/haproxy-cfg.ts'
import type { View } from '../view.ts'

/** Users other than root do not have them all. */
const PATHS = sh`PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
`

const CLOCK = sh`date +%s.%N`

/** Directories whose file systems get packages and configurations. */
export const DIRECTORIES = ['/etc', '/usr', '/var']

/** An address and a port that haproxy is going to listen on; `*` and `::` are all addresses of a family. */
export interface Bind {
  address: string
  port: number
  /** What it is for. */
  what: string
}

/** Everything that haproxy listens on, on this host. */
export function bindsOf(view: View): Bind[] {
  if (!view.haproxy) return []
  const read = (what: string, lines: readonly string[]): Bind[] =>
    lines.flatMap((line) => {
      const [address = ''] = line.split(' ')
      const wildcard = /^(?:\*|\[::\]):(\d+)$/.exec(address)
      if (wildcard) return [{ address: line.startsWith('*') ? '*' : '::', port: Number(wildcard[1]), what }]
      const split = splitServer(address)
      return split ? [{ address: split.host, port: split.port, what }] : []
    })
  return [
    ...read('the endpoint', view.binds),
    ...view.frontends.flatMap(({ name, binds }) => read(`the frontend ${name}`, binds)),
    ...read('the statistics page', view.stats?.binds ?? []),
    { address: '127.0.0.1', port: view.monitor.port, what: 'keepalived’s check (ha_monitor_port)' },
  ]
}

/** What a host is asked before the first change, as one message. */
export function lookQuestions(view: View): Question[] {
  const ports = [...new Set(bindsOf(view).map(({ port }) => port))]
  return [
    // The clock first and last: the true difference then lies between two bounds that only the network widens.
    { id: 'clock before', script: CLOCK },
    { id: 'addresses', script: sh`${PATHS}ip -o addr show` },
    { id: 'macs', script: sh`cat /sys/class/net/*/address 2>/dev/null` },
    { id: 'neighbours', script: sh`${PATHS}ip neigh show | head -n 4000` },
    { id: 'units', script: UNITS },
    { id: 'programs', script: PROGRAMS },
    { id: 'keepalived.conf', script: sh`cat /etc/keepalived/keepalived.conf 2>/dev/null` },
    { id: 'listeners', script: listeners(ports) },
    {
      id: 'haproxy binds',
      script: sh`grep -E '^[[:space:]]*bind[[:space:]]' /etc/haproxy/haproxy.cfg 2>/dev/null`,
    },
    { id: 'names', script: NAMES },
    {
      id: 'disk',
      script: sh`for each in ${DIRECTORIES}; do echo "$each $(df -Pk "$each" | tail -n 1)"; done`,
    },
    { id: 'selinux', script: SELINUX },
    { id: 'kubernetes', script: KUBERNETES },
    { id: 'ca', script: sh`cat /etc/kubernetes/pki/ca.crt 2>/dev/null` },
    { id: 'clock after', script: CLOCK },
  ]
}

const UNITS = sh`command -v systemctl >/dev/null 2>&1 || exit 0
for unit in haproxy keepalived firewalld; do echo "$unit $(systemctl is-active $unit.service)"; done`

const PROGRAMS = sh`${PATHS}for each in haproxy keepalived; do command -v $each >/dev/null 2>&1 && echo $each; done; :`

const SELINUX = sh`[ -e /sys/fs/selinux/enforce ] || exit 0
[ "$(cat /sys/fs/selinux/enforce)" = 1 ] && echo enforcing || echo permissive`

const KUBERNETES = sh`[ -e /etc/kubernetes/manifests/kube-apiserver.yaml ] && echo manifest
[ -d /var/lib/kubelet ] && echo kubelet
:`

/** A name server that is gone takes its time: 3 s are enough to see that. */
const NAMES = sh`name=$(uname -n)
echo "self $name"
command -v getent >/dev/null 2>&1 || exit 0
for each in localhost "$name"; do
  echo "name $each" $(timeout 3 getent ahosts "$each" 2>/dev/null | while read -r address _; do echo "$address"; done)
done`

/**
 * Who listens on these ports, out of the kernel's own tables: `LOCAL INODE` as they are there, and of each socket the
 * process that has it open. Not all hosts have ss, and none of the other programs tells more; but where root may not
 * see what others have open, a newer ss still knows the service (0 stands for its process).
 */
function listeners(ports: readonly number[]): Script {
  if (ports.length === 0) return sh`:`
  const pattern = ports.map((port) => port.toString(16).toUpperCase().padStart(4, '0')).join('|')
  const expression = `:(${pattern}) [0-9A-F]+:0000 0A `
  return sh`found=$(cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | grep -E ${expression} | while read -r _ local _ _ _ _ _ _ _ inode _; do echo "$local $inode"; done)
[ -n "$found" ] || exit 0
echo "$found" | sort -u | while read -r local inode; do
  pid=
  for each in $(ls -l /proc/[0-9]*/fd 2>/dev/null | sed -n -e '/^\/proc\//h' -e "/socket:\\[$inode\\]/{g;p;}"); do
    pid=${BARE_PID}
    break
  done
  name=
  ours=no
  if [ -n "$pid" ]; then
    name=$(cat "/proc/$pid/comm" 2>/dev/null)
    if ! [ -r "/proc/$pid/cgroup" ] || grep -q '/haproxy\.service' "/proc/$pid/cgroup"; then ours=yes; fi
  elif ss -Hltne 2>/dev/null | grep -q "ino:$inode .*/haproxy\.service "; then
    pid=0
    name=haproxy
    ours=yes
  fi
  echo "listener $local $ours $pid $name"
done`
}

/** "/proc/123/fd:" without what is around the number. */
const BARE_PID = new Script('$(echo "$each" | tr -dc 0-9)')
