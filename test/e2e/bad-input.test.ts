import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lab } from '../lab/lab.ts'
import { waitFor } from './support/client.ts'
import { folder, hakube, inventoryFile, start, type Ran } from './support/hakube.ts'

/** A fingerprint of everything that a run could have left on a host. */
async function trace(host: string): Promise<string> {
  return lab.sh(
    host,
    "find /etc /usr/local /usr/libexec /var/lib/haproxy /run/hakube.lock /tmp -xdev -type f 2>/dev/null | sort | xargs -r sha256sum 2>/dev/null | sha256sum; systemctl list-units --no-legend --state=active --type=service | awk '{print $1}' | sort | sha256sum",
  )
}

/** The bundled playbook with a broken inventory: exit 1, the message says where, and the host is as before. */
const REFUSED: readonly { name: string; vars: Record<string, string>; says: RegExp }[] = [
  { name: 'a VIP that is missing', vars: {}, says: /ha_vip/ },
  { name: 'a malformed VIP', vars: { ha_vip: '10.88.0.999' }, says: /10\.88\.0\.999/ },
  {
    name: "a VIP in no interface's network",
    vars: { ha_vip: '192.0.2.10' },
    says: /192\.0\.2\.10.*network/s,
  },
  {
    name: 'a misspelt variable',
    vars: { ha_vip: '10.88.0.100', ha_portt: '8443' },
    says: /ha_portt.*ha_port/s,
  },
  { name: 'a port that the API server uses', vars: { ha_vip: '10.88.0.100', ha_port: '6443' }, says: /6443/ },
  { name: 'a VRID out of range', vars: { ha_vip: '10.88.0.100', ha_vrid: '256' }, says: /256/ },
]

describe('refused before anything is changed', () => {
  let before: string
  beforeAll(async () => {
    await lab.reset(['m1'])
    before = await trace('m1')
  })

  it.each(REFUSED)('$name', async ({ vars, says }) => {
    const ran = await hakube(['apply', '-i', await inventoryFile(['m1'], vars)])
    expect(ran.code, ran.stdout + ran.stderr).toBe(1)
    expect(ran.stderr).toMatch(says)
    expect(await trace('m1')).toBe(before)
  })

  it('a missing inventory', async () => {
    const ran = await hakube(['apply', '-i', 'nowhere.ini'])
    expect(ran.code).toBe(1)
    expect(ran.stderr).toContain('nowhere.ini')
  })

  it('an inventory without the group', async () => {
    const ran = await hakube([
      'apply',
      '-i',
      await inventoryFile({ workers: ['m1'] }, { ha_vip: '10.88.0.100' }),
    ])
    expect(ran.code).toBe(1)
    expect(ran.stderr).toMatch(/control_plane/)
  })

  it('an unknown variable in a template', async () => {
    const root = await folder({
      'inventory.ini': lab.inventory(['m1']),
      'site.yml':
        '- hosts: control_plane\n  tasks:\n    - copy: {content: x, dest: /etc/first}\n    - template: {src: t.j2, dest: /etc/second}\n',
      'templates/t.j2': 'fine\naddress {{ ansible_default_ipv4.addres }}\n',
    })
    const ran = await hakube(['apply', 'site.yml', '-i', 'inventory.ini'], { cwd: root })
    expect(ran.code).toBe(1)
    expect(ran.stderr).toMatch(/t\.j2:2:\d+/)
    expect(await trace('m1')).toBe(before)
  })

  it.each([
    ['a module name', 'tempalte: {src: a, dest: b}', 'did you mean "template"'],
    ['a parameter', 'copy: {content: x, dset: /etc/x}', 'did you mean "dest"'],
    ['a keyword', 'command: ls\n      notfy: x', 'did you mean "notify"'],
  ])('a typo in %s', async (_what, task, says) => {
    const root = await folder({
      'inventory.ini': lab.inventory(['m1']),
      'site.yml': `- hosts: control_plane\n  tasks:\n    - ${task}\n`,
    })
    const ran = await hakube(['apply', 'site.yml', '-i', 'inventory.ini'], { cwd: root })
    expect(ran.code, ran.stderr).toBe(1)
    expect(ran.stderr).toContain(says)
    expect(ran.stderr).toMatch(/site\.yml:[34]:\d+/)
  })

  it('invalid YAML, with line and column', async () => {
    const root = await folder({
      'inventory.ini': lab.inventory(['m1']),
      'site.yml': '- hosts: control_plane\n  tasks:\n  - name: "open\n',
    })
    const ran = await hakube(['apply', 'site.yml', '-i', 'inventory.ini'], { cwd: root })
    expect(ran.code).toBe(1)
    expect(ran.stderr).toMatch(/site\.yml:\d+:\d+/)
  })
})

