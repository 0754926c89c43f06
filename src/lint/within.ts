import { ALONE, type Loading, type PlayParts, type Within } from '../playbook/loading.ts'
import type { Origin } from '../playbook/model.ts'
import { NOWHERE } from '../playbook/role-handlers.ts'

/** A place among the files of a playbook or role, with nothing around it. */
export function withinOf(loading: Loading, parts: PlayParts, { dir, role }: Origin): Within {
  return { loading, parts, dir, role, chain: [], around: NOWHERE, ...ALONE }
}
