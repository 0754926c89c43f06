import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HakubeError } from '../../src/errors.ts'
import { Redactor } from '../../src/secret.ts'
import { toJson } from '../../src/value.ts'
import { seal, unseal } from '../../src/vault/cipher.ts'
import { EncryptedText } from '../../src/vault/encrypted-text.ts'
import { encrypt, Vault } from '../../src/vault/vault.ts'
import { loadYaml, toValue } from '../../src/yaml/load.ts'
import { FIRST, PROD, recorded, secretOf } from './support.ts'

const both = new Vault([FIRST, PROD])
const VARS = 'db_password: hunter-two\nlist:\n  - alpha-secret\n'

function failure(act: () => unknown): HakubeError {
  try {
    act()
  } catch (error) {
    if (error instanceof HakubeError) return error
    throw error
  }
  throw new Error('it did not fail')
}

/** The values of the recorded file with inline secrets. */
function inline(name: string): EncryptedText {
  const root = loadYaml(recorded('inline.txt').toString('utf8'), 'inline.yml')
  const value = root?.kind === 'mapping' && root.entries.find((entry) => entry.key === name)?.value
  if (!value || value.kind !== 'scalar' || !(value.value instanceof EncryptedText)) throw new Error(name)
  return value.value
}

describe('files of ansible-vault', () => {
  it.each([
    ['vars-1.1.vault', Buffer.from(VARS), 'default'],
    ['vars-1.2.vault', Buffer.from(VARS), 'prod'],
    ['binary.vault', recorded('binary.plain'), 'default'],
    ['empty.vault', Buffer.alloc(0), 'default'],
  ])('reads %s', (name, plain, id) => {
    const opened = both.open(recorded(name), name)
    expect(opened.plain.equals(plain)).toBe(true)
    expect(opened).toMatchObject({ id, secret: { id } })
  })

  it('reads inline values when they are asked for, and takes them as text', () => {
    expect(both.reveal(inline('first'))).toBe('inline secret {{ no_template }}')
    expect(both.reveal(inline('second'))).toBe('two\nlines of it')
  })

  it('reads the JSON that stands for an inline value', () => {
    const json = JSON.stringify({ password: toJson(inline('first')) })
    const node = loadYaml(json, 'vars.json')
    const value = node?.kind === 'mapping' && node.entries[0] && toValue(node.entries[0].value)
    expect(value instanceof EncryptedText && both.reveal(value)).toBe('inline secret {{ no_template }}')
  })

  it('leaves what is not encrypted as it is', () => {
    const bytes = Buffer.from('$ANSIBLE_VAULT;é')
    expect(both.content(bytes, 'x')).toBe(bytes)
  })
})

describe('what opens what', () => {
  it('tries every password, whatever its id', () => {
    const other = new Vault([secretOf('wrong', 'no'), secretOf('also', 'second-Pässwort')])
    expect(other.open(recorded('vars-1.2.vault'), 'f').secret.id).toBe('also')
  })

  it('tries only the id of the header where that is wanted', () => {
    const vault = new Vault([secretOf('also', 'second-Pässwort')], { matchIds: true })
    expect(failure(() => vault.open(recorded('vars-1.2.vault'), 'f'))).toMatchObject({
      code: 'vault-password-missing',
      hint: expect.stringContaining('--vault-id prod@FILE'),
    })
  })

  it('says that there is no password, and with which options there would be', () => {
    expect(failure(() => new Vault([]).reveal(inline('first')))).toMatchObject({
      code: 'vault-password-missing',
      hint: expect.stringMatching(/--vault-password-file.*--vault-id.*--ask-vault-pass/),
      place: { file: 'inline.yml', line: 3, column: 11 },
      exitCode: 1,
    })
  })

  it('says which passwords were tried', () => {
    const vault = new Vault([secretOf('a', 'x'), secretOf('b', 'y')])
    expect(failure(() => vault.open(recorded('vars-1.1.vault'), 'v.yml'))).toMatchObject({
      code: 'vault-password-wrong',
      message: 'none of the vault passwords (ids a, b) opens v.yml',
      place: { file: 'v.yml', line: 1, column: 1 },
    })
  })

  it('hides what it decrypts, but no short words', () => {
    const redactor = new Redactor()
    const vault = new Vault([FIRST, PROD], { redactor })
    vault.reveal(inline('second'))
    vault.hide(new Map([['a', ['topsecret', 'eth', 'see {{ it }}', 6443, 483920]]]))
    vault.content(recorded('vars-1.1.vault'), 'f')
    const said = redactor.redact(
      'lines of it, topsecret, 6443, 483920, eth, see {{ it }}, first password, db_password: hunter-two',
    )
    expect(said).toBe('********, ********, 6443, ********, eth, see {{ it }}, ********, ********')
  })
})

