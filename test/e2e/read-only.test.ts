import { beforeAll, describe, expect, it } from 'vitest'
import type { Answer } from '../../src/connect/connection.ts'
import { factsQuestion, parseFacts } from '../../src/facts/index.ts'
import { type Script, sh } from '../../src/shell/sh.ts'
import { homeKeptQuestion } from '../../src/tasks/home-kept.ts'
import { primaryQuestion, rulesQuestion, shadowQuestion } from '../../src/tasks/account-look.ts'
import { crontabAsk } from '../../src/tasks/cron-plan.ts'
import { question as policyQuestion } from '../../src/tasks/firewall-look.ts'
import { zonesQuestion } from '../../src/tasks/firewalld-zones.ts'
import { chainQuestion } from '../../src/tasks/iptables-look.ts'
import { moduleQuestions } from '../../src/tasks/modprobe-look.ts'
import { question as booleanQuestion } from '../../src/tasks/seboolean.ts'
import type { Kind } from '../../src/world/kind.ts'
import { kinds } from '../../src/world/kinds.ts'
import type { AskOf, KindName } from '../../src/world/world.ts'
import { lab } from '../lab/lab.ts'

/** Questions of every kind, about things that are there and things that are not. */
const ASKS: { [K in KindName]: readonly AskOf<K>[] } = {
  platform: [{}],
  path: [
    { path: '/etc/passwd', digests: ['sha256', 'sha1'], contentUnless: '' },
    { path: '/etc', entries: true },
    { path: '/no/such/path' },
    { path: '/etc/os-release', follow: true },
  ],
  user: [{ name: 'root' }, { name: 'nobody-at-all' }],
  group: [{ name: 'root' }, { name: 'nobody-at-all' }],
  // Without candidates: to name one, apt-cache makes a temporary file (docs/check-mode.md).
  package: [{ name: 'haproxy' }, { name: 'bash' }, { name: 'no-such-package' }],
  unit: [{ name: 'haproxy.service' }, { name: 'systemd-journald.service' }, { name: 'no-such.service' }],
  sysctl: [{ name: 'net.ipv4.ip_forward' }, { name: 'net.no.such.key' }],
  port: [{ port: 22 }, { port: 1 }],
  // And those of modules that start programs for theirs.
  script: [
    { id: 'a look', text: sh`cat /etc/hostname` },
    policyQuestion,
    zonesQuestion,
    booleanQuestion('haproxy_connect_any'),
    rulesQuestion.ask,
    shadowQuestion('root').ask,
    primaryQuestion('root').ask,
    crontabAsk('root'),
    chainQuestion({
      version: 'ipv4',
      table: 'filter',
      chain: 'INPUT',
      rule: ['-s', '10.9.9.9', '-j', 'DROP'],
    }).ask,
    ...moduleQuestions({ name: 'dummy', params: [], files: true }).flatMap((question) =>
      question.kind === 'script' ? [question.ask] : [],
    ),
    homeKeptQuestion('root').ask,
  ],
}

// The kinds' own types do not matter here: each gets its own asks.
/* oxlint-disable typescript/no-unsafe-type-assertion */
const PROBES = Object.entries(kinds).map(([name, kind]) => {
  const any = kind as unknown as Kind<unknown, unknown>
  const asks: readonly unknown[] = ASKS[name as KindName]
  return { name, script: any.probe(asks), read: (answer: Answer) => any.parse(answer, asks) }
})
/* oxlint-enable typescript/no-unsafe-type-assertion */
// lb1 runs firewalld; dpy has cron and iptables.
const HOSTS = ['m1', 'd1', 'b1', 'lb1', 'dpy'] as const

/** Everything that must not be written to: the whole tree, and the usual places for temporary files. */
const READ_ONLY = `
for at in / /run /tmp /var/tmp /dev/shm; do
  [ -d "$at" ] || continue
  mount --bind "$at" "$at" 2>/dev/null || mount -o bind "$at" "$at"
  mount -o remount,ro,bind "$at"
done
cd /
exec /bin/sh -s`

async function run(host: string, script: Script, readOnly: boolean): Promise<Answer> {
  const argv = readOnly ? ['unshare', '-m', '/bin/sh', '-c', READ_ONLY] : ['/bin/sh', '-s']
  // In a file of its own text, as in a message: standard input of the probe is /dev/null.
  const input = `( ${script.text}\n) </dev/null\n`
  const { code, stdout, stderr } = await lab.exec(host, argv, { input })
  return { code, stdout: Buffer.from(stdout), stderr: Buffer.from(stderr) }
}

/** A reply without what reading itself changes, and what a read-only mount forbids. */
function lasting(replies: readonly unknown[]): unknown {
  return JSON.parse(JSON.stringify(replies), (key, value: unknown) =>
    key === 'atime' || key === 'write' ? undefined : value,
  )
}

/** Files whose content or metadata changed since the marker, beside what the system writes all the time. */
async function touched(host: string, marker: string): Promise<string[]> {
  // Busybox's find knows the time of the content only.
  const newer = host === 'b1' ? '-newer' : '-cnewer'
  const listing = await lab.sh(
    host,
    `find / /run /tmp /var/tmp -xdev ${newer} ${marker} \\( -type f -o -type d -o -type l \\) 2>/dev/null | sort -u`,
  )
  // rpm opens its database's shared memory even to read; that is documented.
  const noise =
    /^\/(proc|sys|dev|run\/(log|systemd|user|sshd|lab|motd)|var\/log|(var\/lib\/rpm|root\/\.rpmdb)\/rpmdb\.sqlite-)|^\/(run|tmp|var\/lib\/rpm)?$/
  return listing.split('\n').filter((path) => path && path !== marker && !noise.test(path))
}

describe.each(HOSTS)('on %s', (host) => {
  beforeAll(() => lab.sh(host, 'rm -f /tmp/probe-marker'))

  it.each(PROBES)(
    'the question about $name gets the same answer with everything read-only',
    async ({ script, read }) => {
      const free = lasting(read(await run(host, script, false)))
      expect(lasting(read(await run(host, script, true)))).toEqual(free)
    },
  )

  it('facts come out the same with everything read-only', async () => {
    const names = async (readOnly: boolean) => {
      const facts = parseFacts(await run(host, factsQuestion().script, readOnly))
      return [...facts.keys()]
    }
    expect(await names(true)).toEqual(await names(false))
  })

  it('no question changes a file', async () => {
    await lab.sh(host, 'sleep 1.1; : > /tmp/probe-marker; sleep 1.1')
    for (const { script } of [...PROBES, { script: factsQuestion().script }]) await run(host, script, false)
    expect(await touched(host, '/tmp/probe-marker')).toEqual([])
  })

  it('would see a question that does', async () => {
    await lab.sh(host, 'sleep 1.1; : > /tmp/probe-marker; sleep 1.1')
    await run(host, sh`: > /etc/left-behind 2>/dev/null`, false)
    expect(await touched(host, '/tmp/probe-marker')).toContain('/etc/left-behind')
    await lab.sh(host, 'rm -f /etc/left-behind')
    const refused = await run(host, sh`echo x > /etc/left-behind`, true)
    expect(refused.stderr.toString()).toMatch(/read-only/i)
  })
})
