import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { MARKER } from '../../src/ha/marker.ts'
import ha_remove from '../../src/tasks/ha_remove.ts'
import { runTask, shells } from './harness.ts'

const dir = mkdtempSync(join(tmpdir(), 'hakube-remove-'))
afterAll(() => rmSync(dir, { recursive: true }))

describe.each(shells.map((shell) => [shell.name, shell] as const))('%s', (name, shell) => {
  const folder = join(dir, name)
  const file = join(folder, 'it is.conf')

  function write(text: string): void {
    mkdirSync(folder, { recursive: true })
    writeFileSync(file, text)
  }

  it('removes a file of hakube’s, once', async () => {
    write(`# ${MARKER}\n`)
    writeFileSync(join(folder, 'other'), '')
    const first = await runTask(ha_remove, { path: file, prune: true }, shell)
    expect(first.plan.status).toBe('change')
    expect(existsSync(file)).toBe(false)
    expect(existsSync(folder)).toBe(true)
    rmSync(join(folder, 'other'))
    const again = await runTask(ha_remove, { path: file, prune: true }, shell)
    expect(again.plan).toMatchObject({ status: 'ok', reason: expect.stringContaining('does not exist') })
  })

  it('takes its directory along if it was alone there', async () => {
    write(`# ${MARKER}\n`)
    await runTask(ha_remove, { path: file, prune: true }, shell)
    expect(existsSync(folder)).toBe(false)
  })

  it('leaves what somebody else wrote', async () => {
    write('mine\n')
    const ran = await runTask(ha_remove, { path: file }, shell)
    expect(ran.plan).toMatchObject({ status: 'ok', reason: expect.stringContaining('stays') })
    expect(existsSync(file)).toBe(true)
    rmSync(file)
    symlinkSync('/etc/passwd', file)
    expect((await runTask(ha_remove, { path: file, marked: false }, shell)).plan.status).toBe('ok')
    rmSync(file)
  })
})
