import { HakubeError } from '../../errors.ts'
import { nearest } from '../../suggest.ts'
import { isDict, type Key, type Value } from '../../value.ts'
import { EncryptedText } from '../../vault/encrypted-text.ts'
import { VARIABLES } from '../connection-names.ts'
import { compareText, findHost, type Host, type Inventory, type Layer, type Variable } from '../model.ts'
import { isPassword } from '../passwords.ts'
import { defaultOf } from './defaults.ts'
import { isInternal } from './list.ts'
import { nameOf, reason, type Setting } from './reasons.ts'

/** A variable of a host with all that sets it. */
export interface Explanation {
  host: string
  name: string
  /** From the winner down. */
  settings: readonly Row[]
  /** What else decides. */
  notes: readonly string[]
}

export interface Row extends Setting {
  /** Who says it. */
  by: string
  /** Why this one beats the next; empty for the last one. */
  why: string
}

export type Extra = ReadonlyMap<string, Pick<Setting, 'value' | 'place'>>

const MASK = '********'
const SECRET = /(?:^|_)(?:secret|token|api_key|secret_key)$/

/**
 * Every place that sets a variable of a host, the winner first. Secrets are masked.
 * Throws HakubeError for a variable that nothing sets and that has no default.
 */
export function explain(inventory: Inventory, host: Host, name: string, extra: Extra): Explanation {
  const settings = settingsOf(inventory, host, name, extra)
  if (settings.length === 0) throw unset(host, name, extra)
  return {
    host: host.name,
    name,
    settings: settings.map((setting, index) => {
      const next = settings[index + 1]
      return {
        ...setting,
        value: masked(name, setting.value),
        by: nameOf(setting, inventory),
        why: next ? reason(setting, next, inventory) : '',
      }
    }),
    notes: notesOn(host, name, extra),
  }
}

/** The same of every variable of a host, by name. */
export function explainAll(inventory: Inventory, host: Host, extra: Extra): Explanation[] {
  const names = new Set([...host.variables.keys(), ...extra.keys()])
  return [...names].sort(compareText).map((name) => explain(inventory, host, name, extra))
}

function settingsOf(inventory: Inventory, host: Host, name: string, extra: Extra): Setting[] {
  const layers = inventory.layersOf(host.implicit ? 'localhost' : host.name)
  const out = layers.flatMap((layer) => withBefore(layer.variables.get(name), layer)).reverse()
  const own = host.implicit && name === 'ansible_connection' ? host.variables.get(name) : undefined
  if (own) out.unshift({ value: own.value, place: own.origin, from: 'default' })
  const given = extra.get(name)
  if (given) out.unshift({ value: given.value, place: given.place, from: 'extra' })
  const fallback = defaultOf(name, host)
  if (fallback !== undefined && !own) out.push({ value: fallback, place: undefined, from: 'default' })
  return out
}

/** What a layer says, earlier lines first. */
function withBefore(variable: Variable | undefined, from: Layer): Setting[] {
  if (!variable) return []
  return [...withBefore(variable.before, from), { value: variable.value, place: variable.origin, from }]
}

function notesOn(host: Host, name: string, extra: Extra): string[] {
  if (isInternal(name)) return [`${name} is set by hakube itself: what is written here has no effect`]
  const isSet = (one: string): boolean => extra.has(one) || host.variables.has(one)
  const group = Object.values(VARIABLES).find((names): boolean => names.some((one) => one === name))
  const stronger = group?.slice(group.findIndex((one) => one === name) + 1).filter(isSet) ?? []
  return stronger.map((other) => `${other} is set too and counts instead of ${name}`)
}

/** A value as it may be shown: passwords and encrypted values are not. */
export function masked(name: string, value: Value): Value {
  if (value instanceof EncryptedText) return '(encrypted)'
  const isTemplate = typeof value === 'string' && value.includes('{{')
  if ((isPassword(name) || SECRET.test(name)) && value !== null && value !== '' && !isTemplate) return MASK
  if (Array.isArray(value)) return value.map((item) => masked('', item))
  if (!isDict(value)) return value
  return new Map([...value].map(([key, item]): [Key, Value] => [key, masked(String(key), item)]))
}

/** Takes `HOST.VARIABLE` or `HOST` apart; host names may hold dots. Throws HakubeError for an unknown host. */
export function splitTarget(inventory: Inventory, text: string): { host: Host; name: string | undefined } {
  const whole = findHost(inventory, text)
  if (whole) return { host: whole, name: undefined }
  for (let dot = text.lastIndexOf('.'); dot > 0; dot = text.lastIndexOf('.', dot - 1)) {
    const host = findHost(inventory, text.slice(0, dot))
    if (host) return { host, name: text.slice(dot + 1) }
  }
  const near = nearest(text.split('.')[0] ?? text, [...inventory.hosts.keys()])
  throw new HakubeError(`"${text}" names no host of the inventory`, {
    code: 'unknown-host',
    hint:
      near === undefined
        ? 'Write HOST or HOST.VARIABLE.'
        : `Did you mean "${near}"? Write HOST or HOST.VARIABLE.`,
  })
}

function unset(host: Host, name: string, extra: Extra): HakubeError {
  const near = nearest(name, [...host.variables.keys(), ...extra.keys()])
  const list = `\`hakube inventory --explain ${host.name}\` lists what is set`
  return new HakubeError(`nothing sets ${name} of ${host.name}`, {
    code: 'unset-variable',
    hint: near === undefined ? `${list}.` : `Did you mean ${near}? ${list}.`,
  })
}
