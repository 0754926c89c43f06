import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { Secret } from '../../src/secret.ts'
import { readSecrets, type VaultSources } from '../../src/vault/secrets.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hakube-secrets-'))
})

/** Id and password of each secret, and what was asked. */
async function read(sources: Partial<VaultSources>, answers: string[] = [], isNew = false) {
  const asked: string[] = []
  const ask = async (question: string) => {
    asked.push(question)
    return Promise.resolve(new Secret(answers[asked.length - 1] ?? ''))
  }
  const all = { ids: [], passwordFiles: [], ask: false, ...sources }
  const secrets = await readSecrets(all, { cwd: folder, env: { HOME: folder, DIR: folder }, ask, isNew })
  return { asked, secrets: secrets.map(({ id, password }) => `${id} ${password.reveal()}`) }
}

describe('vault passwords', () => {
  it('come in the order of Ansible: ids, files, the terminal', async () => {
    await writeFile(join(folder, 'one'), ' first \n')
    await writeFile(join(folder, 'two'), '\tsecond\r\n')
    const sources = {
      ids: ['prod@~/one', 'dev@prompt', '$DIR/two'],
      passwordFiles: ['${DIR}/one'],
      ask: true,
    }
    expect(await read(sources, [' third ', 'fourth'])).toEqual({
      secrets: ['prod first', 'dev third', 'default second', 'default first', 'default fourth'],
      asked: ['Vault password (dev)', 'Vault password'],
    })
  })

  it('are typed twice when they are new', async () => {
    const { asked, secrets } = await read({ ask: true }, ['new', 'new'], true)
    expect({ asked, secrets }).toEqual({
      asked: ['New vault password', 'Confirm new vault password'],
      secrets: ['default new'],
    })
    await expect(read({ ids: ['x@prompt'] }, ['new', 'now'], true)).rejects.toThrow('differ')
  })

  it('may not be empty', async () => {
    await expect(read({ ask: true }, ['  '])).rejects.toThrow('from the terminal is empty')
  })

  it('may hold an @ in the name of their file', async () => {
    await writeFile(join(folder, 'me@home'), 'pw')
    expect((await read({ ids: ['x@me@home'] })).secrets).toEqual(['x pw'])
  })

  it('cannot be directories', async () => {
    await expect(read({ passwordFiles: ['.'] })).rejects.toMatchObject({ code: 'vault-password-file' })
  })
})
