import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import template from '../../src/tasks/template.ts'
import { scratch } from '../world/hosts.ts'
import { controllerWith, runTask, shells } from './harness.ts'

const controller = controllerWith({
  renderTemplate: (name) => Promise.resolve({ path: `/play/templates/${name}`, text: `# from ${name}\nä\n` }),
})

describe.each(shells)('template with $name', (host) => {
  test('puts the rendered text in place, and is content with it afterwards', async () => {
    const dest = join(scratch(), 'haproxy.cfg')
    const args = { src: 'haproxy.cfg.j2', dest, mode: '0640', validate: 'grep -q from %s' }
    const first = await runTask(template, args, host, controller)
    expect(first).toMatchObject({
      plan: {
        summary: `create ${dest}`,
        diff: [{ path: dest, before: '', after: '# from haproxy.cfg.j2\nä\n' }],
      },
      result: { dest, src: '/play/templates/haproxy.cfg.j2', mode: '0640' },
      again: { status: 'ok' },
      mispredicted: [],
    })
    expect(readFileSync(dest, 'utf8')).toBe('# from haproxy.cfg.j2\nä\n')
    expect(statSync(dest).mode & 0o777).toBe(0o640)
    const { plan } = await runTask(template, args, host, controller)
    expect(plan).toMatchObject({ status: 'ok', reason: `${dest} has this content` })
  })

  test('a directory as dest gets the name of the template', async () => {
    const dest = scratch()
    await runTask(template, { src: 'sub/a.j2', dest: `${dest}/` }, host, controller)
    expect(readFileSync(join(dest, 'a.j2'), 'utf8')).toMatch(/^# from sub/)
  })
})

test('keepalived that skips the check has not validated', () => {
  const params = template.params.parse({ src: 'a', dest: '/a', validate: '/usr/sbin/keepalived -t -f %s' })
  expect(params.validate).toMatchObject({ refuseOutput: 'skipping' })
})

describe('what templates say in their first line', () => {
  test.each([
    [
      { trim_blocks: 'yes', lstrip_blocks: false, newline_sequence: '\\n', output_encoding: 'utf-8' },
      undefined,
    ],
    [{ trim_blocks: 'no' }, /#jinja2: trim_blocks: False/],
    [{ lstrip_blocks: true }, /#jinja2: lstrip_blocks: True/],
    [{ newline_sequence: '\\r\\n' }, /\\n/],
    [{ output_encoding: 'latin-1' }, /utf-8/],
  ])('%j', (args, message) => {
    const parsed = template.params.safeParse({ src: 'a', dest: '/a', ...args })
    if (message) expect(parsed.error?.issues[0]?.message).toMatch(message)
    else expect(parsed.success).toBe(true)
  })
})
