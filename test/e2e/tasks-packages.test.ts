import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findModule } from '../../src/tasks/index.ts'
import { lab } from '../lab/lab.ts'
import { containerOf } from '../lab/members.ts'
import { container, type Outcome, runTask } from '../tasks/harness.ts'
import { ONE } from '../tasks/keys.ts'
import { type Ran, scratch, start } from './support/hakube.ts'

const EL = 'm2'
const DEBIAN = 'd2'
const LIST = '/etc/apt/sources.list.d/second.list'
const SECOND = 'deb [trusted=yes] file:/srv/lab/deb-updates ./'

async function run(host: string, name: string, args: Record<string, unknown>): Promise<Outcome> {
  const module = findModule(name)
  if (!module) throw new Error(`no module ${name}`)
  return runTask(module, args, container(containerOf(host)))
}

/** Runs a task that has to change the host, and once more, when there is nothing left to do. */
async function changes(host: string, name: string, args: Record<string, unknown>): Promise<void> {
  const outcome = await run(host, name, args)
  expect(outcome.failure).toBeUndefined()
  expect(outcome.plan.status).toBe('change')
  expect(outcome.again?.status).toBe('ok')
}

beforeAll(() => lab.reset([EL, DEBIAN]))

describe('repositories', () => {
  test('dnf installs from one that is configured, and not from one that is gone', async () => {
    const args = { name: 'second', description: 'Second releases', baseurl: 'file:///srv/lab/rpm-updates' }
    await changes(EL, 'yum_repository', { ...args, gpgcheck: false })
    await changes(EL, 'dnf', { name: 'lab-hello', state: 'latest' })
    expect(await lab.sh(EL, 'rpm -q --qf %{VERSION} lab-hello')).toBe('2.0')
    await changes(EL, 'yum_repository', { name: 'second', state: 'absent' })
    expect(await lab.sh(EL, 'ls /etc/yum.repos.d')).toBe('lab.repo\n')
    await changes(EL, 'dnf', { name: 'lab-hello', state: 'absent' })
  })

  test('apt knows what a new source offers at once', async () => {
    await changes(DEBIAN, 'apt_repository', { repo: SECOND, filename: 'second' })
    await changes(DEBIAN, 'apt', { name: 'lab-hello' })
    expect(await lab.sh(DEBIAN, "dpkg-query -W -f '${Version}' lab-hello")).toBe('2.0-1')
    await changes(DEBIAN, 'apt_repository', { repo: SECOND, state: 'absent' })
    expect(await lab.sh(DEBIAN, `test -e ${LIST} || echo gone`)).toBe('gone\n')
    await changes(DEBIAN, 'apt', { name: 'lab-hello', state: 'absent', purge: true })
  })

  test('apt reads a source in deb822 format, and its key', async () => {
    const file = '/etc/apt/sources.list.d/third.sources'
    const args = { name: 'Third', uris: 'file:/srv/lab/deb-updates', suites: './' }
    await changes(DEBIAN, 'deb822_repository', { ...args, trusted: true })
    // With lists of its own, since this source is no one else's.
    const only = `-o Dir::Etc::SourceList=${file} -o Dir::Etc::SourceParts=- -o Dir::State::Lists=$lists`
    const offers = `lists=$(mktemp -d) && apt-get ${only} update >&2 && apt-cache ${only} madison lab-hello`
    expect(await lab.sh(DEBIAN, offers)).toContain('2.0-1 | file:/srv/lab/deb-updates')
    await changes(DEBIAN, 'deb822_repository', { ...args, signed_by: ONE.text })
    // The lab's repository is not signed, which is fine no more.
    expect(await lab.sh(DEBIAN, `{ ${offers}; } 2>&1 || true`)).toContain(
      "deb-updates ./ Release' is not signed",
    )
    await changes(DEBIAN, 'deb822_repository', { name: 'third', state: 'absent' })
    expect(await lab.sh(DEBIAN, `test -e ${file} || echo gone`)).toBe('gone\n')
  })

  test('a source without lists is taken back, and so is one in a list that was there', async () => {
    const repo = 'deb [trusted=yes] file:/srv/lab/nothing ./'
    await lab.sh(DEBIAN, `echo '# mine' >${LIST}`)
    for (const filename of ['nothing', 'second']) {
      const { failure } = await run(DEBIAN, 'apt_repository', { repo, filename, update_cache_retries: 1 })
      expect(failure).toMatch(/file:\/srv\/lab\/nothing/)
    }
    expect(await lab.sh(DEBIAN, 'cd /etc/apt/sources.list.d; ls *.list; cat second.list')).toBe(
      'lab.list\nsecond.list\n# mine\n',
    )
  })
})

