import { execFileSync } from 'node:child_process'
import { lstatSync, mkdirSync, readFileSync, readdirSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { TaskModule } from '../../../src/task.ts'
import copy from '../../../src/tasks/copy.ts'
import file from '../../../src/tasks/file.ts'
import { toJson } from '../../../src/value.ts'
import { runTask, shells } from '../../tasks/harness.ts'
import { isRoot, scratch } from '../../world/hosts.ts'
import recorded from './cases.json' with { type: 'json' }

const modules: Record<string, TaskModule> = { file, copy }

/** Where we differ on purpose. The key is the case's arguments as JSON. */
const knownDifferences: Record<string, string> = {
  '{"path":"@/dang","state":"directory"}': 'Ansible makes the target of a link to nothing; we fail',
  '{"content":"x","dest":"@/ld"}': 'Ansible writes a file with a random name into the directory; we fail',
}

type Row = (string | number)[]

describe.runIf(isRoot)('as ansible-core 2.14 did', () => {
  const [host] = shells
  test.each(recorded.cases.map((case_) => [case_.module, JSON.stringify(case_.args), case_] as const))(
    '%s %s',
    async (name, args, { outcome, result, tree }) => {
      const module = modules[name]
      if (!module || !host) throw new Error(`no module ${name}`)
      const [at, source] = [scratch(), join(scratch(), 'tree')]
      mkdirSync(source)
      execFileSync('sh', ['-c', `umask 022; ${recorded.setup}`], { cwd: at })
      execFileSync('sh', ['-c', `umask 022; ${recorded.source}`], { cwd: source })
      const before = rowsOf(at)
      const placed: Record<string, unknown> = JSON.parse(args.replaceAll('@', at).replaceAll('%', source))
      const ours = await runTask(module, placed, host)
      const status = ours.failure === undefined ? ours.plan.status : 'fail'
      if (knownDifferences[args] !== undefined) {
        expect(status).toBe('fail')
        return
      }
      expect(status, JSON.stringify(ours.plan)).toBe(outcome)
      const rows = rowsOf(at).map((row) => row.map((cell) => shown(cell, at, source)))
      expect(rows).toEqual(tree ?? before.map((row) => row.map((cell) => shown(cell, at, source))))
      if (!result) return
      const given = Object.entries(ours.result).map(([key, value]) => [key, shown(toJson(value), at, source)])
      expect(Object.fromEntries(given)).toMatchObject(result)
    },
  )
})

function shown(cell: unknown, at: string, source: string): unknown {
  return typeof cell === 'string' ? cell.replaceAll(at, '@').replaceAll(source, '%') : cell
}

/** Everything below a directory: path, type, mode, uid, gid, content or target. */
function rowsOf(root: string, below = ''): Row[] {
  return readdirSync(join(root, below))
    .sort()
    .flatMap((name): Row[] => {
      const path = join(below, name)
      const full = join(root, path)
      const stat = lstatSync(full)
      const { mode, uid, gid } = stat
      const bits = (mode & 0o7777).toString(8)
      if (stat.isSymbolicLink()) return [[path, 'l', '', uid, gid, readlinkSync(full)]]
      if (stat.isDirectory()) return [[path, 'd', bits, uid, gid, ''], ...rowsOf(root, path)]
      return [[path, 'f', bits, uid, gid, readFileSync(full, 'utf8')]]
    })
    .sort(([a = ''], [b = '']) => (a < b ? -1 : 1))
}
