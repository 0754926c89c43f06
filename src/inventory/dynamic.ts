import pLimit from 'p-limit'
import { HakubeError, type Place } from '../errors.ts'
import { parseJson } from '../jinja/literal.ts'
import { terminalText } from '../terminal-text.ts'
import { isDict, type Dict, type Key, type Value } from '../value.ts'
import { EncryptedText, JSON_KEY } from '../vault/encrypted-text.ts'
import type { GroupDraft, InventoryBuilder } from './builder.ts'
import { runProgram, type ProgramOptions } from './program.ts'

// How many hosts an old program is asked about at a time.
const AT_A_TIME = 8
const FORM = 'It must print a JSON object of groups: {"web": {"hosts": ["n1"]}, "_meta": {"hostvars": {}}}'
const MAX_COMPLAINT = 300

/**
 * Reads a dynamic inventory: a program that prints groups for `--list`, and variables of a host in `_meta` or else
 * for `--host NAME`. Throws HakubeError if it fails or prints something else.
 */
export async function readProgram(
  path: string,
  builder: InventoryBuilder,
  options: ProgramOptions,
): Promise<void> {
  const place: Place = { file: path }
  const { text, complaint } = await runProgram(path, ['--list'], options)
  if (complaint !== '') {
    const message = `${path} complains: ${terminalText(complaint.slice(-MAX_COMPLAINT))}`
    builder.warnings.push({ code: 'inventory-script', message })
  }
  const groups = dictFrom(text, `${path} --list`, place)
  const hosts = new Set<string>()
  let hostvars: Value | undefined
  for (const [key, data] of groups) {
    if (key === '_meta') hostvars = isDict(data) ? data.get('hostvars') : undefined
    else for (const host of readGroup(String(key), data, builder, place)) hosts.add(host)
  }
  const variables =
    hostvars === undefined ? await askForEach(path, hosts, options) : fromMeta(hosts, hostvars, path)
  for (const [host, own] of variables) {
    for (const [name, value] of own) builder.setHostVariable(host, String(name), decode(value, place), place)
  }
}

function readGroup(name: string, data: Value, builder: InventoryBuilder, place: Place): string[] {
  const group = builder.addGroup(name, place)
  const parts = partsOf(name, data, place)
  const { hosts, vars, children } = parts
  for (const host of hosts) builder.addHost(host, group, undefined, place)
  for (const [key, value] of vars) builder.setGroupVariable(group, String(key), decode(value, place), place)
  for (const child of children) addChild(group, child, builder, place)
  return hosts
}

function addChild(group: GroupDraft, name: string, builder: InventoryBuilder, place: Place): void {
  // What ansible-inventory prints puts ungrouped into all, where it is already.
  if (group.children.has(name)) return
  builder.addChild(group, builder.addGroup(name, place), place)
}

/** A group is a list of hosts, or has hosts, vars and children; else it is one host with these variables. */
function partsOf(
  name: string,
  data: Value,
  place: Place,
): { hosts: string[]; vars: Dict; children: string[] } {
  if (!isDict(data)) return { hosts: texts(data, name, 'hosts', place), vars: new Map(), children: [] }
  if (!['hosts', 'vars', 'children'].some((key) => data.has(key))) {
    return { hosts: [name], vars: data, children: [] }
  }
  const vars = data.get('vars') ?? new Map<Key, Value>()
  if (!isDict(vars)) throw wrong(`the "vars" of the group ${name} are no JSON object`, place)
  return {
    hosts: texts(data.get('hosts') ?? [], name, 'hosts', place),
    vars,
    children: texts(data.get('children') ?? [], name, 'children', place),
  }
}

function texts(value: Value, group: string, what: string, place: Place): string[] {
  if (!Array.isArray(value)) throw wrong(`the "${what}" of the group ${group} are no list`, place)
  return value.map((item) => {
    if (typeof item === 'string' && item !== '') return item
    throw wrong(`the "${what}" of the group ${group} hold something that is no name`, place)
  })
}

async function askForEach(
  path: string,
  hosts: ReadonlySet<string>,
  options: ProgramOptions,
): Promise<[string, Dict][]> {
  const limit = pLimit(AT_A_TIME)
  return await limit.map([...hosts], async (host): Promise<[string, Dict]> => {
    const { text } = await runProgram(path, ['--host', host], options)
    if (text.trim() === '') return [host, new Map()]
    return [host, dictFrom(text, `${path} --host ${host}`, { file: path })]
  })
}

function fromMeta(hosts: ReadonlySet<string>, hostvars: Value, path: string): [string, Dict][] {
  if (!isDict(hostvars)) throw wrong('"hostvars" of "_meta" is no JSON object', { file: path })
  return [...hosts].map((host) => {
    const own = hostvars.get(host) ?? new Map<Key, Value>()
    if (isDict(own)) return [host, own]
    throw wrong(`the variables of ${host} in "_meta" are no JSON object`, { file: path })
  })
}

function dictFrom(text: string, said: string, place: Place): Dict {
  const value = parseJson(text)
  if (isDict(value)) return value
  if (value !== undefined) throw wrong(`${said} printed JSON, but no object`, place)
  const start = terminalText(text.trim().slice(0, 60))
  throw wrong(`${said} printed ${start === '' ? 'nothing' : `no JSON: ${start}`}`, place)
}

/** Values that Ansible's own JSON marks: encrypted ones, and texts that are no templates. */
function decode(value: Value, place: Place): Value {
  if (Array.isArray(value)) return value.map((item) => decode(item, place))
  if (!isDict(value)) return value
  const encrypted = value.get(JSON_KEY)
  if (typeof encrypted === 'string') return new EncryptedText(encrypted, () => place)
  return new Map([...value].map(([key, item]): [Key, Value] => [key, decode(item, place)]))
}

function wrong(message: string, place: Place): HakubeError {
  return new HakubeError(message, { code: 'inventory-script', place, hint: FORM })
}
