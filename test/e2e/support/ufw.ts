import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { lab } from '../../lab/lab.ts'
import { containerOf } from '../../lab/members.ts'
import { PATHS } from '../../lab/paths.ts'
import { must } from '../../lab/process.ts'

/** Fetched once for all runs, by the machine's own apt: the hosts' own repositories do not have it. */
const CACHE = join(PATHS.state, 'ufw')

/**
 * Installs ufw on a Debian-like host of the lab that has iptables and Python. Whatever the rules of the tests are, the
 * host can be reached over SSH.
 */
export async function installUfw(host: string): Promise<void> {
  await mkdir(join(CACHE, 'partial'), { recursive: true })
  const status = join(CACHE, 'status')
  await writeFile(status, await lab.sh(host, 'cat /var/lib/dpkg/status'))
  await must([
    'apt-get',
    `-oDir::State::status=${status}`,
    `-oDir::Cache::archives=${CACHE}`,
    '-yq',
    '--download-only',
    '--no-install-recommends',
    'install',
    'ufw',
  ])
  await lab.sh(host, 'mkdir -p /root/ufw')
  await must(['docker', 'cp', `${CACHE}/.`, `${containerOf(host)}:/root/ufw`])
  await lab.sh(
    host,
    `export DEBIAN_FRONTEND=noninteractive
dpkg -i /root/ufw/*.deb >/root/ufw/log 2>&1 || { tail -n 5 /root/ufw/log >&2; exit 1; }
rm -r /root/ufw
sed -i '/^# End required lines/a -A ufw-before-input -p tcp --dport 22 -j ACCEPT' \
  /etc/ufw/before.rules /usr/share/ufw/iptables/before.rules
grep -q 'dport 22' /etc/ufw/before.rules`,
  )
}
