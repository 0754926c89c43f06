import type { Preparation } from './generate.ts'
import type { Family } from './universe.ts'

const TRACES =
  '/etc/haproxy /etc/keepalived /var/lib/haproxy /etc/lab-hello.conf /etc/sysconfig/haproxy* /etc/sysconfig/keepalived*'
// What belongs to the account can only be looked at in a directory that is there.
const ACCOUNT = `mkdir -p /srv/predict; userdel haproxy; groupdel haproxy; rm -rf /srv/predict/owned /srv/predict/grouped`
const PACKAGES = 'haproxy keepalived lab-hello'
const REMOVE: Readonly<Record<Family, string>> = {
  'EL-like': `dnf -qy remove ${PACKAGES}`,
  'Debian-like': `apt-get -qy purge ${PACKAGES}`,
}

/** What is done to a host before a list, as a shell script. */
export function preparation(which: Preparation, family: Family): string {
  const quietly = (script: string) => `exec >/dev/null 2>&1; ${script}; :`
  switch (which) {
    case 'forget':
      return quietly(`systemctl unmask ${PACKAGES}; ${REMOVE[family]}; rm -rf ${TRACES}; ${ACCOUNT}`)
    case 'lose account':
      return quietly(`systemctl stop haproxy; ${ACCOUNT}`)
    case 'clear':
      return quietly('rm -rf /srv/predict')
  }
}
