import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Script, sh } from '../../src/shell/sh.ts'
import type { TaskModule } from '../../src/task.ts'
import copy from '../../src/tasks/copy.ts'
import file from '../../src/tasks/file.ts'
import stat from '../../src/tasks/stat.ts'
import template from '../../src/tasks/template.ts'
import { toJson } from '../../src/value.ts'
import { container, controllerWith, type Host, look, type Outcome, runTask } from '../tasks/harness.ts'

// bash of an EL-like host, dash of a Debian-like one, and nothing but busybox.
describe.each(['lb2', 'd3', 'b1'])('files on %s', (name) => {
  const host: Host = container(`hakube-lab-${name}`)
  const root = `/root/files-${randomBytes(4).toString('hex')}`

  const on = (script: Script) => {
    const { code, stdout, stderr } = host.run(script)
    return { code, out: stdout.toString().trim(), err: stderr.toString().trim() }
  }
  const list = (path: string) =>
    on(sh`ls -A ${path}`)
      .out.split('\n')
      .filter(Boolean)
  const modeOf = (path: string) => on(sh`stat -c '%a %U %G' ${path}`).out

  beforeAll(() => {
    expect(on(sh`mkdir ${root} ${root}/full && mount -t tmpfs -o size=64k tmpfs ${root}/full`).code).toBe(0)
  })

  afterAll(() => {
    on(sh`umount ${root}/full; rm -rf ${root}`)
  })

  /** Runs it twice: first a change that keeps its promises, then nothing to do. */
  async function settles(module: TaskModule, args: Record<string, unknown>): Promise<Outcome> {
    const first = await runTask(module, args, host, controller)
    expect(first).toMatchObject({ plan: { status: 'change' }, again: { status: 'ok' }, mispredicted: [] })
    expect((await runTask(module, args, host, controller)).plan).toMatchObject({ status: 'ok' })
    return first
  }

  const controller = controllerWith({
    renderTemplate: (template) => Promise.resolve({ path: `/templates/${template}`, text: 'a\nb\n' }),
  })

  test('directories, files, links, and all of it again', async () => {
    await settles(file, { path: `${root}/etc/app`, state: 'directory', mode: '2750', owner: 'nobody' })
    expect(modeOf(`${root}/etc/app`)).toMatch(/^2750 nobody /)
    await settles(template, {
      src: 'a.j2',
      dest: `${root}/etc/app/`,
      mode: '0640',
      owner: 'nobody',
      group: 'root',
    })
    expect(modeOf(`${root}/etc/app/a.j2`)).toBe('640 nobody root')
    await settles(file, { dest: `${root}/current`, src: 'etc/app', state: 'link' })
    await settles(file, { path: `${root}/hard`, src: `${root}/etc/app/a.j2`, state: 'hard' })
    await settles(copy, { content: 'new', dest: `${root}/current/b`, mode: 'u=rw,go=' })
    await settles(copy, { src: `${root}/etc/app/b`, dest: `${root}/c`, remote_src: true, mode: 'preserve' })
    await settles(file, {
      path: `${root}/etc`,
      state: 'directory',
      recurse: true,
      mode: 'go-rwx',
      group: 'tty',
    })
    expect(modeOf(`${root}/etc/app/a.j2`)).toBe('600 nobody tty')
    const { result } = await runTask(stat, { path: `${root}/etc/app/b` }, host)
    expect(toJson(result['stat'] ?? null)).toMatchObject({
      mode: '0600',
      size: 3,
      gr_name: 'tty',
      checksum: 'c2a6b03f190dfb2b4aa91f8af8d477a9bc3401dc',
    })
    await settles(file, { path: `${root}/etc`, state: 'absent' })
  })

  test('a validator keeps the old file, with its own words', async () => {
    const dest = `${root}/a.conf`
    await settles(copy, { content: 'good\n', dest, validate: 'grep -q good %s' })
    const { failure } = await runTask(
      copy,
      { content: 'bad\n', dest, validate: 'grep good %s /no/such' },
      host,
    )
    expect(failure).toMatch(/^validation failed \(exit status \d\):\n.*\/no\/such.*No such file/)
    expect(on(sh`cat ${dest}`).out).toBe('good')
  })

  test('no room on the disk: the old file stays whole, nothing is left over, the cause is told', async () => {
    const dest = `${root}/full/a.conf`
    await settles(copy, { content: 'old\n', dest })
    const { failure } = await runTask(copy, { content: 'x'.repeat(200_000), dest, backup: true }, host)
    expect(failure).toMatch(/No space left on device/)
    expect([on(sh`cat ${dest}`).out, list(`${root}/full`)]).toEqual(['old', ['a.conf']])
  })

  test('no room for the backup: the old file stays', async () => {
    const dest = `${root}/full/b.conf`
    await settles(copy, { content: 'x'.repeat(30_000), dest })
    const { failure } = await runTask(copy, { content: 'y'.repeat(20_000), dest, backup: true }, host)
    expect(failure).toMatch(/No space left on device/)
    expect(on(sh`wc -c <${dest}`).out).toBe('30000')
    expect(
      list(`${root}/full`).filter((entry) => entry.startsWith('b.conf') || entry.startsWith('.')),
    ).toEqual(['b.conf'])
  })

  test('cut while it writes: the old file or the new one, never a part', async () => {
    const dest = `${root}/cut.conf`
    const content = 'n'.repeat(300_000)
    for (const after of [0, 0.02, 0.05, 0.1, 0.2]) {
      on(sh`printf old >${dest}`)
      const params = copy.params.parse({ content, dest })
      const plan = await planOnly(copy, params, host)
      on(sh`
        (${plan}) & hk_pid=$!
        sleep ${String(after)}
        kill -9 "$hk_pid"; wait "$hk_pid"
        sleep 0.3`)
      expect([3, 300_000]).toContain(Number(on(sh`wc -c <${dest}`).out))
    }
  })
})

async function planOnly(
  module: typeof copy,
  params: Parameters<typeof copy.prepare>[0],
  host: Host,
): Promise<Script> {
  const prepared = await module.prepare(params, controllerWith())
  const plan = module.plan(prepared, look(host, module.asks(prepared)))
  if (plan.status !== 'change') throw new Error(plan.status)
  return plan.apply
}

describe('keepalived, which ends with 0 for files that it does not check', () => {
  const host = container('hakube-lab-lb2')
  const dest = '/root/keepalived-check.conf'
  let installed = false

  beforeAll(() => {
    installed = host.run(sh`command -v keepalived`).code === 0
    if (!installed) expect(host.run(sh`dnf -q -y install keepalived`).code).toBe(0)
  })

  afterAll(() => {
    host.run(sh`rm -f ${dest}`)
    if (!installed) host.run(sh`dnf -q -y remove keepalived`)
  })

  const vrrp = (vrid: number) =>
    `vrrp_instance a {\n interface eth0\n virtual_router_id ${vrid}\n virtual_ipaddress {\n 10.88.0.9\n }\n}\n`
  const args = (vrid: number) => ({
    content: vrrp(vrid),
    dest,
    mode: '0755',
    validate: 'keepalived -t -f %s',
  })

  test('a wrong file is refused and a right one taken, although its mode has an x bit', async () => {
    const wrong = await runTask(copy, args(999), host)
    expect(wrong.failure).toMatch(/^validation failed \(exit status \d\):\n.*VRID|virtual_router_id/s)
    expect(await runTask(copy, args(51), host)).toMatchObject({ again: { status: 'ok' } })
    expect(host.run(sh`stat -c %a ${dest}`).stdout.toString()).toBe('755\n')
  })
})
