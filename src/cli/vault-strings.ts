import { HakubeError } from '../errors.ts'
import { encrypt, type VaultSecret } from '../vault/vault.ts'
import type { VaultCommandOptions } from './vault.ts'

interface Input {
  readStdin(): Promise<string>
  ask(): Promise<string>
}

/** Texts as encrypted values to paste into YAML, each under its name if it has one. */
export async function encryptStrings(
  texts: readonly string[],
  options: VaultCommandOptions,
  secret: VaultSecret,
  input: Input,
): Promise<string> {
  const given = texts.filter((text) => text !== '-')
  const names = options.name ?? []
  const wantsStdin = texts.includes('-') || options.stdinName !== undefined
  const isAlone = texts.length === 0 && !options.prompt
  const out: string[] = []
  if (options.prompt) out.push(yamlOf(await input.ask(), names[0], secret))
  if (wantsStdin || isAlone) out.push(yamlOf(await input.readStdin(), options.stdinName, secret))
  const own = options.prompt ? names.slice(1) : names
  if (own.length > given.length) throw tooManyNames(own.slice(given.length))
  for (const [index, text] of given.entries()) out.push(yamlOf(text, own[index], secret))
  return out.join('')
}

function yamlOf(text: string, name: string | undefined, secret: VaultSecret): string {
  if (text === '') {
    throw new HakubeError('there is nothing to encrypt: the text is empty', {
      code: 'vault-empty',
      hint: 'give the text as an argument, on standard input, or with --prompt',
    })
  }
  const lines = encrypt(Buffer.from(text), secret).trimEnd().split('\n')
  const key = name === undefined ? '' : `${name}: `
  return [`${key}!vault |`, ...lines.map((line) => `          ${line}`), ''].join('\n')
}

function tooManyNames(names: readonly string[]): HakubeError {
  return new HakubeError(`there is no text for the name ${names.join(', ')}`, {
    code: 'vault-names',
    hint: 'give one text for each --name; the text of standard input is named by --stdin-name',
  })
}
