import { SHA_CRYPT_NAMES } from '../jinja/sha-crypt.ts'
import type { YamlMapping, YamlNode } from '../yaml/load.ts'
import type { Encrypt, Prompt } from './model.ts'
import { isNothing, type Reader } from './reader.ts'

const KEYS = Object.fromEntries(
  ['name', 'prompt', 'default', 'private', 'confirm', 'encrypt', 'salt_size', 'salt', 'unsafe'].map((key) => [
    key,
    'yes',
  ]),
)

const METHODS = [...SHA_CRYPT_NAMES.keys()]

/** `vars_prompt`: a list of what is asked for, or one entry of it. */
export function readVarsPrompt(reader: Reader, node: YamlNode | undefined): Prompt[] {
  const items = node?.kind === 'mapping' ? [node] : reader.items(node, 'vars_prompt')
  return items.flatMap((item) => {
    const mapping = reader.mapping(item, 'an entry of vars_prompt')
    const prompt = mapping && readPrompt(reader, mapping)
    return prompt ? [prompt] : []
  })
}

function readPrompt(reader: Reader, mapping: YamlMapping): Prompt | undefined {
  const keys = reader.keywords(mapping, KEYS, 'entry of vars_prompt')
  const named = keys.get('name')
  if (!named)
    return reader.problem('this entry names no variable', mapping.place, 'write name: and prompt: in it')
  const name = reader.text(named, 'name')
  if (name === undefined) return undefined
  if (!/^[A-Za-z_]\w*$/.test(name))
    return reader.problem(
      `${name} is no name for a variable`,
      named.place,
      'use letters, digits and underscores only',
    )
  const given = keys.get('default')
  const flag = (key: string, otherwise: boolean) => reader.flag(keys.get(key), key) ?? otherwise
  return {
    name,
    place: named.place,
    text: reader.text(keys.get('prompt'), 'prompt') ?? name,
    private: flag('private', true),
    confirm: flag('confirm', false),
    default: given && !isNothing(given) ? reader.located(given) : undefined,
    encrypt: readEncrypt(reader, keys),
    unsafe: flag('unsafe', false),
  }
}

function readEncrypt(reader: Reader, keys: ReadonlyMap<string, YamlNode>): Encrypt | undefined {
  const node = keys.get('encrypt')
  const method = reader.text(node, 'encrypt')
  if (!node || method === undefined) return undefined
  if (!METHODS.includes(method))
    reader.problem(`encrypt: ${method} is not supported`, node.place, `write one of ${METHODS.join(', ')}`)
  const size = keys.get('salt_size')
  const saltSize = size && Number(reader.text(size, 'salt_size'))
  if (size && !(Number.isInteger(saltSize) && Number(saltSize) > 0))
    reader.problem('salt_size must be a whole number', size.place)
  return { method, salt: reader.text(keys.get('salt'), 'salt'), saltSize }
}
