import { HakubeError } from '../errors.ts'
import { readText } from '../run/inputs.ts'
import { variablesIn } from '../playbook/sources.ts'
import { keyValues, UnbalancedError, type KeyValues } from '../variables/key-values.ts'
import type { Raw, RawVariables } from '../variables/store.ts'
import type { Vault } from '../vault/vault.ts'
import { maskSecrets } from '../yaml/mask.ts'

/** The variables of all -e: `name=value …`, JSON or YAML in braces, or `@file`. Later ones win. */
export async function extraVariables(given: readonly string[], vault: Vault): Promise<RawVariables> {
  const out = new Map<string, Raw>()
  for (const text of given) for (const [name, raw] of await read(text, vault)) out.set(name, raw)
  return out
}

async function read(text: string, vault: Vault): Promise<RawVariables> {
  if (text.trim() === '') return new Map()
  if (text.startsWith('@')) {
    const file = text.slice(1)
    return variablesIn(await readText(file, 'variables file', vault), file, (values) => vault.hide(values))
  }
  if (/^\s*[[{]/.test(text)) return variablesIn({ text, hidden: false }, '-e', (values) => vault.hide(values))
  if (/^[./]/.test(text)) throw wrong(text, 'this looks like a file', `write -e @${text}`)
  const { pairs, rest } = split(text)
  if (rest[0] !== undefined) {
    const hint =
      pairs.length > 0
        ? 'quote a value with blanks for hakube, too: -e \'name="two words"\''
        : 'write -e name=value, -e \'{"name": "value"}\' or -e @file.yml'
    throw wrong(text, `"${maskSecrets(rest[0])}" is no name=value`, hint)
  }
  return new Map(pairs.map(([name, value]): [string, Raw] => [name, { value, place: { file: '-e' } }]))
}

function split(text: string): KeyValues {
  try {
    return keyValues(text)
  } catch (error) {
    if (!(error instanceof UnbalancedError)) throw error
    throw wrong(text, error.message, 'quote the whole value, or write -e \'{"name": "value"}\'')
  }
}

function wrong(text: string, problem: string, hint: string): HakubeError {
  return new HakubeError(`-e ${maskSecrets(text)}: ${problem}`, { code: 'wrong-extra-vars', hint })
}
