import { beforeAll, describe, expect, test } from 'vitest'
import { lab } from '../lab/lab.ts'
import { ModuleLife } from './support/module-life.ts'

const HASH =
  '$6$saltsalt$lpMuNPI9bbFm5SK5BJ.RSJm5KqoLAFDPvK5KWqwqzXQqVaNDPTVdGc2wjCBfJB4X35Lnfvf9t7aIBpJTdYpYc.'
const HOSTS = ['mpy', 'dpy'] as const

beforeAll(async () => {
  await lab.reset([...HOSTS, 'b1'])
})

describe.each(HOSTS)('groups and users on %s', (host) => {
  const life = new ModuleLife(host)
  const line = async (database: string, name: string) =>
    (await lab.exec(host, ['getent', database, name])).stdout.trimEnd()

  test('a group comes, gets a number, and goes', async () => {
    await life.changes('group', { name: 'ops1' })
    await life.changes('group', { name: 'ops1', gid: 4001 })
    expect(await line('group', 'ops1')).toBe('ops1:x:4001:')
    await life.fails('group', { name: 'ops2', gid: 4001 }, /4001 is group ops1's already/)
    await life.changes('group', { name: 'ops2', gid: 4001, non_unique: true })
    await life.changes('group', { name: 'ops2', state: 'absent' })
    await life.changes('group', { name: 'sysops', system: true })
    expect(Number((await line('group', 'sysops')).split(':')[2])).toBeLessThan(1000)
    await life.changes('group', { name: 'ranged', gid_min: 5000, gid_max: 5010 })
    expect(await line('group', 'ranged')).toMatch(/^ranged:x:50/)
  })

  test('a user with all that can be said at once', async () => {
    const wish = {
      name: 'anna',
      uid: 4100,
      groups: 'ops1,sysops',
      comment: 'Anna A.',
      shell: '/bin/bash',
      password: HASH,
      expires: 4102444800,
      password_expire_max: 90,
      password_expire_min: 1,
      password_expire_warn: 10,
      password_expire_account_disable: 30,
    }
    await life.changes('user', wish)
    expect(await line('passwd', 'anna')).toBe('anna:x:4100:4100:Anna A.:/home/anna:/bin/bash')
    expect(await line('shadow', 'anna')).toMatch(/^anna:\$6\$saltsalt\$.*:\d+:1:90:10:30:47482:$/)
    expect(await lab.sh(host, 'id -Gn anna; stat -c "%U %G %a" /home/anna /home/anna/.profile')).toBe(
      'anna ops1 sysops\nanna anna 755\nanna anna 644\n',
    )
    await life.isDone('user', { ...wish, groups: ['sysops', 'ops1'] })
    await life.isDone('user', { name: 'anna' })
  })

  test('each thing is changed by itself', async () => {
    for (const change of [
      { uid: 4101 },
      { group: 'ops1' },
      { groups: ['sysops'] },
      { groups: ['ranged'], append: true },
      { groups: [] },
      { comment: '' },
      { shell: '/bin/sh' },
      { password: '!' },
      { password: HASH, password_lock: true },
      { password_lock: false },
      { password_lock: true },
      { expires: -1 },
      { expires: 4102444800 },
      { password_expire_max: 99999 },
      { home: '/srv/anna', move_home: true },
      { home: '/srv/anna2' },
    ])
      await life.changes('user', { name: 'anna', ...change })
    await life.isDone('user', { name: 'anna', password: '$6$other', update_password: 'on_create' })
    expect(await line('passwd', 'anna')).toMatch(/^anna:x:4101:4001::\/srv\/anna2:\/bin\/sh$/)
    await life.changes('user', { name: 'anna', home: '/srv/anna' })
    await life.fails('user', { name: 'anna', home: '/srv/anna2', move_home: true }, /there already/)
  })

  test('a home that is not there is made again', async () => {
    await lab.sh(host, 'rm -r /srv/anna')
    await life.isDone('user', { name: 'anna', create_home: false })
    await life.changes('user', { name: 'anna' })
    expect(await lab.sh(host, 'stat -c "%U %a" /srv/anna/.profile')).toBe('anna 644\n')
  })

  test('homes below directories that are not there, from another skeleton, with other permissions', async () => {
    await lab.sh(host, 'mkdir -p /srv/skeleton/d; echo hi >/srv/skeleton/d/f; chmod 0600 /srv/skeleton/d/f')
    await life.changes('user', {
      name: 'berta',
      home: '/srv/h/o/berta',
      skeleton: '/srv/skeleton',
      umask: '077',
    })
    expect(await lab.sh(host, 'stat -c "%U %a" /srv/h/o/berta /srv/h/o/berta/d/f /srv/h')).toBe(
      'berta 700\nberta 600\nroot 755\n',
    )
    await life.changes('user', { name: 'system1', system: true, create_home: false })
    expect(await lab.sh(host, '[ -e /home/system1 ] || echo none')).toBe('none\n')
  })

  test.each([
    ['UMASK 027', {}, '750'],
    ['UMASK 27', {}, '744'],
    ['HOME_MODE 0710', {}, '710'],
    ['HOME_MODE 700', {}, '1274'],
    ['HOME_MODE 0710', { umask: '077' }, '710'],
    ['UMASK 022', { umask: 63 }, '700'],
  ])('a home is predicted as %s and %j have it', async (line, args, mode) => {
    await lab.sh(
      host,
      `cp -p /etc/login.defs /root/defs; sed -i '/^UMASK/d;/^HOME_MODE/d' /etc/login.defs; echo '${line}' >>/etc/login.defs`,
    )
    const modes = async () => (await lab.sh(host, 'stat -c %a /home/franz; rm -r /home/franz')).trim()
    try {
      await life.changes('user', { name: 'franz', ...args })
      expect(await modes()).toBe(mode)
      await life.changes('user', { name: 'franz', ...args })
      expect(await modes()).toBe(mode)
      await life.changes('user', { name: 'franz', state: 'absent' })
    } finally {
      await lab.sh(host, 'mv /root/defs /etc/login.defs')
    }
  })

  test('a skeleton and a place that the tools have as their defaults', async () => {
    await lab.sh(
      host,
      "mkdir -p /srv/skel2 /srv/homes/gerd; echo x >/srv/skel2/x; cp -p /etc/default/useradd /root/defs; sed -i '/^SKEL=/d;/^HOME=/d' /etc/default/useradd; printf 'SKEL=/srv/skel2\\nHOME=/srv/homes\\n' >>/etc/default/useradd",
    )
    try {
      await life.changes('user', { name: 'franz' })
      await life.changes('user', { name: 'gerd' })
      expect(await lab.sh(host, 'cd /srv/homes; find . | sort')).toBe('.\n./franz\n./franz/x\n./gerd\n')
      await life.changes('user', { name: 'franz', state: 'absent', remove: true })
      await lab.sh(host, 'userdel gerd; rm -r /srv/homes')
    } finally {
      await lab.sh(host, 'mv /root/defs /etc/default/useradd')
    }
  })

  test('a key is made once, or every time', async () => {
    const made = await life.changes('user', {
      name: 'berta',
      generate_ssh_key: true,
      ssh_key_type: 'ed25519',
    })
    expect(made.result).toMatchObject({
      ssh_key_file: '/srv/h/o/berta/.ssh/id_ed25519',
      ssh_public_key: expect.stringMatching(/^ssh-ed25519 .* ansible-generated on /),
      ssh_fingerprint: expect.stringMatching(/^256 SHA256:/),
    })
    const key = {
      ssh_key_file: '.ssh/other',
      ssh_key_bits: 2048,
      ssh_key_comment: 'c d',
      ssh_key_passphrase: "it's",
    }
    await life.changes('user', { name: 'berta', generate_ssh_key: true, ...key })
    expect(await lab.sh(host, `ssh-keygen -y -P "it's" -f /srv/h/o/berta/.ssh/other`)).toMatch(
      /^ssh-rsa .* c d/,
    )
    expect(
      await lab.sh(
        host,
        'stat -c "%U %a" /srv/h/o/berta/.ssh /srv/h/o/berta/.ssh/other; ls -A /srv/h/o/berta/.ssh',
      ),
    ).toBe('berta 700\nberta 600\nid_ed25519\nid_ed25519.pub\nother\nother.pub\n')
    const again = await life.run('user', {
      name: 'berta',
      generate_ssh_key: true,
      force: true,
      ssh_key_type: 'ed25519',
    })
    expect(again.result['ssh_fingerprint']).not.toBe(made.result['ssh_fingerprint'])
  })

  test('users go, with or without their home, and groups that are in use stay', async () => {
    await life.fails('group', { name: 'ops1', state: 'absent' }, /own group of anna/)
    await life.changes('user', { name: 'anna', state: 'absent', remove: true })
    expect(await lab.sh(host, '[ -e /srv/anna ] || echo gone')).toBe('gone\n')
    await life.changes('user', { name: 'berta', state: 'absent' })
    expect(await lab.sh(host, '[ -e /srv/h/o/berta ] && echo there')).toBe('there\n')
    expect(await line('group', 'berta')).toBe('')
    await life.isDone('user', { name: 'berta', state: 'absent' })
    await life.changes('group', { name: 'ops1', state: 'absent' })
  })

  test('a home that cannot go keeps its user', async () => {
    const gone = { name: 'doris', state: 'absent', remove: true }
    const at = (home: string) => life.changes('user', { name: 'doris', home, create_home: false })
    await lab.sh(host, 'mkdir -p /srv/shared/real /srv/foreign; ln -s /srv/shared/real /srv/link')
    await life.changes('user', { name: 'doris', home: '/srv/own' })
    await life.changes('user', { name: 'emil', home: '/srv/own/emil' })
    await life.fails('user', gone, /\/srv\/own holds the home of user emil, too/)
    await at('/srv/foreign')
    await life.fails('user', gone, /\/srv\/foreign is not doris's/)
    await lab.sh(host, 'chown doris /srv/shared/real')
    await at('/srv/link')
    await life.fails('user', { ...gone, force: true }, /a link to \/srv\/shared\/real/)
    await at('/')
    await life.fails('user', { ...gone, force: true }, /^\/ is a directory of the system/)
    await life.changes('user', { name: 'emil', state: 'absent' })
    await at('/srv/own')
    await life.changes('user', gone)
    expect(await lab.sh(host, 'ls -d /srv/own /srv/shared/real /srv/foreign 2>/dev/null || :')).toBe(
      '/srv/foreign\n/srv/shared/real\n',
    )
    await lab.sh(host, 'rm -r /srv/link /srv/shared /srv/foreign')
  })

  test('what cannot be is told beforehand', async () => {
    await life.fails('user', { name: 'carl', group: 'no-such' }, /no group no-such/)
    await life.fails('user', { name: 'carl', groups: ['root', 'no-such'] }, /no group no-such/)
    await life.fails('user', { name: 'carl', uid: 0 }, /0 is user root's already/)
    await life.isDone('user', { name: 'system1', password_lock: false, create_home: false })
  })
})

test('busybox has other tools, and says so', async () => {
  const life = new ModuleLife('b1')
  await life.fails('group', { name: 'ops1' }, /no groupadd/)
  await life.fails('user', { name: 'anna' }, /no useradd/)
  await life.isDone('user', { name: 'root', create_home: false })
})
