import { lab } from '../../lab/lab.ts'
import { bringDebs } from './debs.ts'

/**
 * Installs ufw on a Debian-like host of the lab that has iptables and Python. Whatever the rules of the tests are, the
 * host can be reached over SSH.
 */
export async function installUfw(host: string): Promise<void> {
  await bringDebs(host, 'ufw', ['ufw'])
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
