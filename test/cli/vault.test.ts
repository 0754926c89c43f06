import { chmod, mkdtemp, readFile, readdir, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { Vault } from '../../src/vault/vault.ts'
import { loadYaml } from '../../src/yaml/load.ts'
import { FIRST, PROD, recorded } from '../vault/support.ts'
import { hakubeIn } from './support.ts'

let folder = ''
const at = (name: string) => join(folder, name)
const both = new Vault([FIRST, PROD])
const PASSWORD = ['--vault-password-file', 'first']

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hakube-vault-test-'))
  await writeFile(at('first'), 'first password\n')
  await writeFile(at('second'), 'second-Pässwort\n')
  await writeFile(at('plain.yml'), 'a: 1\n')
})

const hakube = async (args: readonly string[], input = '', env: NodeJS.ProcessEnv = {}) =>
  hakubeIn(folder, ['vault', ...args], { input, env })

describe('encrypt and decrypt', () => {
  it('change a file in place, for its owner only', async () => {
    await chmod(at('plain.yml'), 0o644)
    expect(await hakube(['encrypt', 'plain.yml', ...PASSWORD])).toMatchObject({ code: 0 })
    expect((await stat(at('plain.yml'))).mode & 0o777).toBe(0o600)
    expect(both.open(await readFile(at('plain.yml')), 'f').plain.toString()).toBe('a: 1\n')
    expect((await hakube(['decrypt', 'plain.yml', ...PASSWORD])).code).toBe(0)
    expect(await readFile(at('plain.yml'), 'utf8')).toBe('a: 1\n')
    expect((await stat(at('plain.yml'))).mode & 0o777).toBe(0o600)
    expect((await readdir(folder)).sort()).toEqual(['first', 'plain.yml', 'second'])
  })

  it('write to another file or to standard output', async () => {
    const { code } = await hakube(['encrypt', 'plain.yml', '--output', 'out', '--vault-id', 'prod@second'])
    expect(code).toBe(0)
    expect(await readFile(at('out'), 'utf8')).toMatch(/^\$ANSIBLE_VAULT;1\.2;AES256;prod\n/)
    expect(await readFile(at('plain.yml'), 'utf8')).toBe('a: 1\n')
    const shown = await hakube(['decrypt', 'out', '--output', '-', '--vault-id', 'second'])
    expect(shown).toMatchObject({ code: 0, err: '' })
    expect(shown.out.toString()).toBe('a: 1\n')
  })

  it('take standard input, and bytes that are no text', async () => {
    const sealed = await hakube(['encrypt', ...PASSWORD], 'typed')
    expect(both.open(sealed.out, 'f').plain.toString()).toBe('typed')
    const plain = await hakube(['decrypt', '-', ...PASSWORD], recorded('binary.vault').toString())
    expect(plain.out.equals(recorded('binary.plain'))).toBe(true)
  })

  it('refuse what makes no sense, and change nothing', async () => {
    const before = recorded('vars-1.1.vault')
    await writeFile(at('sealed'), before)
    const cases: [string[], string][] = [
      [['encrypt', 'sealed', ...PASSWORD], 'sealed is encrypted already'],
      [['decrypt', 'plain.yml', ...PASSWORD], 'not encrypted by Ansible Vault'],
      [
        ['decrypt', 'sealed', '--vault-id', 'prod@second'],
        'the vault password (id prod) does not open sealed',
      ],
      [['decrypt', 'sealed', 'plain.yml', '--output', 'x', ...PASSWORD], '--output takes one file'],
      [['encrypt', 'plain.yml', ...PASSWORD, '--vault-id', 'p@second'], '--encrypt-vault-id'],
      [['encrypt', 'plain.yml', ...PASSWORD, '--encrypt-vault-id', 'x'], 'no vault password has the id x'],
      [['view', 'missing', ...PASSWORD], 'there is no file'],
      [['view', 'sealed', '--vault-password-file', 'nowhere'], 'there is no vault password file'],
      [['view', 'sealed'], 'standard input is no terminal'],
      [['view', 'sealed', '--vault-password-file', '-'], '/dev/stdin'],
    ]
    for (const [args, message] of cases) {
      const { code, err } = await hakube(args)
      expect(err).toContain(message)
      expect(code).toBe(1)
    }
    expect((await readFile(at('sealed'))).equals(before)).toBe(true)
    expect(await readFile(at('plain.yml'), 'utf8')).toBe('a: 1\n')
  })
})

