import type { Diff } from '../task.ts'

/** What `docker inspect` and `podman inspect` print, and what is held against it. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject
export interface JsonObject {
  readonly [key: string]: Json | undefined
}

/** How a property of a container is held against what the task wants. */
export const COMPARISONS = ['strict', 'ignore', 'allow_more_present'] as const
export type Comparison = (typeof COMPARISONS)[number]

/** value: one thing. list: its order counts. set: it does not, and what is there twice counts once. */
export const SHAPES = ['value', 'list', 'set', 'dict'] as const
export type Shape = (typeof SHAPES)[number]

/** One property of a container that the task, or its image, wants. */
export interface Property {
  /** The parameter's name. */
  name: string
  shape: Shape
  comparison: Comparison
  wanted: Json
  /** What the container has; undefined: it cannot be seen. */
  seen: Json | undefined
}

/** Whether the property is as it is to be. What cannot be seen is not a difference. */
export function matches({ wanted, seen, comparison, shape }: Omit<Property, 'name'>): boolean {
  if (comparison === 'ignore' || seen === undefined) return true
  const more = comparison === 'allow_more_present'
  switch (shape) {
    case 'value':
      return same(wanted, seen)
    case 'list':
      return more ? inOrder(items(wanted), items(seen)) : same(items(wanted), items(seen))
    case 'dict':
      return covers(object(wanted), object(seen)) && (more || covers(object(seen), object(wanted)))
    case 'set':
      return (
        items(wanted).every((one) => items(seen).some((other) => fits(one, other))) &&
        (more || items(seen).every((other) => items(wanted).some((one) => fits(one, other))))
      )
  }
}

/** Whether two values are equal; the order of keys does not count, and a key without a value is none. */
export function same(left: Json | undefined, right: Json | undefined): boolean {
  return canonical(left) === canonical(right)
}

/** An element of a set that is a dict is there when all that is said of it is so. */
function fits(wanted: Json, seen: Json): boolean {
  return isObject(wanted) && isObject(seen) ? covers(wanted, seen) : same(wanted, seen)
}

function covers(wanted: JsonObject, seen: JsonObject): boolean {
  return Object.entries(wanted).every(([key, value]) => value === undefined || same(value, seen[key]))
}

function inOrder(wanted: readonly Json[], seen: readonly Json[]): boolean {
  let at = 0
  for (const one of wanted) {
    while (at < seen.length && !same(one, seen[at])) at += 1
    if (at === seen.length) return false
    at += 1
  }
  return true
}

function canonical(value: Json | undefined): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`
  if (isObject(value)) {
    const known = Object.entries(value).filter(([, item]) => item !== undefined)
    const sorted = known.toSorted(([a], [b]) => (a < b ? -1 : 1))
    return `{${sorted.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join()}}`
  }
  return JSON.stringify(value ?? null)
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A dict; an empty one for null and whatever else is none. */
export function object(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {}
}

/** A list; an empty one for null. */
export function items(value: Json | undefined): readonly Json[] {
  return isList(value) ? value : []
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value)
}

/** What is at this place: at(container, 'HostConfig', 'RestartPolicy', 'Name'). */
export function at(value: Json | undefined, ...path: readonly string[]): Json | undefined {
  return path.reduce<Json | undefined>((inner, key) => object(inner)[key], value)
}

/** What both engines have among the settings of the host, and among those of the container itself. */
export const host = (key: string) => (info: JsonObject) => at(info, 'HostConfig', key) ?? null
export const config = (key: string) => (info: JsonObject) => at(info, 'Config', key) ?? null

/** A text; what is no text is an empty one. */
export function textAt(value: Json | undefined, ...path: readonly string[]): string {
  const found = at(value, ...path)
  return typeof found === 'string' ? found : ''
}

const SECRET = 'pass|pwd|secret|token|key|auth|cred'
const HIDDEN = new RegExp(`${SECRET}|(^|[^a-z])pw$`, 'i')
const WITHIN = new RegExp(`([\\w.-]*(?:${SECRET})[\\w.-]*=)[^\\s,"'&;]+`, 'gi')
const LOGIN = /(:\/\/[^\s/@:]*:)[^\s/]+@/g

/** The difference for people, a line for each property. Values of what sounds like a secret stay unsaid. */
export function difference({ name, wanted, seen, shape }: Property): {
  name: string
  before: string
  after: string
} {
  if (shape === 'value') return { name, before: discreet(show(seen)), after: discreet(show(wanted)) }
  const before = parts(seen, shape).filter((one) => name !== 'annotation' || !PODMANS_OWN.test(one))
  const after = parts(wanted, shape)
  const said = (all: readonly string[], between: string): string => all.map(discreet).join(between)
  if (shape === 'list') return { name, before: said(before, ' '), after: said(after, ' ') }
  const only = (all: string[], other: string[]) => all.filter((one) => !other.includes(one)).toSorted()
  return { name, before: said(only(before, after), ', '), after: said(only(after, before), ', ') }
}

/** Such differences of a container, as a plan has them. */
export function asDiff(name: string, fields: readonly ReturnType<typeof difference>[]): Diff {
  return { type: 'fields', subject: `container ${name}`, fields: [...fields] }
}

/** NAME=value without the value where the name sounds like a secret; a URL without its password. */
function discreet(text: string): string {
  const [, key] = /^([\w./-]+)=./s.exec(text) ?? []
  if (key !== undefined && HIDDEN.test(key)) return `${key}=(not shown)`
  return text.replace(WITHIN, '$1(not shown)').replace(LOGIN, '$1(not shown)@')
}

function parts(value: Json | undefined, shape: Shape): string[] {
  if (shape === 'dict') return Object.entries(object(value)).map(([key, item]) => `${key}=${show(item)}`)
  return items(value).map((one) => show(isMount(one) ? brief(one) : one))
}

/** Annotations that podman adds by itself, some of them only when the container starts. */
const PODMANS_OWN =
  /^(?:io\.podman\.annotations\.|io\.kubernetes\.cri-o\.|io\.container\.manager=|org\.opencontainers\.image\.)/

function isMount(value: Json): value is JsonObject {
  return isObject(value) && 'target' in value && 'type' in value
}

/** A mount without what says nothing, its parts in one order. */
function brief(mount: JsonObject): JsonObject {
  const isSaid = (value: Json | undefined): boolean =>
    !(
      value === '' ||
      value === false ||
      value === 0 ||
      value === 'default' ||
      (isObject(value) && Object.keys(value).length === 0)
    )
  const said = Object.entries(mount).filter(([, value]) => isSaid(value))
  return Object.fromEntries(said.toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

/** A value as one word. */
export function show(value: Json | undefined): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