describe('package files', () => {
  const WWW = '/srv/packages-www'
  const PORT = 8766
  const url = (name: string) => `http://10.88.0.90:${PORT}/${name}`
  const HELLO = { deb: 'lab-hello_1.0-1_all.deb', rpm: 'lab-hello-1.0-1.el9.noarch.rpm' }

  beforeAll(async () => {
    const files = [
      [DEBIAN, `/srv/lab/deb/${HELLO.deb}`, HELLO.deb],
      [EL, `/srv/lab/rpm/${HELLO.rpm}`, HELLO.rpm],
    ] as const
    for (const [host, path, name] of files) {
      const text = await lab.sh(host, `base64 ${path}`)
      await lab.sh('client', `mkdir -p ${WWW} && base64 -d >${WWW}/${name} <<'END'\n${text}END`)
    }
    await lab.sh(
      'client',
      `cd ${WWW} && echo page >page.deb && (setsid python3 -m http.server ${PORT} >/dev/null 2>&1 & echo $! >${WWW}.pid); sleep 1`,
    )
  })
  afterAll(() => lab.sh('client', `kill "$(cat ${WWW}.pid)"; rm -rf ${WWW} ${WWW}.pid`))

  test('apt takes them from the host and over the network, by perl alone', async () => {
    await lab.sh(DEBIAN, 'rm -rf /tmp/tmp.*')
    await changes(DEBIAN, 'apt', { deb: `/srv/lab/deb-updates/lab-hello_2.0-1_all.deb` })
    expect((await run(DEBIAN, 'apt', { deb: url(HELLO.deb) })).plan.status).toBe('fail')
    await changes(DEBIAN, 'apt', { deb: url(HELLO.deb), allow_downgrade: true })
    expect(
      await lab.sh(DEBIAN, "dpkg-query -W -f '${Version}' lab-hello; ls -d /tmp/tmp.* 2>/dev/null || :"),
    ).toBe('1.0-1')
    for (const [name, why] of [
      ['none.deb', /status 404/],
      ['page.deb', /is no \.deb package/],
    ] as const)
      expect((await run(DEBIAN, 'apt', { deb: url(name) })).plan).toMatchObject({
        status: 'fail',
        message: expect.stringMatching(why),
      })
    await changes(DEBIAN, 'apt', { name: 'lab-hello', state: 'absent', purge: true })
  })

  test('dnf takes them too, and only with a signature unless told otherwise', async () => {
    await lab.sh(EL, 'rm -rf /tmp/tmp.*')
    expect((await run(EL, 'dnf', { name: url(HELLO.rpm) })).failure).toContain(
      'signatures could not be checked',
    )
    await changes(EL, 'dnf', { name: url(HELLO.rpm), disable_gpg_check: true })
    expect(await lab.sh(EL, 'rpm -q lab-hello; ls -d /tmp/tmp.* 2>/dev/null || :')).toBe(
      'lab-hello-1.0-1.el9.noarch\n',
    )
    await changes(EL, 'dnf', { name: 'lab-hello = 2.0', enablerepo: 'lab-updates' })
    await changes(EL, 'dnf', { name: 'lab-hello-1.*' })
    await changes(EL, 'dnf', { name: 'lab-hello', state: 'absent' })
  })
})

describe('around packages', () => {
  test('a service that must not start, with a policy that comes back', async () => {
    await lab.sh(
      DEBIAN,
      "printf '#!/bin/sh\nexit 0\n' >/usr/sbin/policy-rc.d; chmod 755 /usr/sbin/policy-rc.d",
    )
    await changes(DEBIAN, 'apt', { name: 'haproxy', policy_rc_d: 101 })
    const look = 'systemctl is-enabled haproxy; systemctl is-active haproxy; cat /usr/sbin/policy-rc.d*'
    expect(await lab.sh(DEBIAN, `${look}; rm /usr/sbin/policy-rc.d`)).toBe(
      'enabled\ninactive\n#!/bin/sh\nexit 0\n',
    )
    await changes(DEBIAN, 'dpkg_selections', { name: 'haproxy', selection: 'hold' })
    expect(await lab.sh(DEBIAN, 'apt-mark showhold')).toBe('haproxy\n')
    await changes(DEBIAN, 'dpkg_selections', { name: 'haproxy', selection: 'install' })
    await changes(DEBIAN, 'apt', { name: 'haproxy', state: 'absent', purge: true, policy_rc_d: 0 })
    expect(await lab.sh(DEBIAN, 'ls /usr/sbin/policy-rc.d* 2>/dev/null || echo none')).toBe('none\n')
  })

  test('an answer, a password and an alternative', async () => {
    const answer = { name: 'p', question: 'p/q', vtype: 'string', value: 'a  b' }
    await changes(DEBIAN, 'debconf', answer)
    await changes(DEBIAN, 'debconf', { ...answer, question: 'p/pw', vtype: 'password', value: 'ge "heim" x' })
    expect(await lab.sh(DEBIAN, 'debconf-show p')).toBe('* p/pw: (password omitted)\n* p/q: a  b\n')
    const one = { name: 'page', link: '/usr/bin/page', path: '/usr/bin/cat' }
    await changes(DEBIAN, 'alternatives', one)
    await changes(DEBIAN, 'alternatives', { ...one, path: '/usr/bin/tac', priority: 90, state: 'auto' })
    expect(await lab.sh(DEBIAN, 'readlink -f /usr/bin/page')).toBe('/usr/bin/tac\n')
    await changes(DEBIAN, 'alternatives', { ...one, state: 'absent' })
    await changes(DEBIAN, 'alternatives', { ...one, path: '/usr/bin/tac', state: 'absent' })
  })
})