describe('rekey', () => {
  it('gives another password and id, and keeps the permissions', async () => {
    await writeFile(at('sealed'), recorded('vars-1.1.vault'))
    await chmod(at('sealed'), 0o640)
    const args = ['rekey', 'sealed', ...PASSWORD, '--new-vault-id', 'prod@second']
    expect((await hakube(args)).code).toBe(0)
    const opened = new Vault([PROD]).open(await readFile(at('sealed')), 'f')
    expect(opened).toMatchObject({ id: 'prod' })
    expect(opened.plain.toString()).toContain('hunter-two')
    expect((await stat(at('sealed'))).mode & 0o777).toBe(0o640)
  })

  it('changes no file if one of them does not open', async () => {
    await writeFile(at('one'), recorded('vars-1.1.vault'))
    await writeFile(at('two'), recorded('vars-1.2.vault'))
    const args = ['rekey', 'one', 'two', ...PASSWORD, '--new-vault-password-file', 'second']
    expect((await hakube(args)).code).toBe(1)
    expect((await readFile(at('one'))).equals(recorded('vars-1.1.vault'))).toBe(true)
  })
})

describe('edit and create', () => {
  const editor = async (script: string) => {
    await writeFile(at('editor'), `#!/bin/sh\n${script}\n`, { mode: 0o700 })
    return { EDITOR: `'${at('editor')}' with arguments`, TMPDIR: folder }
  }

  it('gives the editor a private file, and keeps id and permissions', async () => {
    await writeFile(at('sealed.yml'), recorded('vars-1.2.vault'), { mode: 0o640 })
    const env = await editor(
      `test "$1 $2" = "with arguments" || exit 3\nls -l "$3" | cut -c1-10 > '${at('mode')}'\necho "$3" >> '${at('mode')}'\necho 'more: 1' >> "$3"`,
    )
    expect(await hakube(['edit', 'sealed.yml', '--vault-id', 'x@second'], '', env)).toMatchObject({ code: 0 })
    const opened = both.open(await readFile(at('sealed.yml')), 'f')
    expect(opened.id).toBe('prod')
    expect(opened.plain.toString()).toMatch(/hunter-two[^]*more: 1\n$/)
    expect((await stat(at('sealed.yml'))).mode & 0o777).toBe(0o640)
    const [mode, path = ''] = (await readFile(at('mode'), 'utf8')).split('\n')
    expect(mode).toBe('-rw-------')
    expect(path).toMatch(/\/sealed\.yml$/)
    await expect(stat(path)).rejects.toThrow('ENOENT')
  })

  it.each([
    ['an editor that changes nothing', 'true', 0, 'stays as it was'],
    ['an editor that fails', 'echo x >> "$3"; exit 1', 1, 'the editor ended with 1'],
  ])('does not write with %s', async (_name, script, code, message) => {
    await writeFile(at('sealed'), recorded('vars-1.1.vault'))
    const done = await hakube(['edit', 'sealed', ...PASSWORD], '', await editor(script))
    expect(done.code).toBe(code)
    expect(done.err).toContain(message)
    expect((await readFile(at('sealed'))).equals(recorded('vars-1.1.vault'))).toBe(true)
  })

  it('creates a file that is not there', async () => {
    const env = await editor('echo new > "$3"')
    expect((await hakube(['create', 'new.yml', ...PASSWORD], '', env)).code).toBe(0)
    expect(both.open(await readFile(at('new.yml')), 'f').plain.toString()).toBe('new\n')
    const again = await hakube(['create', 'new.yml', ...PASSWORD], '', env)
    expect(again.err).toContain('new.yml exists already')
  })
})

