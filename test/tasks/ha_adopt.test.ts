import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { MARKER } from '../../src/ha/marker.ts'
import ha_adopt from '../../src/tasks/ha_adopt.ts'
import { controllerWith, hostOf, runTask } from './harness.ts'

const dir = mkdtempSync(join(tmpdir(), 'hakube-adopt-'))
afterAll(() => rmSync(dir, { recursive: true }))

const file = join(dir, 'it is.cfg')
const plain = join(dir, 'plain.cfg')
const DEFAULT = 'the package’s own\n'

/** Package managers that know one package, and answer as the real ones do. */
function manager(digest: 'md5' | 'sha256', name: 'dpkg-query' | 'rpm'): string {
  const bin = join(dir, `bin-${name}`)
  const sum = createHash(digest).update(DEFAULT).digest('hex')
  mkdirSync(bin, { recursive: true })
  for (const program of ['dpkg-query', 'rpm']) {
    const known =
      program === name
        ? `echo " /etc/other ffff"; echo " ${plain} ${sum}"`
        : 'echo "no such package" >&2; exit 1'
    writeFileSync(join(bin, program), `#!/bin/sh\n${known}\n`, { mode: 0o755 })
  }
  return bin
}

const controller = controllerWith({ variable: () => 'm1' })
const managers = { dpkg: manager('md5', 'dpkg-query'), rpm: manager('sha256', 'rpm') }

describe.each(['dash', 'bash'] as const)('%s', (shell) => {
  describe.each(Object.entries(managers))('with %s', (_name, bin) => {
    const host = hostOf(shell, [shell, '-s'], { PATH: `${bin}:${process.env['PATH']}` })
    const look = async (path: string, adopt = false) =>
      (await runTask(ha_adopt, { path, package: 'haproxy', adopt }, host, controller)).plan

    it('has nothing against a file that is not there', async () => {
      rmSync(file, { force: true })
      expect(await look(file)).toMatchObject({ status: 'ok', reason: `${file} does not exist` })
    })

    it('knows its own file', async () => {
      writeFileSync(file, `# ${MARKER}\nglobal\n`)
      expect(await look(file)).toMatchObject({ status: 'ok', reason: `${file} was written by hakube` })
    })

    it('knows the package’s own file, until it is changed', async () => {
      writeFileSync(plain, DEFAULT)
      expect(await look(plain)).toMatchObject({
        status: 'ok',
        reason: `${plain} is the default of the package haproxy`,
      })
      writeFileSync(plain, `${DEFAULT}# mine\n`)
      expect(await look(plain)).toMatchObject({ status: 'fail' })
    })

    it('refuses a foreign file, unless it may be adopted', async () => {
      writeFileSync(file, 'global\n  maxconn 1\n')
      expect(await look(file)).toMatchObject({
        status: 'fail',
        message: expect.stringContaining('was not written by hakube'),
        hint: expect.stringContaining('--adopt'),
      })
      expect(await look(file, true)).toMatchObject({
        status: 'ok',
        reason: expect.stringContaining('may be replaced'),
      })
    })

    it('names the mistakes of a foreign file, with their lines', async () => {
      writeFileSync(file, 'vrrp_instance a {\n  state MASTER\n  nopreempt\n  virtual_router_id 5\n}\n')
      const words = `${file}:3: keepalived ignores nopreempt with state MASTER`
      expect(await look(file)).toMatchObject({ status: 'fail', message: expect.stringContaining(words) })
      expect(await look(file, true)).toMatchObject({
        status: 'ok',
        result: { hakube_message: expect.stringContaining(words) },
      })
    })

    it('refuses what is no file', async () => {
      rmSync(file, { force: true })
      symlinkSync('/nowhere', file)
      expect(await look(file)).toMatchObject({ status: 'fail' })
      rmSync(file)
      mkdirSync(file)
      expect(await look(file)).toMatchObject({ status: 'fail' })
      rmSync(file, { recursive: true })
    })
  })
})
