import { spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { setups } from './fixtures.ts'
import { renderFor } from './render.ts'

const dir = mkdtempSync(join(tmpdir(), 'hakube-check-'))
const script = join(dir, 'hakube-check')
let server: Server
let port = 0

beforeAll(async () => {
  writeFileSync(script, renderFor('hakube-check.sh.hbs', setups['stacked']!.input, 'm1'))
  chmodSync(script, 0o755)
  server = createServer((request, response) => {
    response.statusCode = request.url === '/alive' ? 200 : 503
    // An answer that does not come must count as none.
    if (request.url !== '/hang') response.end('x')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (typeof address === 'object' && address) port = address.port
})

afterAll(() => {
  server.closeAllConnections()
  server.close()
  rmSync(dir, { recursive: true })
})

/** A PATH with these programs and no others. */
function only(...programs: string[]): string {
  const bin = mkdtempSync(join(dir, 'bin-'))
  mkdirSync(bin, { recursive: true })
  for (const program of ['sh', 'grep', 'env', ...programs])
    symlinkSync(`/usr/bin/${program}`, join(bin, program))
  return bin
}

function check(path: string, ...words: string[]): Promise<{ code: number | null; stderr: string }> {
  return new Promise((resolve) => {
    const child = spawn('/bin/sh', [script, ...words], {
      env: { PATH: path },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let stderr = ''
    child.stderr.on('data', (data: Buffer) => (stderr += data.toString()))
    child.on('close', (code) => resolve({ code, stderr }))
  })
}

const askers = [['bash'], ['curl']].filter(([program]) => existsSync(`/usr/bin/${program}`))

describe.each(askers)('with %s', (...programs) => {
  it('is content with an answer of 200', async () => {
    expect(await check(only(...programs), 'http', '127.0.0.1', String(port), '/alive', String(port))).toEqual(
      { code: 0, stderr: '' },
    )
  })

  it.each(['/other', '/hang'])('is not content with %s', async (path) => {
    const { code } = await check(only(...programs), 'http', '127.0.0.1', String(port), path)
    expect(code).not.toBe(0)
  })
})

it('looks at the listening socket alone where nothing can ask', async () => {
  expect(await check(only(), 'http', '127.0.0.1', String(port), '/other')).toEqual({ code: 0, stderr: '' })
})

it.each([['bash'], ['grep']])('fails where one of the ports is closed', async (program) => {
  const { code, stderr } = await check(
    only(...(program === 'grep' ? [] : [program])),
    'http',
    '127.0.0.1',
    String(port),
    '/alive',
    '1',
  )
  expect({ code, stderr }).toEqual({ code: 1, stderr: 'nothing listens on port 1\n' })
})
