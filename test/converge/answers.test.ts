import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Identity, Shell } from '../../src/connect/connection.ts'
import { Answers, Predicted } from '../../src/converge/answers.ts'
import { HakubeError } from '../../src/errors.ts'
import type { Work } from '../../src/playbook/work.ts'
import stat from '../../src/tasks/stat.ts'
import type { WorldQuestion } from '../../src/world/world.ts'
import { sh } from '../../src/shell/sh.ts'
import { shells } from '../tasks/harness.ts'

const [host] = shells

/** Becoming anna works once she is there. */
function answersOf(there: { anna: boolean }) {
  const shellOf = (identity: Identity): Promise<Shell> => {
    if (identity.becomeUser === 'anna' && !there.anna)
      return Promise.reject(new HakubeError('could not become anna', { code: 'become-failed', exitCode: 4 }))
    if (identity.becomeUser === 'bert')
      return Promise.reject(new HakubeError('wrong', { code: 'wrong-become-password', exitCode: 4 }))
    return Promise.resolve({
      identity,
      trips: 0,
      exchange: ({ questions = [] }) => {
        const answers = new Map(questions.map(({ id, script }) => [id, host?.run(script) ?? missing()]))
        return Promise.resolve({ apply: { code: 0, stdout: Buffer.of(), stderr: Buffer.of() }, answers })
      },
    })
  }
  return new Answers(shellOf, new Predicted())
}

function missing(): never {
  throw new Error('no shell to test with')
}

function workOf(becomeUser: string | undefined): Work {
  const asks: WorldQuestion[] = [{ kind: 'path', ask: { path: '/' } }]
  const rendered = {
    type: 'ready',
    kind: 'state',
    module: stat,
    prepared: {},
    asks,
    late: false,
    beyond: false,
  }
  const work: unknown = {
    host: 'a',
    rendered,
    settings: { identity: { becomeUser }, environment: new Map() },
  }
  // What is asked depends on nothing else of a work.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return work as Work
}

test('who runs a later task may come with an earlier one: it is asked for when its turn comes', async () => {
  const there = { anna: false }
  const answers = answersOf(there)
  const [own, later] = [workOf(undefined), workOf('anna')]
  await answers.ask([own, later], own)
  expect([answers.has(own), answers.has(later)]).toEqual([true, false])
  await expect(answers.ask([later], later)).rejects.toThrow('could not become anna')
  await answers.apply(own, sh`:`, undefined, [own, later])
  expect(answers.has(later)).toBe(false)
  there.anna = true
  await answers.ask([later], later)
  expect(answers.world(later).get('path', { path: '/' })).toMatchObject({ exists: true })
})

test('a wrong password is no matter of time', async () => {
  const own = workOf(undefined)
  await expect(answersOf({ anna: true }).ask([own, workOf('bert')], own)).rejects.toThrow('wrong')
})

test('a directory that was asked about is asked again for what is below it, once', async () => {
  const answers = answersOf({ anna: true })
  const work = workOf(undefined)
  const dir = mkdtempSync(join(tmpdir(), 'hakube-answers-'))
  writeFileSync(join(dir, 'a'), '')
  const tree = (): unknown => {
    const reply = answers.world(work).get('path', { path: dir })
    return reply.exists && reply.tree?.map(({ path }) => path)
  }
  await answers.askMore(work, [{ kind: 'path', ask: { path: dir } }])
  expect(tree()).toBeUndefined()
  await answers.askMore(work, [{ kind: 'path', ask: { path: dir, tree: true } }])
  expect(tree()).toEqual(['a'])
  writeFileSync(join(dir, 'b'), '')
  await answers.askMore(work, [{ kind: 'path', ask: { path: dir, tree: true } }])
  expect(tree()).toEqual(['a'])
})
