import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readPasswordFile } from '../../src/config/password-file.ts'

async function read(text: string, mode: number): Promise<string> {
  const cwd = await mkdtemp(join(tmpdir(), 'hakube-password-'))
  await writeFile(join(cwd, 'pw'), text, { mode })
  return (await readPasswordFile('~/pw', { cwd, env: { HOME: cwd, PATH: process.env['PATH'] } })).reveal()
}

describe('a password file', () => {
  it('holds the password, or prints it', async () => {
    expect(await read(' secret \n', 0o600)).toBe('secret')
    expect(await read("#!/bin/sh\necho ' secret '\n", 0o700)).toBe(' secret ')
  })

  it.each([
    ['an empty one', '\n', 0o600, 'there is no password in'],
    ['a program that fails', '#!/bin/sh\nexit 3\n', 0o700, 'ended with 3'],
    ['a password that is executable', 'secret\n', 0o700, 'does not begin with #!'],
  ])('is refused: %s', async (_name, text, mode, message) => {
    await expect(read(text, mode)).rejects.toThrow(message)
    await expect(read(text, mode)).rejects.not.toThrow('secret')
  })

  it('must be there', async () => {
    await expect(readPasswordFile('/nowhere/pw', { cwd: '/', env: {} })).rejects.toMatchObject({
      code: 'password-file',
    })
  })
})