describe('mistakes', () => {
  const good = recorded('vars-1.1.vault').toString('latin1')
  const lines = good.trimEnd().split('\n')
  const replaced = (index: number, text: string) => lines.with(index, text).join('\n')

  it.each([
    ['another version', replaced(0, '$ANSIBLE_VAULT;1.0;AES'), 1, 16, 'version 1.0'],
    ['another cipher', replaced(0, '$ANSIBLE_VAULT;1.1;ROT13'), 1, 20, 'ROT13'],
    ['no version', replaced(0, '$ANSIBLE_VAULT'), 1, 1, 'not whole'],
    ['another mark', replaced(0, '$ANSIBLE_VAULTS;1.1;AES256'), 1, 1, 'not encrypted'],
    ['nothing else', lines[0], 1, 1, 'nothing after'],
    ['a letter', replaced(2, `12x${lines[2]?.slice(3)}`), 3, 3, '"x"'],
    [
      'an odd number of digits',
      good.trimEnd().slice(0, -1),
      lines.length,
      (lines.at(-1) ?? '').length,
      'odd',
    ],
    ['half of it', lines.slice(0, 2).join('\n'), 2, 1, 'not whole'],
  ])('points at %s', (_name, text = '', line, column, message) => {
    const error = failure(() => both.open(Buffer.from(text), 'v.yml'))
    expect(error).toMatchObject({ code: 'vault-format', exitCode: 1, place: { file: 'v.yml', line, column } })
    expect(error.message).toContain(message)
    expect(error.hint).toBeTruthy()
  })

  it('notices a changed character', () => {
    // The last digit of the last digit: still hexadecimal both times.
    const changed = good.trimEnd().replace(/.$/, (digit) => (digit === '1' ? '2' : '1'))
    expect(failure(() => both.open(Buffer.from(changed), 'f')).code).toBe('vault-password-wrong')
  })

  it('reads a file with the line ends of Windows', () => {
    expect(both.open(Buffer.from(good.replaceAll('\n', '\r\n')), 'f').plain.toString()).toBe(VARS)
  })

  it('points into an inline value', () => {
    const text = `a: 1\nb: !vault |\n    ${lines.slice(0, 3).join('\n    ')}q\n`
    expect(failure(() => loadYaml(text, 'f.yml'))).toMatchObject({
      code: 'vault-format',
      place: { file: 'f.yml', line: 5, column: 85 },
    })
  })
})

describe('encrypting', () => {
  it('comes back as it was', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (bytes, named) => {
        const plain = Buffer.from(bytes)
        const secret = named ? PROD : FIRST
        const text = encrypt(plain, secret)
        expect(text.split('\n')[0]).toBe(`$ANSIBLE_VAULT;${named ? '1.2;AES256;prod' : '1.1;AES256'}`)
        expect(text.split('\n').every((line) => line.length <= 80)).toBe(true)
        expect(both.open(Buffer.from(text), 'f').plain.equals(plain)).toBe(true)
      }),
      { numRuns: 30 },
    )
  })

  it('gives the recorded text for the recorded salt', () => {
    const { plain, secret } = both.open(recorded('vars-1.2.vault'), 'f')
    const inner = Buffer.from(
      recorded('vars-1.2.vault').toString().split('\n').slice(1).join(''),
      'hex',
    ).toString()
    const [salt = '', mac] = inner.split('\n')
    const sealed = seal(plain, secret.password, Buffer.from(salt, 'hex'))
    expect(sealed.mac.toString('hex')).toBe(mac)
  })

  it('notices every changed byte by the checksum', () => {
    const sealed = seal(Buffer.from('a text of more than one block'), FIRST.password)
    const ciphertext = Buffer.from(sealed.ciphertext)
    ciphertext[0] = (ciphertext[0] ?? 0) ^ 1
    expect(unseal({ ...sealed, ciphertext }, FIRST.password)).toBeUndefined()
    expect(unseal({ ...sealed, mac: sealed.mac.subarray(1) }, FIRST.password)).toBeUndefined()
    expect(unseal(sealed, FIRST.password)?.toString()).toBe('a text of more than one block')
  })

  it('knows no other password', () => {
    expect(unseal(seal(Buffer.from('x'), FIRST.password), PROD.password)).toBeUndefined()
  })

  it('refuses what is encrypted already', () => {
    expect(failure(() => encrypt(recorded('vars-1.1.vault'), FIRST)).code).toBe('vault-encrypted-already')
  })
})
