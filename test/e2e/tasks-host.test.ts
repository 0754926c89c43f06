import { beforeAll, describe, expect, test } from 'vitest'
import { lab } from '../lab/lab.ts'
import { ModuleLife } from './support/module-life.ts'

const HOSTS = ['mpy', 'dpy'] as const

beforeAll(async () => {
  await lab.reset([...HOSTS, 'b1'])
})

describe.each(HOSTS)('the host itself: %s', (host) => {
  const life = new ModuleLife(host)

  test('mounts', async () => {
    const wish = { path: '/mnt/hk/a', src: 'tmpfs', fstype: 'tmpfs', opts: 'size=1m' }
    await life.changes('mount', { ...wish, state: 'mounted' })
    expect(
      await lab.sh(host, 'grep /mnt/hk/a /etc/fstab; df -k --output=size /mnt/hk/a | tail -n 1'),
    ).toMatch(/^tmpfs \/mnt\/hk\/a tmpfs size=1m 0 0\n\s*1024\n$/)
    await life.isDone('mount', { ...wish, state: 'mounted' })
    await life.changes('mount', { ...wish, opts: 'size=2m', state: 'mounted' })
    expect(await lab.sh(host, 'df -k --output=size /mnt/hk/a | tail -n 1')).toMatch(/2048/)
    await life.run('mount', { path: '/mnt/hk/a', state: 'remounted' })
    await life.changes('mount', { path: '/mnt/hk/a', state: 'unmounted' })
    await life.isDone('mount', { ...wish, opts: 'size=2m', state: 'present' })
    await life.changes('mount', { path: '/mnt/hk/a', state: 'absent' })
    expect(await lab.sh(host, '[ -e /mnt/hk/a ] || echo gone; grep -c hk /etc/fstab || :')).toBe('gone\n0\n')
    await life.fails('mount', { path: '/mnt/hk/a', state: 'remounted' }, /nothing is mounted/)
  })

  test('what cannot be mounted leaves nothing', async () => {
    await lab.sh(host, 'cp /etc/fstab /tmp/fstab.before')
    const { failure } = await life.run('mount', {
      path: '/mnt/no/such',
      src: '/dev/no-such',
      fstype: 'ext4',
      state: 'mounted',
    })
    expect(failure).toMatch(/no-such/)
    expect(await lab.sh(host, 'cmp /etc/fstab /tmp/fstab.before && [ ! -e /mnt/no ] && echo clean')).toBe(
      'clean\n',
    )
  })

  test('bind mounts, and an fstab of its own', async () => {
    await lab.sh(host, 'mkdir -p /srv/from; echo hi >/srv/from/f')
    const bind = { path: '/mnt/bind', src: '/srv/from', fstype: 'none', opts: 'bind' }
    await life.changes('mount', { ...bind, state: 'mounted', fstab: '/etc/fstab.d/hk', boot: false })
    expect(await lab.sh(host, 'cat /mnt/bind/f /etc/fstab.d/hk')).toBe(
      'hi\n/srv/from /mnt/bind none bind,noauto 0 0\n',
    )
    await life.changes('mount', { path: '/mnt/bind', state: 'unmounted' })
    const ephemeral = { path: '/mnt/e', src: 'tmpfs', fstype: 'tmpfs', state: 'ephemeral' }
    expect((await life.run('mount', ephemeral)).failure).toBeUndefined()
    expect((await life.run('mount', ephemeral)).plan).toMatchObject({ summary: 'mount /mnt/e again' })
    await life.fails('mount', { ...ephemeral, src: 'other' }, /tmpfs is mounted/)
    await life.changes('mount', { path: '/mnt/e', state: 'unmounted' })
  })

  test('packet filter', async () => {
    const rule = {
      chain: 'INPUT',
      protocol: 'tcp',
      destination_port: 12345,
      jump: 'DROP',
      comment: 'a "b" c',
    }
    await life.changes('iptables', rule)
    await life.changes('iptables', { ...rule, destination_port: 12346, action: 'insert', rule_num: 1 })
    await life.changes('iptables', { ...rule, destination_port: 12345, state: 'absent' })
    await life.changes('iptables', { chain: 'HK', chain_management: true })
    await life.changes('iptables', {
      chain: 'HK',
      source: '10.0.0.0/8',
      ctstate: ['NEW', 'ESTABLISHED'],
      limit: '2/second',
      limit_burst: 20,
      jump: 'ACCEPT',
      wait: 5,
    })
    await life.changes('iptables', {
      chain: 'HK2',
      chain_management: true,
      protocol: 'icmp',
      icmp_type: 8,
      jump: 'DROP',
    })
    await life.changes('iptables', {
      chain: 'PREROUTING',
      table: 'nat',
      protocol: 'tcp',
      destination_port: 12347,
      jump: 'REDIRECT',
      to_ports: 12348,
    })
    await life.changes('iptables', {
      chain: 'INPUT',
      ip_version: 'ipv6',
      protocol: 'tcp',
      match: 'tcp',
      destination_ports: ['1', '2:3'],
      in_interface: '!lo',
      reject_with: 'tcp-reset',
    })
    await life.changes('iptables', { chain: 'FORWARD', policy: 'DROP' })
    expect(
      await lab.sh(host, 'iptables -S HK; iptables -S FORWARD; iptables -S INPUT; ip6tables -S INPUT'),
    ).toBe(
      '-N HK\n-A HK -s 10.0.0.0/8 -m conntrack --ctstate NEW,ESTABLISHED -m limit --limit 2/sec --limit-burst 20 -j ACCEPT\n' +
        '-P FORWARD DROP\n' +
        '-P INPUT ACCEPT\n-A INPUT -p tcp -m tcp --dport 12346 -m comment --comment "a \\"b\\" c" -j DROP\n' +
        '-P INPUT ACCEPT\n-A INPUT ! -i lo -p tcp -m tcp -m multiport --dports 1,2:3 -j REJECT --reject-with tcp-reset\n',
    )
    await life.fails('iptables', { chain: 'HK', state: 'absent', chain_management: true }, /HK has rules/)
    await life.changes('iptables', { chain: 'HK', flush: true })
    await life.isDone('iptables', { chain: 'HK', flush: true })
    await life.changes('iptables', { chain: 'HK', state: 'absent', chain_management: true })
    await life.fails('iptables', { chain: 'HK', jump: 'DROP' }, /no chain HK/)
    for (const change of [
      { flush: true },
      { flush: true, table: 'nat' },
      { flush: true, ip_version: 'ipv6' },
    ])
      await life.changes('iptables', change)
    await life.changes('iptables', { chain: 'FORWARD', policy: 'ACCEPT' })
  })

  test('modules at boot', async () => {
    await lab.sh(
      host,
      'mkdir -p /etc/modules-load.d; printf "overlay\\nbr_netfilter\\n" >/etc/modules-load.d/k8s.conf',
    )
    // Loaded or not, the lab's kernel has no modules: a name that it has built in counts as loaded.
    const builtIn = (await lab.sh(host, 'ls /sys/module | grep -v -e - -e "\\." | head -n 1')).trim()
    await life.changes('modprobe', { name: builtIn, persistent: 'present', params: 'a=1 b=2' })
    expect(
      await lab.sh(host, `cat /etc/modules-load.d/${builtIn}.conf /etc/modprobe.d/${builtIn}.conf`),
    ).toBe(`${builtIn}\noptions ${builtIn} a=1\noptions ${builtIn} b=2\n`)
    await life.changes('modprobe', { name: builtIn, persistent: 'absent' })
    await life.fails('modprobe', { name: 'no_such_module' }, /no_such_module not found/)
    await life.changes('modprobe', { name: 'br_netfilter', state: 'absent', persistent: 'absent' })
    expect(await lab.sh(host, 'cat /etc/modules-load.d/k8s.conf')).toBe('overlay\n#br_netfilter\n')
  })

  test('limits of sessions, as PAM reads them', async () => {
    const limit = { domain: 'hk-limited', limit_type: '-', limit_item: 'nofile' }
    await lab.sh(host, 'useradd -M hk-limited')
    await life.changes('pam_limits', { ...limit, value: 77 })
    const session = "su -s /bin/sh hk-limited -c 'ulimit -n'"
    expect(await lab.sh(host, session)).toBe('77\n')
    await life.changes('pam_limits', { ...limit, value: 66, use_min: true, comment: 'few' })
    await life.isDone('pam_limits', { ...limit, value: 70, use_min: true })
    expect(await lab.sh(host, 'tail -n 1 /etc/security/limits.conf')).toBe(
      'hk-limited\t-\tnofile\t66\t#few\n',
    )
    expect(await lab.sh(host, session)).toBe('66\n')
    await lab.sh(host, 'userdel hk-limited')
  })

  test('the time zone', async () => {
    await life.changes('timezone', { name: 'Europe/Berlin' })
    expect(await lab.sh(host, 'date +%Z')).toMatch(/^CES?T\n$/)
    await life.isDone('timezone', { name: 'Europe/Berlin', hwclock: 'UTC' })
    await life.fails('timezone', { name: 'Europe/Nowhere' }, /no time zone/)
    await life.changes('timezone', { name: 'Etc/UTC' })
  })

  test('the name', async () => {
    await life.isDone('hostname', { name: host })
    // The engine mounts a file over it, which nobody can replace.
    await lab.sh(host, `umount /etc/hostname && echo ${host} >/etc/hostname`)
    await life.changes('hostname', { name: `${host}.renamed.test` })
    expect(await lab.sh(host, 'uname -n; cat /etc/hostname')).toBe(
      `${host}.renamed.test\n${host}.renamed.test\n`,
    )
    await life.changes('hostname', { name: host })
    await lab.sh(host, 'mkdir -p /etc/sysconfig')
    await life.changes('hostname', { name: 'other', use: 'redhat' })
    expect(await lab.sh(host, 'grep HOSTNAME /etc/sysconfig/network; uname -n')).toBe(
      `HOSTNAME=other\n${host}\n`,
    )
  })

  test('there is no SELinux here', async () => {
    await life.fails('seport', { ports: 6443, proto: 'tcp', setype: 'http_port_t' }, /switched off/)
    await life.fails('selinux_permissive', { domain: 'haproxy_t', permissive: true }, /switched off/)
    await life.fails('selinux', { policy: 'targeted', state: 'enforcing' }, /no \/etc\/selinux\/config/)
  })
})

