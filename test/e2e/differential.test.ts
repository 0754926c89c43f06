import { beforeAll, describe, expect, test } from 'vitest'
import {
  differentialCases,
  ensureAnsible,
  type Family,
  flat,
  runBy,
  type Seen,
  TWIN,
} from './support/differential.ts'

// The same tasks by ansible-core and by hakube, on the same host made anew in between.
describe.each<Family>(['el', 'debian'])('as ansible-core does it: %s', (family) => {
  const cases = differentialCases(family)
  let byAnsible: (Seen | undefined)[] = []
  let byHakube: (Seen | undefined)[] = []

  beforeAll(async () => {
    expect(await ensureAnsible()).toMatch(/^ansible-playbook \[core 2\./)
    byAnsible = await runBy('ansible', cases, TWIN[family])
    byHakube = await runBy('hakube', cases, TWIN[family])
  }, 5_000_000)

  test.each(cases.map((one, index) => ({ ...one, index })))('$module: $name', ({ index, differs }) => {
    const [ansible, ours] = [byAnsible[index], byHakube[index]]
    if (!ansible || !ours) throw new Error('the run came to no end')
    const [theirs, mine] = [flat(ansible), flat(ours)]
    for (const path of Object.keys(differs)) {
      // A difference that is gone has to leave the list.
      expect(mine[path], `${path} no longer differs`).not.toEqual(theirs[path])
      delete mine[path]
      delete theirs[path]
    }
    expect(mine).toEqual(theirs)
  })
})
