import { randomBytes } from 'node:crypto'
import { rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { str } from '../../src/jinja/index.ts'
import { toJson } from '../../src/value.ts'
import { lab } from '../lab/lab.ts'
import { must } from '../lab/process.ts'
import { folder, hakube, recapOf, tasksWith } from './support/hakube.ts'
import { ModuleLife } from './support/module-life.ts'

// curl on an EL-like host, perl and openssl on a Debian-like one without curl and Python, wget on the twin, busybox.
const HOSTS = ['m3', 'd3', 'dpy', 'b1'] as const
const WWW = `/srv/transfer-${randomBytes(4).toString('hex')}`
const PORT = 8765
const SERVER = `http://10.88.0.90:${PORT}`
const API = 'https://10.88.0.11:6443'
const root = `/root/transfer-${randomBytes(4).toString('hex')}`
const ca = '/etc/ssl/lab-transfer-ca.crt'

/** Makes archives and a file of checksums on a twin, and serves them from the client. */
async function serve(): Promise<void> {
  await lab.sh(
    'dpy',
    `rm -rf ${WWW} && mkdir -p ${WWW}/src/app/empty && cd ${WWW}/src
printf 'one\\n' > app/file; printf '#!/bin/sh\\necho run\\n' > app/run; chmod 755 app/run; ln -s run app/link
touch -d 2020-01-01 app/file app/run
for f in gz bz2 xz; do tar -c --auto-compress -f ../a.tar.$f app; done
tar -c -f ../a.tar app; tar -c --zstd -f ../a.tar.zst app; zip -q -r ../a.zip app
cd .. && sha256sum a.* > SHA256SUMS`,
  )
  const text = await lab.sh('dpy', `tar -C ${WWW} -cz . | base64`)
  await lab.sh('client', `mkdir -p ${WWW} && base64 -d <<'END' | tar -C ${WWW} -xz\n${text}\nEND`)
  await lab.sh(
    'client',
    `cd ${WWW} && (setsid python3 -m http.server ${PORT} >/dev/null 2>&1 & echo $! > ${WWW}.pid); sleep 1`,
  )
}

beforeAll(async () => {
  await lab.reset([...HOSTS, 'mpy', 'm1'])
  await serve()
  const authority = await must(['cat', 'test/lab/.state/ca.crt'])
  for (const host of HOSTS) {
    await lab.sh(host, `mkdir -p ${root} /etc/ssl && cat > ${ca} <<'END'\n${authority}\nEND`)
  }
})

afterAll(async () => {
  await lab.sh('client', `kill "$(cat ${WWW}.pid)"; rm -rf ${WWW} ${WWW}.pid`)
})

/** Nothing but busybox. */
const isOld = (host: string): boolean => host === 'b1'

describe.each(HOSTS)('over the network on %s', (host) => {
  const life = new ModuleLife(host)

  test('get_url: with and without a checksum, and what is not there', async () => {
    const dest = `${root}/a.tar`
    const got = await life.changes('get_url', { url: `${SERVER}/a.tar`, dest, mode: '0640' })
    expect(got.result).toMatchObject({ status_code: 200, dest })
    await life.isDone('get_url', { url: `${SERVER}/a.tar`, dest, mode: '0640' })
    const sums = { url: `${SERVER}/a.tar.gz`, dest: `${root}/`, checksum: `sha256:${SERVER}/SHA256SUMS` }
    await life.changes('get_url', sums)
    await life.isDone('get_url', sums)
    await life.fails('get_url', { url: `${SERVER}/none`, dest: `${root}/none` }, /404/)
    const wrong = await life.run('get_url', {
      url: `${SERVER}/a.zip`,
      dest: `${root}/z`,
      checksum: `md5:${'0'.repeat(32)}`,
    })
    expect(wrong.failure).toMatch(/did not match/)
    expect((await lab.exec(host, ['ls', `${root}/z`])).code).not.toBe(0)
  })

  test('uri: an API server over TLS, by the authority and without', async () => {
    const ready = { url: `${API}/readyz`, return_content: true }
    const blind = await life.run('uri', { ...ready, validate_certs: false })
    if (isOld(host)) {
      // busybox's own TLS does not know what the server speaks, and checks nothing.
      expect(blind.failure).toMatch(/^Status code was -1/)
      expect((await life.run('uri', ready)).failure).toMatch(/busybox wget does not check certificates/)
      return
    }
    expect(blind.result).toMatchObject({ status: 200, content: expect.stringContaining('ok') })
    const checked = await life.run('uri', { ...ready, ca_path: ca })
    expect(checked.result).toMatchObject({ status: 200 })
    const strange = await life.run('uri', ready)
    expect(strange.failure).toMatch(/^Status code was -1/)
    await lab.apiMode('m1', 'notready')
    expect((await life.run('uri', { ...ready, validate_certs: false })).failure).toMatch(
      /Status code was 50\d/,
    )
    await lab.apiMode('m1', 'ok')
  })
})

const KINDS: Readonly<Record<string, readonly string[]>> = {
  m3: ['tar', 'tar.gz'],
  d3: ['tar', 'tar.gz'],
  dpy: ['tar', 'tar.gz', 'tar.bz2', 'tar.xz', 'tar.zst', 'zip'],
  b1: ['tar', 'tar.gz', 'tar.bz2', 'tar.xz', 'zip'],
}

/** What archive makes of those. */
const FORMATS: Readonly<Record<string, string>> = {
  tar: 'tar',
  'tar.gz': 'gz',
  'tar.bz2': 'bz2',
  'tar.xz': 'xz',
}

describe.each(HOSTS)('files and archives on %s', (host) => {
  const life = new ModuleLife(host)

  test('unarchive', async () => {
    for (const kind of KINDS[host] ?? []) {
      const [src, dest] = [`${root}/u.${kind}`, `${root}/u-${kind}`]
      await life.run('get_url', { url: `${SERVER}/a.${kind}`, dest: src })
      await lab.sh(host, `mkdir -p ${dest}`)
      await life.changes('unarchive', { src, dest, remote_src: true, owner: 'nobody' })
      await life.isDone('unarchive', { src, dest, remote_src: true, owner: 'nobody' })
      expect(await lab.sh(host, `cat ${dest}/app/file; stat -c '%a %U' ${dest}/app/run`)).toBe(
        'one\n755 nobody\n',
      )
      await lab.sh(host, `rm ${dest}/app/file`)
      await life.changes('unarchive', { src, dest, remote_src: true, owner: 'nobody' })
    }
    await lab.sh(host, `mkdir -p ${root}/u-url`)
    const part = { src: `${SERVER}/a.tar.gz`, dest: `${root}/u-url`, remote_src: true }
    if (isOld(host)) await life.fails('unarchive', { ...part, exclude: ['app/empty'] }, /needs GNU tar/)
    else {
      await life.changes('unarchive', { ...part, exclude: ['app/empty'] })
      expect((await lab.exec(host, ['ls', `${root}/u-url/app/empty`])).code).not.toBe(0)
    }
    await life.run('unarchive', { ...part, include: ['app/run'] })
    await life.isDone('unarchive', { ...part, include: ['app/run'] })
  })

  test('archive, and unarchive of it', async () => {
    const at = `${root}/pack`
    await lab.sh(
      host,
      `mkdir -p ${at}/src/sub/empty ${at}/new; cd ${at}/src; echo one >a; echo two >sub/b; chmod 600 sub/b; ln -s a link; ln a sub/hard`,
    )
    if (host === 'b1') {
      await life.fails('archive', { path: `${at}/src`, dest: `${at}/x.tgz` }, /this host has no GNU tar/)
      await life.fails('archive', { path: `${at}/src/a`, format: 'xz' }, /no xz that packs/)
      await life.changes('archive', { path: `${at}/src/a`, format: 'bz2' })
      return
    }
    for (const format of (KINDS[host] ?? []).flatMap((kind) => FORMATS[kind] ?? [])) {
      const args = { path: `${at}/src`, dest: `${at}/out.${format}`, format, mode: '0600' }
      await life.changes('archive', args)
      await life.isDone('archive', args)
      await lab.sh(host, `chmod 640 ${at}/src/sub/b; mkdir ${at}/new/${format}`)
      await life.changes('archive', args)
      await lab.sh(host, `chmod 600 ${at}/src/sub/b`)
      await life.changes('unarchive', { src: args.dest, dest: `${at}/new/${format}`, remote_src: true })
      expect(await lab.sh(host, `cd ${at}/new/${format}/src; cat a sub/hard link; ls sub`)).toBe(
        'one\none\none\nb\nempty\nhard\n',
      )
    }
    await life.changes('archive', { path: `${at}/src/a` })
    expect(await lab.sh(host, `gzip -dc ${at}/src/a.gz; ls -A ${at} | grep -c hakube || :`)).toBe('one\n0\n')
    const gone = { path: `${at}/src`, dest: `${at}/gone.tgz`, remove: true }
    await life.changes('archive', gone)
    await life.isDone('archive', gone)
    if (host === 'd3')
      await life.fails('archive', { path: `${at}/gone.tgz`, format: 'xz' }, /this host has no xz/)
  })

  test('ini_file, assemble, find, slurp, tempfile, raw, script', async () => {
    const ini = { path: `${root}/etc/app.ini`, section: 's', option: 'o', value: 'ü 1' }
    await life.changes('ini_file', ini)
    await lab.sh(host, `mkdir -p ${root}/f && printf a > ${root}/f/1 && echo b > ${root}/f/2`)
    await life.changes('assemble', { src: `${root}/f`, dest: `${root}/joined`, delimiter: '#' })
    const found = await life.isDone('find', {
      paths: root,
      patterns: '*.ini',
      recurse: true,
      contains: 'o = ',
      get_checksum: true,
    })
    expect(toJson(found.result['files'] ?? null)).toEqual([
      expect.objectContaining({ path: ini.path, isreg: true, checksum: expect.any(String) }),
    ])
    const { result } = await life.isDone('slurp', { src: `${root}/joined` })
    expect(Buffer.from(str(result['content'] ?? null), 'base64').toString()).toBe('a\n#\nb\n')
    const made = await life.run('tempfile', { state: 'directory', path: root, suffix: '.d' })
    expect(made.result).toMatchObject({ mode: '0700', owner: 'root' })
    expect((await life.run('raw', { free_form: 'echo $((2 * 3))' })).result).toMatchObject({ stdout: '6\n' })
    const local = join(tmpdir(), `script-${randomBytes(4).toString('hex')}`)
    writeFileSync(local, '#!/bin/sh\necho "$@"\n')
    expect((await life.run('script', { cmd: `${local} a "b c"` })).result).toMatchObject({
      stdout: 'a b c\n',
    })
    rmSync(local)
  })
})

describe.each(['mpy', 'dpy'])('git and make on %s', (host) => {
  const life = new ModuleLife(host)

  test('a checkout that follows, and what is built of it', async () => {
    const repo = `${root}/repo`
    const commit = (file: string, text: string) =>
      lab.sh(
        host,
        `cd ${repo} && printf '${text}' > ${file} && git add . && git -c user.name=t -c user.email=t@t commit -qm x`,
      )
    await lab.sh(host, `mkdir -p ${repo} && cd ${repo} && git init -q -b main`)
    await commit('Makefile', 'out: in\\n\\tcp in out\\n')
    await commit('in', '1')
    await lab.sh(host, `cd ${repo} && git tag v1`)
    const checkout = { repo, dest: `${root}/src/checkout` }
    await life.changes('git', checkout)
    const make = { chdir: checkout.dest }
    expect((await life.run('make', make)).plan.status).toBe('change')
    await life.isDone('make', make)
    await commit('in', '2')
    await life.changes('git', { ...checkout, force: true })
    await life.changes('git', { ...checkout, version: 'v1' })
    expect(await lab.sh(host, `cat ${checkout.dest}/in`)).toBe('1')
  })
})

test('a fetched file is what later tasks of the run read', async () => {
  const files = {
    'hosts.ini': lab.inventory(['m1']),
    'site.yml': `
- hosts: all
  gather_facts: false
  tasks:
    - { name: get, fetch: { src: ${root}/token, dest: got/, flat: true } }
    - { name: copy, copy: { src: got/token, dest: ${root}/copied } }
    - { name: render, template: { src: out.j2, dest: ${root}/rendered } }
`,
    'templates/out.j2': `{{ lookup('file', 'got/token') }}, {{ lookup('file', playbook_dir ~ '/got/token') }}`,
  }
  const cwd = await folder(files)
  await lab.sh('m1', `mkdir -p ${root} && echo first > ${root}/token`)
  const run = (...more: string[]) =>
    hakube(['apply', 'site.yml', '-i', 'hosts.ini', '-o', 'json', ...more], { cwd })
  const check = await run('--check')
  expect(check.code, check.stdout + check.stderr).toBe(3)
  expect(tasksWith(check, 'unknown')).toEqual(['m1: copy', 'm1: render'])
  for (const text of ['first', 'second']) {
    await lab.sh('m1', `echo ${text} > ${root}/token`)
    const done = await run()
    expect(done.code, done.stdout + done.stderr).toBe(0)
    expect(await lab.sh('m1', `cat ${root}/copied ${root}/rendered`)).toBe(`${text}\n${text}, ${text}`)
  }
  const again = await run()
  expect(recapOf(again, 'm1')).toMatchObject({ ok: 3, changed: 0, trips: 2 })
})

test('a password is in no process of the host while curl, python3 and perl work', async () => {
  // A server that says nothing keeps the client waiting.
  await lab.sh(
    'client',
    `(setsid timeout 60 python3 -c "import socket,time; s=socket.socket(); s.setsockopt(1,2,1); s.bind(('',${PORT + 1})); s.listen(9); time.sleep(60)" >/dev/null 2>&1 &); sleep 1`,
  )
  for (const [host, tool] of [
    ['m3', 'curl'],
    ['d3', 'perl'],
  ] as const) {
    const log = `${root}/command-lines`
    await lab.sh(
      host,
      `(timeout 20 sh -c 'while :; do cat /proc/[0-9]*/cmdline; echo; sleep 0.1; done' >${log} 2>/dev/null &)`,
    )
    const login = { user: 'anna', password: 'pA55-on-no-line', force_basic_auth: true }
    const asked = await new ModuleLife(host).run('uri', {
      url: `http://10.88.0.90:${PORT + 1}/x`,
      ...login,
      timeout: 5,
    })
    expect(asked.failure).toMatch(/-1/)
    // The name of the tool shows that the look-out has seen it at work.
    expect(await lab.sh(host, `grep -ac ${tool} ${log}`)).not.toBe('0\n')
    expect((await lab.exec(host, ['grep', '-ac', 'pA55', log])).stdout).toBe('0\n')
  }
})