describe('keys, on hosts without gpg', () => {
  test('apt trusts a key, and no more', async () => {
    await changes(DEBIAN, 'apt_key', { data: ONE.text })
    const listed = () => lab.sh(DEBIAN, 'gpgv --keyring /etc/apt/trusted.gpg /dev/null 2>&1; ls /etc/apt')
    expect(await listed()).toContain('trusted.gpg\n')
    await changes(DEBIAN, 'apt_key', { id: ONE.id, state: 'absent' })
    expect(await listed()).not.toContain('trusted.gpg\n')
    expect((await run(DEBIAN, 'apt_key', { id: 'B7C5D7D6350947F8', state: 'absent' })).plan.status).toBe(
      'change',
    )
  })

  test('rpm trusts a key, and no more', async () => {
    await lab.sh(EL, `cat >/root/key <<'END'\n${ONE.text}END\n`)
    await changes(EL, 'rpm_key', { key: '/root/key', fingerprint: ONE.fingerprint })
    expect(await lab.sh(EL, 'rpm -q gpg-pubkey')).toMatch(/^gpg-pubkey-983a3783-\w+\n$/)
    await changes(EL, 'rpm_key', { key: ONE.id, state: 'absent' })
    expect((await run(DEBIAN, 'rpm_key', { key: ONE.id })).plan.status).toBe('fail')
  })
})

describe.each([EL, DEBIAN])('facts of %s', (host) => {
  test.each([
    ['service_facts', /^\d\d+ services$/],
    ['package_facts', /^\d\d+ packages$/],
  ])('%s', async (name, reason) => {
    const { plan } = await run(host, name, {})
    expect(plan).toMatchObject({ status: 'ok', reason: expect.stringMatching(reason) })
  })
})

const PLAYBOOK = `- hosts: all
  gather_facts: false
  tasks:
    - name: before
      copy: {content: "x", dest: /run/before}
    - name: reboot
      reboot: {reboot_timeout: 100, connect_timeout: 2, msg: "a test", test_command: "test ! -e /run/before"}
      register: done
    - name: connection
      wait_for_connection: {timeout: 20}
    - name: after
      copy: {content: "{{ done.rebooted }} {{ done.elapsed > 1 }}\\n", dest: /root/after}
`

/** A host of the lab stays down at a reboot: somebody has to press its button. */
async function rebooted(host: string, run: Promise<Ran>): Promise<Ran> {
  const over = new AbortController()
  const ended = run.finally(() => over.abort())
  while (!over.signal.aborted) {
    const { code } = await lab.exec(host, ['true'])
    if (code === 0) await sleep(300)
    else {
      await sleep(3000)
      await lab.start(host)
      break
    }
  }
  return ended
}

describe.each([EL, DEBIAN])('a reboot of %s', (host) => {
  test('is waited for, and the run goes on', async () => {
    const folder = await scratch()
    await writeFile(join(folder, 'site.yml'), PLAYBOOK)
    await writeFile(join(folder, 'hosts.ini'), lab.inventory([host]))
    const args = ['apply', 'site.yml', '-i', 'hosts.ini', '--output', 'json']
    const check = await start([...args, '--check'], folder).ended
    expect(statuses(check)).toEqual(['would-change', 'would-change', 'ok', 'unknown'])
    const real = await rebooted(host, start(args, folder).ended)
    expect(statuses(real)).toEqual(['changed', 'changed', 'ok', 'changed'])
    expect(await lab.sh(host, 'cat /root/after; ! cat /run/hakube.lock 2>/dev/null')).toBe('True True\n')
  })
})

function statuses({ events }: Ran): string[] {
  return events.flatMap(({ outcome }) => (outcome ? [outcome.status] : []))
}
