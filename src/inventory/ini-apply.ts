import { HakubeError } from '../errors.ts'
import type { Place } from '../errors.ts'
import type { InventoryBuilder } from './builder.ts'
import type { IniFile, IniItem } from './ini.ts'
import { nearest } from '../suggest.ts'

interface Pending {
  /** Groups that name this one as a child, with the place of each mention. */
  parents: { name: string; place: Place }[]
  /** The header [name:vars] of a group that nothing has declared yet. */
  varsHeader: Place | undefined
}

/** Puts what an INI file says into the inventory. Groups may be used before they are declared. */
export function applyIni(file: IniFile, builder: InventoryBuilder): void {
  const pending = new Map<string, Pending>()
  for (const item of file.items) applyItem(item, builder, pending)
  builder.errors.push(...file.errors)
  builder.warnings.push(...file.warnings)
  // After a broken header a group may only seem to be missing.
  if (file.errors.length === 0) reportMissing(pending, builder)
}

function applyItem(item: IniItem, builder: InventoryBuilder, pending: Map<string, Pending>): void {
  if (item.kind === 'section') return applySection(item, builder, pending)
  const group = builder.addGroup(item.group, item.place)
  if (item.kind === 'variable') builder.setGroupVariable(group, item.key, item.value, item.place)
  if (item.kind === 'child') {
    const child = builder.groups.get(item.name)
    if (child) builder.addChild(group, child, item.place)
    else pendingOf(pending, item.name).parents.push({ name: item.group, place: item.place })
  }
  if (item.kind !== 'host') return
  for (const name of item.names) {
    builder.addHost(name, group, item.port, item.place)
    for (const { key, value, place } of item.variables) builder.setHostVariable(name, key, value, place)
  }
}

/** [g] and [g:children] declare a group; [g:vars] and being named as a child do not. */
function applySection(
  item: IniItem & { kind: 'section' },
  builder: InventoryBuilder,
  pending: Map<string, Pending>,
): void {
  const isNew = !builder.groups.has(item.group)
  const group = builder.addGroup(item.group, item.place)
  if (item.type === 'vars') {
    if (isNew) pendingOf(pending, item.group).varsHeader = item.place
    return
  }
  for (const { name, place } of pending.get(item.group)?.parents ?? []) {
    const parent = builder.groups.get(name)
    if (parent) builder.addChild(parent, group, place)
  }
  pending.delete(item.group)
}

function pendingOf(pending: Map<string, Pending>, name: string): Pending {
  const known = pending.get(name) ?? { parents: [], varsHeader: undefined }
  pending.set(name, known)
  return known
}

function reportMissing(pending: Map<string, Pending>, builder: InventoryBuilder): void {
  const declared = [...builder.groups.keys()].filter((name) => !pending.has(name))
  for (const [name, { parents, varsHeader }] of pending) {
    const like = nearest(name, declared)
    const meant = like === undefined ? '' : `Did you mean ${like}? Otherwise `
    const write = `${meant}${meant === '' ? 'W' : 'w'}rite the line [${name}], also if the group is to be empty.`
    const message = parents[0]
      ? `the group ${parents[0].name} has the child ${name}, which is not declared`
      : `[${name}:vars] belongs to no group: ${name} is not declared`
    const place = parents[0]?.place ?? varsHeader
    builder.errors.push(new HakubeError(message, { code: 'undefined-group', place, hint: write }))
  }
}
