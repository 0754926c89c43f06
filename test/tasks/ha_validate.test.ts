import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import validate from '../../src/tasks/ha_validate.ts'
import { scratch } from '../world/hosts.ts'
import { controllerWith, runTask, shells } from './harness.ts'

const controller = controllerWith({
  renderTemplate: (name) => Promise.resolve({ path: `/play/templates/${name}`, text: 'new\n' }),
})

describe.each(shells)('ha_validate with $name', (host) => {
  const run = (dest: string, command: string) =>
    runTask(validate, { src: 'a.cfg.hbs', dest, command }, host, controller)

  test('has the new content validated, changes nothing and does not count', async () => {
    const folder = scratch()
    const dest = join(folder, 'a.cfg')
    writeFileSync(dest, 'old\n')
    const { plan, applied, mispredicted } = await run(dest, 'grep -qx new %s')
    expect(plan).toMatchObject({
      status: 'change',
      counts: false,
      diff: [],
      summary: `validate the new ${dest}`,
    })
    expect(applied?.code).toBe(0)
    expect(mispredicted).toEqual([])
    expect(readFileSync(dest, 'utf8')).toBe('old\n')
    expect(readdirSync(folder)).toEqual(['a.cfg'])
  })

  test('fails with the words of the validator', async () => {
    const folder = scratch()
    const { failure } = await run(join(folder, 'a.cfg'), 'sh -c "echo nonsense in $0; exit 3" %s')
    expect(failure).toBe('validation failed (exit status 3):\nnonsense in ' + join(folder, 'a.cfg'))
    expect(existsSync(join(folder, 'a.cfg'))).toBe(false)
    expect(readdirSync(folder)).toEqual([])
  })

  test('asks nobody about what is there already', async () => {
    const dest = join(scratch(), 'a.cfg')
    writeFileSync(dest, 'new\n')
    expect((await run(dest, 'false %s')).plan).toMatchObject({ status: 'ok' })
  })
})