describe('view and encrypt_string', () => {
  it('prints every file', async () => {
    await writeFile(at('one'), recorded('vars-1.1.vault'))
    await writeFile(at('two'), recorded('vars-1.2.vault'))
    const { out } = await hakube(['view', 'one', 'two', ...PASSWORD, '--vault-id', 'prod@second'])
    expect(out.toString().match(/hunter-two/g)).toHaveLength(2)
  })

  it('prints YAML that can be read back', async () => {
    const args = [
      'encrypt_string',
      ...PASSWORD,
      '-n',
      'one',
      '-n',
      'two',
      'first',
      'second',
      '--stdin-name',
      'three',
    ]
    const { code, out } = await hakube(args, 'third\n')
    expect(code).toBe(0)
    const root = loadYaml(out.toString(), 'f')
    if (root?.kind !== 'mapping') throw new Error('no mapping')
    const { toValue } = await import('../../src/yaml/load.ts')
    const { EncryptedText } = await import('../../src/vault/encrypted-text.ts')
    const plain = root.entries.map(({ key, value }) => {
      const sealed = toValue(value)
      return [key, sealed instanceof EncryptedText ? both.reveal(sealed) : undefined]
    })
    expect(plain).toEqual([
      ['three', 'third\n'],
      ['one', 'first'],
      ['two', 'second'],
    ])
  })

  it('refuses names without texts, and nothing at all', async () => {
    const args = ['encrypt_string', ...PASSWORD, '-n', 'one', '-n', 'two', 'first']
    expect((await hakube(args)).err).toContain('no text for the name two')
    expect((await hakube(['encrypt_string', ...PASSWORD])).err).toContain('nothing to encrypt')
  })
})

describe('password files', () => {
  const opens = async (args: string[]) => (await hakube(['view', 'sealed', ...args])).err

  beforeEach(async () => writeFile(at('sealed'), recorded('vars-1.2.vault')))

  it('may be programs, and clients that are told the id', async () => {
    await writeFile(at('program'), `#!/bin/sh\necho 'second-Pässwort'`, { mode: 0o700 })
    await writeFile(
      at('my-client.sh'),
      `#!/bin/sh\n[ "$1 $2" = '--vault-id prod' ] || exit 2\necho 'second-Pässwort'`,
      {
        mode: 0o700,
      },
    )
    expect(await opens(['--vault-password-file', 'program'])).toBe('')
    expect(await opens(['--vault-id', 'prod@my-client.sh'])).toBe('')
    expect(await opens(['--vault-id', 'dev@my-client.sh'])).toContain('has no password for the id dev')
  })

  it('may be encrypted with an earlier password', async () => {
    const sealed = await hakube(['encrypt', 'second', ...PASSWORD, '--output', 'locked'])
    expect(sealed.code).toBe(0)
    expect(await opens(['--vault-id', 'first', '--vault-id', 'prod@locked'])).toBe('')
  })

  it.each([
    ['a program that fails', '#!/bin/sh\nexit 7', 0o700, 'ended with 7'],
    ['a program that prints nothing', '#!/bin/sh\n', 0o700, 'is empty'],
    ['an executable file that is none', 'second\n', 0o700, 'chmod -x'],
    ['an empty file', ' \n', 0o600, 'is empty'],
  ])('refuses %s', async (_name, text, mode, message) => {
    await writeFile(at('odd'), text, { mode })
    expect(await opens(['--vault-password-file', 'odd'])).toContain(message)
  })

  it('refuses ids that cannot be', async () => {
    expect(await opens(['--vault-id', 'a;b@first'])).toContain('is no vault id')
    expect(await opens(['--vault-id', 'a@'])).toContain('nothing after the @')
  })
})

describe('ansible.cfg', () => {
  it('says where the passwords are, and with which id to encrypt', async () => {
    const lines = [
      '[defaults]',
      'vault_identity_list = prod@second, other@first',
      'vault_encrypt_identity = prod',
    ]
    await writeFile(at('ansible.cfg'), lines.join('\n'))
    await writeFile(at('sealed'), recorded('vars-1.2.vault'))
    expect((await hakube(['view', 'sealed'])).out.toString()).toContain('hunter-two')
    expect((await hakube(['encrypt', 'plain.yml'])).code).toBe(0)
    expect(await readFile(at('plain.yml'), 'utf8')).toContain(';prod\n')
  })
})