describe('hosts that cannot be reached or entered', () => {
  it('a wrong host key: refused with both fingerprints, the others go on', async () => {
    const text = lab.inventory(['m1', 'm2'])
    const { stdout } = await lab.exec('m1', ['cat', '/etc/ssh/ssh_host_ed25519_key.pub'])
    const m1 = stdout.trim().split(' ').slice(0, 2).join(' ')
    const port = (name: string) => String(lab.host(name).sshPort)
    // m2's entry holds the key of m1.
    const root = await folder({
      known_hosts: `[127.0.0.1]:${port('m1')} ${m1}\n[127.0.0.1]:${port('m2')} ${m1}\n`,
    })
    const inventory = join(
      await folder({ 'i.ini': text.replaceAll(lab.paths.knownHosts, join(root, 'known_hosts')) }),
      'i.ini',
    )
    const ran = await hakube(['facts', '-i', inventory])
    expect(ran.code, ran.stderr).toBe(4)
    expect(ran.stderr).toMatch(/m2.*SHA256:.*SHA256:/s)
    expect(ran.stdout).toContain('m1')
  })

  it('an unreachable host: exit 4, the other one is set up', async () => {
    const inventory = await inventoryFile(['m1'])
    const root = await folder({
      'inventory.ini': `${lab.inventory(['m1'])}gone ansible_host=127.0.0.1 ansible_port=1\n`,
      'site.yml': '- hosts: control_plane\n  tasks:\n    - copy: {content: x, dest: /tmp/reached}\n',
    })
    expect(inventory).toBeTruthy()
    const ran = await hakube(['apply', 'site.yml', '-i', 'inventory.ini'], { cwd: root })
    expect(ran.code, ran.stdout + ran.stderr).toBe(4)
    expect(ran.stderr).toMatch(/gone.*refused/s)
    expect(await lab.sh('m1', 'cat /tmp/reached')).toBe('x')
    // The retry file names it, and the command says how to use it.
    expect(ran.stdout + ran.stderr).toMatch(/--limit @.*site\.retry/)
  })

  it('a wrong sudo password: a clear error, no hang', async () => {
    const root = await folder({
      'inventory.ini': lab.inventory(['u1']).replaceAll('lab-ops-secret', 'wrong-secret'),
      'site.yml': '- hosts: control_plane\n  become: true\n  tasks:\n    - command: id\n',
    })
    const started = Date.now()
    const ran = await hakube(['apply', 'site.yml', '-i', 'inventory.ini'], { cwd: root })
    expect(ran.code, ran.stdout + ran.stderr).not.toBe(0)
    expect(ran.stderr).toMatch(/password/)
    expect(ran.stdout + ran.stderr).not.toContain('wrong-secret')
    expect(Date.now() - started).toBeLessThan(30_000)
  })
})

describe('failures in the middle', () => {
  const playbook = (task: string) =>
    folder({
      'inventory.ini': lab.inventory(['m2']),
      'site.yml': `- hosts: control_plane\n  tasks:\n${task}`,
    })
  const apply = async (task: string): Promise<Ran> =>
    hakube(['apply', 'site.yml', '-i', 'inventory.ini'], { cwd: await playbook(task) })

  beforeAll(() => lab.reset(['m2']))
  afterAll(() => lab.reset(['m1', 'm2']))

  it('a package that does not exist', async () => {
    const ran = await apply('    - package: {name: no-such-package-at-all, state: present}\n')
    expect(ran.code, ran.stdout + ran.stderr).toBe(2)
    expect(ran.stdout + ran.stderr).toMatch(/no-such-package-at-all/)
  })

  it('a config that haproxy refuses: the old one and the running service stay, its own words are shown', async () => {
    const inventory = await inventoryFile(['m2'], { ha_vip: '10.88.0.100' })
    expect((await hakube(['apply', '-i', inventory])).code).toBe(0)
    const before = await lab.sh('m2', 'sha256sum /etc/haproxy/haproxy.cfg; systemctl show -p MainPID haproxy')
    const ran = await apply(
      '    - copy: {content: "global\\n  nonsense here\\n", dest: /etc/haproxy/haproxy.cfg, validate: "/usr/sbin/haproxy -c -f %s"}\n      notify: reload\n  handlers:\n    - {name: reload, systemd: {name: haproxy, state: reloaded}}\n',
    )
    expect(ran.code, ran.stdout + ran.stderr).toBe(2)
    expect(ran.stdout + ran.stderr).toMatch(/unknown keyword 'nonsense'/)
    expect(await lab.sh('m2', 'sha256sum /etc/haproxy/haproxy.cfg; systemctl show -p MainPID haproxy')).toBe(
      before,
    )
  })

  it('a full disk while a file is written: the old file stays whole', async () => {
    await lab.sh(
      'm2',
      'mkdir -p /mnt/small && mount -t tmpfs -o size=64k none /mnt/small && printf old > /mnt/small/file',
    )
    const big = 'x'.repeat(200_000)
    const ran = await apply(`    - copy: {content: "${big}", dest: /mnt/small/file}\n`)
    expect(ran.code, ran.stdout + ran.stderr).toBe(2)
    expect(ran.stdout + ran.stderr).toMatch(/No space left/i)
    expect(await lab.sh('m2', 'cat /mnt/small/file; ls -A /mnt/small; umount /mnt/small')).toBe('oldfile\n')
  })

  it('a connection that is cut in the middle of a task: named, exit 4, no half-written file', async () => {
    const root = await playbook('    - command: sleep 20\n    - copy: {content: after, dest: /etc/after}\n')
    const running = hakube(['apply', 'site.yml', '-i', 'inventory.ini'], { cwd: root })
    const deadline = Date.now() + 15_000
    for (;;) {
      const { stdout } = await lab.exec('m2', ['pgrep', '-f', '^sleep 20'])
      if (stdout.trim()) break
      if (Date.now() > deadline) throw new Error('the task did not start')
    }
    await lab.sh('m2', "pkill -f 'sshd: root@notty'")
    const ran = await running
    expect(ran.code, ran.stdout + ran.stderr).toBe(4)
    expect(ran.stderr).toMatch(/m2.*connection/s)
    expect((await lab.exec('m2', ['test', '-e', '/etc/after'])).code).toBe(1)
  })
})