test('busybox: the name is in the file and the kernel; the zone is a link that replaces whatever link there is', async () => {
  const life = new ModuleLife('b1')
  await lab.sh('b1', 'umount /etc/hostname 2>/dev/null; echo b1 >/etc/hostname')
  await life.isDone('hostname', { name: 'b1' })
  await life.changes('hostname', { name: 'b1.renamed.test' })
  expect(await lab.sh('b1', 'cat /proc/sys/kernel/hostname /etc/hostname')).toBe(
    'b1.renamed.test\nb1.renamed.test\n',
  )
  await life.changes('hostname', { name: 'b1' })
  await lab.sh(
    'b1',
    'mkdir -p /usr/share/zoneinfo/Europe /etc/dir; cd /usr/share/zoneinfo; echo a >UTC; echo b >Europe/Berlin; ln -sfn /etc/dir /etc/localtime',
  )
  await life.changes('timezone', { name: 'Europe/Berlin' })
  await life.changes('timezone', { name: 'UTC' })
  expect(
    await lab.sh('b1', 'readlink /etc/localtime; ls -A /etc/dir; ls -A /etc | grep -c hakube || :'),
  ).toBe('/usr/share/zoneinfo/UTC\n0\n')
  await lab.sh('b1', 'rm -r /usr/share/zoneinfo /etc/dir /etc/localtime')
})

test('busybox: what there is works, what there is not says so', async () => {
  const life = new ModuleLife('b1')
  await life.fails('iptables', { chain: 'INPUT', jump: 'DROP' }, /no iptables/)
  await life.fails('cron', { name: 'a', job: 'date', user: 'no-such-user' }, /no user|no crontab/)
  await life.changes('pam_limits', {
    dest: '/etc/limits',
    domain: '*',
    limit_type: 'hard',
    limit_item: 'core',
    value: 0,
  })
  await life.changes('known_hosts', { name: 'h', key: 'h ssh-rsa AAAAB3', path: '/etc/known' })
  await life.changes('authorized_key', { user: 'root', key: 'ssh-rsa AAAAB3 x', path: '/etc/keys/root' })
})
