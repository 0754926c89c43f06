import { diffLines } from 'diff'
import { lab } from '../../test/lab/lab.ts'

/** Where packages, logs and the passing of time leave traces that no role is about. */
const PASSING = [
  '/etc/machine-id', '/etc/resolv.conf', '/etc/hosts', '/etc/hostname', '/etc/mtab', '/etc/ld.so.cache',
  '/etc/ssh', '/etc/group-', '/etc/gshadow-', '/etc/passwd-', '/etc/shadow-', '/etc/.pwd.lock',
  '/var/cache', '/var/log', '/var/tmp', '/var/lib/apt', '/var/lib/dpkg', '/var/lib/dnf', '/var/lib/rpm', '/usr/lib/sysimage',
  '/var/lib/systemd', '/var/lib/misc', '/var/lib/rpm-state', '/root/.ansible', '/root/.ansible_async', '/root/.cache', '/root/.gnupg', '/root/.rpmdb',
  '/home/ops/.ansible', '/usr/lib/python3', '/usr/lib64/python3', '/usr/share/python3',
] // prettier-ignore

const SCRIPT = `
find /etc /usr /opt /srv /root /home /var \\( ${PASSING.map((path) => `-path ${path}`).join(' -o ')} -o -name __pycache__ \\) -prune -o -print0 |
  sort -z | xargs -0 stat -c '%A %U:%G %F %N' | sed 's/ regular empty file / regular file /'
echo '-- content'
find /etc /opt /srv /root /home /usr/local /var/lib /usr/libexec \\( ${PASSING.map((path) => `-path ${path}`).join(' -o ')} -o -name __pycache__ \\) -prune -o -type f -print0 |
  sort -z | xargs -0 sha256sum
echo '-- packages'
if command -v rpm >/dev/null; then rpm -qa | sort; else dpkg-query -W -f '\${db:Status-Abbrev} \${Package} \${Version}\\n'; fi
echo '-- units'
systemctl list-unit-files --no-legend --no-pager --type=service,socket,timer,path | awk '{ print $1, $2 }'
systemctl list-units --no-legend --no-pager --plain --all --type=service,socket,timer,path | awk '{ print $1, $3 }' |
  grep -v -e '^user' -e '^session' -e 'dnf-makecache' -e 'systemd-tmpfiles-clean' -e 'apt-daily' -e 'e2scrub' | sort
echo '-- sysctl'
sysctl -a 2>/dev/null | grep '^net\\.' | grep -v -e nf_conntrack_count -e '\\.neigh\\.' -e random -e stable_secret
echo '-- listening'
ss -Hltnu | awk '{ print $1, $5 }' | grep -v -e 127.0.0.11: -e '^udp .*:[3-6][0-9][0-9][0-9][0-9]$' | sort
echo '-- accounts'
getent passwd; getent group
`

/** `backup: yes` puts the process and the time into the name of the copy. */
const BACKUP = /\.\d+\.\d{4}-\d\d-\d\d@\d\d:\d\d:\d\d~/g

/** All of a host that a role could have left its mark on: files, their content, packages, units, sysctls, ports, accounts. */
export function snapshot(host: string): Promise<string> {
  return lab.sh(host, SCRIPT)
}

/** The lines in which two snapshots differ: - only in the first, + only in the second. */
export function differences(first: string, second: string): string[] {
  const [one, other] = [first, second].map((text) => text.replaceAll(BACKUP, '.BACKUP~'))
  return diffLines(one ?? '', other ?? '').flatMap(({ added, removed, value }) =>
    added || removed
      ? value
          .trimEnd()
          .split('\n')
          .map((line) => `${added ? '+' : '-'} ${line}`)
      : [],
  )
}