describe('two runs at once', () => {
  it('the second one is told who holds the lock, and changes nothing', async () => {
    const root = await folder({
      'inventory.ini': lab.inventory(['m1']),
      'slow.yml': '- hosts: control_plane\n  tasks:\n    - command: sleep 4\n',
      'other.yml': '- hosts: control_plane\n  tasks:\n    - copy: {content: x, dest: /etc/other}\n',
    })
    const first = hakube(['apply', 'slow.yml', '-i', 'inventory.ini'], { cwd: root })
    for (let tries = 0; tries < 100; tries++) {
      if ((await lab.exec('m1', ['test', '-e', '/run/hakube.lock'])).code === 0) break
    }
    const second = await hakube(['apply', 'other.yml', '-i', 'inventory.ini'], { cwd: root })
    expect(second.code, second.stdout + second.stderr).toBe(2)
    expect(second.stderr).toMatch(/another run.*slow\.yml/s)
    expect((await lab.exec('m1', ['test', '-e', '/etc/other'])).code).toBe(1)
    expect((await first).code).toBe(0)
    expect((await lab.exec('m1', ['test', '-e', '/run/hakube.lock'])).code).toBe(1)
  })
})

describe('interrupted', () => {
  const task =
    '- hosts: control_plane\n  tasks:\n    - {name: long, command: sleep 8}\n    - copy: {content: x, dest: /etc/interrupted}\n'

  it.each([
    { times: 1, what: 'the first Ctrl-C lets the task end and begins nothing new', within: 15_000 },
    { times: 2, what: 'the second one ends it on the host', within: 6_000 },
  ])('$what', async ({ times, within }) => {
    const root = await folder({ 'inventory.ini': lab.inventory(['m1']), 'site.yml': task })
    const running = start(['apply', 'site.yml', '-i', 'inventory.ini'], root)
    await waitFor(
      'the task on the host',
      async () => (await lab.exec('m1', ['pgrep', '-f', '^sleep 8'])).code === 0,
    )
    const began = Date.now()
    for (let n = 0; n < times; n++) {
      running.child.kill('SIGINT')
      await new Promise((resolve) => setTimeout(resolve, 300))
    }
    const ran = await running.ended
    expect(ran.code, ran.stdout + ran.stderr).toBe(130)
    expect(Date.now() - began).toBeLessThan(within)
    expect((await lab.exec('m1', ['test', '-e', '/etc/interrupted'])).code).toBe(1)
    expect((await lab.exec('m1', ['pgrep', '-f', '^sleep 8'])).code).toBe(1)
    await waitFor('the lock to be free', async () => {
      const next = await hakube(['apply', 'again.yml', '-i', 'inventory.ini'], {
        cwd: await folder({
          'inventory.ini': lab.inventory(['m1']),
          'again.yml': '- hosts: control_plane\n  tasks:\n    - command: "true"\n',
        }),
      })
      return next.code === 0
    })
  })
})
